// logarithm.h — log, log1p, log2, log10, softplus, log_sigmoid.
//
// x = 2^e (1 + f) with -1/4 <= f < 1/2, so that log x = e ln 2 + log(1 + f), and near 1, where log is small,
// e is 0 and f is exact.
#pragma once
#include "core/math/exponential.h"

namespace pynn::PYNN_ISA {

// log(1 + f) - f for -1/4 <= f < 1/2.
template <class V>
PYNN_INLINE V log1p_minus_identity(V f) {
  if constexpr (kSingle<V>) {  // -f^2 / 2 + f^3 P(f)
    const V p = polynomial(f, 0.333333403, -0.250001639, 0.199996054, -0.166552976, 0.142762378, -0.127277687,
                           0.117006518, -0.0911620781, 0.0376731828);
    return f * f * fma(f, p, V(-0.5));
  } else {  // s = f / (2 + f): 2 atanh(s) - f = s (z P(z) + f^2 / 2) - f^2 / 2 with z = s^2
    const V s = f / (2 + f);
    const V z = s * s;
    const V half_square = 0.5 * f * f;
    const V p = polynomial(z, 0.666666666666666, 0.4000000000005664, 0.28571428555841516, 0.22222224293935397,
                           0.18181666168980404, 0.15391095015245165, 0.1317404016963504, 0.13838883949093456);
    return fma(s, fma(z, p, half_square), -half_square);
  }
}

// The values at the ends: log 0 = -inf, log inf = inf, log of a negative number or NaN = NaN.
template <class V>
PYNN_INLINE V log_ends(V x, V inside) {
  inside = select(x < __builtin_inf(), inside, x);
  return select(x > 0, inside, select(x == 0, -__builtin_inf(), V(__builtin_nan(""))));
}

// log(x) + correction. The large parts, e ln 2 and f, are added without loss.
template <class V>
PYNN_INLINE V log_corrected(V x, V correction) {
  const auto [e, m] = take_apart(x);
  const V f = m - 1;
  const V large = e * kLn2Upper<V>;
  const V sum = large + f;
  const V lost = f - (sum - large);
  const V small = fma(e, V(kLn2Lower<V>), log1p_minus_identity(f)) + correction;
  return log_ends(x, sum + (lost + small));
}
template <class T>
PYNN_INLINE Vec<T> log(Vec<T> x) {
  return log_corrected(x, Vec<T>(0));
}

// log(1 + x): u = 1 + x rounds, and what that loses, c, is made up for by log(u + c) = log u + c / u.
template <class T>
PYNN_INLINE Vec<T> log1p(Vec<T> x) {
  using V = Vec<T>;
  const V u = 1 + x;
  const V lost = select(x > 1, 1 - (u - x), x - (u - 1));
  return select(abs(x) < (kSingle<V> ? 0x1p-40 : 0x1p-70), x, log_corrected(u, lost / u));
}

// log x / log b = e log_b 2 + log(1 + f) log_b e. The upper digits of log(1 + f) times those of log_b e are
// exact, and so is e times those of log_b 2.
struct Base {
  double log_e_upper, log_e_lower, log_2_upper, log_2_lower;
};
template <class V>
PYNN_INLINE V log_in_base(V x, const Base& base) {
  const auto [e, m] = take_apart(x);
  const V f = m - 1;
  const V rest = log1p_minus_identity(f);
  const V upper = upper_digits(f + rest);
  const V lower = (f - upper) + rest;
  const V large = e * base.log_2_upper;
  const V product = upper * base.log_e_upper;
  const V sum = large + product;
  const V lost = product - (sum - large);
  const V small =
      fma(lower, V(base.log_e_upper + base.log_e_lower), upper * base.log_e_lower) + e * base.log_2_lower;
  return log_ends(x, sum + (lost + small));
}
template <class T>
PYNN_INLINE Vec<T> log2(Vec<T> x) {
  if constexpr (kSingle<Vec<T>>)
    return log_in_base(x, {0x1.714p0, 0x1.47652b82fe177p-12, 1, 0});
  else
    return log_in_base(x, {0x1.715476p0, 0x1.4ae0bf85ddf44p-26, 1, 0});
}
template <class T>
PYNN_INLINE Vec<T> log10(Vec<T> x) {
  if constexpr (kSingle<Vec<T>>)
    return log_in_base(x, {0x1.bcap-2, 0x1.7b1526e50e32ap-14, 0x1.344p-2, 0x1.3509f79fef312p-18});
  else
    return log_in_base(x, {0x1.bcb7b1p-2, 0x1.49b9438ca9aaep-28, 0x1.34413508p-2, 0x1.f79fef311f12bp-34});
}

// P in log(1 + t) = t + t^2 P(t), for 0 <= t <= 1.
template <class V>
PYNN_INLINE V log1p_remainder(V t) {
  if constexpr (kSingle<V>)
    return polynomial(t, -0.499999315, 0.333304644, -0.24958019, 0.196921021, -0.153448805, 0.106611282,
                      -0.057457231, 0.0200862419, -0.00329046859);
  else
    return polynomial(t, -0.4999999999999946, 0.33333333333235043, -0.24999999993676675, 0.1999999979132624,
                      -0.16666662498567716, 0.1428565889798661, -0.12499479618954336, 0.11107506033343423,
                      -0.09981015101332492, 0.09013154352242296, -0.0808121374035324, 0.07035547843492142,
                      -0.05750212598980036, 0.042300271836193594, -0.026744121199242236, 0.013838704638991181,
                      -0.005543168531287365, 0.001595762221933887, -0.00029176580439710994,
                      2.5330400135355195e-05);
}

// log(1 + e^x) = max(x, 0) + log(1 + t) with t = e^-|x|, and log sigmoid(x) = -softplus(-x): no overflow, all
// digits in both tails.
template <class T>
PYNN_INLINE Vec<T> softplus(Vec<T> x) {
  const Vec<T> t = exp(-abs(x));
  return fma(t, t * log1p_remainder(t), max_fast(Vec<T>(0), x)) + t;
}
template <class T>
PYNN_INLINE Vec<T> log_sigmoid(Vec<T> x) {
  return -softplus(-x);
}

}  // namespace pynn::PYNN_ISA
