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
  static constexpr int rows = kIsFloat<T> ? 12 : 4;
#else
  static constexpr int rows = kIsFloat<T> ? 6 : 4;
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
  bool plain;  // what the epilogue in registers can do; the rest goes through memory

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
        activation(last ? g.activation : nullptr),
        plain(c_col == 1 && !residual && (beta == T(0) || beta == T(1))) {}
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

// The accumulators. Raw vectors, because an array of Vec<T> is set to 0 when it is made, in memory.
template <class T>
using Sum = typename Vec<T>::Raw;

// sum[i][j] = sum over p of A[i, p] B[p, vector j]
template <int R, int W, class T>
PYNN_INLINE void accumulate(Sum<T> (&sum)[R][W], int64_t k, const T* a, int64_t a_row, int64_t a_col,
                            const T* b, int64_t b_row) {
  using V = Vec<T>;
  each_vector<R, W>([&](int i, int j) { sum[i][j] = Sum<T>{}; });
  for (; k > 0; --k, a += a_col, b += b_row) {
    Sum<T> columns[W];
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) columns[j] = load(b + j * V::lanes).v;
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      const V row = a[i * a_row];
#pragma GCC unroll 8
      for (int j = 0; j < W; ++j) sum[i][j] = fma(row, V(columns[j]), V(sum[i][j])).v;
    }
  }
}

// The epilogue for any C, from sums in memory: edges, strides, and the terms that few callers ask for.
// Columns of C that do not lie side by side are gathered into a row that has them so, and scattered back.
// The sums are read in whole vectors: a masked load must wait until the store before it has left the core.
template <class T>
__attribute__((noinline)) void finish_from_memory(const T* sums, int64_t pitch, const Output<T>& out,
                                                  int64_t i0, int64_t j0, int64_t rows, int64_t columns) {
  using V = Vec<T>;
  T values[V::lanes] = {}, residual_values[V::lanes] = {};
  for (int64_t i = i0; i < i0 + rows; ++i, sums += pitch) {
    for (int64_t j = 0; j < columns; j += V::lanes) {
      const int64_t count = columns - j < V::lanes ? columns - j : V::lanes;
      const int64_t at = i * out.c_row + (j0 + j) * out.c_col;
      T* c = out.c + at;
      const T* residual = out.residual + (out.residual ? at : 0);
      if (out.c_col != 1) {
        for (int64_t q = 0; q < count; ++q) {
          if (out.beta != T(0)) values[q] = c[q * out.c_col];
          if (out.residual) residual_values[q] = residual[q * out.c_col];
        }
        c = values, residual = residual_values;
      }
      V value = load(sums + j);
      if (out.alpha != T(1)) value = V(out.alpha) * value;
      if (out.beta == T(1))
        value = value + load(c, count);
      else if (out.beta != T(0))
        value = fma(V(out.beta), load(c, count), value);
      if (out.bias_m) value = value + V(out.bias_m[i]);
      if (out.bias_n) value = value + load(out.bias_n + j0 + j, count);
      if (out.residual) value = value + load(residual, count);
      if (out.relu) value = max_fast(V(0), value);
      store(c, value, count);
      if (out.activation) out.activation(c, 1, count, out.c_row);
      if (out.c_col != 1)
        for (int64_t q = 0; q < count; ++q) out.c[at + q * out.c_col] = values[q];
    }
  }
}

// Rows i0 .. i0 + R and `columns` columns from j0 of C, which fill W vectors, the last perhaps in part.
template <int R, int W, class T>
PYNN_INLINE void finish(Sum<T> (&sum)[R][W], const Output<T>& out, int64_t i0, int64_t j0, int64_t columns) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes, width = W * lanes;
  if (columns != width || !out.plain) {
    T sums[R * width];
    each_vector<R, W>([&](int i, int j) { store(sums + i * width + j * lanes, V(sum[i][j])); });
    return finish_from_memory(sums, width, out, i0, j0, R, columns);
  }
  T* const c = out.c + i0 * out.c_row + j0;
  const auto add = [&](const auto& term) {
    each_vector<R, W>([&](int i, int j) { sum[i][j] = (V(sum[i][j]) + term(i, j)).v; });
  };
  if (out.alpha != T(1))
    each_vector<R, W>([&](int i, int j) { sum[i][j] = (V(out.alpha) * V(sum[i][j])).v; });
  if (out.beta != T(0)) add([&](int i, int j) { return load(c + i * out.c_row + j * lanes); });
  if (out.bias_m) add([&](int i, int) { return V(out.bias_m[i0 + i]); });
  if (out.bias_n) add([&](int, int j) { return load(out.bias_n + j0 + j * lanes); });
  if (out.relu) each_vector<R, W>([&](int i, int j) { sum[i][j] = max_fast(V(0), V(sum[i][j])).v; });
  each_vector<R, W>([&](int i, int j) { store(c + i * out.c_row + j * lanes, V(sum[i][j])); });
  if (out.activation) out.activation(c, R, width, out.c_row);
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
  Sum<T> sum[R][W];
  accumulate<R, W, T>(sum, t.k, t.a, t.a_row, t.a_col, t.b, t.b_row);
  finish<R, W, T>(sum, out, t.i, t.j, t.columns);
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
