// addcmul, addcdiv — a multiple of a product or a quotient, added: the steps that optimizers are made of.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct Addcmul {
  double value;
  template <class V>
  V forward(V x, V a, V b) const {
    return x + value * a * b;
  }
  template <class V>
  V backward_a(V, V, V, V dy) const {
    return dy;
  }
  template <class V>
  V backward_b(V, V, V b, V dy) const {
    return value * dy * b;
  }
  template <class V>
  V backward_c(V, V a, V, V dy) const {
    return value * dy * a;
  }
};
PYNN_ELEMENTWISE(addcmul_kernel, Addcmul, kFloats);

struct Addcdiv {
  double value;
  template <class V>
  V forward(V x, V a, V b) const {
    return x + value * a / b;
  }
  template <class V>
  V backward_a(V, V, V, V dy) const {
    return dy;
  }
  template <class V>
  V backward_b(V, V, V b, V dy) const {
    return value * dy / b;
  }
  template <class V>
  V backward_c(V, V a, V b, V dy) const {
    return -value * dy * a / (b * b);
  }
};
PYNN_ELEMENTWISE(addcdiv_kernel, Addcdiv, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(addcmul_kernel);
PYNN_DISPATCH(addcdiv_kernel);

static const Op& addcmul_op = elementwise<PYNN_ISA::Addcmul>(
    addcmul_kernel,
    {.name = "addcmul",
     .args = {"x", "tensor1", "tensor2", {"value", 1.0}},
     .formula = "y = x + value a b,  a = tensor1, b = tensor2",
     .gradient = "dx = dy,  da = value dy b,  db = value dy a",
     .reference = "x + value * tensor1 * tensor2",
     .samples = {"randn(3, 4), randn(3, 4), randn(3, 4)", "randn(3, 65), randn(65), randn(3, 1), value=0.1",
                 "randn(0, 3), randn(3), randn(3)"},
     .doc = "Adds a multiple of a product, in one pass. Adam's second moment is "
            "v.mul_(b2).addcmul_(g, g, 1 - b2).",
     .types = Types::floating});
static const Op& addcdiv_op = elementwise<PYNN_ISA::Addcdiv>(
    addcdiv_kernel,
    {.name = "addcdiv",
     .args = {"x", "tensor1", "tensor2", {"value", 1.0}},
     .formula = "y = x + value a / b,  a = tensor1, b = tensor2",
     .gradient = "dx = dy,  da = value dy / b,  db = -value dy a / b²",
     .reference = "x + value * tensor1 / tensor2",
     .samples = {"randn(3, 4), randn(3, 4), 1 + rand(3, 4)",
                 "randn(3, 65), randn(65), 1 + rand(3, 1), value=0.1", "randn(0, 3), randn(3), 1 + rand(3)"},
     .doc = "Adds a multiple of a quotient, in one pass. Adam's step is w.addcdiv_(m, v.sqrt() + eps, -lr).",
     .types = Types::floating});

}  // namespace pynn
#endif
