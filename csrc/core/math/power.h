// power.h — pow, rsqrt, and division with remainder: fmod, remainder, floor_divide.
#pragma once
#include "core/math/logarithm.h"

namespace pynn::PYNN_ISA {

template <class T>
PYNN_INLINE Vec<T> rsqrt(Vec<T> x) {
  return 1 / sqrt(x);
}

// x^y = 2^(y log2 x) for finite x > 0. log2 must be known to more digits than x^y shall have, up to 8 more,
// since the result goes up to 2^128: so float goes through double, with polynomials of just that many digits.
// x = 2^e (1 + f) with -1/4 <= f < 1/2:  log2 x = e + f P(f), and 2^(n + r) = 2^n (1 + r Q(r)).
PYNN_INLINE Vec<double> power_of_positive(Vec<double> x, Vec<double> y) {
  using V = Vec<double>;
  const auto [e, m] = take_apart(x);
  const V f = m - 1;
  const V p =
      polynomial(f, 1.4426950409945543, -0.7213475168571601, 0.48089828222089415, -0.3606743592552244,
                 0.28854602360291726, -0.24042822109255732, 0.205820397635058, -0.1803145901192376,
                 0.16465703615757868, -0.15287042087796945, 0.11550362151470053, -0.044954521300934004);
  const V exponent = min_fast(V(200), max_fast(V(-200), y * fma(f, p, e)));
  const V n = round_small(exponent);
  const V r = exponent - n;
  const V q = polynomial(r, 0.6931472062775162, 0.24022651346156743, 0.055503277289659037,
                         0.009618003863395822, 0.0013400294602140756, 0.0001547630840681979);
  return times_power_of_two(fma(r, q, V(1)), n);
}
PYNN_INLINE Vec<float> power_of_positive(Vec<float> x, Vec<float> y) {
  return narrow<float>(power_of_positive(widen_low(x), widen_low(y)),
                       power_of_positive(widen_high(x), widen_high(y)));
}

// `power` is |x|^y where x is finite and not 0; here come the other cases, in the order of C's list of them.
PYNN_INLINE Vec<float> power_of_any(Vec<float> x, Vec<float> y, Vec<float> power) {
  using V = Vec<float>;
  const V inf = __builtin_inff();
  const V size = abs(x);
  power = select((size == 0) | (size == inf), select((size == 0) ^ (y > 0), inf, V(0)), power);
  const Mask whole = trunc(y) == y;
  const Mask odd = whole & (trunc(0.5 * y) != 0.5 * y);
  power = select(odd, copysign(power, x), power);
  power = select((x < 0) & (size < inf) & ~whole, V(__builtin_nanf("")), power);
  power = select(isnan(x) | isnan(y), x + y, power);
  return select((y == 0) | (x == 1) | ((size == 1) & (abs(y) == inf)), V(1), power);
}
PYNN_INLINE Vec<float> pow(Vec<float> x, Vec<float> y) {
  const Vec<float> power = power_of_positive(abs(x), y);
  const Mask usual = (x > 0) & (x < __builtin_inf()) & (abs(y) < __builtin_inf());
  return __builtin_expect(all(usual), 1) ? power : power_of_any(x, y, power);
}
PYNN_INLINE Vec<double> pow(Vec<double> x, Vec<double> y) {
  return each_lane([](double a, double b) { return __builtin_pow(a, b); }, x, y);
}
// Integers wrap; a negative exponent gives 1 / x^|n| rounded toward zero: 0, or 1 and -1 for those two.
template <class T>
  requires(!kIsFloat<T>)
PYNN_INLINE Vec<T> pow(Vec<T> x, Vec<T> n) {
  using V = Vec<T>;
  V result = 1, square = x;
  const V count = select((n < 0) & (x != 1) & (x != V(T(-1))), V(0), select(n < 0, n & 1, n));
  for (V left = count; any(left != 0); left = left >> 1) {
    result = select((left & 1) != 0, result * square, result);
    square = square * square;
  }
  return select((n < 0) & (abs(x) != 1), V(0), result);
}
PYNN_SCALAR_ARGUMENTS(pow);

// What is left of a after whole multiples of b, with the sign of a (C's rule). With fma, a - n b is exact as
// long as n is; n may be off by one, which shows in the remainder.
template <class T>
PYNN_INLINE Vec<T> fmod(Vec<T> a, Vec<T> b) {
  using V = Vec<T>;
  if constexpr (!kIsFloat<T>) {
    return select(b == 0, V(0), a - a / b * b);
  } else {
    const auto by_library = [](double x, double y) { return __builtin_fmod(x, y); };
    if constexpr (!kHasFma) return each_lane(by_library, a, b);
    constexpr double largest = kSingle<V> ? 0x1p22 : 0x1p51, smallest = kSingle<V> ? 0x1p-100 : 0x1p-960;
    const V x = abs(a), y = abs(b);
    const V n = trunc(x / y);
    const auto tame = (n < largest) & (y > smallest) & (y < __builtin_inf());
    V left = fma(-n, y, x);
    left = select(left < 0, left + y, left);
    left = select(left >= y, left - y, left);
    left = copysign(left, a);
    if (__builtin_expect(!all(tame), 0)) return select(tame, left, each_lane(by_library, a, b));
    return left;
  }
}

// With the sign of b (Python's rule).
template <class T>
PYNN_INLINE Vec<T> remainder(Vec<T> a, Vec<T> b) {
  using V = Vec<T>;
  const V left = fmod(a, b);
  return select((left != 0) & ((left < 0) ^ (b < 0)), left + b, left);
}

// The largest whole number not above a / b. For floats by way of the remainder: a / b itself may round up to
// a whole number it does not reach.
template <class T>
PYNN_INLINE Vec<T> floor_divide(Vec<T> a, Vec<T> b) {
  using V = Vec<T>;
  if constexpr (!kIsFloat<T>) {
    const V quotient = a / b;
    const V left = a - quotient * b;
    return select(b == 0, V(0), select((left != 0) & ((left < 0) ^ (b < 0)), quotient - 1, quotient));
  } else {
    const V left = fmod(a, b);
    const V quotient = (a - left) / b;
    const V lower = select((left != 0) & ((left < 0) ^ (b < 0)), quotient - 1, quotient);
    const V whole = floor(lower);
    const V nearest = select(lower - whole > 0.5, whole + 1, whole);
    return select(b == 0, a / b, select(lower == 0, copysign(V(0), a / b), nearest));
  }
}

PYNN_SCALAR_ARGUMENTS(fmod);
PYNN_SCALAR_ARGUMENTS(remainder);
PYNN_SCALAR_ARGUMENTS(floor_divide);

}  // namespace pynn::PYNN_ISA
