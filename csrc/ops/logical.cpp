// logical — and, or, xor, not of truth values. Any tensor will do: what is not 0 is true.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct LogicalAnd {
  template <class V>
  V forward(V a, V b) const {
    return a & b;
  }
};
struct LogicalOr {
  template <class V>
  V forward(V a, V b) const {
    return a | b;
  }
};
struct LogicalXor {
  template <class V>
  V forward(V a, V b) const {
    return a ^ b;
  }
};
struct LogicalNot {
  template <class V>
  auto forward(V x) const {
    return x == 0;
  }
};
PYNN_ELEMENTWISE(logical_and_kernel, LogicalAnd, kBits);
PYNN_ELEMENTWISE(logical_or_kernel, LogicalOr, kBits);
PYNN_ELEMENTWISE(logical_xor_kernel, LogicalXor, kBits);
PYNN_ELEMENTWISE(logical_not_kernel, LogicalNot, kBits);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(logical_and_kernel);
PYNN_DISPATCH(logical_or_kernel);
PYNN_DISPATCH(logical_xor_kernel);
PYNN_DISPATCH(logical_not_kernel);

static const Op& and_op = elementwise<PYNN_ISA::LogicalAnd>(
    logical_and_kernel,
    {.name = "logical_and",
     .args = {"a", "b"},
     .formula = "y = a ∧ b",
     .gradient = "none: the result is bool",
     .reference = "logical_and(a, b)",
     .samples = {"randn(3, 4) > 0, randn(3, 4) > 0", "randn(2, 1, 5) > 0, randn(4, 1) > 0",
                 "randint(-1, 2, 65), randint(-1, 2, 65)"},
     .doc = "Whether both are true (not 0).",
     .types = Types::logical});

static const Op& or_op = elementwise<PYNN_ISA::LogicalOr>(
    logical_or_kernel, {.name = "logical_or",
                        .args = {"a", "b"},
                        .formula = "y = a ∨ b",
                        .gradient = "none: the result is bool",
                        .reference = "logical_or(a, b)",
                        .samples = {"randn(3, 4) > 0, randn(3, 4) > 0", "randn(2, 1, 5) > 0, randn(4, 1) > 0",
                                    "randint(-1, 2, 65), randint(-1, 2, 65)"},
                        .doc = "Whether at least one is true (not 0).",
                        .types = Types::logical});

static const Op& xor_op = elementwise<PYNN_ISA::LogicalXor>(
    logical_xor_kernel,
    {.name = "logical_xor",
     .args = {"a", "b"},
     .formula = "y = a ⊕ b",
     .gradient = "none: the result is bool",
     .reference = "logical_xor(a, b)",
     .samples = {"randn(3, 4) > 0, randn(3, 4) > 0", "randn(2, 1, 5) > 0, randn(4, 1) > 0",
                 "randint(-1, 2, 65), randint(-1, 2, 65)"},
     .doc = "Whether exactly one is true (not 0): the function that one perceptron cannot learn.",
     .types = Types::logical});

static const Op& not_op = elementwise<PYNN_ISA::LogicalNot>(
    logical_not_kernel, {.name = "logical_not",
                         .args = {"x"},
                         .formula = "y = ¬x",
                         .gradient = "none: the result is bool",
                         .reference = "logical_not(x)",
                         .samples = {"randn(3, 65) > 0", "randint(-1, 2, 65)", "array([0.0, 1.0, nan])"},
                         .doc = "Whether an element is false (0).",
                         .types = Types::logical});

Tensor logical_and(const Tensor& a, const Tensor& b) { return call(and_op, a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return call(or_op, a, b); }
Tensor logical_not(const Tensor& x) { return call(not_op, x); }

}  // namespace pynn
#endif
