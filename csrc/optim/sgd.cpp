// sgd — stochastic gradient descent (Robbins & Monro 1951) with momentum (Polyak 1964; Nesterov 1983, in the
// form of Sutskever et al. 2013).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p
// b = momentum b + (1 - dampening) g, or g in the first step
// p = p - lr (g + momentum b) for Nesterov, else p - lr b, then shrunk by l1
// factors: lr l1 times what momentum has made of a steady gradient by now
template <class T>
void sgd(const SgdSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V decay = piece.fresh ? 0. : s.momentum;
  const V gain = piece.fresh ? 1. : 1 - s.dampening;
  const V toll = piece.factors[0];
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    const V p = at.load(piece.parameter);
    V g = descent(s, at.load(piece.gradient), p);
    if (piece.slots[0]) {
      const V b = decay * at.load(piece.slots[0]) + gain * g;
      at.store(piece.slots[0], b);
      g = s.nesterov ? g + s.momentum * b : b;
    }
    at.store(piece.parameter, shrink(p - s.lr * g, toll));
  });
}
extern const FloatKernels<Stepper<SgdSettings>::Signature> sgd_kernels;
constexpr FloatKernels<Stepper<SgdSettings>::Signature> sgd_kernels{sgd<float>, sgd<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(sgd_kernels);

void sgd_step(Group& group, const SgdSettings& s) {
  PerCount toll([&](int64_t t) {
    if (s.momentum == 0) return s.l1 * s.lr;
    const double b = std::pow(s.momentum, double(t - 1)) + (1 - s.dampening) * geometric(s.momentum, t - 1);
    return s.l1 * s.lr * (s.nesterov ? 1 + s.momentum * b : b);
  });
  group.step("SGD", *sgd_kernels, s, {s.momentum != 0}, 0, [&](Piece& piece, Group::Member&) {
    if (s.l1 != 0) piece.factors[0] = toll(piece.steps);
  });
}

}  // namespace pynn
#endif
