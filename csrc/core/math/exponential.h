// exponential.h — e^x and what is built on it alone: exp2, expm1, sigmoid.
#pragma once
#include "core/math/exponent.h"

namespace pynn::PYNN_ISA {

inline constexpr double kLog2E = 0x1.71547652b82fep0;  // 1 / ln 2
inline constexpr double kLn2 = 0x1.62e42fefa39efp-1;

// ln 2 in two parts; the upper one is so short that its product with an exponent is exact.
template <class V>
inline constexpr double kLn2Upper = kSingle<V> ? 0x1.62ep-1 : 0x1.62e42feep-1;
template <class V>
inline constexpr double kLn2Lower = kSingle<V> ? 0x1.0bfbe8e7bcd5ep-15 : 0x1.a39ef35793c76p-33;

// P in e^r = 1 + r + r^2 P(r), for |r| <= ln(2) / 2.
template <class V>
PYNN_INLINE V exp_remainder(V r) {
  if constexpr (kSingle<V>)
    return polynomial(r, 0.49999997, 0.166665435, 0.0416672006, 0.00836651865, 0.00138825388);
  else
    return polynomial(r, 0.5, 0.16666666666666677, 0.04166666666666651, 0.008333333333321691,
                      0.0013888888888962374, 0.00019841269885964772, 2.480158717256062e-05,
                      2.755724437532155e-06, 2.7557402611510417e-07, 2.5108978481916927e-08,
                      2.0875341370296014e-09);
}

// e^x = 2^n (1 + p), with n the integer nearest to x / ln 2 and r = (x - n upper) - n lower. The first
// difference is exact; the second is added only at the end, together with the small r^2 P, so that it is not
// rounded to the digits of r. Where e^x and e^-x are surely 0 or inf, x is cut off: the second argument of
// min_fast and max_fast is the one whose NaN survives.
template <class V>
struct Exponential {
  V n, p;
};
template <class V>
PYNN_INLINE Exponential<V> exponential(V x) {
  constexpr double end = kSingle<V> ? 105 : 746;
  x = min_fast(V(end), max_fast(V(-end), x));
  const V n = round_small(x * kLog2E);
  const V rough = fma(n, -kLn2Upper<V>, x);
  const V correction = n * kLn2Lower<V>;
  const V r = rough - correction;
  return {n, rough - fma(r * r, -exp_remainder(r), correction)};
}

template <class T>
PYNN_INLINE Vec<T> exp(Vec<T> x) {
  const auto [n, p] = exponential(x);
  return scale(1 + p, n);
}

// e^x / 2, which is finite a little longer than e^x; for sinh and cosh.
template <class T>
PYNN_INLINE Vec<T> half_exp(Vec<T> x) {
  const auto [n, p] = exponential(x);
  return scale(1 + p, n - 1);
}

// 2^x = 2^n e^((x - n) ln 2)
template <class T>
PYNN_INLINE Vec<T> exp2(Vec<T> x) {
  using V = Vec<T>;
  constexpr double lowest = kSingle<V> ? -151 : -1076, highest = kSingle<V> ? 129 : 1025;
  x = min_fast(V(highest), max_fast(V(lowest), x));
  const V n = round_small(x);
  const V fraction = x - n;
  const V r = fraction * kLn2;
  return scale(1 + fma(fraction, kLn2, r * r * exp_remainder(r)), n);
}

// e^x - 1 = 2^n p + (2^n - 1), halved on the way because 2^128 (2^1024) is not a number.
template <class T>
PYNN_INLINE Vec<T> expm1(Vec<T> x) {
  using V = Vec<T>;
  constexpr double lowest = kSingle<V> ? -20 : -40,
                   highest = kSingle<V> ? 88.9 : 709.9;  // where it is -1, inf
  const auto [n, p] = exponential(min_fast(V(highest), max_fast(V(lowest), x)));
  const V half_power = power_of_two(n - 1);
  return select(n == 0, p, 2 * (half_power * p + (half_power - 0.5)));
}

// 1 / (1 + e^-x) = 2^-n / (2^-n + 1 + p) where e^-x = 2^n (1 + p). So written nothing overflows, the left
// tail keeps its digits down to denormal numbers, and e^-x is not rounded before 1 is added.
template <class T>
PYNN_INLINE Vec<T> sigmoid(Vec<T> x) {
  using V = Vec<T>;
  const auto [n, p] = exponential(-min_fast(V(60), x));
  const V power = power_of_two(max_fast(V(-100), -n));
  const V sum = 1 + power;
  const V lost = power - (sum - 1);
  return scale(1 / (sum + (p + lost)), -n);
}

}  // namespace pynn::PYNN_ISA
