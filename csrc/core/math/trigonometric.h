// trigonometric.h — sin, cos, tan of any argument.
//
// x = n pi/2 + r with |r| <= pi/4 and n the nearest integer; n mod 4 says which of +-sin r, +-cos r is meant.
// The art is in r: near a multiple of pi/2 the subtraction cancels all but a few of the digits, so n pi/2
// must be known to more digits than a number holds.
#pragma once
#include "core/math/exponent.h"

namespace pynn::PYNN_ISA {

// r = upper + lower, and the quadrant n as an integer.
template <class V>
struct ReducedAngle {
  V upper, lower;
  Vec<BitsOf<typename V::Scalar>> quadrant;
};

// Beyond this the reduction below loses digits, and the C library takes over, lane by lane.
template <class V>
inline constexpr double kLargestAngle = kSingle<V> ? 0x1p17 : 0x1p13;

inline constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;

// float: r is found in double. pi/2 = 25 bits + the rest, so that n times the first part is exact.
PYNN_INLINE Vec<double> reduce_in_double(Vec<double> x, Vec<double> n) {
  return fma(n, -0x1.110b4611a6263p-26, fma(n, -0x1.921fb5p0, x));
}
PYNN_INLINE ReducedAngle<Vec<float>> reduce_angle(Vec<float> x) {
  const Vec<float> n = round_small(x * kTwoOverPi);
  const Vec<float> r = narrow<float>(reduce_in_double(widen_low(x), widen_low(n)),
                                     reduce_in_double(widen_high(x), widen_high(n)));
  return {r, 0, to_integer(n)};
}

// double: pi/2 = 33 bits + 33 bits + the rest; n times either of the first two is exact, x minus the first
// product is exact, and what the second subtraction loses is kept.
PYNN_INLINE ReducedAngle<Vec<double>> reduce_angle(Vec<double> x) {
  const Vec<double> n = round_small(x * kTwoOverPi);
  const Vec<double> first = x - n * 0x1.921fb544p0;
  const Vec<double> product = n * 0x1.0b4611a6p-34;
  const Vec<double> second = first - product;
  const Vec<double> lost = (first - second) - product;
  const Vec<double> rest = fma(n, -0x1.3198a2e037073p-69, lost);
  const Vec<double> upper = second + rest;
  return {upper, (second - upper) + rest, to_integer(n)};
}

// sin(upper + lower) = sin(upper) + lower cos(upper) = u + u z P(z) + lower (1 - z / 2), z = u^2
template <class V>
PYNN_INLINE V sin_near_zero(const ReducedAngle<V>& r) {
  const V u = r.upper, z = u * u;
  if constexpr (kSingle<V>) {
    const V p = polynomial(z, -0.166666672, 0.00833337847, -0.000198525624, 2.82634846e-06);
    return fma(u * z, p, u);
  } else {
    const V p = polynomial(z, -0.16666666666666627, 0.00833333333332113, -0.00019841269828774175,
                           2.7557313331203145e-06, -2.5050701298969644e-08, 1.589348322165367e-10);
    return u + fma(u * z, p, fma(z, -0.5 * r.lower, r.lower));
  }
}

// cos(upper + lower) = cos(upper) - lower sin(upper) = 1 - z / 2 + z^2 P(z) - lower u
template <class V>
PYNN_INLINE V cos_near_zero(const ReducedAngle<V>& r) {
  const V u = r.upper, z = u * u;
  if constexpr (kSingle<V>) {
    const V p = polynomial(z, 0.0416666456, -0.00138873025, 2.44309776e-05);
    return fma(z * z, p, 1 - 0.5 * z);
  } else {
    const V p = polynomial(z, 0.04166666666666659, -0.0013888888888872143, 2.4801587288249897e-05,
                           -2.7557313998096524e-07, 2.087567536511415e-09, -1.1357179187568451e-11);
    const V half = 0.5 * z;
    const V sum = 1 - half;
    const V lost = (1 - sum) - half;
    return sum + fma(z * z, p, lost - u * r.lower);
  }
}

// The value of `small`, or of the C library's `large` for angles too large for it. Those are rare.
template <class V, class Large>
PYNN_INLINE V for_any_angle(V x, V small, Large large) {
  const Mask out = ~(abs(x) <= kLargestAngle<V>);
  if (__builtin_expect(any(out), 0)) return select(out, each_lane(large, x), small);
  return small;
}

// The sign of sin and cos changes with the second bit of the quadrant.
template <class V, class I>
PYNN_INLINE V with_quadrant_sign(V value, I quadrant) {
  constexpr int to_sign_bit = 8 * sizeof(typename V::Scalar) - 2;
  return V::from_bits(to_bits(value) ^ ((quadrant & 2) << to_sign_bit));
}

template <class T>
PYNN_INLINE Vec<T> sin(Vec<T> x) {
  const auto r = reduce_angle(x);
  const Mask<T> odd = ((r.quadrant & 1) != 0).v;
  const Vec<T> value = with_quadrant_sign(select(odd, cos_near_zero(r), sin_near_zero(r)), r.quadrant);
  return for_any_angle(x, select(x == 0, x, value), [](double a) { return __builtin_sin(a); });
}

template <class T>
PYNN_INLINE Vec<T> cos(Vec<T> x) {
  const auto r = reduce_angle(x);
  const Mask<T> odd = ((r.quadrant & 1) != 0).v;
  const Vec<T> value = with_quadrant_sign(select(odd, sin_near_zero(r), cos_near_zero(r)), r.quadrant + 1);
  return for_any_angle(x, value, [](double a) { return __builtin_cos(a); });
}

// tan r, or -1 / tan r in the odd quadrants. float by way of double: the quotient adds up too many roundings.
PYNN_INLINE Vec<double> tan(Vec<double> x) {
  const auto r = reduce_angle(x);
  const Mask<double> odd = ((r.quadrant & 1) != 0).v;
  const Vec<double> s = sin_near_zero(r), c = cos_near_zero(r);
  const Vec<double> value = select(odd, -c, s) / select(odd, s, c);
  return for_any_angle(x, select(x == 0, x, value), [](double a) { return __builtin_tan(a); });
}
PYNN_INLINE Vec<float> tan(Vec<float> x) { return narrow<float>(tan(widen_low(x)), tan(widen_high(x))); }

}  // namespace pynn::PYNN_ISA
