// error_function.h — erf, erfc, and the normal distribution: normal_pdf, normal_cdf, gelu.
//
// The tails matter: GELU is x normal_cdf(x), and for x = -10 a normal_cdf computed as 1 + erf has no correct
// digit. Here normal_cdf(-a) = e^(-a^2 / 2) h(a), and h changes so slowly that one quotient of polynomials
// holds it from 0 to where normal_cdf is 0.
#pragma once
#include "core/math/exponential.h"

namespace pynn::PYNN_ISA {

// e^(-c x^2), for a c that is a power of 2. What the square loses is not lost.
template <class V>
PYNN_INLINE Exponential<V> gaussian(V x, double c) {
  const V left = -c * x;
  const V exponent = left * x;
  return exponential(exponent, product_error(left, x, exponent));
}
// factor e^x, rounded once, into the denormal numbers too.
template <class V>
PYNN_INLINE V times(V factor, Exponential<V> e) {
  return scale(fma(factor, e.r + e.rest, factor), e.n);
}

inline constexpr double kSqrtTwo = 0x1.6a09e667f3bcdp0;

// 1 / h(a),  h(a) = e^(a^2 / 2) normal_cdf(-a) = e^(z^2) erfc(z) / 2 with z = a / sqrt 2, for a >= 0. (Times
// sqrt(2 pi), h is known as Mills' ratio.) It is k a + S(a) / P(a): k a alone in the tail, 2 at 0, and all
// coefficients positive, so that no rounding on the way weighs much.
template <class V>
PYNN_INLINE V tail_reciprocal(V a) {
  if constexpr (kSingle<V>)
    return fma(a, V(2.506598711013794),
               polynomial(a, 3.07398558, 1.2914865, 0.318230957, 0.0310833156, 2.37100703e-05) /
                   polynomial(a, 1.53699279, 1.34571207, 0.561994791, 0.124454893, 0.0125794122));
  else
    return fma(
        a, V(2.5066282746304207),
        polynomial(a, 1.0, 1.2000064545137277, 0.7412479437567375, 0.29763859739561055, 0.0842673970257833,
                   0.017299526990674417, 0.0025664161578525576, 0.00026541082360732855,
                   1.7438037608373712e-05, 5.600539721951932e-07, 3.415318392367202e-17) /
            polynomial(a, 0.5, 0.8277180155130363, 0.6792813509713219, 0.35708844637008236,
                       0.13191861893150725, 0.03562373399802565, 0.007111942282615903, 0.001037765337738664,
                       0.00010633046126494193, 6.956770406766468e-06, 2.2342921006501952e-07));
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

// erfc(z) = 2 normal_cdf(-z sqrt 2), for 0 <= z
template <class V>
PYNN_INLINE V erfc_tail(V z) {
  return times(2 / tail_reciprocal(z * kSqrtTwo), gaussian(z, 1));
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
    complement = erfc_tail(a);
  return select(a < 1, erf_near_zero(x), copysign(1 - complement, x));
}

template <class T>
PYNN_INLINE Vec<T> erfc(Vec<T> x) {
  using V = Vec<T>;
  const V tail = erfc_tail(min_fast(V(kSingle<V> ? 10.5 : 28), abs(x)));
  return select(x < 0, 2 - tail, tail);
}

// Beyond this normal_cdf(-a), and a times it, are 0.
template <class V>
inline constexpr double kNormalEnd = kSingle<V> ? 14.6 : 39;
inline constexpr double kOneOverSqrtTwoPi = 0x1.9884533d43651p-2;

template <class V>
PYNN_INLINE V normal_size(V x) {
  return min_fast(V(kNormalEnd<V>), abs(x));
}

// e^(-x^2 / 2) / sqrt(2 pi)
template <class T>
PYNN_INLINE Vec<T> normal_pdf(Vec<T> x) {
  return times(Vec<T>(kOneOverSqrtTwoPi), gaussian(normal_size(x), 0.5));
}

// The chance that a standard normal number is below x: h(-x) e^(-x^2 / 2), or 1 less that of -x.
template <class T>
PYNN_INLINE Vec<T> normal_cdf(Vec<T> x) {
  const Vec<T> a = normal_size(x);
  const Vec<T> tail = times(1 / tail_reciprocal(a), gaussian(a, 0.5));
  return select(x < 0, tail, 1 - tail);
}

// Both, which share the exponential.
template <class V>
struct CdfAndPdf {
  V cdf, pdf;
};
template <class T>
PYNN_INLINE CdfAndPdf<Vec<T>> normal_cdf_and_pdf(Vec<T> x) {
  const Vec<T> a = normal_size(x);
  const auto bell = times(Vec<T>(1), gaussian(a, 0.5));
  const Vec<T> tail = bell / tail_reciprocal(a);
  return {select(x < 0, tail, 1 - tail), kOneOverSqrtTwoPi * bell};
}

// x normal_cdf(x) = max(x, 0) - a normal_cdf(-a), a = |x|. The maximum is -0 for x < 0: so is the result
// where the rest vanishes.
template <class T>
PYNN_INLINE Vec<T> gelu(Vec<T> x) {
  const Vec<T> a = normal_size(x);
  return max_fast(Vec<T>(-0.0), x) - times(a / tail_reciprocal(a), gaussian(a, 0.5));
}

// x sigmoid(2 u), 2 u = x (k + c x^2): gelu by way of tanh u = 2 sigmoid(2 u) - 1. The exponential magnifies
// the rounding of 2 u by the size of 2 u, up to 100 (700) times, so every product and the sum keep what they
// lose. Of k, the upper part is so short that k - (k + c x^2) is exact. Beyond the ends the result is 0, or
// x.
template <class T>
PYNN_INLINE Vec<T> gelu_tanh(Vec<T> x) {
  using V = Vec<T>;
  constexpr bool single = kSingle<V>;
  constexpr double k = single ? 0x1.9884500000000p+0 : 0x1.9884533d43640p+0;  // 2 sqrt(2 / pi)
  constexpr double k_rest = single ? 0x1.9ea1b284687e6p-23 : 0x1.08d0fcb3c500cp-48;
  constexpr double c = single ? 0x1.2444f20000000p-4 : 0x1.2444f2a4d8b4bp-4;  // 0.044715 k
  constexpr double c_rest = single ? 0x1.49b1695e937bcp-29 : -0x1.6c843a29d1c70p-61;
  constexpr double end = single ? 11 : 22;
  const V right = max_fast(V(-end), x), z = min_fast(V(end), right);
  const V square = z * z;
  const V cubic = c * square;
  const V cubic_rest =
      product_error(V(c), square, cubic) + fma(V(c), product_error(z, z, square), c_rest * square);
  const V factor = k + cubic;
  const V factor_rest = (k - factor) + cubic + (cubic_rest + k_rest);
  const V two_u = z * factor;
  return times_sigmoid(right, two_u, fma(z, factor_rest, product_error(z, factor, two_u)));
}

}  // namespace pynn::PYNN_ISA
