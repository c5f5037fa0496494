// gemm.cpp — which way of multiplying suits a shape, and which part of C is whose thread's.
//
// Threads divide rows, columns and the products of a batch, never k: every element of C is computed by the
// same operations in the same order however C is cut, so results are bitwise the same on any number of
// threads.
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/gemm_blocks.h"
#include "kernels/gemm_split.h"
#include "kernels/gemm_thin.h"

namespace pynn::PYNN_ISA {

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

// ---- which way -------------------------------------------------------------------------------------------

enum class Way { dots, sums_of_rows, split, blocks };

template <class T>
bool few_enough_for_dots(int64_t rows, int64_t k) {
  return rows <= kDotRows<T> ? k >= 2 * Vec<T>::lanes : rows <= 4 * kDotRows<T> && k >= 16 * Vec<T>::lanes;
}

// Thin products have kernels of their own; what matters is along which axis the large matrix is contiguous.
template <class T>
Way choose_way(const Gemm<T>& g) {
  if (g.b_row == 1 && few_enough_for_dots<T>(g.m, g.k)) return Way::dots;
  if (g.b_col == 1 && g.m <= kSumRows && g.n >= 4 * Vec<T>::lanes) return Way::sums_of_rows;
  if (pays_to_split(g)) return Way::split;
  return Way::blocks;
}

// Rows of C are to be contiguous, and of a thin C the short side is to be the rows.
template <class T>
bool better_transposed(const Gemm<T>& g) {
  return g.n == 1 || (g.c_col != 1 && g.c_row == 1) ||
         (g.n < g.m && g.a_col == 1 && few_enough_for_dots<T>(g.n, g.k));
}

// Part of C: for the thin ways, all of its rows.
template <class T>
void multiply_part(const Gemm<T>& g, Way way, Range rows, Range columns) {
  if (way == Way::blocks) return multiply_blocks(g, rows, columns);
  if (way == Way::split) return multiply_split(g, rows, columns);
  if (way == Way::dots)
    multiply_by_dots(g, columns.begin, columns.end);
  else
    multiply_by_sums_of_rows(g, columns.begin, columns.end);
  follow_up(g, 0, g.m, columns.begin, columns.end);
}

// ---- threads ---------------------------------------------------------------------------------------------

// Multiplications that are worth a task of their own: some three microseconds. To fetch an element of B from
// the second or third level of the cache takes as long as fifteen of them.
inline constexpr double kTaskWork = 1 << 18;

template <class T>
double tasks_worth(const Gemm<T>& g) {
  return double(g.m + 15) * double(g.n) * double(g.k + 1) / kTaskWork;
}

// C cut into parts of whole tiles, as equal as they can be.
struct Grid {
  int64_t rows, columns;
};

// The longest time that a part takes decides: its tiles, and the panels and strips that they are made of.
template <class T>
Grid choose_grid(int64_t row_tiles, int64_t column_tiles, int64_t parts) {
  Grid best{1, 1};
  int64_t least = -1;
  for (int64_t rows = 1; rows <= smaller(parts, row_tiles); ++rows) {
    const int64_t columns = smaller(parts / rows, column_tiles);
    const int64_t high = ceil_div(row_tiles, rows), wide = ceil_div(column_tiles, columns);
    const int64_t time = 3 * high * wide + high + wide;
    if (least < 0 || time < least) best = {rows, columns}, least = time;
  }
  return best;
}

// Part `index` of `parts` of so many items that come in tiles.
PYNN_INLINE Range part_of(int64_t items, int64_t tile, int64_t index, int64_t parts) {
  const int64_t tiles = ceil_div(items, tile);
  return {smaller(items, tiles * index / parts * tile), smaller(items, tiles * (index + 1) / parts * tile)};
}

template <class T>
void multiply_in_parts(const Gemm<T>& g, Way way, int64_t parts) {
  int64_t tile_rows = g.m, tile_columns = 8;
  if (way == Way::blocks) tile_rows = TileShape<T>::rows, tile_columns = TileShape<T>::columns;
  if (way == Way::split) tile_rows = tile_columns = kSplitTile;
  const Grid grid = choose_grid<T>(ceil_div(g.m, tile_rows), ceil_div(g.n, tile_columns), parts);
  parallel_for(grid.rows * grid.columns, 1, [&](int64_t part, int64_t end) {
    for (; part < end; ++part)
      multiply_part(g, way, part_of(g.m, tile_rows, part % grid.rows, grid.rows),
                    part_of(g.n, tile_columns, part / grid.rows, grid.columns));
  });
}

// ---- one product, and a batch of them --------------------------------------------------------------------

template <class T>
void multiply(Gemm<T> g, int64_t parts) {
  const Way way = choose_way(g);
  // Dots want A contiguous along k as well. It is small: a copy costs less than its strides would.
  const bool copy_a = way == Way::dots && g.a_col != 1;
  const Scratch<T> copy(copy_a ? g.m * g.k : 0);
  if (copy_a) {
    for (int64_t p = 0; p < g.k; ++p)
      for (int64_t i = 0; i < g.m; ++i) copy.get()[i * g.k + p] = g.a[i * g.a_row + p * g.a_col];
    g.a = copy.get(), g.a_row = g.k, g.a_col = 1;
  }
  if (parts > 1)
    multiply_in_parts(g, way, parts);
  else
    multiply_part(g, way, {0, g.m}, {0, g.n});
}

// Each thread some products whole or, where they are few and large, all threads one after the other.
template <class T>
void multiply_batch(const Gemm<T>& g, int64_t parts) {
  const auto multiply_one = [&](int64_t b, int64_t parts_of_one) {
    Gemm<T> one = g;
    one.a += b * g.a_batch, one.b += b * g.b_batch, one.c += b * g.c_batch;
    multiply(one, parts_of_one);
  };
  const int64_t threads = num_threads();
  if (parts > 1 && g.batch < 4 * threads && g.batch % threads != 0) {
    for (int64_t b = 0; b < g.batch; ++b) multiply_one(b, parts);
  } else {
    const double worth = tasks_worth(g);
    const int64_t together = worth < 1 ? int64_t(1 / (worth + 1e-9)) : 1;
    parallel_for(g.batch, together, [&](int64_t b, int64_t end) {
      for (; b < end; ++b) multiply_one(b, 1);
    });
  }
}

template <class T>
void gemm(const Gemm<T>& given) {
  if (given.m <= 0 || given.n <= 0 || given.batch <= 0) return;
  const Gemm<T> g = better_transposed(given) ? transposed(given) : given;
  const double worth = tasks_worth(g);
  const int64_t parts = worth < 2 ? 1 : int64_t(worth < double(num_threads()) ? worth : num_threads());
  if (g.batch == 1)
    multiply(g, parts);
  else
    multiply_batch(g, parts);
  if (g.c_col != 1 && g.batch == 1)
    follow_up(given, 0, given.m, 0, given.n);  // turned round: C lies otherwise
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

const char* float32_products() { return runs_tiles() ? "AMX" : "multiply-adds"; }

}  // namespace pynn

#endif
