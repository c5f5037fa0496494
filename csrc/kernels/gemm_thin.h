// gemm_thin.h — the products that are too thin for tiles: a few rows, or one, times a matrix.
//
// Every element of B is used only once or a few times, so such a product runs at the speed at which B
// comes from memory, and all that matters is to read B once, in the order in which it lies there.
//   B contiguous along k (y = x W^T):  dot products, several columns at a time;
//   B contiguous along n (x = y W):    C is a sum of the rows of B, each times one value of A.
#pragma once
#include "kernels/gemm_micro.h"
#include "kernels/lane_sums.h"

namespace pynn::PYNN_ISA {

// ---- dot products: A and B contiguous along k ------------------------------------------------------------

// As many rows of A as leave registers for 4 columns of B at once.
template <class T>
inline constexpr int kDotRows = TileShape<T>::rows == 12 ? 4 : 3;

// R rows times S columns. Lane l sums the products at p = l, l + lanes, ...; the lanes are added at the end.
template <int R, int S, class T>
void dot_tile(const Gemm<T>& g, const Output<T>& out, int64_t i0, int64_t j0) {
  using V = Vec<T>;
  const T* a = g.a + i0 * g.a_row;
  const T* b = g.b + j0 * g.b_col;
  V sum[R][S];
  const auto step = [&](const auto& get) {
    V column[S];
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) column[s] = get(b + s * g.b_col);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const V row = get(a + r * g.a_row);
#pragma GCC unroll 8
      for (int s = 0; s < S; ++s) sum[r][s] = fma(row, column[s], sum[r][s]);
    }
  };
  int64_t left = g.k;
  for (; left >= V::lanes; left -= V::lanes, a += V::lanes, b += V::lanes)
    step([](const T* p) { return load(p); });
  if (left > 0) step([left](const T* p) { return load(p, left); });

  constexpr int G = S < V::lanes ? S : V::lanes;  // sums in a vector
  const bool lies_in_rows = out.c_col == 1 && !out.add && !out.bias_m;
  T totals[R * S + V::lanes];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int s = 0; s < S; s += G) {
      const V total = sum_lanes_of_each<G>(sum[r] + s);
      if (!lies_in_rows)
        store(totals + r * S + s, total);
      else
        store(out.c + (i0 + r) * out.c_row + j0 + s,
              out.bias_n ? total + load(out.bias_n + j0 + s, G) : total, G);
    }
  }
  if (!lies_in_rows) finish_from_memory(totals, S, out, i0, j0, R, S);
}

// Rows i .. i_end of S columns, which stay in the first-level cache for all of them.
template <int S, class T, int R = kDotRows<T>>
void dot_columns(const Gemm<T>& g, const Output<T>& out, int64_t i, int64_t i_end, int64_t j) {
  for (; i + R <= i_end; i += R) dot_tile<R, S>(g, out, i, j);
  if constexpr (R > 1) {
    if (i < i_end) dot_columns<S, T, R - 1>(g, out, i, i_end, j);
  }
}

template <class T>
void multiply_by_dots(const Gemm<T>& g, int64_t j, int64_t j_end) {
  const Output<T> out(g, true, true);
  if (g.m == 1)
    for (; j + 8 <= j_end; j += 8) dot_tile<1, 8>(g, out, 0, j);
  for (; j + 4 <= j_end; j += 4) dot_columns<4>(g, out, 0, g.m, j);
  for (; j < j_end; ++j) dot_columns<1>(g, out, 0, g.m, j);
}

// ---- sums of rows: at most kSumRows rows of A, B contiguous along n
// -----------------------------------------

inline constexpr int kSumRows = 4;

// Columns of the sums: half of a small first-level cache, the other half for the rows of B that pass by.
template <int R, class T>
inline constexpr int64_t kSumWidth = 16384 / (R * int64_t(sizeof(T)));

// Rows of B a pass, so that their factors for R rows of A stay in registers.
template <int R, class T>
inline constexpr int kSumSteps = TileShape<T>::rows == 12 ? (R <= 2 ? 8 : 4)
                                 : R == 1                 ? 8
                                 : R == 2                 ? 4
                                                          : 2;

// sums[r][j] += sum over U steps of k of A[r, p] B[p, j], in the order of k, for `count` columns.
template <int R, int U, class T>
PYNN_INLINE void add_rows(T (*sums)[kSumWidth<R, T>], const T* a, int64_t a_row, int64_t a_col, const T* b,
                          int64_t b_row, int64_t count) {
  using V = Vec<T>;
  V factor[R][U];
  each_vector<R, U>([&](int r, int u) { factor[r][u] = a[r * a_row + u * a_col]; });
  const auto add = [&](int64_t j, const auto& get, const auto& put) {
    V sum[R];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) sum[r] = get(sums[r] + j);
#pragma GCC unroll 8
    for (int u = 0; u < U; ++u) {
      const V row = get(b + u * b_row + j);
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) sum[r] = fma(factor[r][u], row, sum[r]);
    }
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) put(sums[r] + j, sum[r]);
  };
  int64_t j = 0;
  for (; j + V::lanes <= count; j += V::lanes)
    add(j, [](const T* p) { return load(p); }, [](T* p, V sum) { store(p, sum); });
  const int64_t left = count - j;
  if (left > 0)
    add(j, [left](const T* p) { return load(p, left); }, [left](T* p, V sum) { store(p, sum, left); });
}

template <int R, class T>
void sum_rows(const Gemm<T>& g, int64_t j, int64_t j_end) {
  constexpr int U = kSumSteps<R, T>;
  constexpr int64_t width = kSumWidth<R, T>;
  const Output<T> out(g, true, true);
  T sums[R][width];
  for (; j < j_end; j += width) {
    const int64_t count = j_end - j < width ? j_end - j : width;
    for (int r = 0; r < R; ++r)
      for (int64_t q = 0; q < count; ++q) sums[r][q] = T(0);
    const T *a = g.a, *b = g.b + j;
    int64_t p = 0;
    for (; p + U <= g.k; p += U, a += U * g.a_col, b += U * g.b_row)
      add_rows<R, U, T>(sums, a, g.a_row, g.a_col, b, g.b_row, count);
    for (; p < g.k; ++p, a += g.a_col, b += g.b_row)
      add_rows<R, 1, T>(sums, a, g.a_row, g.a_col, b, g.b_row, count);
    finish_from_memory(sums[0], width, out, 0, j, R, count);
  }
}

template <class T, int R = kSumRows>
void multiply_by_sums_of_rows(const Gemm<T>& g, int64_t j, int64_t j_end) {
  if (g.m == R) return sum_rows<R>(g, j, j_end);
  if constexpr (R > 1) multiply_by_sums_of_rows<T, R - 1>(g, j, j_end);
}

}  // namespace pynn::PYNN_ISA
