// comparison — eq ne lt le gt ge: two tensors in one type, and a bool out.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct Equal {
  template <class V>
  auto forward(V a, V b) const {
    return a == b;
  }
};
struct NotEqual {
  template <class V>
  auto forward(V a, V b) const {
    return a != b;
  }
};
struct Less {
  template <class V>
  auto forward(V a, V b) const {
    return a < b;
  }
};
struct LessEqual {
  template <class V>
  auto forward(V a, V b) const {
    return a <= b;
  }
};
struct Greater {
  template <class V>
  auto forward(V a, V b) const {
    return a > b;
  }
};
struct GreaterEqual {
  template <class V>
  auto forward(V a, V b) const {
    return a >= b;
  }
};
PYNN_ELEMENTWISE(equal_kernel, Equal, kAll);
PYNN_ELEMENTWISE(not_equal_kernel, NotEqual, kAll);
PYNN_ELEMENTWISE(less_kernel, Less, kAll);
PYNN_ELEMENTWISE(less_equal_kernel, LessEqual, kAll);
PYNN_ELEMENTWISE(greater_kernel, Greater, kAll);
PYNN_ELEMENTWISE(greater_equal_kernel, GreaterEqual, kAll);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(equal_kernel);
PYNN_DISPATCH(not_equal_kernel);
PYNN_DISPATCH(less_kernel);
PYNN_DISPATCH(less_equal_kernel);
PYNN_DISPATCH(greater_kernel);
PYNN_DISPATCH(greater_equal_kernel);

template <class F>
static const Op& comparison(const ElementwiseKernel* kernel, const char* name, const char* other_name,
                            const char* formula, const char* reference, const char* doc) {
  OpInfo info{.name = name,
              .args = {"a", "b"},
              .formula = formula,
              .gradient = "none: the result is bool",
              .reference = reference,
              .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)", "randint(-3, 3, 65), 1",
                          "randint(-3, 3, 65), randint(-3, 3, 65)", "randn(7) > 0, randn(7) > 0",
                          "array([nan, 1.0, inf]), array([nan, nan, inf])"},
              .doc = doc,
              .types = Types::comparison};
  if (other_name) info.aliases = {other_name};
  return elementwise<F>(kernel, std::move(info), "csrc/ops/comparison.cpp");
}

static const Op& equal_op = comparison<PYNN_ISA::Equal>(
    equal_kernel, "eq", nullptr, "y = a = b", "a == b",
    "Whether two elements are equal; NaN equals nothing. One bool for whole tensors is pynn.equal.");
static const Op& not_equal_op =
    comparison<PYNN_ISA::NotEqual>(not_equal_kernel, "ne", "not_equal", "y = a ≠ b", "a != b",
                                   "Whether two elements differ; NaN differs from everything.");
static const Op& less_op = comparison<PYNN_ISA::Less>(less_kernel, "lt", "less", "y = a < b", "a < b",
                                                      "Whether a is less than b; False if either is NaN.");
static const Op& less_equal_op =
    comparison<PYNN_ISA::LessEqual>(less_equal_kernel, "le", "less_equal", "y = a ≤ b", "a <= b",
                                    "Whether a is at most b; False if either is NaN.");
static const Op& greater_op =
    comparison<PYNN_ISA::Greater>(greater_kernel, "gt", "greater", "y = a > b", "a > b",
                                  "Whether a is greater than b; False if either is NaN.");
static const Op& greater_equal_op =
    comparison<PYNN_ISA::GreaterEqual>(greater_equal_kernel, "ge", "greater_equal", "y = a ≥ b", "a >= b",
                                       "Whether a is at least b; False if either is NaN.");

Tensor equal(const Tensor& a, const Tensor& b) { return call(equal_op, a, b); }
Tensor not_equal(const Tensor& a, const Tensor& b) { return call(not_equal_op, a, b); }
Tensor less(const Tensor& a, const Tensor& b) { return call(less_op, a, b); }
Tensor less_equal(const Tensor& a, const Tensor& b) { return call(less_equal_op, a, b); }
Tensor greater(const Tensor& a, const Tensor& b) { return call(greater_op, a, b); }
Tensor greater_equal(const Tensor& a, const Tensor& b) { return call(greater_equal_op, a, b); }

}  // namespace pynn
#endif
