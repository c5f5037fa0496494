// nan_to_num — numbers in the place of NaN and the infinities.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct NanToNum {
  double nan, posinf, neginf;
  template <class V>
  V forward(V x) const {
    const double inf = __builtin_inf();
    return select(x != x, nan, select(x == inf, posinf, select(x == -inf, neginf, x)));
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(abs(x) < __builtin_inf(), dy, 0.0);
  }
};
PYNN_ELEMENTWISE(nan_to_num_kernel, NanToNum, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <limits>

#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(nan_to_num_kernel);

static const Op& replace_op = elementwise<PYNN_ISA::NanToNum>(
    nan_to_num_kernel, {.name = "replace_nonfinite",
                        .args = {"x", "nan", "posinf", "neginf"},
                        .formula = "y = nan, posinf, neginf in the place of NaN, ∞, -∞; else x",
                        .gradient = "dx = dy where x is finite, else 0",
                        .reference = "nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)",
                        .samples = {"array([nan, inf, -inf, 1.5]), 1.0, 2.0, 3.0", "randn(7), 1.0, 2.0, 3.0"},
                        .doc = "nan_to_num with every number given.",
                        .home = Home::internal});

static Tensor nan_to_num(const Tensor& x, double nan, const Tensor& posinf, const Tensor& neginf) {
  if (!is_floating(x.dtype())) return add(x, number(int64_t(0)));
  const double largest = x.dtype() == DType::bfloat16  ? 0x1.fep127
                         : x.dtype() == DType::float32 ? double(std::numeric_limits<float>::max())
                                                       : std::numeric_limits<double>::max();
  return call(replace_op, x, nan, posinf ? posinf.item<double>() : largest,
              neginf ? neginf.item<double>() : -largest);
}

static const Op& op = composite<&nan_to_num>({
    .name = "nan_to_num",
    .args = {"x", {"nan", 0.0}, {"posinf", none}, {"neginf", none}},
    .formula = "y = nan, posinf, neginf in the place of NaN, ∞, -∞; else x",
    .gradient = "dx = dy where x is finite, else 0",
    .reference = "nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)",
    .samples = {"array([nan, inf, -inf, 1.5]), 1.0, 2.0, 3.0", "array([nan, 0.5, nan])", "randn(3, 65)"},
    .doc =
        "x with numbers in the place of NaN and the infinities: by default 0, and the largest numbers of x's "
        "type. It hides what made them; find that first.",
    .in_place = true,
    .takes_narrow = true,
});

}  // namespace pynn
#endif
