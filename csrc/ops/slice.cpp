// narrow, select, slice_axis, unfold, flip — a part of a tensor by places along one axis. Views, but for
// flip.
#include <algorithm>
#include <utility>

#include "autograd/part.h"
#include "ops/ops.h"

namespace pynn {

namespace {

int axis_of(const char* op, const Tensor& x, int64_t axis) {
  if (x.ndim() == 0) throw ShapeError(text(op, ": a 0-d tensor has no axis"));
  return check_axis(op, axis, x.ndim());
}

// A Python slice, settled: start, start + step, ... `length` places of 0 .. size - 1.
struct Settled {
  int64_t start, length;
};
Settled settle_slice(int64_t start, int64_t stop, int64_t step, int64_t size) {
  const int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? size - 1 : size;
  const auto settle = [&](int64_t at) { return std::clamp(at < 0 ? at + size : at, lowest, highest); };
  start = settle(start);
  stop = settle(stop);
  const int64_t way = step < 0 ? start - stop : stop - start;
  return {start, way <= 0 ? 0 : (way - 1) / (step < 0 ? -step : step) + 1};
}

}  // namespace

Tensor narrow(const Tensor& x, int64_t axis, int64_t start, int64_t length) {
  const int at = axis_of("narrow", x, axis);
  const int64_t size = x.size(at), first = start < 0 ? start + size : start;
  if (first < 0 || length < 0 || first > size || length > size - first)
    throw IndexError(text("narrow: start ", start, " and length ", length, " leave axis ", axis,
                          " of a tensor of shape ", x.shape(), ", which has ", size, " places"));
  return cut_view(x, [&](Part& part) { cut_axis(part, at, first, 1, length); });
}
static const Op& narrow_op = composite<&narrow>({
    .name = "narrow",
    .args = {"x", "axis", "start", "length"},
    .formula = "y[.., k, ..] = x[.., start + k, ..]",
    .gradient = "dx = 0, but dx[.., start + k, ..] = dy[.., k, ..]",
    .reference = "take(x, range(start, start + length), axis)",
    .samples = {"randn(5, 4), 0, 1, 3", "randn(5, 4), -1, 2, 2", "randn(5, 4), 1, 4, 0"},
    .doc = "`length` places along an axis, from `start`. A view.",
    .takes_narrow = true,
});

Tensor select_place(const Tensor& x, int64_t axis, int64_t index) {
  const int at = axis_of("select", x, axis);
  const int64_t size = x.size(at), place = index < 0 ? index + size : index;
  if (place < 0 || place >= size)
    throw IndexError(text("select: index ", index, " is outside axis ", axis, " of a tensor of shape ",
                          x.shape(), ", which has ", size, " places"));
  return cut_view(x, [&](Part& part) { drop_axis(part, at, place); });
}
static const Op& select_op = composite<&select_place>({
    .name = "select",
    .args = {"x", "axis", "index"},
    .formula = "y[.., ..] = x[.., index, ..]",
    .gradient = "dx = 0, but dx[.., index, ..] = dy",
    .reference = "take(x, index, axis)",
    .samples = {"randn(5, 4), 0, 1", "randn(5, 4), -1, -2", "randn(3), 0, 2"},
    .doc = "One place along an axis, without that axis. A view.",
    .takes_narrow = true,
});

static Tensor slice_axis(const Tensor& x, int64_t axis, int64_t start, int64_t stop, int64_t step) {
  const int at = axis_of("slice_axis", x, axis);
  if (step == 0) throw ValueError("slice_axis: the step must not be 0");
  const Settled slice = settle_slice(start, stop, step, x.size(at));
  return cut_view(x, [&](Part& part) { cut_axis(part, at, slice.start, step, slice.length); });
}
static const Op& slice_axis_op = composite<&slice_axis>({
    .name = "slice_axis",
    .args = {"x", "axis", "start", "stop", {"step", 1}},
    .formula = "y[.., k, ..] = x[.., start + step k, ..]",
    .gradient = "dx = 0, but dx[.., start + step k, ..] = dy[.., k, ..]",
    .reference = "moveaxis(moveaxis(x, axis, 0)[start:stop:step], 0, axis)",
    .samples = {"randn(7, 4), 0, 1, 6, 2", "randn(5, 4), -1, 3, 0, -1", "randn(5, 4), 0, 3, 1"},
    .doc = "x[start:stop:step] along one axis. A view; a negative step walks backwards.",
    .home = Home::internal,
    .takes_narrow = true,
});

static Tensor unfold(const Tensor& x, int64_t axis, int64_t size, int64_t step) {
  const int at = axis_of("unfold", x, axis);
  const int64_t length = x.size(at);
  if (step < 1) throw ValueError(text("unfold: the step must be 1 or more, got ", step));
  if (size < 0 || size > length)
    throw ShapeError(text("unfold: a window of ", size, " places does not fit axis ", axis,
                          " of a tensor of shape ", x.shape()));
  return cut_view(x, [&](Part& part) {
    const int64_t stride = part.strides[at], count = (length - size) / step + 1;
    part.shape[at] = count;
    part.strides[at] = count > 1 ? stride * step : stride;
    part.shape.push_back(size);
    part.strides.push_back(stride);
  });
}
static const Op& unfold_op = composite<&unfold>({
    .name = "unfold",
    .args = {"x", "axis", "size", "step"},
    .formula = "y[.., w, .., k] = x[.., step w + k, ..]",
    .gradient = "dx[.., i, ..] = Σ dy[.., w, .., k] over all step w + k = i",
    .reference = "moveaxis(stack([moveaxis(x, axis, -1)[..., w:w + size] for w in range(0, x.shape[axis] - "
                 "size + 1, step)], -2)"
                 ", -2, axis % x.ndim)",
    .samples = {"randn(7), 0, 3, 2", "randn(3, 6), -1, 2, 1", "randn(5, 2), 0, 3, 1"},
    .doc = "Sliding windows along an axis; the places within a window become the last axis. A view: windows "
           "overlap.",
    .home = Home::method,
    .takes_narrow = true,
});

struct Flip {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axis) {
    context.save(axis);
    Part part = memory_of(x);
    bool flipped[kMaxAxes + 1] = {};
    for (int64_t a : axis) {
      const int at = check_axis("flip", a, x.ndim());
      if (std::exchange(flipped[at], true))
        throw ValueError(text("flip: axis ", a, " is named twice in ", static_cast<const Dims&>(axis)));
      if (x.ndim() > 0) cut_axis(part, at, x.size(at) - 1, -1, x.size(at));
    }
    Tensor y = empty(x.shape(), x.dtype());
    copy_into(y, x.alias(part.shape, part.strides, part.offset));
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy);
};
static const Op& flip_op = structured<Flip>({
    .name = "flip",
    .args = {"x", Arg("axis").spread()},
    .formula = "y[.., k, ..] = x[.., n - 1 - k, ..]",
    .gradient = "dx = flip(dy, axis)",
    .reference = "flip(x, axis)",
    .samples = {"randn(3, 4), 0", "randn(3, 4), (0, 1)", "randn(0, 3), 1", "randn(3, 65), -1"},
    .doc = "The elements in reverse order along the axes named. A copy.",
    .takes_narrow = true,
});
Gradients Flip::backward_in_ops(const Context& context, const Tensor& dy) {
  const auto [axis] = context.load<Ints>();
  return {call(flip_op, dy, axis)};
}

}  // namespace pynn
