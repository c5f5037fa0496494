// safe_gradient.h — gradients that stay 0 where nobody asked for one.
//
// where(x > 0, sqrt(x), 0) sends dy = 0 into sqrt at x = 0, whose slope is infinite. The product 0 · ∞ is
// NaN, and one NaN spoils every weight it is summed into. The chain rule means 0: a branch that was not taken
// has no influence. So formulas whose slope can be infinite (sqrt, log, pow, division ...) end in
// safe_gradient.
#pragma once
#include "core/isa.h"

namespace pynn::PYNN_ISA {

// dx, but 0 wherever dy is 0.
template <class V>
PYNN_INLINE V safe_gradient(const V& dy, const V& dx) {
  return select(dy == 0, dy, dx);
}

// The gradient of a function that is constant between its jumps: 0 everywhere.
template <class V>
PYNN_INLINE V zero_gradient(const V& dy) {
  return select(dy == 0, dy, 0.0);
}

}  // namespace pynn::PYNN_ISA
