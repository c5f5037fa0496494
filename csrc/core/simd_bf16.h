// simd_bf16.h — float32 rounded to bfloat16 (core/bfloat16.h), a vector at a time.
#pragma once
#include "core/simd.h"

namespace pynn::PYNN_ISA {

// From the bits of float32 to those of bfloat16, in the lower half of each lane: half of the last bit kept is
// added, less one where that bit is 0, so that a tie goes to the even one. NaN is not rounded, but made
// quiet.
constexpr PYNN_INLINE int32_t round_to_bf16(int32_t x) {
  const int32_t rounded = int32_t(uint32_t(x) + 0x7fffu + (uint32_t(x) >> 16 & 1)) >> 16;
  return ((x & 0x7fffffff) > 0x7f800000 ? x >> 16 | 0x40 : rounded) & 0xffff;
}
PYNN_INLINE Vec<int32_t> round_to_bf16(Vec<int32_t> x) {
  using V = Vec<int32_t>;
  const V rounded = (x + 0x7fff + (x >> 16 & V(1))) >> 16, nan = x >> 16 | V(0x40);
  return select((x & V(0x7fffffff)) > V(0x7f800000), nan, rounded) & V(0xffff);
}

}  // namespace pynn::PYNN_ISA
