// exponent.h — numbers taken apart into 2^e m, and put together again.
//
// A float is sign, exponent + bias, fraction, so the integer arithmetic below works on exponents in place.
#pragma once
#include "core/math/polynomial.h"

namespace pynn::PYNN_ISA {

template <class V>
inline constexpr int kFractionBits = kSingle<V> ? 23 : 52;
template <class V>
inline constexpr int kExponentBias = kSingle<V> ? 127 : 1023;
// 1.5 * 2^23 (2^52): to numbers of this size the integers are the closest neighbours, so adding it rounds to
// an integer, which stands in the low bits of the sum.
template <class V>
inline constexpr double kRounder = kSingle<V> ? 0x1.8p23 : 0x1.8p52;

// x to the nearest integer, for |x| < 2^22 (2^51): two additions, and the first may fuse with a product.
template <class V>
PYNN_INLINE V round_small(V x) {
  return (x + kRounder<V>)-kRounder<V>;
}

// An integer in floating point as an integer of the same width, and back; |n| < 2^22 (2^51).
template <class V>
PYNN_INLINE auto to_integer(V n) {
  return to_bits(n + kRounder<V>) - to_bits(V(kRounder<V>));
}
template <class V, class I>
PYNN_INLINE V from_integer(I n) {
  return V::from_bits(n + to_bits(V(kRounder<V>))) - kRounder<V>;
}

// 2^n for an integer n, as long as that is a normal number. The shift pushes kRounder's own bits out.
template <class V>
PYNN_INLINE V power_of_two(V n) {
  return V::from_bits(to_bits(n + (kRounder<V> + kExponentBias<V>)) << kFractionBits<V>);
}

// 2^n x for an integer n, |n| <= 2 * bias. Two factors, because 2^n alone may overflow or be denormal where
// the product is not; the first product is exact, so the result is rounded once.
template <class V>
PYNN_INLINE V scale(V x, V n) {
  if constexpr (hardware::kHasExponents) return hardware::scale(x.v, n.v);
  const V half = round_small(n * 0.5);
  return x * power_of_two(half) * power_of_two(n - half);
}

// The same where 2^n is a normal number: one factor will do.
template <class V>
PYNN_INLINE V times_power_of_two(V x, V n) {
  if constexpr (hardware::kHasExponents) return hardware::scale(x.v, n.v);
  return x * power_of_two(n);
}

// x = 2^e m with 3/4 <= m < 3/2, for finite x > 0.
template <class V>
struct Parts {
  V exponent, mantissa;
};
template <class V>
PYNN_INLINE Parts<V> take_apart(V x) {
  if constexpr (hardware::kHasExponents) {
    const V m = hardware::mantissa(x.v);
    const V e = hardware::exponent(x.v);  // of 1 <= m < 2, so one less wherever m came out below 1
    return {select(m < 1, e + 1, e), m};
  }
  constexpr double lift = kSingle<V> ? 0x1p24 : 0x1p54;  // makes a denormal number normal
  const Mask denormal = x < (kSingle<V> ? 0x1p-126 : 0x1p-1022);
  const auto bits = to_bits(select(denormal, x * lift, x));
  const auto e = (bits - to_bits(V(0.75))) >> kFractionBits<V>;
  const V m = V::from_bits(bits - (e << kFractionBits<V>));
  return {from_integer<V>(e) - select(denormal, V(kSingle<V> ? 24 : 54), V(0)), m};
}

}  // namespace pynn::PYNN_ISA
