// hardtanh — the identity between two bounds.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct Hardtanh {
  double low, high;
  template <class V>
  V forward(V x) const {
    return min(max(x, low), high);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return select((y > low) & (y < high), dy, 0.0);
  }
};
PYNN_ELEMENTWISE(hardtanh_kernel, Hardtanh, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(hardtanh_kernel);

static const Op& hardtanh_op = elementwise<PYNN_ISA::Hardtanh>(
    hardtanh_kernel, {.name = "hardtanh",
                      .args = {"x", {"min_val", -1.0}, {"max_val", 1.0}},
                      .formula = "y = min(max(x, min_val), max_val)",
                      .gradient = "dx = dy where min_val < x < max_val, else 0",
                      .reference = "clip(x, min_val, max_val)",
                      .samples = {"randn(7)", "2 * randn(3, 65)", "randn(0, 3)", "randn(7), -0.5, 2.0"},
                      .doc = "tanh in straight lines. Unlike clip, its gradient on the bounds is 0.",
                      .source = "Collobert 2004, Large scale machine learning (thesis)",
                      .home = Home::functional,
                      .types = Types::floating});

}  // namespace pynn
#endif
