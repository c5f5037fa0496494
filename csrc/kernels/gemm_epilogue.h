// gemm_epilogue.h — what becomes of the sums of a tile: C = f(alpha sums + beta C + biases + residual).
#pragma once
#include "core/simd.h"
#include "kernels/gemm.h"

namespace pynn::PYNN_ISA {

template <class T>
struct Output {
  T* c;
  int64_t c_row, c_col;
  T alpha, beta;
  const T *bias_m, *bias_n, *residual;
  ElementwiseLoop* activation;
  const double* parameters;
  T* preactivation;
  bool plain;  // what can be done in registers; the rest goes through memory

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
        activation(last ? g.activation : nullptr),
        parameters(g.activation_parameters),
        preactivation(last ? g.preactivation : nullptr),
        plain(c_col == 1 && !residual && (beta == T(0) || beta == T(1))) {}
};

// `count` values that have just been stored side by side in C, `at` elements from its start.
template <class T>
PYNN_INLINE void activate(const Output<T>& out, T* values, int64_t at, int64_t count) {
  const void* in = values;
  if (out.preactivation) {
    T* const kept = out.preactivation + at;
    for (int64_t q = 0; q < count; ++q) kept[q * out.c_col] = values[q];
  }
  out.activation(&in, values, count, out.parameters);
}

// ---- tiles in registers ----------------------------------------------------------------------------------

// The accumulators. Raw vectors, because an array of Vec<T> is set to 0 when it is made, in memory.
template <class T>
using Sum = typename Vec<T>::Raw;

// One vector of the tile after the other, with i and j known at compile time once the loops are unrolled.
template <int R, int W, class Step>
PYNN_INLINE void each_vector(const Step& step) {
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) step(i, j);
  }
}

// A row of W vectors, whole or ending within the last one: that one goes under a mask.
template <class T, int W, bool whole>
struct TileRow {
  int64_t last;  // columns in the last vector

  PYNN_INLINE Vec<T> get(const T* row, int j) const {
    const T* const p = row + j * Vec<T>::lanes;
    return whole || j + 1 < W ? load(p) : load(p, last);
  }
  PYNN_INLINE void put(T* row, int j, Vec<T> values) const {
    T* const p = row + j * Vec<T>::lanes;
    if (whole || j + 1 < W)
      store(p, values);
    else
      store(p, values, last);
  }
};

template <int R, int W, bool whole, class T>
PYNN_INLINE void finish_in_registers(Sum<T> (&sum)[R][W], const Output<T>& out, int64_t i0, int64_t j0,
                                     int64_t columns) {
  using V = Vec<T>;
  const TileRow<T, W, whole> row{columns - (W - 1) * V::lanes};
  const int64_t at = i0 * out.c_row + j0;
  T* const c = out.c + at;
  const auto add = [&](const auto& term) {
    each_vector<R, W>([&](int i, int j) { sum[i][j] = (V(sum[i][j]) + term(i, j)).v; });
  };
  if (out.alpha != T(1))
    each_vector<R, W>([&](int i, int j) { sum[i][j] = (V(out.alpha) * V(sum[i][j])).v; });
  if (out.beta != T(0)) add([&](int i, int j) { return row.get(c + i * out.c_row, j); });
  if (out.bias_m) add([&](int i, int) { return V(out.bias_m[i0 + i]); });
  if (out.bias_n) add([&](int, int j) { return row.get(out.bias_n + j0, j); });
  each_vector<R, W>([&](int i, int j) { row.put(c + i * out.c_row, j, V(sum[i][j])); });
  if (out.activation)
    for (int i = 0; i < R; ++i) activate(out, c + i * out.c_row, at + i * out.c_row, columns);
}

// ---- any tile, from memory -------------------------------------------------------------------------------

// For any strides of C and the terms that few callers ask for. Columns of C that do not lie side by side are
// gathered into a row that has them so, and scattered back. The sums are read in whole vectors: a masked
// load must wait until the store before it has left the core.
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
      store(c, value, count);
      if (out.activation) activate(out, c, at, count);
      if (out.c_col != 1)
        for (int64_t q = 0; q < count; ++q) out.c[at + q * out.c_col] = values[q];
    }
  }
}

// Rows i0 .. i0 + R and `columns` columns from j0 of C, which fill W vectors, the last perhaps in part.
template <int R, int W, bool whole, class T>
PYNN_INLINE void finish(Sum<T> (&sum)[R][W], const Output<T>& out, int64_t i0, int64_t j0, int64_t columns) {
  if (out.plain) return finish_in_registers<R, W, whole>(sum, out, i0, j0, columns);
  constexpr int lanes = Vec<T>::lanes, width = W * lanes;
  T sums[R * width];
  each_vector<R, W>([&](int i, int j) { store(sums + i * width + j * lanes, Vec<T>(sum[i][j])); });
  finish_from_memory(sums, width, out, i0, j0, R, columns);
}

}  // namespace pynn::PYNN_ISA
