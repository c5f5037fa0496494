// pad — room around a tensor: constant values, a mirror image, the nearest edge, or the other side.
#include <algorithm>

#include "autograd/part.h"
#include "ops/index.h"

namespace pynn {

namespace {

// torch's order: (left, right) of the last axis, then of the one before it, ...
void check_pads(const Tensor& x, const Ints& pad) {
  if (pad.n % 2 != 0 || pad.n / 2 > x.ndim())
    throw ShapeError(text(
        "pad: expected (left, right) for the last axis, then for the one before it, ...: an even number of "
        "at "
        "most ",
        2 * x.ndim(), " widths for a tensor of shape ", x.shape(), ", got ", static_cast<const Dims&>(pad)));
  for (int64_t width : pad)
    if (width < -(int64_t(1) << 40) || width > int64_t(1) << 40)
      throw ValueError(text("pad: a width of ", width, " is too large"));
}

}  // namespace

// Negative widths cut off.
struct ConstantPad {
  static Tensor forward(Context& context, const Tensor& x, const Ints& pad, double value) {
    check_pads(x, pad);
    context.save(pad);
    Shape shape = x.shape();
    Part from = memory_of(x), into;
    for (int k = 0; k < pad.n / 2; ++k) {
      const int axis = x.ndim() - 1 - k;
      shape[axis] += pad[2 * k] + pad[2 * k + 1];
      if (shape[axis] < 0)
        throw ShapeError(text("pad: widths (", pad[2 * k], ", ", pad[2 * k + 1], ") leave nothing of axis ",
                              axis, " of ", x.shape()));
    }
    Tensor y = full(shape, value, x.dtype());
    into = memory_of(y);
    for (int k = 0; k < pad.n / 2; ++k) {
      const int axis = x.ndim() - 1 - k;
      const int64_t left = pad[2 * k], right = pad[2 * k + 1];
      const int64_t kept =
          std::max<int64_t>(0, x.shape()[axis] + std::min<int64_t>(left, 0) + std::min<int64_t>(right, 0));
      cut_axis(from, axis, std::max<int64_t>(-left, 0), 1, kept);
      cut_axis(into, axis, std::max<int64_t>(left, 0), 1, kept);
    }
    if (numel(from.shape) > 0)
      copy_into(y.alias(into.shape, into.strides, into.offset),
                x.alias(from.shape, from.strides, from.offset));
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy);
};
static const Op& constant_op = structured<ConstantPad>({
    .name = "constant_pad",
    .args = {"x", "pad", {"value", 0.0}},
    .formula = "y[left + i] = x[i], and `value` around it",
    .gradient = "dx[i] = dy[left + i]",
    .reference = "(lambda w: __import__('numpy').pad(x, w, constant_values=value))([(0, 0)] * (x.ndim - "
                 "len(pad) // 2) + "
                 "[(pad[2 * k], pad[2 * k + 1]) for k in reversed(range(len(pad) // 2))])",
    .samples = {"randn(2, 3), (1, 2)", "randn(2, 3), (1, 0, 2, 1), 0.5"},
    .doc = "A tensor with a constant around it. Negative widths cut off instead.",
    .home = Home::internal,
    .takes_narrow = true,
});
Gradients ConstantPad::backward_in_ops(const Context& context, const Tensor& dy) {
  auto [pad] = context.load<Ints>();
  for (int64_t& width : pad) width = -width;
  return {call(constant_op, dy, pad, 0.0)};
}

static Tensor pad_tensor(const Tensor& x, const Ints& pad, std::string_view mode, double value) {
  check_pads(x, pad);
  if (mode == "constant") return call(constant_op, x, pad, value);
  if (mode != "reflect" && mode != "replicate" && mode != "circular")
    throw ValueError(
        text("pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got '", mode, "'"));
  Tensor y = x;
  for (int k = 0; k < pad.n / 2; ++k) {
    const int axis = x.ndim() - 1 - k;
    const int64_t left = pad[2 * k], right = pad[2 * k + 1], size = x.shape()[axis];
    if (left == 0 && right == 0) continue;
    const int64_t limit = mode == "reflect" ? size - 1 : mode == "circular" ? size : INT64_MAX;
    if (left > limit || right > limit || size + std::min<int64_t>(left, 0) + std::min<int64_t>(right, 0) <= 0)
      throw ShapeError(text("pad: mode '", mode, "' cannot add (", left, ", ", right, ") places to axis ",
                            axis, " of ", x.shape(),
                            mode == "reflect" ? ": there is at most the size - 1 to mirror" : ""));
    const Tensor places = empty({size + left + right}, DType::int64);
    for (int64_t i = 0; i < places.numel(); ++i) {
      int64_t from = i - left;
      if (mode == "reflect")
        from = from < 0 ? -from : from >= size ? 2 * (size - 1) - from : from;
      else if (mode == "replicate")
        from = std::clamp<int64_t>(from, 0, size - 1);
      else
        from = (from + size) % size;
      places.data<int64_t>()[i] = from;
    }
    numbers_are_known(places);
    y = index_select(y, axis, places);
  }
  return y;
}
static const Op& pad_op = composite<&pad_tensor>({
    .name = "pad",
    .args = {"x", "pad", {"mode", "constant"}, {"value", 0.0}},
    .formula = "y[left + i] = x[i], with the mode's values around it",
    .gradient = "dx[i] = the sum of dy over all places that x[i] went to",
    .reference = "(lambda w: __import__('numpy').pad(x, w, constant_values=value) if mode == 'constant' else "
                 "__import__('numpy').pad(x, w, {'reflect': 'reflect', 'replicate': 'edge', 'circular': "
                 "'wrap'}[mode]))"
                 "([(0, 0)] * (x.ndim - len(pad) // 2) + [(pad[2 * k], pad[2 * k + 1]) for k in "
                 "reversed(range(len(pad) // 2))])",
    .samples = {"randn(2, 3), (1, 2)", "randn(2, 2, 4), (1, 2), 'reflect'",
                "randn(2, 3, 4, 4), (2, 1, 1, 1), 'replicate'", "randn(2, 2, 4), (2, 1), 'circular'"},
    .doc = "Room around a tensor: `pad` holds (left, right) of the last axis, then of the one before it, and "
           "so on.",
    .home = Home::functional,
    .takes_narrow = true,
});

}  // namespace pynn
