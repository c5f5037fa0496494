// gemm.cpp — how a product is cut up: into pieces for threads, blocks for caches, tiles for registers.
//
//   piece   some rows by some columns of C: one task of one thread, independent of all others
//   slice   at most kDepth steps of k, so that a panel of A stays in the first-level cache
//   block   a slice of B as wide as half the second-level cache, packed once and used by every row
//   tile    gemm_micro.h
//
// This is the loop nest of Goto and van de Geijn (2008) with the roles of A and B exchanged, since rows are
// contiguous here. Threads divide rows and columns and never k, and the slices of k depend on k alone.
// Hence every element of C is computed by the same operations in the same order however it is cut.
#include "core/cache_sizes.h"
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/gemm_micro.h"
#include "kernels/gemm_pack.h"
#include "kernels/gemv.h"

namespace pynn::PYNN_ISA {

constexpr PYNN_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
constexpr PYNN_INLINE int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }
constexpr PYNN_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

struct Range {
  int64_t begin, end;
  PYNN_INLINE int64_t size() const { return end - begin; }
};

// C^T = B^T A^T: the same product with rows and columns exchanged.
template <class T>
Gemm<T> transposed(const Gemm<T>& g) {
  Gemm<T> t = g;
  t.m = g.n, t.n = g.m;
  t.a = g.b, t.a_row = g.b_col, t.a_col = g.b_row, t.a_batch = g.b_batch;
  t.b = g.a, t.b_row = g.a_col, t.b_col = g.a_row, t.b_batch = g.a_batch;
  t.c_row = g.c_col, t.c_col = g.c_row;
  t.bias_m = g.bias_n, t.bias_n = g.bias_m;
  return t;
}

// ---- one piece -------------------------------------------------------------------------------------------

// The largest slice of k. It must not depend on the machine's caches: where k is cut, a sum is rounded.
template <class T>
inline constexpr int64_t kDepth = 1600 / int64_t(sizeof(T));

// k cut into equal slices instead of full ones and a rest.
template <class T>
int64_t slice_depth(int64_t k) {
  if (k <= kDepth<T>) return k;
  return round_up(ceil_div(k, ceil_div(k, kDepth<T>)), 8);
}

inline constexpr int64_t kMaxStrips = 32;

// Columns of B whose slice fills half of the second-level cache, in whole tiles.
template <class T>
int64_t block_width(int64_t depth) {
  constexpr int64_t tile = TileShape<T>::columns;
  const int64_t tiles = cache_sizes().level2 / 2 / (depth * int64_t(sizeof(T)) * tile + 1);
  return tile * (tiles < 1 ? 1 : smaller(tiles, kMaxStrips));
}

// A tile of AVX-512 works so long on each row of B that it can wait for the row where it lies; packing is
// then worth its while only for many rows. The smaller tiles of 16 registers are hungrier.
template <class T>
inline constexpr int64_t kRowsToPackB = TileShape<T>::rows == 12 ? 192 : 48;

// A is read one element at a time, which costs the same at any stride, so it is packed only where its rows
// or columns stand a power of two apart and therefore compete for the same few sets of the first-level
// cache; and only if enough columns share the panel.
template <class T>
bool pays_to_pack_a(const Gemm<T>& g, int64_t columns) {
  const int64_t row_bytes = g.a_row * int64_t(sizeof(T)), column_bytes = g.a_col * int64_t(sizeof(T));
  return columns >= 8 * TileShape<T>::columns && (row_bytes % 4096 == 0 || column_bytes % 2048 == 0);
}

// What lies in the caches while a block is worked off: strips of B, each as wide as a tile, and one panel of
// A as high as a tile; packed, or the operand itself with its strides.
template <class T>
struct Strip {
  const T* b;
  int64_t b_row;
};
template <class T>
struct Panel {
  const T* a;
  int64_t a_row, a_col;
};

// Columns j .. j + count of the slice of B that starts at p.
template <class T>
Strip<T> strip_of_b(const Gemm<T>& g, int64_t p, int64_t steps, int64_t j, int64_t count, bool in_place,
                    T* packed) {
  const int64_t pitch = round_up(count, Vec<T>::lanes);
  const T* const b = g.b + p * g.b_row + j * g.b_col;
  if (in_place && pitch == count) return {b, g.b_row};
  pack<T>(packed, pitch, {b, count, g.b_col, steps, g.b_row});
  return {packed, pitch};
}

// Rows i .. i + count of the slice of A that starts at p; packed if there is room for it.
template <class T>
Panel<T> panel_of_a(const Gemm<T>& g, int64_t p, int64_t steps, int64_t i, int64_t count, T* packed) {
  const T* const a = g.a + i * g.a_row + p * g.a_col;
  if (!packed) return {a, g.a_row, g.a_col};
  constexpr int64_t pitch = round_up(TileShape<T>::rows, Vec<T>::lanes);
  pack<T>(packed, pitch, {a, count, g.a_row, steps, g.a_col});
  return {packed, 1, pitch};
}

// The loop nest: blocks of columns, slices of k, panels of rows, strips; and in the tile, k.
template <class T>
void multiply_piece(const Gemm<T>& g, Range rows, Range columns) {
  constexpr int64_t tile_rows = TileShape<T>::rows, tile_columns = TileShape<T>::columns;
  constexpr int64_t lanes = Vec<T>::lanes;
  const int64_t depth = slice_depth<T>(g.k);
  const int64_t width = columns.size() <= tile_columns
                            ? tile_columns
                            : smaller(round_up(columns.size(), tile_columns), block_width<T>(depth));
  const bool b_in_place = g.b_col == 1 && rows.size() < kRowsToPackB<T>;
  const bool some_strip_packed = !b_in_place || columns.size() % lanes != 0;
  const bool pack_a = pays_to_pack_a(g, columns.size());
  const Scratch<T> packed_b(some_strip_packed ? depth * width : 0);
  const Scratch<T> packed_a(pack_a ? depth * round_up(tile_rows, lanes) : 0);
  Strip<T> strips[kMaxStrips];

  for (int64_t j0 = columns.begin; j0 < columns.end; j0 += width) {
    const int64_t j_end = smaller(j0 + width, columns.end);
    int64_t p = 0;
    do {  // once even if k is 0: the epilogue is due all the same
      const int64_t steps = smaller(depth, g.k - p);
      const Output<T> out(g, p == 0, p + steps == g.k);

      Strip<T>* strip = strips;
      for (int64_t j = j0; j < j_end; j += tile_columns)
        *strip++ = strip_of_b(g, p, steps, j, smaller(tile_columns, j_end - j), b_in_place,
                              packed_b.get() + (j - j0) * depth);

      for (int64_t i = rows.begin; i < rows.end; i += tile_rows) {
        const int64_t count = smaller(tile_rows, rows.end - i);
        const Panel<T> panel = panel_of_a(g, p, steps, i, count, packed_a.get());
        strip = strips;
        for (int64_t j = j0; j < j_end; j += tile_columns, ++strip)
          multiply_tile<T>(count,
                           {steps, panel.a, panel.a_row, panel.a_col, strip->b, strip->b_row, i, j,
                            smaller(tile_columns, j_end - j)},
                           out);
      }
      p += steps;
    } while (p < g.k);
  }
}

// ---- one product -----------------------------------------------------------------------------------------

// Thin products have kernels of their own; what matters is along which axis the matrix is contiguous.
template <class T>
bool fits_dots(int64_t rows, int64_t k) {
  return rows <= kDotRows<T> ? k >= 2 * Vec<T>::lanes : rows <= 4 * kDotRows<T> && k >= 16 * Vec<T>::lanes;
}
template <class T>
bool contiguous_along_k(const Gemm<T>& g) {
  return g.a_col == 1 && g.b_row == 1;
}

template <class T>
void multiply_range(const Gemm<T>& g, Range rows, Range columns) {
  if (contiguous_along_k(g) && fits_dots<T>(g.m, g.k))
    multiply_by_dots(g, rows.begin, rows.end, columns.begin, columns.end);
  else if (g.m == 1 && g.b_col == 1)
    multiply_by_sum_of_rows(g, columns.begin, columns.end);
  else
    multiply_piece(g, rows, columns);
}

// C in about `pieces` parts, each as nearly square as whole tiles allow: a square needs the least of A and B.
template <class T>
void multiply(const Gemm<T>& g, int64_t pieces) {
  constexpr int64_t tile_rows = TileShape<T>::rows, tile_columns = TileShape<T>::columns;
  if (pieces <= 1) return multiply_range(g, {0, g.m}, {0, g.n});
  int64_t rows = round_up(g.m, tile_rows), columns = round_up(g.n, tile_columns);
  while (ceil_div(g.m, rows) * ceil_div(g.n, columns) < pieces &&
         (rows > tile_rows || columns > tile_columns)) {
    if (columns >= rows ? columns > tile_columns : rows <= tile_rows)
      columns = round_up(columns / 2, tile_columns);
    else
      rows = round_up(rows / 2, tile_rows);
  }
  const int64_t row_parts = ceil_div(g.m, rows), parts = row_parts * ceil_div(g.n, columns);
  parallel_for(parts, 1, [&](int64_t part, int64_t end) {
    for (; part < end; ++part) {
      const int64_t i = part % row_parts * rows, j = part / row_parts * columns;
      multiply_range(g, {i, smaller(i + rows, g.m)}, {j, smaller(j + columns, g.n)});
    }
  });
}

// Multiplications that are worth a task of their own: some five microseconds.
inline constexpr int64_t kPieceWork = 1 << 18;

template <class T>
double pieces_worth(const Gemm<T>& g) {
  return double(g.m) * double(g.n) * double(g.k < 1 ? 1 : g.k) / kPieceWork;
}

// A few more pieces than threads, so that a thread that was held up does not hold up the others for long.
PYNN_INLINE int64_t choose_pieces(double worth) {
  if (worth < 2) return 1;
  const int64_t threads = num_threads();
  if (threads == 1) return 1;
  return worth < double(4 * threads) ? int64_t(worth) : 4 * threads;
}

// The products of a batch: each thread a few of them whole or, where they are few and large, all threads
// one after the other.
template <class T>
void multiply_batch(const Gemm<T>& g) {
  const auto multiply_one = [&](int64_t b, int64_t pieces) {
    Gemm<T> one = g;
    one.a += b * g.a_batch, one.b += b * g.b_batch, one.c += b * g.c_batch;
    if (one.residual) one.residual += b * g.c_batch;
    multiply(one, pieces);
  };
  const double worth = pieces_worth(g);
  const int64_t pieces = choose_pieces(worth);
  if (pieces > 1 && g.batch < 4 * num_threads()) {
    for (int64_t b = 0; b < g.batch; ++b) multiply_one(b, pieces);
  } else {
    const int64_t together = worth < 1 ? int64_t(1 / (worth + 1e-9)) : 1;
    parallel_for(g.batch, together, [&](int64_t b, int64_t end) {
      for (; b < end; ++b) multiply_one(b, 1);
    });
  }
}

template <class T>
void multiply_oriented(const Gemm<T>& g) {
  if (g.batch == 1)
    multiply(g, choose_pieces(pieces_worth(g)));
  else
    multiply_batch(g);
}

// Rows of C are to be contiguous, and of a thin C the short side is to be the rows.
template <class T>
void gemm(const Gemm<T>& g) {
  if (g.m <= 0 || g.n <= 0 || g.batch <= 0) return;
  const bool contiguous_columns = g.c_col != 1 && g.c_row == 1;
  if (g.n == 1 || contiguous_columns || (g.n < g.m && contiguous_along_k(g) && fits_dots<T>(g.n, g.k)))
    multiply_oriented(transposed(g));
  else
    multiply_oriented(g);
}

struct GemmKernels {
  void (*float32)(const Gemm<float>&);
  void (*float64)(const Gemm<double>&);
  void (*int32)(const Gemm<int32_t>&);
  void (*int64)(const Gemm<int64_t>&);
};
extern const GemmKernels gemm_kernels;
const GemmKernels gemm_kernels = {gemm<float>, gemm<double>, gemm<int32_t>, gemm<int64_t>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(gemm_kernels);

void gemm(const Gemm<float>& product) { gemm_kernels->float32(product); }
void gemm(const Gemm<double>& product) { gemm_kernels->float64(product); }
void gemm(const Gemm<int32_t>& product) { gemm_kernels->int32(product); }
void gemm(const Gemm<int64_t>& product) { gemm_kernels->int64(product); }

}  // namespace pynn

#endif
