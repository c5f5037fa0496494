// exponential.h — e^x and what is built on it alone: exp2, expm1, sigmoid, silu.
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
    return polynomial(r, 0.5, 0.166666657, 0.0416663624, 0.00833338965, 0.00139406265, 0.000198458278);
  else
    return polynomial(r, 0.5, 0.16666666666666677, 0.04166666666666651, 0.008333333333321691,
                      0.0013888888888962374, 0.00019841269885964772, 2.480158717256062e-05,
                      2.755724437532155e-06, 2.7557402611510417e-07, 2.5108978481916927e-08,
                      2.0875341370296014e-09);
}

// e^x = 2^n (1 + r + rest), with n the integer nearest to x / ln 2. r = x - n upper is exact; the rest, which
// is n lower and the small r^2 P, is not rounded to the digits of r. x is known as x + x_rest.
template <class V>
struct Exponential {
  V n, r, rest;
};
template <class V>
PYNN_INLINE Exponential<V> exponential(V x, V x_rest = V(0)) {
  const V n = round_small(x * kLog2E);
  const V r = fma(n, V(-kLn2Upper<V>), x);
  const V correction = fma(n, V(kLn2Lower<V>), -x_rest);
  const V reduced = r - correction;
  return {n, r, fma(reduced * reduced, exp_remainder(reduced), -correction)};
}

// 2^shift e^x. Below `lowest` that is rounded to 0, and is not computed: where a product underflows, a
// processor leaves its pipeline for a hundred cycles, and the scores that a mask or the end of a row sets to
// -inf would be the most expensive ones. Above `highest` it is surely inf. (min_fast lets the NaN of its
// second argument live.)
template <class V>
PYNN_INLINE V scaled_exp(V x, double shift) {
  constexpr double lowest = kSingle<V> ? -104 : -745.2, highest = kSingle<V> ? 105 : 746;
  const auto vanishes = x < lowest;
  const auto [n, r, rest] = exponential(min_fast(V(highest), select(vanishes, V(0), x)));
  return select(vanishes, V(0), scale(1 + (r + rest), n + shift));
}

template <class T>
PYNN_INLINE Vec<T> exp(Vec<T> x) {
  return scaled_exp(x, 0);
}

// e^x / 2, which is finite a little longer than e^x; for sinh and cosh.
template <class T>
PYNN_INLINE Vec<T> half_exp(Vec<T> x) {
  return scaled_exp(x, -1);
}

// 2^x = 2^n e^((x - n) ln 2)
template <class T>
PYNN_INLINE Vec<T> exp2(Vec<T> x) {
  using V = Vec<T>;
  constexpr double lowest = kSingle<V> ? -151 : -1076, highest = kSingle<V> ? 129 : 1025;
  const auto vanishes = x < lowest;  // as in scaled_exp
  x = min_fast(V(highest), select(vanishes, V(0), x));
  const V n = round_small(x);
  const V fraction = x - n;
  const V r = fraction * kLn2;
  return select(vanishes, V(0), scale(1 + fma(fraction, kLn2, r * r * exp_remainder(r)), n));
}

// e^x - 1 = (2^n - 1 + 2^n r) + 2^n rest, halved on the way because 2^128 (2^1024) is not a number. What the
// two sums in brackets lose is made up for: near n = 1 they nearly cancel, and every digit is needed.
template <class T>
PYNN_INLINE Vec<T> expm1(Vec<T> x) {
  using V = Vec<T>;
  constexpr double lowest = kSingle<V> ? -20 : -40,
                   highest = kSingle<V> ? 88.9 : 709.9;  // where it is -1, inf
  const auto [n, r, rest] = exponential(min_fast(V(highest), max_fast(V(lowest), x)));
  const V half = power_of_two(n - 1);
  const V whole = half - 0.5;
  const V sum = fma(half, r, whole);
  const V lost = fma(half, r, whole - sum) + ((half - whole) - 0.5);
  return copysign(select(n == 0, r + rest, 2 * (sum + fma(half, rest, lost))), x);
}

// factor / (1 + e^-x), where e^-x = 2^n (1 + p). That overflows long before the quotient is 0, so numerator
// and denominator are taken 2^(m - n) times, with m = n as long as 2^m is an ordinary number:
//   (factor 2^(m - n)) / (1 + 2^m (1 + p))
// The 1 would need that factor too, but wherever m is not n it is lost beside 2^m. The division alone rounds
// the result into the denormal numbers.
template <class V>
struct Logistic {
  V numerator, denominator, power, p;  // power = 2^m
};
template <class V>
PYNN_INLINE Logistic<V> logistic(V factor, V x, V x_rest = V(0)) {
  constexpr double low = kSingle<V> ? -125 : -800, high = kSingle<V> ? 87 : 708;
  const auto [n, r, rest] = exponential(-min_fast(V(high), max_fast(V(low), x)), -x_rest);
  const V m = min_fast(V(kExponentBias<V> - 1), n);
  const V power = times_power_of_two(V(1), m), p = r + rest;
  const V sum = 1 + power;
  const V lost = 1 - (sum - power);
  return {times_power_of_two(factor, m - n), sum + fma(power, p, lost), power, p};
}

// factor sigmoid(x + x_rest). At -inf, where it is to be 0, factor must be a number.
template <class V>
PYNN_INLINE V times_sigmoid(V factor, V x, V x_rest = V(0)) {
  const auto fraction = logistic(factor, x, x_rest);
  return fraction.numerator / fraction.denominator;
}
template <class T>
PYNN_INLINE Vec<T> sigmoid(Vec<T> x) {
  return times_sigmoid(Vec<T>(1), x);
}
// x sigmoid(x); beyond -125 (-800) it is 0 already.
template <class T>
PYNN_INLINE Vec<T> silu(Vec<T> x) {
  return times_sigmoid(max_fast(Vec<T>(sizeof(T) == 4 ? -125 : -800), x), x);
}

// sigmoid(x) and its slope sigmoid(x) sigmoid(-x), from one exponential and one division.
template <class V>
struct SigmoidAndSlope {
  V value, slope;
};
template <class T>
PYNN_INLINE SigmoidAndSlope<Vec<T>> sigmoid_and_slope(Vec<T> x) {
  const auto [numerator, denominator, power, p] = logistic(Vec<T>(1), x);
  const Vec<T> reciprocal = 1 / denominator;
  const Vec<T> value = numerator * reciprocal;
  return {value, value * (fma(power, p, power) * reciprocal)};
}

}  // namespace pynn::PYNN_ISA
