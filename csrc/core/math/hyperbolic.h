// hyperbolic.h — sinh, cosh, tanh, asinh, acosh, atanh.
#pragma once
#include "core/math/logarithm.h"

namespace pynn::PYNN_ISA {

// (e^2a - 1) / (e^2a + 1) = (1 - q + p) / (1 + q + p) = 1 - 2 q / (1 + q + p), where e^2a = (1 + p) / q and p
// = r + rest: the second form where tanh is near 1, the first below. float has a + a z P(z) there, which is
// closer still.
template <class T>
PYNN_INLINE Vec<T> tanh(Vec<T> x) {
  using V = Vec<T>;
  const V a = min_fast(V(20), abs(x));
  const auto [n, r, rest] = exponential(2 * a);
  const V q = power_of_two(-n);
  const V sum = (1 + q) + (r + rest);
  if constexpr (kSingle<V>) {
    const V z = a * a, cube = a * z;
    const V near = polynomial(z, kHasFma ? -0.333333284 : -0.083333284, 0.133331731, -0.0539504811,
                              0.0217730422, -0.0085675912, 0.00304338429, -0.000818014028, 0.000115369025);
    // Without fma the product is rounded; less of it is lost when a quarter of the cube is split off.
    const V close = kHasFma ? fma(cube, near, a) : a + (cube * near - 0.25 * cube);
    return copysign(select(a < 1, close, 1 - 2 * q / sum), x);
  } else {
    const auto low = a < 1;
    const V quotient = select(low, ((1 - q) + r) + rest, 2 * q) / sum;
    return copysign(select(low, quotient, 1 - quotient), x);
  }
}

// (e^a - e^-a) / 2, and near 0 a + a z P(z)
template <class T>
PYNN_INLINE Vec<T> sinh(Vec<T> x) {
  using V = Vec<T>;
  const V a = abs(x), z = a * a;
  V p;
  if constexpr (kSingle<V>)
    p = polynomial(z, 0.166666672, 0.00833331142, 0.000198426351, 2.78392554e-06);
  else
    p = polynomial(z, 0.16666666666666666, 0.00833333333333357, 0.00019841269841066548, 2.755731930708671e-06,
                   2.5052090214992107e-08, 1.6061228083391534e-10, 7.510959006593823e-13,
                   6.2645566628829845e-15);
  const V half = half_exp(a);
  return copysign(select(a < 1, fma(a * z, p, a), half - 0.25 / half), x);
}

template <class T>
PYNN_INLINE Vec<T> cosh(Vec<T> x) {
  const Vec<T> half = half_exp(abs(x));
  return half + 0.25 / half;
}

// log(a + sqrt(a^2 + 1)); for large a, whose square overflows, log a + log 2, and log1p is as good as log
template <class T>
PYNN_INLINE Vec<T> asinh(Vec<T> x) {
  using V = Vec<T>;
  const V a = abs(x);
  const auto large = a > (kSingle<V> ? 0x1p30 : 0x1p60);
  const V square = a * a;
  const V near = a + square / (1 + sqrt(square + 1));
  const V value = log1p(select(large, a, near)) + select(large, V(kLn2), V(0));
  return copysign(value, x);
}

// log(x + sqrt(x^2 - 1)) with t = x - 1, which is exact
template <class T>
PYNN_INLINE Vec<T> acosh(Vec<T> x) {
  using V = Vec<T>;
  const auto large = x > (kSingle<V> ? 0x1p30 : 0x1p60);
  const V t = x - 1;
  const V near = t + sqrt(2 * t + t * t);
  const V value = log1p(select(large, x, near)) + select(large, V(kLn2), V(0));
  return select(x < 1, V(__builtin_nan("")), value);
}

// log((1 + a) / (1 - a)) / 2
template <class T>
PYNN_INLINE Vec<T> atanh(Vec<T> x) {
  const Vec<T> a = abs(x);
  return copysign(0.5 * log1p(2 * a / (1 - a)), x);
}

}  // namespace pynn::PYNN_ISA
