// clip — the nearest value between two bounds; a bound is a number, a tensor, or None.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

// As in PyTorch: on a bound the slope is that of the inside, and crossed bounds give the upper one.
struct Clip {
  template <class V>
  V forward(V x, V low, V high) const {
    return min(max(x, low), high);
  }
  template <class V>
  V backward_a(V x, V low, V high, V dy) const {
    return select((x >= low) & (x <= high), dy, 0.0);
  }
  template <class V>
  V backward_b(V x, V low, V high, V dy) const {
    return select((x < low) & (low < high), dy, 0.0);
  }
  template <class V>
  V backward_c(V x, V low, V high, V dy) const {
    return select((x > high) | (high < low), dy, 0.0);
  }
};
PYNN_ELEMENTWISE(clip_kernel, Clip, kNumbers);

struct ClipToNumbers {
  double low, high;
  template <class V>
  V forward(V x) const {
    return min(max(x, low), high);
  }
  template <class V>
  V backward(V x, V dy) const {
    return select((x >= low) & (x <= high), dy, 0.0);
  }
};
PYNN_ELEMENTWISE(clip_to_numbers_kernel, ClipToNumbers, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <limits>

#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(clip_kernel);
PYNN_DISPATCH(clip_to_numbers_kernel);

static const Op& clip_between_op = elementwise<PYNN_ISA::Clip>(
    clip_kernel, {.name = "clip_between",
                  .args = {"x", "low", "high"},
                  .formula = "y = min(max(x, low), high)",
                  .gradient = "dx = dy inside the bounds; dy to the bound that holds outside",
                  .reference = "minimum(maximum(x, low), high)",
                  .samples = {"randn(3, 65), -0.5, 1.0", "randn(3, 4), randn(4) - 1.0, randn(3, 1) + 1.0"},
                  .doc = "clip with both bounds given.",
                  .home = Home::internal});

static const Op& clip_to_numbers_op = elementwise<PYNN_ISA::ClipToNumbers>(
    clip_to_numbers_kernel, {.name = "clip_to_numbers",
                             .args = {"x", "low", "high"},
                             .formula = "y = min(max(x, low), high)",
                             .gradient = "dx = dy for low ≤ x ≤ high, else 0",
                             .reference = "minimum(maximum(x, low), high)",
                             .samples = {"randn(3, 65), -0.5, 1.0", "randn(3, 65), -inf, 0.25"},
                             .doc = "clip of floats to numbers.",
                             .home = Home::internal});

// The bound that binds nothing: the least (greatest) value of x's type.
static Tensor no_bound(DType type, bool lower) {
  return visit(type, [lower](auto element) {
    using T = decltype(element);
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity)
      return number(lower ? -double(Limits::infinity()) : double(Limits::infinity()));
    else
      return number(int64_t(lower ? Limits::lowest() : Limits::max()));
  });
}

static Tensor clip(const Tensor& x, const Tensor& low, const Tensor& high) {
  if (!low && !high) throw ValueError("clip: both bounds are None. Did you mean clip(x, min=0)?");
  const auto is_number = [](const Tensor& bound) { return !bound || bound.impl()->is_number; };
  if (is_floating(x.dtype()) && is_number(low) && is_number(high)) {
    const double infinity = std::numeric_limits<double>::infinity();
    return call(clip_to_numbers_op, x, low ? low.item<double>() : -infinity,
                high ? high.item<double>() : infinity);
  }
  return call(clip_between_op, x, low ? low : no_bound(x.dtype(), true),
              high ? high : no_bound(x.dtype(), false));
}

static const Op& clip_op = composite<&clip>({
    .name = "clip",
    .args = {"x", {"min", none}, {"max", none}},
    .formula = "y = min(max(x, low), high)",
    .gradient = "dx = dy for low ≤ x ≤ high, else 0; a bound that is a tensor gets the dy of what it holds",
    .reference = "minimum(maximum(x, -inf if min is None else min), inf if max is None else max)",
    .samples = {"randn(7), -0.5, 1.0", "randn(3, 65), min=0.25", "randn(3, 65), max=-0.25",
                "randn(3, 4), randn(4) - 1.0, randn(3, 1) + 1.0", "randn(0, 3), 0, 1",
                "randint(-9, 9, 20), -3, 4"},
    .doc = "Every element, moved to the nearer bound if it lies outside [min, max]; None leaves a side open. "
           "NaN "
           "stays NaN. If min > max, the result is max.",
    .aliases = {"clamp"},
    .in_place = true,
    .takes_narrow = true,
});

}  // namespace pynn
#endif
