// adadelta — steps measured by earlier steps, so that no learning rate need be chosen (Zeiler 2012,
// arXiv:1212.5701, algorithm 1).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p
// h = rho h + (1 - rho) g²
// d = √(u + eps) / √(h + eps) g
// u = rho u + (1 - rho) d²
// p = p - lr d, then shrunk by l1
template <class T>
void adadelta(const AdadeltaSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    const V p = at.load(piece.parameter);
    const V g = descent(s, at.load(piece.gradient), p);
    const V u = at.load(piece.slots[1]);
    const V h = toward(at.load(piece.slots[0]), g * g, 1 - s.rho);
    const V rate = sqrt(u + s.eps) / sqrt(h + s.eps), d = rate * g;
    at.store(piece.slots[0], h);
    at.store(piece.slots[1], toward(u, d * d, 1 - s.rho));
    at.store(piece.parameter, shrink(p - s.lr * d, s.lr * s.l1 * rate));
  });
}
extern const FloatKernels<Stepper<AdadeltaSettings>::Signature> adadelta_kernels;
constexpr FloatKernels<Stepper<AdadeltaSettings>::Signature> adadelta_kernels{adadelta<float>,
                                                                              adadelta<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(adadelta_kernels);

void adadelta_step(Group& group, const AdadeltaSettings& s) {
  group.step("Adadelta", *adadelta_kernels, s, {true, true}, 0, [](Piece&, Group::Member&) {});
}

}  // namespace pynn
#endif
