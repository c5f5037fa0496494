// gemm_micro.h — the heart of the product: one tile of C, held in registers while k runs by.
//
// A tile of R rows by W vectors takes R * W registers. Each step of k loads W vectors of B, broadcasts R
// values of A, and does R * W fused multiply-adds: R + W loads feed R * W of them, so the larger the tile
// the less memory matters, and the registers are the bound. 12 x 2 of AVX-512's 32 registers, or 6 x 2 of
// the 16 of AVX2 and SSE, keep the multipliers busy from the first-level cache. (Goto and van de Geijn,
// "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34(3), 2008; the micro-kernel is the only
// part that knows the machine: Van Zee and van de Geijn, "BLIS", ACM TOMS 41(3), 2015.)
//
// Every element of C is one chain of multiply-adds in the order of k, in whatever tile it falls. That is
// why neither the thread count nor the place of an element in the matrix can change a bit of it.
#pragma once
#include "core/simd.h"
#include "kernels/gemm.h"

namespace pynn::PYNN_ISA {

template <class T>
struct TileShape {
#if defined(__AVX512F__) || defined(__aarch64__)
  static constexpr int rows = 12;
#else
  static constexpr int rows = 6;
#endif
  static constexpr int vectors = 2;
  static constexpr int columns = vectors * Vec<T>::lanes;
};

// What becomes of the sums: C = activation(alpha * sum + beta * C + biases + residual).
template <class T>
struct Output {
  T* c;
  int64_t c_row, c_col;
  T alpha, beta;
  const T *bias_m, *bias_n, *residual;
  bool relu;
  TileFunction<T>* activation;

  // k is worked off in slices. The first meets C as the caller left it, the later ones add to what the
  // earlier ones stored, and the last adds the rest.
  PYNN_INLINE Output(const Gemm<T>& g, bool first, bool last)
      : c(g.c),
        c_row(g.c_row),
        c_col(g.c_col),
        alpha(g.alpha),
        beta(first ? g.beta : T(1)),
        bias_m(last ? g.bias_m : nullptr),
        bias_n(last ? g.bias_n : nullptr),
        residual(last ? g.residual : nullptr),
        relu(last && g.relu),
        activation(last ? g.activation : nullptr) {}
};

// One value of the tile after the other, with i and j known at compile time once the loops are unrolled.
template <int R, int W, class Step>
PYNN_INLINE void each_vector(const Step& step) {
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) step(i, j);
  }
}

// sum[i][j] = sum over p of A[i, p] B[p, vector j]
template <int R, int W, class T>
PYNN_INLINE void accumulate(Vec<T> (&sum)[R][W], int64_t k, const T* a, int64_t a_row, int64_t a_col,
                            const T* b, int64_t b_row) {
  each_vector<R, W>([&](int i, int j) { sum[i][j] = Vec<T>(); });
  for (; k > 0; --k, a += a_col, b += b_row) {
    Vec<T> columns[W];
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) columns[j] = load(b + j * Vec<T>::lanes);
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      const Vec<T> row = a[i * a_row];
#pragma GCC unroll 8
      for (int j = 0; j < W; ++j) sum[i][j] = fma(row, columns[j], sum[i][j]);
    }
  }
}

// The epilogue over a tile whose rows are contiguous. `bias_m`, `bias_n` and `residual` already point to
// the tile's own first row and column; the last vector holds `tail` columns, or all if kWhole.
template <bool kWhole, int R, int W, class T>
PYNN_INLINE void finish_rows(Vec<T> (&sum)[R][W], const Output<T>& out, T* c, int64_t c_row, const T* residual,
                             int64_t i0, int64_t j0, int64_t tail) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  const auto get = [&](const T* p, int j) {
    return kWhole || j < W - 1 ? load(p + j * lanes) : load(p + j * lanes, tail);
  };
  if (out.alpha != T(1)) each_vector<R, W>([&](int i, int j) { sum[i][j] = V(out.alpha) * sum[i][j]; });
  if (out.beta == T(1))
    each_vector<R, W>([&](int i, int j) { sum[i][j] = sum[i][j] + get(c + i * c_row, j); });
  else if (out.beta != T(0))
    each_vector<R, W>([&](int i, int j) { sum[i][j] = fma(V(out.beta), get(c + i * c_row, j), sum[i][j]); });
  if (out.bias_m) each_vector<R, W>([&](int i, int j) { sum[i][j] = sum[i][j] + V(out.bias_m[i0 + i]); });
  if (out.bias_n) each_vector<R, W>([&](int i, int j) { sum[i][j] = sum[i][j] + get(out.bias_n + j0, j); });
  if (residual) each_vector<R, W>([&](int i, int j) { sum[i][j] = sum[i][j] + get(residual + i * c_row, j); });
  if (out.relu) each_vector<R, W>([&](int i, int j) { sum[i][j] = max_fast(V(0), sum[i][j]); });
  each_vector<R, W>([&](int i, int j) {
    if (kWhole || j < W - 1)
      store(c + i * c_row + j * lanes, sum[i][j]);
    else
      store(c + i * c_row + j * lanes, sum[i][j], tail);
  });
  if (out.activation) out.activation(c, R, (W - 1) * lanes + tail, c_row);
}

// A C without contiguous rows is gathered into a tile that has them, finished there, and scattered back.
template <int R, int W, class T>
__attribute__((noinline)) void finish_strided(Vec<T> (&sum)[R][W], const Output<T>& out, int64_t i0, int64_t j0,
                                              int64_t columns) {
  constexpr int width = W * Vec<T>::lanes;
  T tile[R * width] = {}, residual[R * width] = {};
  const int64_t corner = i0 * out.c_row + j0 * out.c_col;
  for (int i = 0; i < R; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const int64_t at = corner + i * out.c_row + j * out.c_col;
      if (out.beta != T(0)) tile[i * width + j] = out.c[at];
      if (out.residual) residual[i * width + j] = out.residual[at];
    }
  }
  finish_rows<false>(sum, out, tile, width, out.residual ? residual : nullptr, i0, j0,
                     columns - (W - 1) * Vec<T>::lanes);
  for (int i = 0; i < R; ++i)
    for (int64_t j = 0; j < columns; ++j)
      out.c[corner + i * out.c_row + j * out.c_col] = tile[i * width + j];
}

// Rows i0 .. i0 + R and `columns` columns from j0 of C, which fill W vectors, the last perhaps in part.
template <int R, int W, class T>
PYNN_INLINE void finish(Vec<T> (&sum)[R][W], const Output<T>& out, int64_t i0, int64_t j0, int64_t columns) {
  if (out.c_col != 1) return finish_strided(sum, out, i0, j0, columns);
  const int64_t tail = columns - (W - 1) * Vec<T>::lanes;
  const int64_t corner = i0 * out.c_row + j0;
  const T* const residual = out.residual ? out.residual + corner : nullptr;
  if (tail == Vec<T>::lanes)
    finish_rows<true>(sum, out, out.c + corner, out.c_row, residual, i0, j0, tail);
  else
    finish_rows<false>(sum, out, out.c + corner, out.c_row, residual, i0, j0, tail);
}

// The operands of one tile: A by rows at any strides, B by contiguous rows of whole vectors.
template <class T>
struct Tile {
  int64_t k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row;
  int64_t i, j, columns;  // where in C, and how many columns of it
};

template <int R, int W, class T>
void multiply_tile(const Tile<T>& t, const Output<T>& out) {
  Vec<T> sum[R][W];
  accumulate(sum, t.k, t.a, t.a_row, t.a_col, t.b, t.b_row);
  finish(sum, out, t.i, t.j, t.columns);
}

// The tiles of 1 .. TileShape::rows rows and 1 or 2 vectors, by shape.
template <class T>
using TileKernel = void(const Tile<T>&, const Output<T>&);

template <class T>
struct TileKernels {
  TileKernel<T>* by_shape[TileShape<T>::rows][TileShape<T>::vectors];

  template <int R = TileShape<T>::rows>
  static constexpr void fill(TileKernels& table) {
    table.by_shape[R - 1][0] = multiply_tile<R, 1, T>;
    table.by_shape[R - 1][1] = multiply_tile<R, 2, T>;
    if constexpr (R > 1) fill<R - 1>(table);
  }
  static constexpr TileKernels make() {
    TileKernels table{};
    fill(table);
    return table;
  }
};
template <class T>
inline constexpr TileKernels<T> kTileKernels = TileKernels<T>::make();

template <class T>
PYNN_INLINE void multiply_tile(int64_t rows, const Tile<T>& t, const Output<T>& out) {
  kTileKernels<T>.by_shape[rows - 1][t.columns > Vec<T>::lanes](t, out);
}

}  // namespace pynn::PYNN_ISA
