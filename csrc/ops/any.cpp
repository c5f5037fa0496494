// any, all, count_nonzero — questions to the elements of a tensor. NaN differs from 0, so it counts as true.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

template <class V>
PYNN_INLINE V one_if_nonzero(V x) {
  return select(x != V(0), V(1), V(0));
}

struct Any : Largest {
  using Result = uint8_t;
  template <class T>
  T start() const {
    return T(0);
  }
  template <class V>
  V map(V x, V) const {
    return one_if_nonzero(x);
  }
};
PYNN_REDUCTION(any_kernel, Any, kAll);

struct All : Smallest {
  using Result = uint8_t;
  template <class T>
  T start() const {
    return T(1);
  }
  template <class V>
  V map(V x, V) const {
    return one_if_nonzero(x);
  }
};
PYNN_REDUCTION(all_kernel, All, kAll);

struct CountNonzero : Summing {
  using Result = int64_t;
  template <class V>
  V map(V x, V) const {
    return one_if_nonzero(x);
  }
};
PYNN_REDUCTION(count_nonzero_kernel, CountNonzero, kAll);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(any_kernel);
PYNN_DISPATCH(all_kernel);
PYNN_DISPATCH(count_nonzero_kernel);

static Tensor any(const Tensor& x, const Ints& axis, bool keepdim) {
  const AxisSet axes("any", axis, x.ndim());
  return reduce("any", *any_kernel, x, axes, reduced_shape(x.shape(), axes, keepdim), DType::boolean);
}
static Tensor all(const Tensor& x, const Ints& axis, bool keepdim) {
  const AxisSet axes("all", axis, x.ndim());
  return reduce("all", *all_kernel, x, axes, reduced_shape(x.shape(), axes, keepdim), DType::boolean);
}
static Tensor count_nonzero_of(const Tensor& x, const Ints& axis, bool keepdim) {
  const AxisSet axes("count_nonzero", axis, x.ndim());
  return reduce("count_nonzero", *count_nonzero_kernel, x, axes, reduced_shape(x.shape(), axes, keepdim),
                DType::int64);
}

static const Op& any_op = composite<&any>({
    .name = "any",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = x₁ ≠ 0 ∨ x₂ ≠ 0 ∨ ...  over the axes",
    .gradient = "none: the result is a bool",
    .reference = "any(x, axis=axis, keepdims=keepdim)",
    .samples = {"randn(3, 4) > 1", "randint(0, 2, 2, 3, 65), 1", "randn(2, 3, 5) > 2, (0, -1), True",
                "randn(0, 3), 0"},
    .doc = "Whether any element differs from 0, in the whole tensor or along `axis`. NaN does.",
});
static const Op& all_op = composite<&all>({
    .name = "all",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = x₁ ≠ 0 ∧ x₂ ≠ 0 ∧ ...  over the axes",
    .gradient = "none: the result is a bool",
    .reference = "all(x, axis=axis, keepdims=keepdim)",
    .samples = {"randn(3, 4) > -1", "randint(0, 2, 2, 3, 65), 1", "randn(2, 3, 5) > -2, (0, -1), True",
                "randn(0, 3), 0"},
    .doc = "Whether every element differs from 0, in the whole tensor or along `axis`. NaN does.",
});
static const Op& count_nonzero_op = composite<&count_nonzero_of>({
    .name = "count_nonzero",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = |{x ≠ 0}|  over the axes",
    .gradient = "none: the result is an integer",
    .reference = "count_nonzero(x, axis=axis, keepdims=keepdim)",
    .samples = {"randn(3, 4) > 0", "randint(0, 2, 2, 3, 65), 1", "randint(0, 2, 2, 3, 5), (0, -1)",
                "randn(0, 3), 0"},
    .doc = "How many elements differ from 0, in the whole tensor or along `axis`, as int64.",
});

Tensor count_nonzero(const Tensor& x, const Ints& axis) { return count_nonzero_of(x, axis, false); }

}  // namespace pynn
#endif
