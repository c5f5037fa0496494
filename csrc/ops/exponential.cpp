// exponential — exp, exp2, expm1. Each keeps its output alone: the slope of e^x is e^x.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Exp {
  template <class V>
  V forward(V x) const {
    return exp(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return safe_gradient(dy, dy * y);
  }
};
PYNN_ELEMENTWISE(exp_kernel, Exp, kFloats);

struct Exp2 {
  template <class V>
  V forward(V x) const {
    return exp2(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return safe_gradient(dy, kLn2 * dy * y);
  }
};
PYNN_ELEMENTWISE(exp2_kernel, Exp2, kFloats);

struct Expm1 {
  template <class V>
  V forward(V x) const {
    return expm1(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return safe_gradient(dy, dy * (y + 1.0));
  }
};
PYNN_ELEMENTWISE(expm1_kernel, Expm1, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(exp_kernel);
PYNN_DISPATCH(exp2_kernel);
PYNN_DISPATCH(expm1_kernel);

static const Op& exp_op = elementwise<PYNN_ISA::Exp>(
    exp_kernel, {.name = "exp",
                 .args = {"x"},
                 .formula = "y = eˣ",
                 .gradient = "dx = dy y, and 0 where dy = 0",
                 .reference = "exp(x)",
                 .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([-inf, 0.0, -200.0, inf])",
                             "randint(-5, 5, 20)"},
                 .doc = "e to the power of every element; inf above 88.7 (float32) or 709.8 (float64).",
                 .types = Types::floating});

static const Op& exp2_op = elementwise<PYNN_ISA::Exp2>(
    exp2_kernel, {.name = "exp2",
                  .args = {"x"},
                  .formula = "y = 2ˣ",
                  .gradient = "dx = dy y ln 2, and 0 where dy = 0",
                  .reference = "exp2(x)",
                  .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "randint(-5, 5, 20)"},
                  .doc = "2 to the power of every element; exact for whole numbers.",
                  .types = Types::floating});

static const Op& expm1_op = elementwise<PYNN_ISA::Expm1>(
    expm1_kernel,
    {.name = "expm1",
     .args = {"x"},
     .formula = "y = eˣ - 1",
     .gradient = "dx = dy (y + 1), and 0 where dy = 0",
     .reference = "expm1(x)",
     .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "1e-8 * randn(5)", "randint(-5, 5, 20)"},
     .doc = "e^x - 1, with all its digits near 0, where exp(x) - 1 has none.",
     .types = Types::floating});

Tensor exp(const Tensor& x) { return call(exp_op, x); }
Tensor exp2(const Tensor& x) { return call(exp2_op, x); }
Tensor expm1(const Tensor& x) { return call(expm1_op, x); }

}  // namespace pynn
#endif
