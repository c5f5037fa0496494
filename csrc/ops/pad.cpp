// pad — room around a tensor: constant values, a mirror image, the nearest edge, or the other side.
#include <algorithm>

#include "ops/slice.h"

namespace pynn {

namespace {

// torch's order: (left, right) of the last axis, then of the one before it, ...
void check_pads(const Tensor& x, const Ints& pad) {
  if (pad.n % 2 != 0 || pad.n / 2 > x.ndim())
    throw ShapeError(text("pad: expected (left, right) for the last axis, then for the one before it, ...: at most ",
                          2 * x.ndim(), " numbers for ", x.shape(), ", got ", static_cast<const Dims&>(pad)));
}

}  // namespace

struct ConstantPad {
  static Tensor forward(Context& context, const Tensor& x, const Ints& pad, double value) {
    check_pads(x, pad);
    context.save(pad);
    Shape shape = x.shape();
    Part from = whole(x), into;
    for (int k = 0; k < pad.n / 2; ++k) {
      const int axis = x.ndim() - 1 - k;
      const int64_t left = pad[2 * k], right = pad[2 * k + 1];
      shape[axis] += left + right;
      if (shape[axis] < 0)
        throw ShapeError(text("pad: axis ", axis, " of ", x.shape(), " cannot lose ", -(left + right), " places"));
      from.starts[axis] = left < 0 ? -left : 0;
      from.sizes[axis] = std::max<int64_t>(0, x.shape()[axis] + std::min<int64_t>(left, 0) + std::min<int64_t>(right, 0));
    }
    Tensor y = full(shape, value, x.dtype());
    into = whole(y);
    for (int k = 0; k < pad.n / 2; ++k) {
      const int axis = x.ndim() - 1 - k;
      into.starts[axis] = std::max<int64_t>(pad[2 * k], 0);
      into.sizes[axis] = from.sizes[axis];
    }
    if (y.numel() > 0 && x.numel() > 0) copy_into(view_part(y, into), view_part(x, from));
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy);
};
static const Op& constant_op = structured<ConstantPad>({
    .name = "constant_pad",
    .args = {"x", "pad", {"value", 0.0}},
    .formula = "y[left + i] = x[i], and `value` around it",
    .gradient = "dx[i] = dy[left + i]",
    .reference = "pad(x, [(0, 0)] * (x.ndim - len(pad_) // 2) + [(pad_[2 * k], pad_[2 * k + 1]) for k in "
                 "reversed(range(len(pad_) // 2))], constant_values=value)",
    .samples = {"randn(2, 3), (1, 2)", "randn(2, 3), (1, 0, 2, 1), 0.5"},
    .doc = "A tensor with a constant around it. Negative widths cut off instead.",
    .home = Home::internal,
});
Gradients ConstantPad::backward_in_ops(const Context& context, const Tensor& dy) {
  auto [pad] = context.load<Ints>();
  for (int64_t& width : pad) width = -width;
  return {call(constant_op, dy, pad, 0.0)};
}

static Tensor pad_tensor(const Tensor& x, const Ints& pad, std::string_view mode, const Tensor& value) {
  check_pads(x, pad);
  if (mode == "constant") return call(constant_op, x, pad, value ? value.item() : 0.0);
  if (mode != "reflect" && mode != "replicate" && mode != "circular")
    throw ValueError(text("pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got '", mode, "'"));
  Tensor y = x;
  for (int k = 0; k < pad.n / 2; ++k) {
    const int axis = x.ndim() - 1 - k;
    const int64_t left = pad[2 * k], right = pad[2 * k + 1], size = x.shape()[axis];
    const int64_t limit = mode == "reflect" ? size - 1 : mode == "circular" ? size : INT64_MAX;
    if (left > limit || right > limit || left < -size || right < -size || (size == 0 && left + right > 0))
      throw ShapeError(text("pad: mode '", mode, "' cannot add (", left, ", ", right, ") places to axis ", axis, " of ", x.shape()));
    const Tensor index = empty({std::max<int64_t>(0, size + left + right)}, DType::int64);
    for (int64_t i = 0; i < index.numel(); ++i) {
      int64_t from = i - left;
      if (mode == "reflect") from = from < 0 ? -from : from >= size ? 2 * (size - 1) - from : from;
      else if (mode == "replicate") from = from < 0 ? 0 : from >= size ? size - 1 : from;
      else from = (from + size) % size;
      index.data<int64_t>()[i] = from;
    }
    y = index_select(y, axis, index);
  }
  return y;
}
static const Op& pad_op = composite<&pad_tensor>({
    .name = "pad",
    .args = {"x", "pad", {"mode", "constant"}, {"value", none}},
    .formula = "y[left + i] = x[i], with the mode's values around it",
    .gradient = "dx[i] = the sum of dy over all places that x[i] went to",
    .reference = "pad(x, [(0, 0)] * (x.ndim - len(pad_) // 2) + [(pad_[2 * k], pad_[2 * k + 1]) for k in "
                 "reversed(range(len(pad_) // 2))], mode={'reflect': 'reflect', 'replicate': 'edge', 'circular': 'wrap', "
                 "'constant': 'constant'}[mode])",
    .samples = {"randn(2, 3), (1, 2)", "randn(2, 4), (1, 2), 'reflect'", "randn(2, 4), (2, 1, 1, 1), 'replicate'",
                "randn(2, 4), (2, 1), 'circular'"},
    .doc = "Room around a tensor: (left, right) of the last axis, then of the one before it, and so on.",
    .home = Home::functional,
});

}  // namespace pynn
