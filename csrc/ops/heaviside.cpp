// heaviside — the unit step, with its value at 0 given (heaviside) or 1 (step: the perceptron's activation).
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Heaviside {
  template <class V>
  V forward(V a, V b) const {
    return select(a > 0, 1.0, select(a < 0, 0.0, select(a == 0, b, a)));
  }
  template <class V>
  V backward_a(V dy) const {
    return zero_gradient(dy);
  }
  template <class V>
  V backward_b(V a, V, V dy) const {
    return select(a == 0, dy, 0.0);
  }
};
PYNN_ELEMENTWISE(heaviside_kernel, Heaviside, kFloats);

struct Step {
  template <class V>
  V forward(V x) const {
    return select(x >= 0, 1.0, select(x < 0, 0.0, x));
  }
  template <class V>
  V backward(V dy) const {
    return zero_gradient(dy);
  }
};
PYNN_ELEMENTWISE(step_kernel, Step, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(heaviside_kernel);
PYNN_DISPATCH(step_kernel);

static const Op& heaviside_op = elementwise<PYNN_ISA::Heaviside>(
    heaviside_kernel,
    {.name = "heaviside",
     .args = {"x", "values"},
     .formula = "y = 0, values, 1  for x < 0, x = 0, x > 0",
     .gradient = "dx = 0: constant but for the jump; dvalues = dy where x = 0",
     .reference = "heaviside(x, values)",
     .samples = {"randn(3, 65), 0.5", "array([-1.0, 0.0, inf]), rand(3)", "randn(2, 1, 5), rand(4, 1)"},
     .doc = "The unit step; `values` is taken where x is 0. NaN stays NaN."});

static const Op& step_op = elementwise<PYNN_ISA::Step>(
    step_kernel,
    {.name = "step",
     .args = {"x"},
     .formula = "y = 1 for x ≥ 0, else 0",
     .gradient = "dx = 0: constant but for the jump, so nothing can be learned through it by gradients",
     .reference = "heaviside(x, 1.0)",
     .samples = {"randn(7)", "randn(3, 65)", "array([-1.0, 0.0, inf])", "randn(0, 3)"},
     .doc = "The activation of the perceptron: it fires from 0 on, or it does not.",
     .source = "McCulloch & Pitts 1943; Rosenblatt 1958, The perceptron, Psychological Review 65",
     .home = Home::functional,
     .types = Types::floating});

}  // namespace pynn
#endif
