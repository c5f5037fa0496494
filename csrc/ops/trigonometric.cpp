// trigonometric — sin, cos, tan and their inverses, in radians.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Sin {
  template <class V>
  V forward(V x) const {
    return sin(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return dy * cos(x);
  }
};
PYNN_ELEMENTWISE(sin_kernel, Sin, kFloats);

struct Cos {
  template <class V>
  V forward(V x) const {
    return cos(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return -dy * sin(x);
  }
};
PYNN_ELEMENTWISE(cos_kernel, Cos, kFloats);

struct Tan {
  template <class V>
  V forward(V x) const {
    return tan(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return safe_gradient(dy, dy * (1.0 + y * y));
  }
};
PYNN_ELEMENTWISE(tan_kernel, Tan, kFloats);

struct Asin {
  template <class V>
  V forward(V x) const {
    return asin(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy / sqrt((1.0 - x) * (1.0 + x)));
  }
};
PYNN_ELEMENTWISE(asin_kernel, Asin, kFloats);

struct Acos {
  template <class V>
  V forward(V x) const {
    return acos(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, -dy / sqrt((1.0 - x) * (1.0 + x)));
  }
};
PYNN_ELEMENTWISE(acos_kernel, Acos, kFloats);

struct Atan {
  template <class V>
  V forward(V x) const {
    return atan(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return dy / (1.0 + x * x);
  }
};
PYNN_ELEMENTWISE(atan_kernel, Atan, kFloats);

struct Atan2 {
  template <class V>
  V forward(V a, V b) const {
    return atan2(a, b);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return safe_gradient(dy, dy * b / squared_radius(a, b));
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return safe_gradient(dy, -dy * a / squared_radius(a, b));
  }

 private:
  // At the origin, which has no angle, the quotients above are 0 / 1.
  template <class V>
  static V squared_radius(const V& a, const V& b) {
    const V r2 = a * a + b * b;
    return select(r2 == 0, 1.0, r2);
  }
};
PYNN_ELEMENTWISE(atan2_kernel, Atan2, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(sin_kernel);
PYNN_DISPATCH(cos_kernel);
PYNN_DISPATCH(tan_kernel);
PYNN_DISPATCH(asin_kernel);
PYNN_DISPATCH(acos_kernel);
PYNN_DISPATCH(atan_kernel);
PYNN_DISPATCH(atan2_kernel);

static const Op& sin_op = elementwise<PYNN_ISA::Sin>(
    sin_kernel, {.name = "sin",
                 .args = {"x"},
                 .formula = "y = sin x",
                 .gradient = "dx = dy cos x",
                 .reference = "sin(x)",
                 .samples = {"10 * randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([0.0, 1e6, -1e4])"},
                 .doc = "The sine of an angle in radians.",
                 .types = Types::floating});

static const Op& cos_op = elementwise<PYNN_ISA::Cos>(
    cos_kernel, {.name = "cos",
                 .args = {"x"},
                 .formula = "y = cos x",
                 .gradient = "dx = -dy sin x",
                 .reference = "cos(x)",
                 .samples = {"10 * randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([0.0, 1e6, -1e4])"},
                 .doc = "The cosine of an angle in radians.",
                 .types = Types::floating});

static const Op& tan_op =
    elementwise<PYNN_ISA::Tan>(tan_kernel, {.name = "tan",
                                            .args = {"x"},
                                            .formula = "y = tan x",
                                            .gradient = "dx = dy (1 + y²)",
                                            .reference = "tan(x)",
                                            .samples = {"rand(7) - 0.5", "rand(3, 65)", "randn(0, 3)"},
                                            .doc = "The tangent of an angle in radians.",
                                            .types = Types::floating});

static const Op& asin_op = elementwise<PYNN_ISA::Asin>(
    asin_kernel, {.name = "asin",
                  .args = {"x"},
                  .formula = "y = arcsin x",
                  .gradient = "dx = dy / √(1 - x²), and 0 where dy = 0",
                  .reference = "arcsin(x)",
                  .samples = {"1.8 * rand(7) - 0.9", "1.8 * rand(3, 65) - 0.9", "randn(0, 3)"},
                  .doc = "The angle in [-π/2, π/2] whose sine is x; NaN outside [-1, 1].",
                  .types = Types::floating,
                  .aliases = {"arcsin"}});

static const Op& acos_op = elementwise<PYNN_ISA::Acos>(
    acos_kernel, {.name = "acos",
                  .args = {"x"},
                  .formula = "y = arccos x",
                  .gradient = "dx = -dy / √(1 - x²), and 0 where dy = 0",
                  .reference = "arccos(x)",
                  .samples = {"1.8 * rand(7) - 0.9", "1.8 * rand(3, 65) - 0.9", "randn(0, 3)"},
                  .doc = "The angle in [0, π] whose cosine is x; NaN outside [-1, 1].",
                  .types = Types::floating,
                  .aliases = {"arccos"}});

static const Op& atan_op = elementwise<PYNN_ISA::Atan>(
    atan_kernel, {.name = "atan",
                  .args = {"x"},
                  .formula = "y = arctan x",
                  .gradient = "dx = dy / (1 + x²)",
                  .reference = "arctan(x)",
                  .samples = {"3 * randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([inf, -inf, 0.0])"},
                  .doc = "The angle in [-π/2, π/2] whose tangent is x.",
                  .types = Types::floating,
                  .aliases = {"arctan"}});

static const Op& atan2_op = elementwise<PYNN_ISA::Atan2>(
    atan2_kernel,
    {.name = "atan2",
     .args = {"a", "b"},
     .formula = "y = the angle from the b axis to the point (b, a)",
     .gradient = "da = dy b / (a² + b²), db = -dy a / (a² + b²), and 0 where dy = 0 or a = b = 0",
     .reference = "arctan2(a, b)",
     .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)", "randn(65), 0.5",
                 "array([0.0, 0.0, -0.0, inf]), array([-1.0, 1.0, -1.0, 0.0])"},
     .doc = "The angle in [-π, π] of the point with ordinate a and abscissa b: arctan(a / b) "
            "that knows the quadrant.",
     .types = Types::floating,
     .aliases = {"arctan2"}});

Tensor sin(const Tensor& x) { return call(sin_op, x); }
Tensor cos(const Tensor& x) { return call(cos_op, x); }
Tensor tan(const Tensor& x) { return call(tan_op, x); }

}  // namespace pynn
#endif
