// radam — Adam that trusts its second moment only once there are enough gradients (Liu et al. 2020,
// arXiv:1908.03265, algorithm 2).
#include "core/simd.h"
#include "optim/vectors.h"

namespace pynn::PYNN_ISA {

// g = gradient + weight_decay p, or decoupled p = (1 - lr weight_decay) p
// m = β1 m + (1 - β1) g,  v = β2 v + (1 - β2) g²
// p = p - lr m̂ r √(1 - β2ᵗ) / (√v + eps) once ρt > 5, else p - lr m̂; then shrunk by l1
// factors: lr / (1 - β1ᵗ), r √(1 - β2ᵗ) or 0
template <class T>
void radam(const RadamSettings& s, const Piece& piece, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const V step = piece.factors[0], rectified = piece.factors[1];
  const bool adaptive = piece.factors[1] > 0;
  const V toll = s.lr * s.l1;
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
    const V rate = adaptive ? rectified / (sqrt(v) + s.eps) : V(1.);
    at.store(piece.parameter, shrink(keep * p - step * m * rate, toll * rate));
  });
}
extern const FloatKernels<Stepper<RadamSettings>::Signature> radam_kernels;
constexpr FloatKernels<Stepper<RadamSettings>::Signature> radam_kernels{radam<float>, radam<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "optim/optimizers.h"

namespace pynn {

PYNN_DISPATCH(radam_kernels);

void radam_step(Group& group, const RadamSettings& s) {
  struct Factors {
    double step, rectified;
  };
  // ρt, the length of the simple average that the exponential one amounts to, and the variance it costs.
  PerCount factors([&](int64_t steps) {
    const double t = double(steps), decay = std::pow(s.beta2, t);
    const double longest = 2 / (1 - s.beta2) - 1;
    const double length = longest - 2 * t * decay / (1 - decay);
    const double ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length);
    return Factors{s.lr / (1 - std::pow(s.beta1, t)), length > 5 ? std::sqrt(ratio * (1 - decay)) : 0};
  });
  group.step("RAdam", *radam_kernels, s, {true, true}, 0, [&](Piece& piece, Group::Member&) {
    const auto& [step, rectified] = factors(piece.steps);
    piece.factors[0] = step;
    piece.factors[1] = rectified;
  });
}

}  // namespace pynn
#endif
