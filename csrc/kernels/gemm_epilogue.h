// gemm_epilogue.h — from the sums of a tile, in registers, to C in memory.
#pragma once
#include "core/simd.h"
#include "kernels/gemm.h"

namespace pynn::PYNN_ISA {

// k is worked off in slices: the first writes C (or adds to it), the later ones add, the last adds the
// biases.
template <class T>
struct Output {
  T* c;
  int64_t c_row, c_col;
  bool add;
  const T *bias_m, *bias_n;

  PYNN_INLINE Output(const Gemm<T>& g, bool first, bool last)
      : c(g.c),
        c_row(g.c_row),
        c_col(g.c_col),
        add(!first || g.add),
        bias_m(last ? g.bias_m : nullptr),
        bias_n(last ? g.bias_n : nullptr) {}
};

// What follows the product, for a part of C that is done.
template <class T>
PYNN_INLINE void follow_up(const Gemm<T>& g, int64_t row, int64_t row_end, int64_t column,
                           int64_t column_end) {
  if (!g.then || g.c_col != 1) return;
  const bool in_one_piece = column_end - column == g.c_row;
  const int64_t rows_at_once = in_one_piece ? row_end - row : 1;
  for (; row < row_end; row += rows_at_once) {
    const int64_t at = row * g.c_row + column;
    const void* const in[] = {g.c + at};
    g.then(in, g.then_out + at, rows_at_once * (column_end - column), nullptr);
  }
}

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

// From memory, for any strides of C.
template <class T>
__attribute__((noinline)) void finish_from_memory(const T* sums, int64_t pitch, const Output<T>& out,
                                                  int64_t i0, int64_t j0, int64_t rows, int64_t columns) {
  using V = Vec<T>;
  for (int64_t i = i0; i < i0 + rows; ++i, sums += pitch) {
    const V row_bias = out.bias_m ? V(out.bias_m[i]) : V(0);
    for (int64_t j = 0; j < columns; j += V::lanes) {
      const int64_t count = columns - j < V::lanes ? columns - j : V::lanes;
      T* const c = out.c + i * out.c_row + (j0 + j) * out.c_col;
      // Read in whole vectors: a masked load must wait until the store before it has left the core.
      V value = load(sums + j);
      T values[V::lanes] = {};
      if (out.add && out.c_col == 1) value = value + load(c, count);
      if (out.add && out.c_col != 1) {
        for (int64_t q = 0; q < count; ++q) values[q] = c[q * out.c_col];
        value = value + load(values);
      }
      if (out.bias_m) value = value + row_bias;
      if (out.bias_n) value = value + load(out.bias_n + j0 + j, count);
      if (out.c_col == 1) {
        store(c, value, count);
      } else {
        store(values, value);
        for (int64_t q = 0; q < count; ++q) c[q * out.c_col] = values[q];
      }
    }
  }
}

// Rows i0 .. i0 + R and `columns` columns from j0 of C, which fill W vectors, the last perhaps in part.
template <int R, int W, bool whole, class T>
PYNN_INLINE void finish(Sum<T> (&sum)[R][W], const Output<T>& out, int64_t i0, int64_t j0, int64_t columns) {
  using V = Vec<T>;
  if (out.c_col != 1) {
    constexpr int lanes = V::lanes, width = W * lanes;
    T sums[R * width];
    each_vector<R, W>([&](int i, int j) { store(sums + i * width + j * lanes, V(sum[i][j])); });
    return finish_from_memory(sums, width, out, i0, j0, R, columns);
  }
  const TileRow<T, W, whole> row{columns - (W - 1) * V::lanes};
  T* const c = out.c + i0 * out.c_row + j0;
  const auto add = [&](const auto& term) {
    each_vector<R, W>([&](int i, int j) { sum[i][j] = (V(sum[i][j]) + term(i, j)).v; });
  };
  if (out.add) add([&](int i, int j) { return row.get(c + i * out.c_row, j); });
  if (out.bias_m) add([&](int i, int) { return V(out.bias_m[i0 + i]); });
  if (out.bias_n) add([&](int, int j) { return row.get(out.bias_n + j0, j); });
  each_vector<R, W>([&](int i, int j) { row.put(c + i * out.c_row, j, V(sum[i][j])); });
}

}  // namespace pynn::PYNN_ISA
