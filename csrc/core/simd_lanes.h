// simd_lanes.h — from the lanes of one vector to one number.
//
// The upper half is folded onto the lower half until one lane is left: log2(lanes) steps, and an order that
// depends on nothing but the lane count, so a sum is the same in every run. And two vectors' lanes in turns.
// Included by simd.h.
#pragma once
#include "core/simd.h"

namespace pynn::PYNN_ISA {

template <class T, int N, class Fold>
PYNN_INLINE T fold_halves(typename RawVector<T, N>::type x, Fold fold) {
  if constexpr (N == 1) {
    return x[0];
  } else {
    typename RawVector<T, N / 2>::type halves[2];
    __builtin_memcpy(halves, &x, sizeof x);
    return fold_halves<T, N / 2>(fold(halves[0], halves[1]), fold);
  }
}
template <class T, class Fold>
PYNN_INLINE T fold_lanes(Vec<T> x, Fold fold) {
  return fold_halves<T, Vec<T>::lanes>(x.v, fold);
}

// Integer sums and products wrap.
template <class T>
PYNN_INLINE T sum_lanes(Vec<T> x) {
  return fold_lanes(x, [](auto a, auto b) { return a + b; });
}
template <class T>
PYNN_INLINE T prod_lanes(Vec<T> x) {
  return fold_lanes(x, [](auto a, auto b) { return a * b; });
}
// NaN if any lane is NaN.
template <class T>
PYNN_INLINE T max_lanes(Vec<T> x) {
  return fold_lanes(x, [](auto a, auto b) { return (a > b) | (a != a) ? a : b; });
}
template <class T>
PYNN_INLINE T min_lanes(Vec<T> x) {
  return fold_lanes(x, [](auto a, auto b) { return (a < b) | (a != a) ? a : b; });
}

// a0 b0 a1 b1 ...: the first vector of it, and the second.
template <class T>
PYNN_INLINE Vec<T> interleave_low(Vec<T> a, Vec<T> b) {
  constexpr int n = Vec<T>::lanes;
  static_assert(n == 2 || n == 4 || n == 8 || n == 16);
  if constexpr (n == 2)
    return __builtin_shufflevector(a.v, b.v, 0, 2);
  else if constexpr (n == 4)
    return __builtin_shufflevector(a.v, b.v, 0, 4, 1, 5);
  else if constexpr (n == 8)
    return __builtin_shufflevector(a.v, b.v, 0, 8, 1, 9, 2, 10, 3, 11);
  else
    return __builtin_shufflevector(a.v, b.v, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
template <class T>
PYNN_INLINE Vec<T> interleave_high(Vec<T> a, Vec<T> b) {
  constexpr int n = Vec<T>::lanes;
  if constexpr (n == 2)
    return __builtin_shufflevector(a.v, b.v, 1, 3);
  else if constexpr (n == 4)
    return __builtin_shufflevector(a.v, b.v, 2, 6, 3, 7);
  else if constexpr (n == 8)
    return __builtin_shufflevector(a.v, b.v, 4, 12, 5, 13, 6, 14, 7, 15);
  else
    return __builtin_shufflevector(a.v, b.v, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

}  // namespace pynn::PYNN_ISA
