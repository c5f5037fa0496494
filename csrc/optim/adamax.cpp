// adamax — Adam with the largest recent gradient in place of the root mean square (Kingma & Ba 2015,
// arXiv:1412.6980, algorithm 2).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p
// m = β1 m + (1 - β1) g
// u = max(β2 u, |g| + eps)
// p = p - lr / (1 - β1ᵗ) m / u, then shrunk by l1
template <class T>
void adamax(const AdamaxSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V step = piece.factors[0], toll = s.lr * s.l1;
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    const V p = at.load(piece.parameter);
    const V g = descent(s, at.load(piece.gradient), p);
    const V m = toward(at.load(piece.slots[0]), g, 1 - s.beta1);
    const V u = max(s.beta2 * at.load(piece.slots[1]), abs(g) + s.eps);
    at.store(piece.slots[0], m);
    at.store(piece.slots[1], u);
    const V rate = 1 / u;
    at.store(piece.parameter, shrink(p - step * m * rate, toll * rate));
  });
}
extern const FloatKernels<Stepper<AdamaxSettings>::Signature> adamax_kernels;
constexpr FloatKernels<Stepper<AdamaxSettings>::Signature> adamax_kernels{adamax<float>, adamax<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(adamax_kernels);

void adamax_step(Group& group, const AdamaxSettings& s) {
  PerCount step([&](int64_t t) { return s.lr / (1 - std::pow(s.beta1, double(t))); });
  group.step("Adamax", *adamax_kernels, s, {true, true}, 0,
             [&](Piece& piece, Group::Member&) { piece.factors[0] = step(piece.steps); });
}

}  // namespace pynn
#endif
