// arithmetic — + - * / and unary minus, with broadcasting and type promotion.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Add {
  template <class V>
  V forward(V a, V b) const {
    return a + b;
  }
  template <class V>
  V backward_a(V dy) const {
    return dy;
  }
  template <class V>
  V backward_b(V dy) const {
    return dy;
  }
};
PYNN_ELEMENTWISE(add_kernel, Add, kAll);

struct Sub {
  template <class V>
  V forward(V a, V b) const {
    return a - b;
  }
  template <class V>
  V backward_a(V dy) const {
    return dy;
  }
  template <class V>
  V backward_b(V dy) const {
    return -dy;
  }
};
PYNN_ELEMENTWISE(sub_kernel, Sub, kNumbers);

struct Mul {
  template <class V>
  V forward(V a, V b) const {
    return a * b;
  }
  template <class V>
  V backward_a(V, V b, V dy) const {
    return dy * b;
  }
  template <class V>
  V backward_b(V a, V, V dy) const {
    return dy * a;
  }
};
PYNN_ELEMENTWISE(mul_kernel, Mul, kAll);

struct Div {
  template <class V>
  V forward(V a, V b) const {
    return a / b;
  }
  template <class V>
  V backward_a(V, V b, V dy) const {
    return safe_gradient(dy, dy / b);
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return safe_gradient(dy, -dy * (a / b) / b);
  }
};
PYNN_ELEMENTWISE(div_kernel, Div, kFloats);

struct Neg {
  template <class V>
  V forward(V x) const {
    return -x;
  }
  template <class V>
  V backward(V dy) const {
    return -dy;
  }
};
PYNN_ELEMENTWISE(neg_kernel, Neg, kNumbers);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(add_kernel);
PYNN_DISPATCH(sub_kernel);
PYNN_DISPATCH(mul_kernel);
PYNN_DISPATCH(div_kernel);
PYNN_DISPATCH(neg_kernel);

static const Op& add_op = elementwise<PYNN_ISA::Add>(
    add_kernel, {.name = "add",
                 .args = {"a", "b"},
                 .formula = "y = a + b",
                 .gradient = "da = dy, db = dy  (each summed over the axes along which it was broadcast)",
                 .reference = "a + b",
                 .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)", "randn(7), 2.5"},
                 .doc = "The sum of two tensors. True + True is True: bool adds as `or`."});

static const Op& sub_op = elementwise<PYNN_ISA::Sub>(
    sub_kernel, {.name = "sub",
                 .args = {"a", "b"},
                 .formula = "y = a - b",
                 .gradient = "da = dy, db = -dy",
                 .reference = "a - b",
                 .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)", "1.0, randn(7)"},
                 .doc = "The difference of two tensors.",
                 .aliases = {"subtract"}});

static const Op& mul_op = elementwise<PYNN_ISA::Mul>(
    mul_kernel, {.name = "mul",
                 .args = {"a", "b"},
                 .formula = "y = a b",
                 .gradient = "da = dy b, db = dy a",
                 .reference = "a * b",
                 .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)", "randn(7), -3.0"},
                 .doc = "The product of two tensors, element by element. For matrices see matmul.",
                 .aliases = {"multiply"}});

static const Op& div_op = elementwise<PYNN_ISA::Div>(
    div_kernel,
    {.name = "div",
     .args = {"a", "b"},
     .formula = "y = a / b",
     .gradient = "da = dy / b, db = -dy a / b²",
     .reference = "a / b",
     .samples = {"randn(3, 4), 1 + rand(3, 4)", "randn(2, 1, 5), 1 + rand(4, 1)", "1.0, 1 + rand(7)"},
     .doc = "The quotient of two tensors. Integers are divided as floats. Where dy = 0 the gradients are 0, "
            "whatever b is, so that where(b != 0, a / b, 0) has a gradient without NaN.",
     .types = Types::floating,
     .aliases = {"divide", "true_divide"}});

static const Op& neg_op = elementwise<PYNN_ISA::Neg>(neg_kernel, {.name = "neg",
                                                                  .args = {"x"},
                                                                  .formula = "y = -x",
                                                                  .gradient = "dx = -dy",
                                                                  .reference = "-x",
                                                                  .samples = {"randn(7)", "randn(3, 65)"},
                                                                  .doc = "The negative of every element.",
                                                                  .aliases = {"negative"}});

Tensor add(const Tensor& a, const Tensor& b) { return call(add_op, a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return call(sub_op, a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return call(mul_op, a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return call(div_op, a, b); }
Tensor neg(const Tensor& x) { return call(neg_op, x); }

}  // namespace pynn
#endif
