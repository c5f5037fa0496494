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

PYNN_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
PYNN_INLINE int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }
PYNN_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

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
  const int64_t slices = ceil_div(k, kDepth<T>);
  return slices <= 1 ? k : round_up(ceil_div(k, slices), 8);
}

// Columns of B whose slice fills half of the second-level cache, in whole tiles.
template <class T>
int64_t block_width(int64_t depth) {
  constexpr int64_t tile = TileShape<T>::columns;
  const int64_t tiles = cache_sizes().level2 / 2 / (depth * int64_t(sizeof(T)) * tile + 1);
  return tile * (tiles < 1 ? 1 : smaller(tiles, 32));
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

template <class T>
void multiply_piece(const Gemm<T>& g, Range rows, Range columns) {
  using Shape = TileShape<T>;
  constexpr int64_t lanes = Vec<T>::lanes;
  const bool read_b_in_place = g.b_col == 1 && rows.size() < kRowsToPackB<T>;
  const bool pack_a = pays_to_pack_a(g, columns.size());
  const int64_t panel_pitch = round_up(Shape::rows, lanes);
  const int64_t depth = slice_depth<T>(g.k);
  const int64_t width = smaller(round_up(columns.size(), Shape::columns), block_width<T>(depth));

  struct Strip {
    const T* b;
    int64_t b_row;
  } strips[32];
  Scratch<T> packed_b(depth * width), packed_a(pack_a ? depth * panel_pitch : 0);

  for (int64_t j0 = columns.begin; j0 < columns.end; j0 += width) {
    const int64_t j_end = smaller(j0 + width, columns.end);
    int64_t p = 0;
    do {
      const int64_t steps = smaller(depth, g.k - p);
      const Output<T> out(g, p == 0, p + steps == g.k);

      Strip* strip = strips;
      for (int64_t j = j0; j < j_end; j += Shape::columns, ++strip) {
        const int64_t count = smaller(Shape::columns, j_end - j), pitch = round_up(count, lanes);
        const T* const b = g.b + p * g.b_row + j * g.b_col;
        if (read_b_in_place && pitch == count) {
          *strip = {b, g.b_row};
        } else {
          T* const packed = packed_b.get() + (j - j0) * depth;
          pack<T>(packed, pitch, {b, count, g.b_col, steps, g.b_row});
          *strip = {packed, pitch};
        }
      }

      for (int64_t i = rows.begin; i < rows.end; i += Shape::rows) {
        const int64_t count = smaller(Shape::rows, rows.end - i);
        Tile<T> tile;
        tile.k = steps, tile.i = i;
        tile.a = g.a + i * g.a_row + p * g.a_col, tile.a_row = g.a_row, tile.a_col = g.a_col;
        if (pack_a) {
          pack<T>(packed_a.get(), panel_pitch, {tile.a, count, g.a_row, steps, g.a_col});
          tile.a = packed_a.get(), tile.a_row = 1, tile.a_col = panel_pitch;
        }
        strip = strips;
        for (int64_t j = j0; j < j_end; j += Shape::columns, ++strip) {
          tile.b = strip->b, tile.b_row = strip->b_row;
          tile.j = j, tile.columns = smaller(Shape::columns, j_end - j);
          multiply_tile(count, tile, out);
        }
      }
      p += steps;
    } while (p < g.k);
  }
}

// ---- one product -----------------------------------------------------------------------------------------

// Thin products have kernels of their own; what matters is along which axis the matrix is contiguous.
template <class T>
bool fits_dots(const Gemm<T>& g) {
  if (g.a_col != 1 || g.b_row != 1) return false;
  return g.m <= kDotRows<T> ? g.k >= 2 * Vec<T>::lanes : g.m <= 4 * kDotRows<T> && g.k >= 16 * Vec<T>::lanes;
}

template <class T>
void multiply_range(const Gemm<T>& g, Range rows, Range columns) {
  if (fits_dots(g))
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
  while (ceil_div(g.m, rows) * ceil_div(g.n, columns) < pieces && (rows > tile_rows || columns > tile_columns)) {
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

// Multiplications worth waking a thread for: some ten microseconds.
inline constexpr int64_t kPieceWork = 1 << 18;

template <class T>
void gemm(const Gemm<T>& given) {
  if (given.m <= 0 || given.n <= 0 || given.batch <= 0) return;
  const bool turn = given.n == 1 || (given.c_col != 1 && given.c_row == 1) ||
                    (given.n < given.m && fits_dots(transposed(given)));
  const Gemm<T> g = turn ? transposed(given) : given;
  const auto nth = [&](int64_t b) {
    Gemm<T> one = g;
    one.a += b * g.a_batch, one.b += b * g.b_batch, one.c += b * g.c_batch;
    if (one.residual) one.residual += b * g.c_batch;
    return one;
  };

  const int threads = num_threads();
  const double work = double(g.m) * double(g.n) * double(g.k < 1 ? 1 : g.k);
  const double worth = work / kPieceWork;
  const int64_t pieces = threads == 1 || worth < 2 ? 1 : worth > 4 * threads ? 4 * threads : int64_t(worth);
  if (g.batch == 1) {
    multiply(g, pieces);
  } else if (pieces == 1 || g.batch >= 4 * threads) {
    const int64_t together = worth >= 1 ? 1 : int64_t(1 / (worth + 1e-9));
    parallel_for(g.batch, together, [&](int64_t b, int64_t end) {
      for (; b < end; ++b) multiply(nth(b), 1);
    });
  } else {
    for (int64_t b = 0; b < g.batch; ++b) multiply(nth(b), pieces);
  }
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
