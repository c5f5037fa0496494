// polynomial.h — what every function here is made of: Horner's rule, and products with their rounding error.
#pragma once
#include "core/simd.h"

namespace pynn::PYNN_ISA {

// c[0] + c[1] x + c[2] x^2 + ...
template <class V>
PYNN_INLINE V polynomial(V, double c) {
  return c;
}
template <class V, class... C>
PYNN_INLINE V polynomial(V x, double c, C... higher) {
  return fma(polynomial(x, higher...), x, V(c));
}

template <class V>
inline constexpr bool kSingle = sizeof(typename V::Scalar) == 4;

// The upper half of the digits of x: products of two such numbers are exact.
template <class V>
PYNN_INLINE V upper_digits(V x) {
  constexpr BitsOf<typename V::Scalar> keep = kSingle<V> ? -(1 << 12) : -(1 << 27);
  return V::from_bits(to_bits(x) & keep);
}

// x y - product, exactly, where product is x * y rounded.
template <class V>
PYNN_INLINE V product_error(V x, V y, V product) {
  if constexpr (kHasFma) return fma(x, y, -product);
  const V x1 = upper_digits(x), x2 = x - x1, y1 = upper_digits(y), y2 = y - y1;
  return ((x1 * y1 - product) + x1 * y2 + x2 * y1) + x2 * y2;
}

// f(x, y) for vectors takes a scalar on either side.
#define PYNN_SCALAR_ARGUMENTS(f)        \
  template <class T, ScalarFor<T> S>    \
  PYNN_INLINE Vec<T> f(Vec<T> x, S y) { \
    return f(x, Vec<T>(y));             \
  }                                     \
  template <class T, ScalarFor<T> S>    \
  PYNN_INLINE Vec<T> f(S x, Vec<T> y) { \
    return f(Vec<T>(x), y);             \
  }                                     \
  static_assert(true)

// A function that has no vector form, lane by lane, in double.
template <class V, class F>
PYNN_INLINE V each_lane(F f, V x) {
  for (int i = 0; i < V::lanes; ++i) x.v[i] = typename V::Scalar(f(double(x.v[i])));
  return x;
}
template <class V, class F>
PYNN_INLINE V each_lane(F f, V x, V y) {
  for (int i = 0; i < V::lanes; ++i) x.v[i] = typename V::Scalar(f(double(x.v[i]), double(y.v[i])));
  return x;
}

}  // namespace pynn::PYNN_ISA
