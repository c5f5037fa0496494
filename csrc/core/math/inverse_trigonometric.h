// inverse_trigonometric.h — asin, acos, atan, atan2.
#pragma once
#include "core/math/polynomial.h"

namespace pynn::PYNN_ISA {

// pi as a number of V and what rounding to it lost.
template <class V>
inline constexpr double kPiUpper = kSingle<V> ? 0x1.921fb6p1 : 0x1.921fb54442d18p1;
template <class V>
inline constexpr double kPiLower = kSingle<V> ? -0x1.777a5cf72cecep-24 : 0x1.1a62633145c07p-53;

// asin x - x for |x| <= 1/2:  x z P(z), z = x^2
template <class V>
PYNN_INLINE V asin_minus_identity(V x, V z) {
  V p;
  if constexpr (kSingle<V>)
    p = polynomial(z, 0.166667536, 0.0749524906, 0.0454766601, 0.0241481308, 0.0422197878);
  else
    p = polynomial(z, 0.16666666666665375, 0.07500000000344928, 0.04464285682188008, 0.030381959399064344,
                   0.022371751871718495, 0.017359796198221186, 0.013884349919363374, 0.012174913267365884,
                   0.0065037707093035975, 0.019593406074410003, -0.016325057180694595, 0.031980655706254045);
  return x * z * p;
}

// Up to 1/2 by the polynomial; beyond, where asin is steep, by asin a = pi/2 - 2 asin(sqrt((1 - a) / 2)).
template <class V>
struct ArcSine {
  Mask<typename V::Scalar> steep;
  V root, rest;  // asin(root) = root + rest
};
template <class V>
PYNN_INLINE ArcSine<V> arc_sine(V a) {
  const auto steep = a > 0.5;
  const V z = select(steep, 0.5 - 0.5 * a, a * a);
  const V root = select(steep, sqrt(z), a);
  return {steep, root, asin_minus_identity(root, z)};
}

template <class T>
PYNN_INLINE Vec<T> asin(Vec<T> x) {
  using V = Vec<T>;
  const auto [steep, root, rest] = arc_sine(abs(x));
  const V half_pi = V(0.5 * kPiUpper<V>);
  return copysign(select(steep, half_pi - (2 * root + (2 * rest - 0.5 * kPiLower<V>)), root + rest), x);
}

template <class T>
PYNN_INLINE Vec<T> acos(Vec<T> x) {
  using V = Vec<T>;
  const auto [steep, root, rest] = arc_sine(abs(x));
  const V signed_root = copysign(root, x), signed_rest = select(x < 0, -rest, rest);
  const V flat = V(0.5 * kPiUpper<V>) - (signed_root + (signed_rest - 0.5 * kPiLower<V>));
  const V right = 2 * (root + rest);
  const V left = V(kPiUpper<V>) - (2 * root + (2 * rest - kPiLower<V>));
  return select(steep, select(x < 0, left, right), flat);
}

// atan(y / x) for y, x >= 0 as upper + lower. Three ranges bring the quotient below tan(pi/8):
//   y / x,   pi/4 + atan((y - x) / (y + x)),   pi/2 + atan(-x / y)
template <class V>
struct ArcTangent {
  V upper, lower;
};
template <class V>
PYNN_INLINE ArcTangent<V> arc_tangent(V y, V x) {
  constexpr double kTanEighth = 0.41421356237309503;
  const auto high = y * kTanEighth > x;
  const auto middle = y > x * kTanEighth;
  const V t = select(high, -x, select(middle, y - x, y)) / select(high, y, select(middle, y + x, x));
  const V eighths = select(high, 2, select(middle, 1, V(0)));
  const V z = t * t;
  V p;
  if constexpr (kSingle<V>)
    p = polynomial(z, -0.333333164, 0.19998531, -0.142444685, 0.105997965, -0.0609166659);
  else
    p = polynomial(z, -0.333333333333332, 0.19999999999953816, -0.1428571428022246, 0.1111111078487936,
                   -0.09090897798513217, 0.07692060879528381, -0.06663110418527597, 0.058479247365731,
                   -0.05039409342181468, 0.03806575170704243, -0.01790688537977519);
  const V rest = fma(t * z, p, eighths * (0.25 * kPiLower<V>)) + t;
  return {eighths * (0.25 * kPiUpper<V>), rest};
}

template <class T>
PYNN_INLINE Vec<T> atan(Vec<T> x) {
  using V = Vec<T>;
  const auto [upper, lower] = arc_tangent(min_fast(V(kSingle<V> ? 0x1p100 : 0x1p1000), abs(x)), V(1));
  return copysign(upper + lower, x);
}

// The angle of the point (x, y), in (-pi, pi].
template <class T>
PYNN_INLINE Vec<T> atan2(Vec<T> y, Vec<T> x) {
  using V = Vec<T>;
  constexpr double huge = kSingle<V> ? 0x1p120 : 0x1p1000;
  V a = abs(y), b = abs(x);
  const Mask<T> infinite = (a == __builtin_inf()) & (b == __builtin_inf());
  a = select(infinite, 1, a);
  b = select(infinite, 1, b);
  // Neither may y + x overflow nor a product with a fraction lose the digits of a denormal number.
  const V factor =
      select((a > huge) | (b > huge), V(0x1p-20), select((a < 1 / huge) & (b < 1 / huge), V(0x1p60), V(1)));
  const auto [upper, lower] = arc_tangent(a * factor, b * factor);
  const V right = upper + lower;
  const V left = (V(kPiUpper<V>) - upper) - (lower - kPiLower<V>);
  const V angle = select(signbit(x), left, right);
  const V on_axis = select(signbit(x), V(kPiUpper<V>), V(0));
  return copysign(select(isnan(x) | isnan(y), x + y, select(a == 0, on_axis, angle)), y);
}

PYNN_SCALAR_ARGUMENTS(atan2);

}  // namespace pynn::PYNN_ISA
