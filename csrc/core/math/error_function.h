// error_function.h — erf, erfc, and the normal distribution: normal_pdf, normal_cdf.
//
// The tails matter: GELU is x normal_cdf(x), and for x = -10 a normal_cdf computed as 1 + erf has no correct
// digit. Here erfc(z) = e^(-z^2) erfcx(z), and erfcx changes so slowly that a polynomial holds it to the end.
#pragma once
#include "core/math/exponential.h"

namespace pynn::PYNN_ISA {

// e^(-scale x^2), scale a power of 2. The square is rounded; what that loses, in units of e^..., is made good.
template <class V>
PYNN_INLINE V exp_of_negative_square(V x, double scale) {
  const V square = x * x;
  const V e = exp(-scale * square);
  return e - e * (scale * square_error(x, square));
}

// erfcx(z) = e^(z^2) erfc(z) for z >= 0, up to where erfc(z) is 0:
//   k s^2 k + (1 + t) s P(t) with s = 1 / (z + k), t = (z - k) / (z + k) = 1 - 2 k s and k = 5/2
template <class V>
PYNN_INLINE V erfcx(V z) {
  const V s = 1 / (z + 2.5);
  const V t = 1 - 5 * s;
  V p;
  if constexpr (kSingle<V>)
    p = polynomial(t, -0.195968181, 0.641316354, -0.187402084, 0.0161501989, 0.0122086499, -0.00380911818,
                   -0.000991594978, 0.000533030077, 0.000114742448, -4.44447433e-05);
  else
    p = polynomial(t, -0.1959681796942821, 0.6413163302551332, -0.18740221360703715, 0.01615106836098727,
                   0.012210481771015068, -0.003817437468423973, -0.0010013480552210274, 0.0005621397867073896,
                   0.0001405539450994129, -8.224614318983943e-05, -3.035876432752531e-05,
                   1.0826709863759878e-05, 7.418079789633328e-06, -6.648526992912001e-07,
                   -1.668904244640049e-06, -2.9035376483314203e-07, 2.878088942162159e-07,
                   1.5396974643051093e-07, -2.1264808480644926e-08, -4.181288608455694e-08,
                   -5.556294400104594e-09, 6.318867948296388e-09, 1.542547212772712e-09,
                   -2.95738177502092e-10);
  return s * fma(1 + t, p, 6.25 * s);
}

template <class T>
PYNN_INLINE Vec<T> erfc(Vec<T> x) {
  using V = Vec<T>;
  const V z = min_fast(V(kSingle<V> ? 10.5 : 28), abs(x));
  const V tail = exp_of_negative_square(z, 1) * erfcx(z);
  return select(x < 0, 2 - tail, tail);
}

template <class T>
PYNN_INLINE Vec<T> erf(Vec<T> x) {
  using V = Vec<T>;
  if constexpr (kSingle<V>) {  // a + a P(a^2) near 0, and 1 - e^P(a), where P(a) is close to log erfc(a)
    const V a = min_fast(V(4), abs(x));
    const V near = fma(a, polynomial(a * a, 0.128379166, -0.37612626, 0.112836003, -0.0268544443, 0.00518953661,
                                     -0.000802085444, 7.88916514e-05), a);
    const V far = 1 - exp(polynomial(a, 0.000170556843, -1.12949514, -0.633386612, -0.108236678, 0.0250915345,
                                     -0.00416054158, 0.000432306028, -2.09098216e-05));
    return copysign(select(a < 1, near, far), x);
  } else {  // a + a P(a^2) near 0, and 1 - erfc(a)
    const V a = min_fast(V(6), abs(x));
    const V p = polynomial(a * a, 0.12837916709551256, -0.3761263890318355, 0.11283791670945251,
                           -0.026866170643275993, 0.005223977607422095, -0.0008548325989647628,
                           0.00012055295319420711, -1.4924744648943923e-05, 1.6447517564552912e-06,
                           -1.620917546006374e-07, 1.372297584768328e-08, -7.801190554581257e-10);
    const V far = 1 - exp(-a * a) * erfcx(a);
    return copysign(select(a < 1, fma(a, p, a), far), x);
  }
}

inline constexpr double kSqrtHalf = 0x1.6a09e667f3bcdp-1;
inline constexpr double kOneOverSqrtTwoPi = 0x1.9884533d43651p-2;

// Beyond this both are 0.
template <class V>
inline constexpr double kNormalEnd = kSingle<V> ? 14.6 : 39;

// e^(-x^2 / 2) / sqrt(2 pi)
template <class T>
PYNN_INLINE Vec<T> normal_pdf(Vec<T> x) {
  using V = Vec<T>;
  return exp_of_negative_square(min_fast(V(kNormalEnd<V>), abs(x)), 0.5) * kOneOverSqrtTwoPi;
}

// erfc(-x / sqrt 2) / 2. The square is that of x: squaring the rounded x / sqrt 2 would double its error x^2 times.
template <class T>
PYNN_INLINE Vec<T> normal_cdf(Vec<T> x) {
  using V = Vec<T>;
  const V a = min_fast(V(kNormalEnd<V>), abs(x));
  const V tail = 0.5 * exp_of_negative_square(a, 0.5) * erfcx(a * kSqrtHalf);
  return select(x > 0, 1 - tail, tail);
}

}  // namespace pynn::PYNN_ISA
