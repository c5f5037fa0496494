// hyperbolic — sinh, cosh, tanh and their inverses.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Sinh {
  template <class V>
  V forward(V x) const {
    return sinh(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy * cosh(x));
  }
};
PYNN_ELEMENTWISE(sinh_kernel, Sinh, kFloats);

struct Cosh {
  template <class V>
  V forward(V x) const {
    return cosh(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy * sinh(x));
  }
};
PYNN_ELEMENTWISE(cosh_kernel, Cosh, kFloats);

struct Tanh {
  template <class V>
  V forward(V x) const {
    return tanh(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return dy * (1.0 - y * y);
  }
};
PYNN_ELEMENTWISE(tanh_kernel, Tanh, kFloats);

struct Asinh {
  template <class V>
  V forward(V x) const {
    return asinh(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return dy / sqrt(1.0 + x * x);
  }
};
PYNN_ELEMENTWISE(asinh_kernel, Asinh, kFloats);

struct Acosh {
  template <class V>
  V forward(V x) const {
    return acosh(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy / sqrt((x - 1.0) * (x + 1.0)));
  }
};
PYNN_ELEMENTWISE(acosh_kernel, Acosh, kFloats);

struct Atanh {
  template <class V>
  V forward(V x) const {
    return atanh(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy / ((1.0 - x) * (1.0 + x)));
  }
};
PYNN_ELEMENTWISE(atanh_kernel, Atanh, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(sinh_kernel);
PYNN_DISPATCH(cosh_kernel);
PYNN_DISPATCH(tanh_kernel);
PYNN_DISPATCH(asinh_kernel);
PYNN_DISPATCH(acosh_kernel);
PYNN_DISPATCH(atanh_kernel);

static const Op& sinh_op =
    elementwise<PYNN_ISA::Sinh>(sinh_kernel, {.name = "sinh",
                                              .args = {"x"},
                                              .formula = "y = (eˣ - e⁻ˣ) / 2",
                                              .gradient = "dx = dy cosh x",
                                              .reference = "sinh(x)",
                                              .samples = {"3 * randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
                                              .doc = "The hyperbolic sine.",
                                              .types = Types::floating});

static const Op& cosh_op =
    elementwise<PYNN_ISA::Cosh>(cosh_kernel, {.name = "cosh",
                                              .args = {"x"},
                                              .formula = "y = (eˣ + e⁻ˣ) / 2",
                                              .gradient = "dx = dy sinh x",
                                              .reference = "cosh(x)",
                                              .samples = {"3 * randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
                                              .doc = "The hyperbolic cosine.",
                                              .types = Types::floating});

static const Op& tanh_op = elementwise<PYNN_ISA::Tanh>(
    tanh_kernel, {.name = "tanh",
                  .args = {"x"},
                  .formula = "y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)",
                  .gradient = "dx = dy (1 - y²)",
                  .reference = "tanh(x)",
                  .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)",
                              "array([-inf, -50.0, 0.0, 1e-10, 50.0, inf])"},
                  .doc = "The hyperbolic tangent: squashes numbers into (-1, 1), steepest at 0. Saturated, "
                         "|x| > 3, its gradient nearly vanishes.",
                  .home = Home::activation,
                  .types = Types::floating});

static const Op& asinh_op = elementwise<PYNN_ISA::Asinh>(
    asinh_kernel,
    {.name = "asinh",
     .args = {"x"},
     .formula = "y = ln(x + √(x² + 1))",
     .gradient = "dx = dy / √(1 + x²)",
     .reference = "arcsinh(x)",
     .samples = {"3 * randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
     .doc = "The inverse of the hyperbolic sine: linear near 0, logarithmic far out, for either sign.",
     .types = Types::floating,
     .aliases = {"arcsinh"}});

static const Op& acosh_op = elementwise<PYNN_ISA::Acosh>(
    acosh_kernel, {.name = "acosh",
                   .args = {"x"},
                   .formula = "y = ln(x + √(x² - 1))",
                   .gradient = "dx = dy / √(x² - 1), and 0 where dy = 0",
                   .reference = "arccosh(x)",
                   .samples = {"1.1 + rand(7)", "1.1 + 9 * rand(3, 65)", "1 + rand(0, 3)"},
                   .doc = "The inverse of the hyperbolic cosine, x ≥ 1; NaN below.",
                   .types = Types::floating,
                   .aliases = {"arccosh"}});

static const Op& atanh_op = elementwise<PYNN_ISA::Atanh>(
    atanh_kernel, {.name = "atanh",
                   .args = {"x"},
                   .formula = "y = ½ ln((1 + x) / (1 - x))",
                   .gradient = "dx = dy / (1 - x²), and 0 where dy = 0",
                   .reference = "arctanh(x)",
                   .samples = {"1.8 * rand(7) - 0.9", "1.8 * rand(3, 65) - 0.9", "randn(0, 3)"},
                   .doc = "The inverse of the hyperbolic tangent; ±inf at ±1, NaN beyond.",
                   .types = Types::floating,
                   .aliases = {"arctanh"}});

Tensor sinh(const Tensor& x) { return call(sinh_op, x); }
Tensor cosh(const Tensor& x) { return call(cosh_op, x); }
Tensor tanh(const Tensor& x) { return call(tanh_op, x); }

}  // namespace pynn
#endif
