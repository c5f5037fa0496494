// lerp — the point at a fraction of the way from a to b.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

// Counted from the nearer end, so that both ends are met exactly.
struct Lerp {
  template <class V>
  V forward(V a, V b, V weight) const {
    return select(weight < 0.5, a + weight * (b - a), b - (1.0 - weight) * (b - a));
  }
  template <class V>
  V backward_a(V, V, V weight, V dy) const {
    return dy * (1.0 - weight);
  }
  template <class V>
  V backward_b(V, V, V weight, V dy) const {
    return dy * weight;
  }
  template <class V>
  V backward_c(V a, V b, V, V dy) const {
    return dy * (b - a);
  }
};
PYNN_ELEMENTWISE(lerp_kernel, Lerp, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(lerp_kernel);

static const Op& op = elementwise<PYNN_ISA::Lerp>(
    lerp_kernel,
    {.name = "lerp",
     .args = {"a", "b", "weight"},
     .formula = "y = a + weight (b - a)",
     .gradient = "da = dy (1 - weight), db = dy weight, dweight = dy (b - a)",
     .reference = "a + weight * (b - a)",
     .samples = {"randn(3, 4), randn(3, 4), 0.25", "randn(3, 65), randn(65), rand(3, 1)",
                 "randn(2, 1, 5), randn(4, 1), 0.999"},
     .doc = "The point at the fraction `weight` of the way from a to b: linear interpolation. A moving "
            "average is average.lerp_(new, 1 - decay).",
     .types = Types::floating});

}  // namespace pynn
#endif
