// conv_axis.h — one axis of a convolution: which place of the source a tap of the kernel reads.
//
// For output p, tap t reads place  p step + shift(t)  of the source. A stride of 3 makes the places that one
// tap reads lie 3 apart; but all that is read at p step + shift can be sorted by its remainder of step:
//
//   p step + shift = (p + q) step + r    with q = ⌊shift / step⌋ and the remainder r, 0 ≤ r < step
//
// In the part of the source with that remainder, its *phase*, tap t reads place p + q(t): neighbours in the
// output read neighbours. Taps with equal remainders share a phase, and those follow each other in turns.
//
// The gradient for the input fits the same mould. The dx of remainder r reads dy at step 1, by the taps
// that reach places of this remainder, and is written with gaps of the stride.
#pragma once
#include "kernels/conv.h"
#include "kernels/gemm_blocks.h"

namespace pynn::PYNN_ISA {

PYNN_INLINE int64_t floor_div(int64_t a, int64_t b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }
PYNN_INLINE int64_t remainder_of(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }
// The largest, for a > 0 and b of either sign.
PYNN_INLINE int64_t common_divisor(int64_t a, int64_t b) {
  if (b < 0) b = -b;
  while (b) {
    const int64_t rest = a % b;
    a = b, b = rest;
  }
  return a;
}

struct Axis {
  int64_t outs;        // places of the output
  int64_t size, step;  // places of the source, and from one output to the next
  int64_t taps, first_shift, shift_step;
  int64_t first_place, place_step;    // of the taps, in the kernel
  int64_t first_target, target_step;  // of the outputs, in the array that they are written to

  PYNN_INLINE int64_t shift(int64_t tap) const { return first_shift + tap * shift_step; }
  PYNN_INLINE int64_t place(int64_t tap) const { return first_place + tap * place_step; }

  // Only the outputs begin .. end.
  PYNN_INLINE Axis part(int64_t begin, int64_t end) const {
    Axis cut = *this;
    cut.outs = end - begin;
    cut.first_shift += begin * step;
    cut.first_target += begin * target_step;
    return cut;
  }

  int64_t phases() const { return larger(1, smaller(taps, step / common_divisor(step, shift_step))); }
  PYNN_INLINE int64_t phase_of(int64_t tap, int64_t phases) const { return tap % phases; }
  PYNN_INLINE int64_t remainder(int64_t phase) const { return remainder_of(shift(phase), step); }
  PYNN_INLINE int64_t q(int64_t tap) const { return floor_div(shift(tap), step); }
};

// What taps read of a phase: places first .. first + width, of which those outside the source are zeros.
struct Reach {
  int64_t first = 0, width = 0;

  PYNN_INLINE explicit Reach(int64_t outs) : width(outs) {}
  // That of several axes together, which read the same source: the parts of a gradient. The first has most
  // outputs.
  Reach(const Axis* axes, int64_t count) : width(axes[0].outs) {
    bool any = false;
    int64_t last = 0;
    for (int64_t i = 0; i < count; ++i) {
      if (axes[i].taps == 0) continue;
      const int64_t a = axes[i].q(0), b = axes[i].q(axes[i].taps - 1);  // shifts only grow or only fall
      first = any ? smaller(first, smaller(a, b)) : smaller(a, b);
      last = any ? larger(last, larger(a, b)) : larger(a, b);
      any = true;
    }
    width += last - first;
  }
  // Of these, the places begin .. end are in the source; the numbers count from `first`.
  PYNN_INLINE Range inside(const Axis& axis, int64_t phase) const {
    const int64_t count = larger(0, ceil_div(axis.size - axis.remainder(phase), axis.step));
    const int64_t begin = smaller(larger(0, -first), width);
    return {begin, larger(begin, smaller(count - first, width))};
  }
};

// The axis of the convolution itself.
inline Axis forward_axis(const ConvShape& s, int i) {
  return {s.out[i], s.in[i], s.stride[i], s.kernel[i], -s.before[i], s.dilation[i], 0, 1, 0, 1};
}

// Of dx, the places target, target + stride, ...: with target + before = j stride + r, tap k reaches the
// first of them if (r - k dilation) % stride = 0, so every cycle-th tap does; it reads dy at j + (r - k
// dilation) / stride.
inline Axis input_axis(const ConvShape& s, int i, int64_t target) {
  const int64_t stride = s.stride[i], dilation = s.dilation[i];
  const int64_t r = remainder_of(target + s.before[i], stride), j = floor_div(target + s.before[i], stride);
  const int64_t cycle = stride / common_divisor(stride, dilation);
  Axis axis{};
  axis.outs = ceil_div(s.in[i] - target, stride);
  axis.first_target = target;
  axis.target_step = stride;
  axis.size = s.out[i];
  axis.step = 1;
  int64_t first = 0;
  const int64_t candidates = smaller(cycle, s.kernel[i]);
  while (first < candidates && remainder_of(r - first * dilation, stride) != 0) ++first;
  axis.taps = first < candidates ? ceil_div(s.kernel[i] - first, cycle) : 0;
  axis.first_place = first;
  axis.place_step = cycle;
  axis.first_shift = j + floor_div(r - first * dilation, stride);
  axis.shift_step = -(cycle * dilation / stride);
  return axis;
}

}  // namespace pynn::PYNN_ISA
