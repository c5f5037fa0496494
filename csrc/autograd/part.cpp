#include "autograd/part.h"

#include <algorithm>

#include "core/op.h"

namespace pynn {

namespace {

// The first and the last place that a part touches must lie within `count` elements.
void check_part(const char* op, const Part& part, const Shape& shape) {
  if (part.shape.n != part.strides.n)
    throw ShapeError(
        text(op, ": a part of shape ", part.shape, " has a stride for each axis, got ", part.strides));
  if (numel(part.shape) == 0) return;
  __int128 first = part.offset, last = part.offset;
  for (int i = 0; i < part.shape.n; ++i)
    (part.strides[i] < 0 ? first : last) += __int128(part.strides[i]) * (part.shape[i] - 1);
  if (first < 0 || last >= numel(shape))
    throw IndexError(text(op, ": a part of shape ", part.shape, ", strides ", part.strides, " and offset ",
                          part.offset, " leaves a tensor of shape ", shape));
}

Tensor at_part(const Tensor& x, const Part& part) {
  return x.alias(part.shape, part.strides, x.impl()->offset + (numel(part.shape) > 0 ? part.offset : 0));
}

// y[part] += x, element after element: places of the part may be one place in memory.
void add_to_part(const Tensor& y, const Tensor& x, const Part& part) {
  const Tensor source = x.contiguous(), target = at_part(y, part);
  visit_float("slice", y.dtype(), [&](auto element) {
    using T = decltype(element);
    const T* in = source.data<T>();
    T* out = target.data<T>();
    int64_t index[kMaxAxes] = {}, offset = 0;
    const int axes = part.shape.n;
    for (int64_t i = 0, n = source.numel(); i < n; ++i) {
      out[offset] += in[i];
      for (int axis = axes - 1; axis >= 0; --axis) {
        offset += part.strides[axis];
        if (++index[axis] < part.shape[axis]) break;
        offset -= part.shape[axis] * part.strides[axis];
        index[axis] = 0;
      }
    }
  });
}

}  // namespace

Part whole(const Shape& shape) { return {shape, row_major(shape), 0}; }
Part memory_of(const Tensor& x) { return {x.shape(), x.strides(), x.impl()->offset}; }

void cut_axis(Part& part, int axis, int64_t start, int64_t step, int64_t length) {
  if (length > 0) part.offset += start * part.strides[axis];
  part.strides[axis] = length > 1 ? part.strides[axis] * step : part.strides[axis];
  part.shape[axis] = length;
}
void drop_axis(Part& part, int axis, int64_t index) {
  part.offset += index * part.strides[axis];
  part.shape.erase(axis);
  part.strides.erase(axis);
}

struct TakePart {
  static Tensor forward(Context& context, const Tensor& x, const Ints& shape, const Ints& strides,
                        int64_t offset) {
    const Part part{shape, strides, offset};
    check_part("slice", part, x.shape());
    context.save(x.shape(), part.shape, part.strides, offset);
    const Tensor source = x.contiguous();
    const Part memory = memory_of(at_part(source, part));
    if (x.is_contiguous()) return view_of(context, x, memory.shape, memory.strides, memory.offset);
    return source.alias(memory.shape, memory.strides, memory.offset);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, part_shape, strides, offset] = context.load<Shape, Shape, Strides, int64_t>();
    return {spread_part(dy, shape, {part_shape, strides, offset})};
  }
};

static const Op& take_op = structured<TakePart>({
    .name = "slice",
    .args = {"x", "shape", "strides", "offset"},
    .formula = "y[k] = x.flat[offset + Σᵢ stridesᵢ kᵢ]",
    .gradient = "dx = 0, plus dy at the places that were taken",
    .reference = "x.reshape(-1)[offset + sum(stack([zeros(shape, int), "
                 "*[s * k for s, k in zip(strides, indices(shape))]]), 0)]",
    .samples = {"randn(4, 5), (2, 3), (5, 2), 1", "randn(6), (4, 3), (1, 1), 0",
                "randn(3, 4), (3,), (-5,), 11", "randn(7), (), (), 3"},
    .doc =
        "A strided part of a tensor, in places of its row-major order: what x[1:, ::2], select, diagonal and "
        "unfold record. A view wherever x is contiguous.",
    .home = Home::internal,
    .takes_narrow = true,
});

struct SpreadPart {
  static Tensor forward(Context& context, const Tensor& x, const Ints& shape, const Ints& strides,
                        int64_t offset) {
    const Part part{x.shape(), strides, offset};
    check_part("slice_spread", part, shape);
    context.save(part.shape, part.strides, offset);
    Tensor y = zeros(shape, x.dtype());
    if (x.numel() == 0) return y;
    const Tensor target = at_part(y, part);
    if (overlaps_itself(target))
      add_to_part(y, x, part);
    else
      copy_into(target, x);
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, strides, offset] = context.load<Shape, Strides, int64_t>();
    return {take_part(dy, {shape, strides, offset})};
  }
};

static const Op& spread_op = structured<SpreadPart>({
    .name = "slice_spread",
    .args = {"x", "shape", "strides", "offset"},
    .formula = "y = 0, then y.flat[offset + Σᵢ stridesᵢ kᵢ] += x[k]",
    .gradient = "dx[k] = dy.flat[offset + Σᵢ stridesᵢ kᵢ]",
    .reference =
        "bincount((offset + sum(stack([s * k for s, k in zip(strides, indices(x.shape))]), 0)).reshape(-1), "
        "x.reshape(-1), prod(shape)).reshape(shape)",
    .samples = {"randn(2, 3), (4, 5), (5, 2), 1", "randn(4, 3), (6,), (1, 1), 0"},
    .doc = "Zeros with a tensor added at a strided part: the gradient of a slice.",
    .home = Home::internal,
});

struct AssignPart {
  static Tensor forward(Context& context, const Tensor& x, const Tensor& value, const Ints& shape,
                        const Ints& strides, int64_t offset) {
    const Part part{shape, strides, offset};
    check_part("slice_assign", part, x.shape());
    if (!(value.shape() == part.shape))
      throw ShapeError(
          text("slice_assign: a value of shape ", value.shape(), " for a part of shape ", part.shape));
    context.save(part.shape, part.strides, offset);
    Tensor y = empty(x.shape(), x.dtype());
    copy_into(y, x);
    copy_into(at_part(y, part), value);
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, strides, offset] = context.load<Shape, Strides, int64_t>();
    const Part part{shape, strides, offset};
    Gradients dx{Tensor(), Tensor()};
    if (context.needs(0))
      dx[0] = assign_part(dy, scalar(0, dy.dtype()).expand_to("slice_assign", shape), part);
    if (context.needs(1)) dx[1] = take_part(dy, part);
    return dx;
  }
};

static const Op& assign_op = structured<AssignPart>({
    .name = "slice_assign",
    .args = {"x", "value", "shape", "strides", "offset"},
    .formula = "y = x, but y.flat[offset + Σᵢ stridesᵢ kᵢ] = value[k]",
    .gradient = "dx = dy with 0 at the places assigned to, dvalue = dy at those places",
    .reference =
        "(lambda y: (y.put(offset + sum(stack([s * k for s, k in zip(strides, indices(shape))]), 0), "
        "value), y)[1])(array(x))",
    .samples = {"randn(4, 5), randn(2, 3), (2, 3), (5, 2), 1"},
    .doc = "A tensor with a strided part replaced: the history of x[...] = value.",
    .home = Home::internal,
    .takes_narrow = true,
});

Tensor take_part(const Tensor& x, const Part& part) {
  return call(take_op, x, Ints(part.shape), Ints(part.strides), part.offset);
}
Tensor assign_part(const Tensor& x, const Tensor& value, const Part& part) {
  return call(assign_op, x, value, Ints(part.shape), Ints(part.strides), part.offset);
}
Tensor spread_part(const Tensor& dy, const Shape& shape, const Part& part) {
  return call(spread_op, dy, Ints(shape), Ints(part.strides), part.offset);
}

Tensor view_part(const Tensor& x, const Part& memory, const Part& logical) {
  const Tensor* input = &x;
  Recorder recorder(take_op, &input, 1);
  recorder.context().save(x.shape(), logical.shape, logical.strides, logical.offset);
  return recorder.finish(view_of(recorder.context(), x, memory.shape, memory.strides, memory.offset));
}

Tensor record_assignment(const Tensor& x, const Tensor& value, const Part& part) {
  const Tensor* inputs[] = {&x, &value};
  Recorder recorder(assign_op, inputs, 2);
  recorder.context().save(part.shape, part.strides, part.offset);
  return recorder.finish(x.detach());
}

}  // namespace pynn
