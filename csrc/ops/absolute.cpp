// absolute — the size and the sign of a number.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Abs {
  template <class V>
  V forward(V x) const {
    return abs(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return dy * sign(x);
  }
};
PYNN_ELEMENTWISE(abs_kernel, Abs, kNumbers);

struct Sign {
  template <class V>
  V forward(V x) const {
    return sign(x);
  }
  template <class V>
  V backward(V dy) const {
    return zero_gradient(dy);
  }
};
PYNN_ELEMENTWISE(sign_kernel, Sign, kNumbers);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(abs_kernel);
PYNN_DISPATCH(sign_kernel);

static const Op& abs_op = elementwise<PYNN_ISA::Abs>(
    abs_kernel, {.name = "abs",
                 .args = {"x"},
                 .formula = "y = |x|",
                 .gradient = "dx = dy sign x: 0 at the kink",
                 .reference = "abs(x)",
                 .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)", "randint(-9, 9, 20)"},
                 .doc = "The size of every element without its sign.",
                 .aliases = {"absolute"}});

static const Op& sign_op = elementwise<PYNN_ISA::Sign>(
    sign_kernel,
    {.name = "sign",
     .args = {"x"},
     .formula = "y = -1, 0, 1  for x < 0, x = 0, x > 0",
     .gradient = "dx = 0: constant but for the jump",
     .reference = "sign(x)",
     .samples = {"randn(7)", "randn(3, 65)", "array([-0.0, 0.0, inf, -inf])", "randint(-9, 9, 20)"},
     .doc = "The sign of every element; 0 for NaN, as in PyTorch.",
     .aliases = {"sgn"}});

Tensor abs(const Tensor& x) { return call(abs_op, x); }
Tensor sign(const Tensor& x) { return call(sign_op, x); }

}  // namespace pynn
#endif
