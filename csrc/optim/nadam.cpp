// nadam — Adam that looks ahead as Nesterov does (Dozat 2016, "Incorporating Nesterov momentum into Adam").
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p, or decoupled p = (1 - lr weight_decay) p
// m = β1 m + (1 - β1) g,  v = β2 v + (1 - β2) g²
// μt = β1 (1 - ½ 0.96^(t momentum_decay))
// p = p - (lr (1 - μt) / (1 - Πμ) g + lr μt+1 / (1 - Πμ μt+1) m) / (√v̂ + eps), then shrunk by l1
// factors: what g and m are multiplied with, 1 / √(1 - β2ᵗ)
template <class T>
void nadam(const NadamSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V of_gradient = piece.factors[0], of_mean = piece.factors[1], correction = piece.factors[2];
  const V toll = s.l1 * (piece.factors[0] + piece.factors[1]);
  const V keep = s.decoupled ? 1 - s.lr * s.weight_decay : 1.;
  const V pull = s.decoupled ? 0. : s.weight_decay;
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    const V p = at.load(piece.parameter);
    V g = at.load(piece.gradient);
    g = fma(pull, p, s.maximize ? -g : g);
    const V m = toward(at.load(piece.slots[0]), g, 1 - s.beta1);
    const V v = toward(at.load(piece.slots[1]), g * g, 1 - s.beta2);
    at.store(piece.slots[0], m);
    at.store(piece.slots[1], v);
    const V rate = 1 / (sqrt(v) * correction + s.eps);
    at.store(piece.parameter, shrink(keep * p - (of_gradient * g + of_mean * m) * rate, toll * rate));
  });
}
extern const FloatKernels<Stepper<NadamSettings>::Signature> nadam_kernels;
constexpr FloatKernels<Stepper<NadamSettings>::Signature> nadam_kernels{nadam<float>, nadam<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(nadam_kernels);

void nadam_step(Group& group, const NadamSettings& s) {
  const auto momentum = [&](int64_t t) {
    return s.beta1 * (1 - 0.5 * std::pow(0.96, double(t) * s.momentum_decay));
  };
  group.step("NAdam", *nadam_kernels, s, {true, true}, 0, [&](Piece& piece, Group::Member& member) {
    const double now = momentum(piece.steps), next = momentum(piece.steps + 1);
    member.product *= now;
    piece.factors[0] = s.lr * (1 - now) / (1 - member.product);
    piece.factors[1] = s.lr * next / (1 - member.product * next);
    piece.factors[2] = 1 / std::sqrt(1 - std::pow(s.beta2, double(piece.steps)));
  });
}

}  // namespace pynn
#endif
