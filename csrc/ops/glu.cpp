// glu — one half of the features is a gate for the other half.
#if PYNN_ONCE
#include "ops/ops.h"

namespace pynn {

static Tensor glu(const Tensor& x, int64_t axis) {
  if (x.ndim() == 0) throw ShapeError("glu: a 0-d tensor has no axis to be halved");
  const int at = check_axis("glu", axis, x.ndim());
  const int64_t size = x.size(at);
  if (size % 2 != 0)
    throw ShapeError(
        text("glu: axis ", axis, " of ", x.shape(), " has size ", size,
             ", which has no two halves. Did you mean a layer of twice the features before it?"));
  return narrow(x, at, 0, size / 2) * sigmoid(narrow(x, at, size / 2, size / 2));
}
static const Op& op = composite<&glu>({
    .name = "glu",
    .args = {"x", {"axis", -1}},
    .formula = "y = a σ(b),  [a, b] = x, halved along the axis",
    .gradient = "da = dy σ(b),  db = dy a σ(b) (1 - σ(b))",
    .reference = "split(x, 2, axis)[0] / (1 + exp(-split(x, 2, axis)[1]))",
    .samples = {"randn(3, 4)", "randn(4, 65), 0", "randn(3, 6, 2), -2", "randn(0, 4)"},
    .doc = "Gated linear unit: the first half of the features, each let through as far as its partner in "
           "the second half says. The axis ends up half as long. A ShapeError if its size is odd.",
    .source = "Dauphin et al. 2017, Language modeling with gated convolutional networks, arXiv:1612.08083, "
              "eq. 1",
    .home = Home::functional,
});

}  // namespace pynn
#endif
