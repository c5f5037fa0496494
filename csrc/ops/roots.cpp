// roots — square, sqrt, rsqrt, reciprocal, hypot.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Square {
  template <class V>
  V forward(V x) const {
    return x * x;
  }
  template <class V>
  V backward(V x, V dy) const {
    return 2.0 * dy * x;
  }
};
PYNN_ELEMENTWISE(square_kernel, Square, kNumbers);

struct Sqrt {
  template <class V>
  V forward(V x) const {
    return sqrt(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return safe_gradient(dy, dy / (2.0 * y));
  }
};
PYNN_ELEMENTWISE(sqrt_kernel, Sqrt, kFloats);

struct Rsqrt {
  template <class V>
  V forward(V x) const {
    return rsqrt(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    const V r = select(dy == 0, 0.0, y);  // 0 · ∞ must not arise in the gradient of this gradient either
    return -0.5 * dy * r * r * r;
  }
};
PYNN_ELEMENTWISE(rsqrt_kernel, Rsqrt, kFloats);

struct Reciprocal {
  template <class V>
  V forward(V x) const {
    return 1.0 / x;
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    const V r = select(dy == 0, 0.0, y);
    return -dy * r * r;
  }
};
PYNN_ELEMENTWISE(reciprocal_kernel, Reciprocal, kFloats);

// √(a² + b²) = m √(1 + (n / m)²) with m the larger and n the smaller of |a| and |b|: no square overflows.
struct Hypot {
  template <class V>
  V forward(V a, V b) const {
    const V m = max(abs(a), abs(b)), n = min(abs(a), abs(b));
    const V ratio = n / m;
    const V y = m * sqrt(1.0 + ratio * ratio);
    return select((m == 0) | (m == __builtin_inf()), m, y);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return safe_gradient(dy, dy * a / length(a, b));
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return safe_gradient(dy, dy * b / length(a, b));
  }

 private:
  // At the origin, where the length has a kink, the quotients above are 0 / 1.
  template <class V>
  static V length(const V& a, const V& b) {
    const V y = hypot(a, b);
    return select(y == 0, 1.0, y);
  }
  template <class T>
  static PYNN_INLINE Vec<T> hypot(Vec<T> a, Vec<T> b) {
    return Hypot().forward(a, b);
  }
  template <class V>
  static V hypot(const V& a, const V& b) {
    return sqrt(a * a + b * b);
  }
};
PYNN_ELEMENTWISE(hypot_kernel, Hypot, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(square_kernel);
PYNN_DISPATCH(sqrt_kernel);
PYNN_DISPATCH(rsqrt_kernel);
PYNN_DISPATCH(reciprocal_kernel);
PYNN_DISPATCH(hypot_kernel);

static const Op& square_op = elementwise<PYNN_ISA::Square>(
    square_kernel, {.name = "square",
                    .args = {"x"},
                    .formula = "y = x²",
                    .gradient = "dx = 2 dy x",
                    .reference = "square(x)",
                    .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)", "randint(-9, 9, 20)"},
                    .doc = "The square of every element."});

static const Op& sqrt_op = elementwise<PYNN_ISA::Sqrt>(
    sqrt_kernel,
    {.name = "sqrt",
     .args = {"x"},
     .formula = "y = √x",
     .gradient = "dx = dy / (2 y), and 0 where dy = 0",
     .reference = "sqrt(x)",
     .samples = {"0.1 + rand(7)", "0.1 + rand(3, 65)", "rand(0, 3)", "randint(0, 90, 20)"},
     .doc = "The square root; NaN for negative numbers. Its slope at 0 is infinite; where dy = 0 the "
            "gradient is 0 all the same, so that where(x > 0, sqrt(x), 0) has a gradient without NaN.",
     .types = Types::floating});

static const Op& rsqrt_op = elementwise<PYNN_ISA::Rsqrt>(
    rsqrt_kernel, {.name = "rsqrt",
                   .args = {"x"},
                   .formula = "y = 1 / √x",
                   .gradient = "dx = -½ dy y³, and 0 where dy = 0",
                   .reference = "1 / sqrt(x)",
                   .samples = {"0.1 + rand(7)", "0.1 + rand(3, 65)", "rand(0, 3)", "randint(1, 90, 20)"},
                   .doc = "One over the square root; inf at 0, NaN for negative numbers.",
                   .types = Types::floating});

static const Op& reciprocal_op = elementwise<PYNN_ISA::Reciprocal>(
    reciprocal_kernel,
    {.name = "reciprocal",
     .args = {"x"},
     .formula = "y = 1 / x",
     .gradient = "dx = -dy y², and 0 where dy = 0",
     .reference = "1 / x",
     .samples = {"0.1 + rand(7)", "-0.1 - rand(3, 65)", "rand(0, 3)", "randint(1, 90, 20)"},
     .doc = "One over every element.",
     .types = Types::floating});

static const Op& hypot_op = elementwise<PYNN_ISA::Hypot>(
    hypot_kernel,
    {.name = "hypot",
     .args = {"a", "b"},
     .formula = "y = √(a² + b²)",
     .gradient = "da = dy a / y, db = dy b / y, and 0 where dy or y is 0",
     .reference = "hypot(a, b)",
     .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)",
                 "array([3e30, inf]), array([4e30, 1.0])", "array([0.0, inf, 5.0]), array([0.0, 1.0, 12.0])"},
     .doc = "The length of the hypotenuse of a right triangle with legs a and b, without overflow.",
     .types = Types::floating});

Tensor square(const Tensor& x) { return call(square_op, x); }
Tensor sqrt(const Tensor& x) { return call(sqrt_op, x); }
Tensor rsqrt(const Tensor& x) { return call(rsqrt_op, x); }
Tensor reciprocal(const Tensor& x) { return call(reciprocal_op, x); }
Tensor hypot(const Tensor& a, const Tensor& b) { return call(hypot_op, a, b); }

}  // namespace pynn
#endif
