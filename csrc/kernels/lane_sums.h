// lane_sums.h — the sums of the lanes of several vectors at once.
//
// Each is what sum_lanes gives, to the last bit: there as here, lane i meets lane i + n / 2, then i + n / 4.
// Where one vector alone leaves half of its lanes idle in the first step and more in each that follows, here
// the lanes of two vectors take turns in one, and a step works for both.
#pragma once
#include "kernels/gemm_pack.h"

namespace pynn::PYNN_ISA {

// N vectors, `step` apart, folded into one: lane N i + k has what is left of vector k's lanes i, i + n / N,
// ...
template <int N, class T>
PYNN_INLINE Vec<T> fold_together(const Vec<T>* x, int step) {
  if constexpr (N == 1) {
    return x[0];
  } else {
    const Vec<T> even = fold_together<N / 2>(x, 2 * step), odd = fold_together<N / 2>(x + step, 2 * step);
    return interleave_low(even, odd) + interleave_high(even, odd);
  }
}

template <int by, class Raw, int... I>
PYNN_INLINE Raw turned(Raw x, Lanes<I...>) {
  return __builtin_shufflevector(x, x, ((I + by) % int(sizeof...(I)))...);
}
template <int N, class T, int left = Vec<T>::lanes>
PYNN_INLINE Vec<T> fold_lanes_to(Vec<T> x) {
  if constexpr (left == N)
    return x;
  else
    return fold_lanes_to<N, T, left / 2>(
        x + Vec<T>(turned<left / 2>(x.v, typename CountTo<Vec<T>::lanes>::type())));
}

// The sums of N vectors, a power of two up to the number of lanes, in the first N lanes.
template <int N, class T>
PYNN_INLINE Vec<T> sum_lanes_of_each(const Vec<T>* x) {
  return fold_lanes_to<N>(fold_together<N>(x, 1));
}

}  // namespace pynn::PYNN_ISA
