// quick.h — exponential functions in half the operations, for gates and softmax, whose results are not
// compared with 0: the error is some 1e-7 of 1, where the functions of exponential.h and hyperbolic.h keep
// the digits of the smallest results as well. tanh keeps them near 0 here too. Double precision has no
// quicker way.
#pragma once
#include "core/math/hyperbolic.h"

namespace pynn::PYNN_ISA {

// q in 2^f = 1 + f q(f), within 1e-7 for |f| <= 1/2.
PYNN_INLINE Vec<float> exp2_slope(Vec<float> f) {
  return polynomial(f, 0.6931470036506653, 0.24022242426872253, 0.05550733581185341, 0.009671512991189957,
                    0.001326472731307149);
}

// 2^t = power (1 + small), for -126 <= t <= 126 after it is cut off there.
struct QuickPower {
  Vec<float> power, small;
};
PYNN_INLINE QuickPower quick_power(Vec<float> t) {
  using V = Vec<float>;
  t = min_fast(V(126), max_fast(V(-126), t));
  const V n = round_small(t), f = t - n;
  return {power_of_two(n), f * exp2_slope(f)};
}

template <class V>
PYNN_INLINE V quick_sigmoid(const V& x) {
  return sigmoid(x);
}
PYNN_INLINE Vec<float> quick_sigmoid(const Vec<float>& x) {
  const auto [power, small] = quick_power(x * -kLog2E);
  return 1 / (1 + fma(power, small, power));
}

// (e^2x - 1) / (e^2x + 1)
template <class V>
PYNN_INLINE V quick_tanh(const V& x) {
  return tanh(x);
}
PYNN_INLINE Vec<float> quick_tanh(const Vec<float>& x) {
  const auto [power, small] = quick_power(x * (2 * kLog2E));
  const Vec<float> less_one = fma(power, small, power - 1);
  return less_one / (less_one + 2);
}

}  // namespace pynn::PYNN_ISA
