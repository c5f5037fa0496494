// predicates — questions to a number: isnan, isinf, isfinite, isclose.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

// Integers, which have neither NaN nor infinity, answer by x = x.
template <class V>
inline constexpr bool kHasInfinity = true;
template <class T>
inline constexpr bool kHasInfinity<Vec<T>> = Vec<T>::kFloat;

struct IsNaN {
  template <class V>
  auto forward(V x) const {
    return x != x;
  }
};
PYNN_ELEMENTWISE(isnan_kernel, IsNaN, kAll);

struct IsInf {
  template <class V>
  auto forward(V x) const {
    if constexpr (kHasInfinity<V>)
      return abs(x) == __builtin_inf();
    else
      return x != x;
  }
};
PYNN_ELEMENTWISE(isinf_kernel, IsInf, kAll);

struct IsFinite {
  template <class V>
  auto forward(V x) const {
    if constexpr (kHasInfinity<V>)
      return abs(x) < __builtin_inf();
    else
      return x == x;
  }
};
PYNN_ELEMENTWISE(isfinite_kernel, IsFinite, kAll);

// Infinities are close to themselves alone, so b must be finite for the tolerance to count.
struct IsClose {
  double rtol, atol, equal_nan;
  template <class V>
  auto forward(V a, V b) const {
    const auto near = (abs(b) < __builtin_inf()) & (abs(a - b) <= atol + rtol * abs(b));
    const auto both_nan = select((a != a) & (b != b), equal_nan, 0.0) != 0;
    return (a == b) | near | both_nan;
  }
};
PYNN_ELEMENTWISE(isclose_kernel, IsClose, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(isnan_kernel);
PYNN_DISPATCH(isinf_kernel);
PYNN_DISPATCH(isfinite_kernel);
PYNN_DISPATCH(isclose_kernel);

static const Op& isnan_op = elementwise<PYNN_ISA::IsNaN>(
    isnan_kernel, {.name = "isnan",
                   .args = {"x"},
                   .formula = "y = (x ≠ x)",
                   .gradient = "none: the result is bool",
                   .reference = "isnan(x)",
                   .samples = {"randn(3, 65)", "array([nan, inf, -inf, 0.0])", "randint(-9, 9, 20)"},
                   .doc = "Whether an element is NaN: not a number, as 0 / 0 is.",
                   .types = Types::comparison});

static const Op& isinf_op = elementwise<PYNN_ISA::IsInf>(
    isinf_kernel, {.name = "isinf",
                   .args = {"x"},
                   .formula = "y = (|x| = ∞)",
                   .gradient = "none: the result is bool",
                   .reference = "isinf(x)",
                   .samples = {"randn(3, 65)", "array([nan, inf, -inf, 0.0])", "randint(-9, 9, 20)"},
                   .doc = "Whether an element is infinite, with either sign.",
                   .types = Types::comparison});

static const Op& isfinite_op = elementwise<PYNN_ISA::IsFinite>(
    isfinite_kernel, {.name = "isfinite",
                      .args = {"x"},
                      .formula = "y = (|x| < ∞)",
                      .gradient = "none: the result is bool",
                      .reference = "isfinite(x)",
                      .samples = {"randn(3, 65)", "array([nan, inf, -inf, 0.0])", "randint(-9, 9, 20)"},
                      .doc = "Whether an element is a number proper: neither NaN nor infinite.",
                      .types = Types::comparison});

static const Op& isclose_floats_op = elementwise<PYNN_ISA::IsClose>(
    isclose_kernel, {.name = "isclose_floats",
                     .args = {"a", "b", {"rtol", 1e-5}, {"atol", 1e-8}, {"equal_nan", false}},
                     .formula = "y = |a - b| ≤ atol + rtol |b|",
                     .gradient = "none: the result is bool",
                     .reference = "isclose(a, b, rtol, atol, equal_nan)",
                     .samples = {"randn(65), randn(65), 0.0, 1.0"},
                     .doc = "isclose for floating-point tensors.",
                     .home = Home::internal,
                     .types = Types::comparison});

static Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  if (!(rtol >= 0) || !(atol >= 0))
    throw ValueError(text("isclose: rtol and atol must be 0 or more, got ", rtol, " and ", atol));
  const auto as_float = [](const Tensor& x) { return is_floating(x.dtype()) ? x : x.to(DType::float64); };
  return call(isclose_floats_op, as_float(a), as_float(b), rtol, atol, double(equal_nan));
}

static const Op& isclose_op = composite<&isclose>({
    .name = "isclose",
    .args = {"a", "b", {"rtol", 1e-5}, {"atol", 1e-8}, {"equal_nan", false}},
    .formula = "y = |a - b| ≤ atol + rtol |b|",
    .gradient = "none: the result is bool",
    .reference = "isclose(a, b, rtol, atol, equal_nan)",
    .samples = {"randn(65), randn(65), 0.0, 1.0", "arange(5.0), arange(5.0) * 1.000001",
                "array([nan, inf, -inf, 1.0]), array([nan, inf, inf, 1.0])",
                "array([nan, 1.0]), array([nan, 2.0]), equal_nan=True",
                "randint(0, 3, 20), randint(0, 3, 20)"},
    .doc = "Whether two elements are equal up to a tolerance, absolute near 0 and relative elsewhere. "
           "Infinities "
           "are close to themselves only; NaN to NaN if equal_nan.",
});

Tensor isnan(const Tensor& x) { return call(isnan_op, x); }
Tensor isinf(const Tensor& x) { return call(isinf_op, x); }
Tensor isfinite(const Tensor& x) { return call(isfinite_op, x); }

}  // namespace pynn
#endif
