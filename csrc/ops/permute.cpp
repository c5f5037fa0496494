// permute — the axes in another order: a view, the strides change places.
#include <utility>

#include "ops/ops.h"

namespace pynn {

struct Permute {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axes) {
    if (axes.n != x.ndim())
      throw ShapeError(text("permute: a tensor of shape ", x.shape(), " has ", x.ndim(), " axes, the order ",
                            static_cast<const Dims&>(axes), " names ", axes.n));
    Shape shape = x.shape();
    Strides strides = x.strides();
    Dims back = x.shape();
    bool used[kMaxAxes] = {};
    for (int i = 0; i < axes.n; ++i) {
      const int from = check_axis("permute", axes[i], x.ndim());
      if (std::exchange(used[from], true))
        throw ShapeError(text("permute: axis ", from, " is named twice in ", static_cast<const Dims&>(axes)));
      shape[i] = x.shape()[from];
      strides[i] = x.strides()[from];
      back[from] = i;
    }
    context.save(back);
    return view_of(context, x, shape, strides, x.impl()->offset);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [back] = context.load<Dims>();
    return {permute(dy, back)};
  }
};

static const Op& permute_op = structured<Permute>({
    .name = "permute",
    .args = {"x", Arg("axes").spread()},
    .formula = "y[i_a, i_b, ...] = x[i_0, i_1, ...] with (a, b, ...) = axes",
    .gradient = "dx = dy with the axes in the old order",
    .reference = "transpose(x, axes)",
    .samples = {"randn(2, 3, 4), (2, 0, 1)", "randn(3, 4), (1, 0)", "randn(2, 3, 4), (-1, 0, 1)"},
    .doc = "The axes in the order given. A view: no element moves.",
    .takes_narrow = true,
});

Tensor permute(const Tensor& x, const Dims& axes) { return call(permute_op, x, Ints(axes)); }

Tensor transpose(const Tensor& x, int64_t axis_a, int64_t axis_b) {
  const int a = check_axis("transpose", axis_a, x.ndim()), b = check_axis("transpose", axis_b, x.ndim());
  Dims order;
  for (int i = 0; i < x.ndim(); ++i) order.push_back(i == a ? b : i == b ? a : i);
  return permute(x, order);
}
static const Op& transpose_op = composite<&transpose>({
    .name = "transpose",
    .args = {"x", "dim0", "dim1"},
    .formula = "y[.., j, .., i, ..] = x[.., i, .., j, ..]",
    .gradient = "dx = dy with the two axes exchanged",
    .reference = "swapaxes(x, dim0, dim1)",
    .samples = {"randn(3, 4), 0, 1", "randn(2, 3, 4), -1, -2", "randn(2, 3, 4), 0, 2"},
    .doc = "Exchanges two axes. A view: no element moves.",
    .aliases = {"swapaxes"},
    .takes_narrow = true,
});

static Tensor matrix_transpose(const Tensor& x) {
  if (x.ndim() > 2)
    throw ShapeError(text("t: expected at most 2 axes, got ", x.shape(), ". Did you mean x.mT?"));
  return x.ndim() < 2 ? x : transpose(x, 0, 1);
}
static const Op& t_op = composite<&matrix_transpose>({
    .name = "t",
    .args = {"x"},
    .formula = "y[j, i] = x[i, j]",
    .gradient = "dx = dyᵀ",
    .reference = "x.T",
    .samples = {"randn(3, 4)", "randn(3)"},
    .doc = "The transpose of a matrix; a vector stays as it is.",
    .takes_narrow = true,
});

static Tensor movedim(const Tensor& x, const Ints& source, const Ints& destination) {
  if (source.n != destination.n)
    throw ValueError(text("movedim: source and destination must name equally many axes, got ",
                          static_cast<const Dims&>(source), " and ", static_cast<const Dims&>(destination)));
  int from[kMaxAxes];
  bool moved[kMaxAxes] = {};
  for (int& f : from) f = -1;
  for (int k = 0; k < source.n; ++k) {
    const int s = check_axis("movedim", source[k], x.ndim()),
              d = check_axis("movedim", destination[k], x.ndim());
    if (std::exchange(moved[s], true) || from[d] >= 0)
      throw ValueError(text("movedim: an axis of a tensor of shape ", x.shape(), " is named twice in ",
                            static_cast<const Dims&>(source), " or ", static_cast<const Dims&>(destination)));
    from[d] = s;
  }
  Dims order;
  for (int i = 0, next = 0; i < x.ndim(); ++i) {
    while (from[i] < 0 && moved[next]) ++next;
    order.push_back(from[i] >= 0 ? from[i] : next++);
  }
  return permute(x, order);
}
static const Op& movedim_op = composite<&movedim>({
    .name = "movedim",
    .args = {"x", "source", "destination"},
    .formula = "axis source of x is axis destination of y; the others keep their order",
    .gradient = "dx = dy with the axes moved back",
    .reference = "moveaxis(x, source, destination)",
    .samples = {"randn(2, 3, 4), 0, -1", "randn(2, 3, 4), (0, 1), (1, 2)"},
    .doc = "Moves axes to other places; the others keep their order.",
    .aliases = {"moveaxis"},
    .takes_narrow = true,
});

}  // namespace pynn
