// lion — steps of equal length, in the direction of the sign of momentum (Chen et al. 2023, arXiv:2302.06675,
// algorithm 2).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// p = (1 - lr weight_decay) p - lr sign(β1 m + (1 - β1) g)
// m = β2 m + (1 - β2) g
template <class T>
void lion(const LionSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V keep = 1 - s.lr * s.weight_decay;
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    const V p = at.load(piece.parameter), m = at.load(piece.slots[0]);
    V g = at.load(piece.gradient);
    if (s.maximize) g = -g;
    at.store(piece.slots[0], toward(m, g, 1 - s.beta2));
    at.store(piece.parameter, keep * p - s.lr * sign(toward(m, g, 1 - s.beta1)));
  });
}
extern const FloatKernels<Stepper<LionSettings>::Signature> lion_kernels;
constexpr FloatKernels<Stepper<LionSettings>::Signature> lion_kernels{lion<float>, lion<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(lion_kernels);

void lion_step(Group& group, const LionSettings& s) {
  group.step("Lion", *lion_kernels, s, {true}, 0, [](Piece&, Group::Member&) {});
}

}  // namespace pynn
#endif
