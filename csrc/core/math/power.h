// power.h — pow, rsqrt, and division with remainder: fmod, remainder, floor_divide.
#pragma once
#include "core/math/logarithm.h"

namespace pynn::PYNN_ISA {

template <class T>
PYNN_INLINE Vec<T> rsqrt(Vec<T> x) {
  return 1 / sqrt(x);
}

// x^y = e^(y log |x|). log must be known to more digits than x^y shall have, so float goes through double.
PYNN_INLINE Vec<float> power_of_positive(Vec<float> x, Vec<float> y) {
  return narrow<float>(exp(widen_low(y) * log(widen_low(x))), exp(widen_high(y) * log(widen_high(x))));
}
PYNN_INLINE Vec<float> pow(Vec<float> x, Vec<float> y) {
  using V = Vec<float>;
  const V inf = __builtin_inff();
  const V size = abs(x);
  V power = power_of_positive(size, y);
  const Mask whole = trunc(y) == y;
  const Mask odd = whole & (trunc(0.5 * y) != 0.5 * y);
  power = select(odd, copysign(power, x), power);
  power = select((x < 0) & (size < inf) & ~whole, V(__builtin_nanf("")), power);
  return select((y == 0) | (x == 1) | ((size == 1) & (abs(y) == inf)), V(1), power);
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
