// adagrad — a step size of its own for each parameter, smaller the more it has moved (Duchi, Hazan & Singer
// 2011).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p
// h = h + g²
// p = p - lr / (1 + (t - 1) lr_decay) g / (√h + eps), then shrunk by l1
template <class T>
void adagrad(const AdagradSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V lr = piece.factors[0];
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    const V p = at.load(piece.parameter);
    const V g = descent(s, at.load(piece.gradient), p);
    const V h = at.load(piece.slots[0]) + g * g;
    at.store(piece.slots[0], h);
    const V rate = lr / (sqrt(h) + s.eps);
    at.store(piece.parameter, shrink(p - rate * g, s.l1 * rate));
  });
}
extern const FloatKernels<Stepper<AdagradSettings>::Signature> adagrad_kernels;
constexpr FloatKernels<Stepper<AdagradSettings>::Signature> adagrad_kernels{adagrad<float>, adagrad<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(adagrad_kernels);

void adagrad_step(Group& group, const AdagradSettings& s) {
  group.step("Adagrad", *adagrad_kernels, s, {true}, s.initial_accumulator_value,
             [&](Piece& piece, Group::Member&) {
               piece.factors[0] = s.lr / (1 + double(piece.steps - 1) * s.lr_decay);
             });
}

}  // namespace pynn
#endif
