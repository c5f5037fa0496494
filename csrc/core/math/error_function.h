// error_function.h — erf, erfc, and the normal distribution: normal_pdf, normal_cdf.
//
// The tails matter: GELU is x normal_cdf(x), and for x = -10 a normal_cdf computed as 1 + erf has no correct
// digit. Here erfc(z) = e^(-z^2) erfcx(z), and erfcx changes so slowly that a polynomial holds it to the end.
#pragma once
#include "core/math/exponential.h"

namespace pynn::PYNN_ISA {

// factor (1 + error) e^(-c x^2), for a tiny error and a c that is a power of 2. Nothing is rounded on the
// way that can be avoided: what the square loses goes with the error into the p of e^... = 2^n (1 + p), and
// factor + factor p is rounded once.
template <class V>
PYNN_INLINE V times_gaussian(V factor, V error, V x, double c) {
  const V square = x * x;
  const auto [n, p] = exponential(-c * square);
  error -= c * product_error(x, x, square);
  return scale(fma(factor, fma(1 + p, error, p), factor), n);
}

// erfcx(z) = e^(z^2) erfc(z) for z = z + z_rest >= 0, up to where erfc(z) is 0, from s = 1 / (z + k) with k =
// 5/2:
//   s (k / 2 (1 - t) + (1 + t) P(t)),  t = (z - k) / (z + k) = 1 - 2 k s
// A small change of s changes t two or three times as much, so the relative error that s was rounded with,
// of the sum and of the quotient, is carried along: erfcx is value (1 + error).
template <class V>
struct ValueAndError {
  V value, error;
};
template <class V>
PYNN_INLINE ValueAndError<V> erfcx(V z, V z_rest) {
  const V sum = z + 2.5;
  const V s = 1 / sum;
  const V product = s * sum;
  const V error = (1 - product) - fma(s, z - (sum - 2.5) + z_rest, product_error(s, sum, product));
  const V t = fma(-5 * s, error, 1 - 5 * s);
  V p;
  if constexpr (kSingle<V>)
    p = polynomial(t, -0.195968181, 0.641316354, -0.187402084, 0.0161501989, 0.0122086499, -0.00380911818,
                   -0.000991594978, 0.000533030077, 0.000114742448, -4.44447433e-05);
  else
    p = polynomial(
        t, -0.1959681796942821, 0.6413163302551332, -0.18740221360703715, 0.01615106836098727,
        0.012210481771015068, -0.003817437468423973, -0.0010013480552210274, 0.0005621397867073896,
        0.0001405539450994129, -8.224614318983943e-05, -3.035876432752531e-05, 1.0826709863759878e-05,
        7.418079789633328e-06, -6.648526992912001e-07, -1.668904244640049e-06, -2.9035376483314203e-07,
        2.878088942162159e-07, 1.5396974643051093e-07, -2.1264808480644926e-08, -4.181288608455694e-08,
        -5.556294400104594e-09, 6.318867948296388e-09, 1.542547212772712e-09, -2.95738177502092e-10);
  return {s * fma(1 + t, p, fma(t, -1.25, V(1.25))), error};
}

// erf x = x + x P(x^2) for |x| <= 1
template <class V>
PYNN_INLINE V erf_near_zero(V x) {
  const V z = x * x;
  V p;
  if constexpr (kSingle<V>)
    p = polynomial(z, 0.128379166, -0.376126289, 0.112836182, -0.026855126, 0.00519073382, -0.000803076313,
                   7.92038627e-05);
  else
    p = polynomial(z, 0.12837916709551256, -0.3761263890318334, 0.1128379167093653, -0.026866170641866114,
                   0.005223977595806687, -0.0008548325434463292, 0.00012055278854391917,
                   -1.4924432331679721e-05, 1.64437253052332e-06, -1.618067022826834e-07,
                   1.3602213064599133e-08, -7.580774179127112e-10);
  return fma(x, p, x);
}

template <class T>
PYNN_INLINE Vec<T> erf(Vec<T> x) {
  using V = Vec<T>;
  const V a = min_fast(V(kSingle<V> ? 4 : 6), abs(x));
  V complement;
  if constexpr (kSingle<V>)  // the polynomial is close to log erfc
    complement = exp(polynomial(a, 0.000170556843, -1.12949514, -0.633386791, -0.108236313, 0.0250912122,
                                -0.00416040095, 0.000432277709, -2.09077189e-05));
  else
    complement = exp(-a * a) * erfcx(a, V(0)).value;
  return select(a < 1, erf_near_zero(x), copysign(1 - complement, x));
}

template <class T>
PYNN_INLINE Vec<T> erfc(Vec<T> x) {
  using V = Vec<T>;
  const V z = min_fast(V(kSingle<V> ? 10.5 : 28), abs(x));
  const auto [factor, error] = erfcx(z, V(0));
  const V tail = times_gaussian(factor, error, z, 1);
  return select(z < 0.75, 1 - erf_near_zero(x), select(x < 0, 2 - tail, tail));
}

inline constexpr double kSqrtHalf = 0x1.6a09e667f3bcdp-1;
template <class V>  // what rounding it to a number of V loses
inline constexpr double kSqrtHalfRest = kSingle<V> ? 0x1.9fcef32422cbfp-27 : -0x1.bdd3413b26456p-55;
inline constexpr double kOneOverSqrtTwoPi = 0x1.9884533d43651p-2;

// Beyond this both are 0.
template <class V>
inline constexpr double kNormalEnd = kSingle<V> ? 14.6 : 39;

// e^(-x^2 / 2) / sqrt(2 pi)
template <class T>
PYNN_INLINE Vec<T> normal_pdf(Vec<T> x) {
  using V = Vec<T>;
  return times_gaussian(V(kOneOverSqrtTwoPi), V(0), min_fast(V(kNormalEnd<V>), abs(x)), 0.5);
}

// erfc(-x / sqrt 2) / 2. In the tail the square is that of x: to square the rounded x / sqrt 2 would magnify
// its error x^2 times.
template <class T>
PYNN_INLINE Vec<T> normal_cdf(Vec<T> x) {
  using V = Vec<T>;
  const V a = min_fast(V(kNormalEnd<V>), abs(x));
  const V z = a * kSqrtHalf;
  const auto [factor, error] = erfcx(z, fma(a, kSqrtHalfRest<V>, product_error(a, V(kSqrtHalf), z)));
  const V tail = times_gaussian(0.5 * factor, error, a, 0.5);
  const V near = fma(0.5, erf_near_zero(x * kSqrtHalf), V(0.5));
  return select(a < 1.1, near, select(x < 0, tail, 1 - tail));
}

}  // namespace pynn::PYNN_ISA
