// simd_lanes.h — from the lanes of one vector to one number.
//
// The upper half is folded onto the lower half until one lane is left: log2(lanes) steps, and an order that
// depends on nothing but the lane count, so a sum is the same in every run. Included by simd.h.
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

}  // namespace pynn::PYNN_ISA
