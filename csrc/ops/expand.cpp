// expand — a tensor repeated along axes of size 1 without a copy: steps of 0.
#include "ops/ops.h"

namespace pynn {

struct Expand {
  static Tensor forward(Context& context, const Tensor& x, const Ints& sizes) {
    context.save(x.shape());
    Shape to = sizes;
    const int lead = to.n - x.ndim();
    for (int i = 0; i < to.n; ++i) {
      if (to[i] == -1 && i >= lead) to[i] = x.shape()[i - lead];
      if (to[i] < 0)
        throw ShapeError(text("expand: sizes must be 0 or more, or -1 for axes of x, got ",
                              static_cast<const Dims&>(sizes)));
    }
    numel(to);
    return view_of(context, x, to, broadcast_strides("expand", x.shape(), x.strides(), to), x.impl()->offset);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape] = context.load<Shape>();
    return {sum_to(dy, shape)};
  }
};

static const Op& op = structured<Expand>({
    .name = "expand",
    .args = {"x", Arg("sizes").spread()},
    .formula = "y[i, j] = x[0, j] along an axis of size 1",
    .gradient = "dx = dy, summed over the axes that were expanded",
    .reference = "broadcast_to(x, [x.shape[i - len(sizes)] if s == -1 else s for i, s in enumerate(sizes)])",
    .samples = {"randn(3, 1), (3, 4)", "randn(3, 1), (2, -1, 4)", "randn(1), (5,)"},
    .doc =
        "Repeats axes of size 1 (and adds leading ones) without a copy. The result must not be written to.",
    .aliases = {"broadcast_to"},
    .takes_narrow = true,
});

Tensor expand(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : call(op, x, Ints(shape));
}

}  // namespace pynn
