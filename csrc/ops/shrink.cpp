// shrink — what pulls small numbers to 0: hardshrink, softshrink, tanhshrink.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct Hardshrink {
  double lambd;
  template <class V>
  V forward(V x) const {
    return select(abs(x) <= lambd, 0.0, x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(abs(x) <= lambd, 0.0, dy);
  }
};
PYNN_ELEMENTWISE(hardshrink_kernel, Hardshrink, kFloats);

struct Softshrink {
  double lambd;
  template <class V>
  V forward(V x) const {
    return select(abs(x) <= lambd, 0.0, x - lambd * sign(x));
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(abs(x) <= lambd, 0.0, dy);
  }
};
PYNN_ELEMENTWISE(softshrink_kernel, Softshrink, kFloats);

struct Tanhshrink {
  template <class V>
  V forward(V x) const {
    return x - tanh(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    const V t = tanh(x);
    return dy * t * t;
  }
};
PYNN_ELEMENTWISE(tanhshrink_kernel, Tanhshrink, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(hardshrink_kernel);
PYNN_DISPATCH(softshrink_kernel);
PYNN_DISPATCH(tanhshrink_kernel);

static const Op& hardshrink_op = elementwise<PYNN_ISA::Hardshrink>(
    hardshrink_kernel, {.name = "hardshrink",
                        .args = {"x", {"lambd", 0.5}},
                        .formula = "y = x where |x| > λ, else 0",
                        .gradient = "dx = dy where |x| > λ, else 0",
                        .reference = "where(abs(x) <= lambd, 0.0, x)",
                        .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)", "randn(7), 1.0"},
                        .doc = "Small numbers become 0, the others stay.",
                        .home = Home::activation,
                        .types = Types::floating});

static const Op& softshrink_op = elementwise<PYNN_ISA::Softshrink>(
    softshrink_kernel, {.name = "softshrink",
                        .args = {"x", {"lambd", 0.5}},
                        .formula = "y = sign(x) max(|x| - λ, 0)",
                        .gradient = "dx = dy where |x| > λ, else 0",
                        .reference = "sign(x) * maximum(abs(x) - lambd, 0)",
                        .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)", "randn(7), 1.0"},
                        .doc = "Every number comes λ nearer to 0: the step of the lasso (soft thresholding).",
                        .home = Home::functional,
                        .types = Types::floating});

static const Op& tanhshrink_op = elementwise<PYNN_ISA::Tanhshrink>(
    tanhshrink_kernel, {.name = "tanhshrink",
                        .args = {"x"},
                        .formula = "y = x - tanh x",
                        .gradient = "dx = dy tanh² x",
                        .reference = "x - tanh(x)",
                        .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)"},
                        .doc = "What tanh takes away.",
                        .home = Home::functional,
                        .types = Types::floating});

}  // namespace pynn
#endif
