// bfloat16.h — the upper half of a float32: its sign, its 8 bits of exponent, 7 of its 23 bits of fraction.
//
// A type to keep numbers in, not to compute with: arithmetic converts to float32, and what is stored is
// rounded to the nearest, a tie to the even one of the two (Kalamkar et al., "A Study of BFLOAT16 for Deep
// Learning Training", 2019).
#pragma once
#include <bit>
#include <cstdint>

namespace pynn {

struct bfloat16 {
  uint16_t bits;

  bfloat16() = default;
  constexpr bfloat16(float value) : bits(round(std::bit_cast<uint32_t>(value))) {}
  constexpr operator float() const { return std::bit_cast<float>(uint32_t(bits) << 16); }

  // Half of the last bit kept is added, less one where that bit is 0: a tie then carries only into an odd
  // one. NaN is not rounded, which might carry it into infinity; its quiet bit keeps it NaN.
  static constexpr uint16_t round(uint32_t x) {
    const uint32_t rounded = (x + 0x7fffu + (x >> 16 & 1)) >> 16, nan = x >> 16 | 0x40;
    return uint16_t((x & 0x7fffffffu) > 0x7f800000u ? nan : rounded);
  }
};

}  // namespace pynn
