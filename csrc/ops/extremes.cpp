// extremes — the larger and the smaller of two: maximum, minimum (NaN wins), fmax, fmin (NaN loses).
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

// On a tie each side gets half the gradient: the mean of the two one-sided slopes.
struct Maximum {
  template <class V>
  V forward(V a, V b) const {
    return max(a, b);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return select(a == b, 0.5 * dy, select(a < b, 0.0, dy));
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return select(a == b, 0.5 * dy, select(b < a, 0.0, dy));
  }
};
PYNN_ELEMENTWISE(maximum_kernel, Maximum, kAll);

struct Minimum {
  template <class V>
  V forward(V a, V b) const {
    return min(a, b);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return select(a == b, 0.5 * dy, select(a > b, 0.0, dy));
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return select(a == b, 0.5 * dy, select(b > a, 0.0, dy));
  }
};
PYNN_ELEMENTWISE(minimum_kernel, Minimum, kAll);

struct FMax {
  template <class V>
  V forward(V a, V b) const {
    return select((a >= b) | isnan(b), a, b);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return select((a >= b) | isnan(b), dy, 0.0);
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return select((a >= b) | isnan(b), 0.0, dy);
  }
};
PYNN_ELEMENTWISE(fmax_kernel, FMax, kNumbers);

struct FMin {
  template <class V>
  V forward(V a, V b) const {
    return select((a <= b) | isnan(b), a, b);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return select((a <= b) | isnan(b), dy, 0.0);
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return select((a <= b) | isnan(b), 0.0, dy);
  }
};
PYNN_ELEMENTWISE(fmin_kernel, FMin, kNumbers);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(maximum_kernel);
PYNN_DISPATCH(minimum_kernel);
PYNN_DISPATCH(fmax_kernel);
PYNN_DISPATCH(fmin_kernel);

static const Op& maximum_op = elementwise<PYNN_ISA::Maximum>(
    maximum_kernel, {.name = "maximum",
                     .args = {"a", "b"},
                     .formula = "y = max(a, b)",
                     .gradient = "dy to the larger; half to each where a = b",
                     .reference = "maximum(a, b)",
                     .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)", "randn(65), 0.25",
                                 "randint(-9, 9, 20), randint(-9, 9, 20)"},
                     .doc = "The larger of two, element by element; NaN if either is NaN. The largest of one "
                            "tensor is amax or max."});

static const Op& minimum_op = elementwise<PYNN_ISA::Minimum>(
    minimum_kernel, {.name = "minimum",
                     .args = {"a", "b"},
                     .formula = "y = min(a, b)",
                     .gradient = "dy to the smaller; half to each where a = b",
                     .reference = "minimum(a, b)",
                     .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)", "randn(65), 0.25",
                                 "randint(-9, 9, 20), randint(-9, 9, 20)"},
                     .doc = "The smaller of two, element by element; NaN if either is NaN. The smallest of "
                            "one tensor is amin or min."});

static const Op& fmax_op = elementwise<PYNN_ISA::FMax>(
    fmax_kernel, {.name = "fmax",
                  .args = {"a", "b"},
                  .formula = "y = max(a, b); the other one where one is NaN",
                  .gradient = "dy to the one that was taken; to a where a = b",
                  .reference = "fmax(a, b)",
                  .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)",
                              "array([nan, 1.0, nan]), array([2.0, nan, nan])"},
                  .doc = "The larger of two, element by element, passing over NaN."});

static const Op& fmin_op = elementwise<PYNN_ISA::FMin>(
    fmin_kernel, {.name = "fmin",
                  .args = {"a", "b"},
                  .formula = "y = min(a, b); the other one where one is NaN",
                  .gradient = "dy to the one that was taken; to a where a = b",
                  .reference = "fmin(a, b)",
                  .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)",
                              "array([nan, 1.0, nan]), array([2.0, nan, nan])"},
                  .doc = "The smaller of two, element by element, passing over NaN."});

Tensor max(const Tensor& a, const Tensor& b) { return call(maximum_op, a, b); }
Tensor min(const Tensor& a, const Tensor& b) { return call(minimum_op, a, b); }

}  // namespace pynn
#endif
