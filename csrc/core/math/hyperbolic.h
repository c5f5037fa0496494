// hyperbolic.h — sinh, cosh, tanh, asinh, acosh, atanh.
#pragma once
#include "core/math/logarithm.h"

namespace pynn::PYNN_ISA {

template <class T>
PYNN_INLINE Vec<T> tanh(Vec<T> x) {
  using V = Vec<T>;
  const V a = abs(x);
  if constexpr (kSingle<V>) {  // a + a z P(z) near 0, and 1 - 2 / (e^2a + 1)
    const V z = a * a;
    const V p = polynomial(z, -0.333332837, 0.133314908, -0.053743504, 0.0206506047, -0.00571706519);
    const V near = fma(a * z, p, a);
    const V far = 1 - 2 / (exp(2 * a) + 1);
    return copysign(select(a < 0.625, near, far), x);
  } else {
    const V t = expm1(-2 * a);
    return copysign(-t / (2 + t), x);
  }
}

// (e^a - e^-a) / 2, near 0 by expm1
template <class T>
PYNN_INLINE Vec<T> sinh(Vec<T> x) {
  using V = Vec<T>;
  const V a = abs(x);
  const V t = expm1(min_fast(V(1), a));
  const V near = 0.5 * (t + t / (t + 1));
  const V half = half_exp(a);
  const V far = half - 0.25 / half;
  return copysign(select(a < 1, near, far), x);
}

template <class T>
PYNN_INLINE Vec<T> cosh(Vec<T> x) {
  const Vec<T> half = half_exp(abs(x));
  return half + 0.25 / half;
}

// log(a + sqrt(a^2 + 1)); for large a, whose square overflows, log a + log 2
template <class T>
PYNN_INLINE Vec<T> asinh(Vec<T> x) {
  using V = Vec<T>;
  const V a = abs(x);
  const auto large = a > (kSingle<V> ? 0x1p14 : 0x1p28);
  const V square = a * a;
  const V near = a + square / (1 + sqrt(square + 1));
  const V value = log1p(select(large, a, near)) + select(large, V(kLn2), V(0));
  return copysign(value, x);
}

// log(x + sqrt(x^2 - 1)) with t = x - 1, which is exact
template <class T>
PYNN_INLINE Vec<T> acosh(Vec<T> x) {
  using V = Vec<T>;
  const auto large = x > (kSingle<V> ? 0x1p14 : 0x1p28);
  const V t = x - 1;
  const V near = t + sqrt(2 * t + t * t);
  return log1p(select(large, x, near)) + select(large, V(kLn2), V(0));
}

// log((1 + a) / (1 - a)) / 2
template <class T>
PYNN_INLINE Vec<T> atanh(Vec<T> x) {
  const Vec<T> a = abs(x);
  return copysign(0.5 * log1p(2 * a / (1 - a)), x);
}

}  // namespace pynn::PYNN_ISA
