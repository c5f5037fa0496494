// adam — steps scaled by running means of the gradient and of its square: Adam (Kingma & Ba 2015,
// arXiv:1412.6980, algorithm 1), AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101), AMSGrad (Reddi et al.
// 2018).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p, or for AdamW p = (1 - lr weight_decay) p
// m = β1 m + (1 - β1) g,  v = β2 v + (1 - β2) g²
// p = p - lr m̂ / (√v̂ + eps), then shrunk by l1, with  m̂ = m / (1 - β1ᵗ),  v̂ = v / (1 - β2ᵗ)
// AMSGrad: v̂ from the largest v so far. The factors are lr / (1 - β1ᵗ) and 1 / √(1 - β2ᵗ).
template <class T>
void adam(const AdamSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V step = piece.factors[0], correction = piece.factors[1], toll = s.lr * s.l1;
  const V keep = s.decoupled ? 1 - s.lr * s.weight_decay : 1.;
  const V pull = s.decoupled ? 0. : s.weight_decay;
  for_vectors<T>(begin, end, [&](auto at) PYNN_LAMBDA_INLINE {
    V p = at.load(piece.parameter), g = at.load(piece.gradient);
    g = fma(pull, p, s.maximize ? -g : g);
    const V m = toward(at.load(piece.slots[0]), g, 1 - s.beta1);
    V v = toward(at.load(piece.slots[1]), g * g, 1 - s.beta2);
    at.store(piece.slots[0], m);
    at.store(piece.slots[1], v);
    if (piece.slots[2]) {
      v = max(at.load(piece.slots[2]), v);
      at.store(piece.slots[2], v);
    }
    const V rate = 1 / (sqrt(v) * correction + s.eps);
    at.store(piece.parameter, shrink(keep * p - step * m * rate, toll * rate));
  });
}
extern const FloatKernels<Stepper<AdamSettings>::Signature> adam_kernels;
constexpr FloatKernels<Stepper<AdamSettings>::Signature> adam_kernels{adam<float>, adam<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(adam_kernels);

void adam_step(Group& group, const AdamSettings& s) {
  struct Factors {
    double step, correction;
  };
  PerCount factors([&](int64_t t) {
    return Factors{s.lr / (1 - std::pow(s.beta1, double(t))),
                   1 / std::sqrt(1 - std::pow(s.beta2, double(t)))};
  });
  group.step(s.decoupled ? "AdamW" : "Adam", *adam_kernels, s, {true, true, s.amsgrad}, 0,
             [&](Piece& piece, Group::Member&) {
               const auto& [step, correction] = factors(piece.steps);
               piece.factors[0] = step;
               piece.factors[1] = correction;
             });
}

}  // namespace pynn
#endif
