// sum — of all elements, or along some axes; and sum_to, the inverse of broadcasting.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

struct Sum : Summing {
  template <class V>
  V map(V x, V) const {
    return x;
  }
};
PYNN_REDUCTION(sum_kernel, Sum, kAll);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(sum_kernel);

static DType sum_type(DType t) { return is_floating(t) ? t : DType::int64; }

struct SumOp {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axis, bool keepdim, DType dtype) {
    const AxisSet axes("sum", axis, x.ndim());
    context.save(x.shape(), axis);
    // bool and small integers are summed as they are: int64 comes out anyway.
    const Tensor in = dtype == DType::int64 && !is_floating(x.dtype()) ? x : as_dtype(x, dtype);
    const Tensor y =
        reduce("sum", *sum_kernel, in, axes, reduced_shape(x.shape(), axes, keepdim), sum_type(in.dtype()));
    return as_dtype(y, dtype);
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [shape, axis] = context.load<Shape, Ints>();
    return {spread(dy, shape, AxisSet("sum", axis, shape.size()))};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, axis] = context.load<Shape, Ints>();
    return {spread_in_ops(dy, shape, AxisSet("sum", axis, shape.size()))};
  }
};

static const Op& sum_op = structured<SumOp>({
    .name = "sum",
    .args = {"x", {"axis", none}, {"keepdim", false}, {"dtype", none}},
    .formula = "y = Σ x  over the axes",
    .gradient = "dx = dy, the same for every element that was summed",
    .reference = "sum(x, axis=axis, keepdims=keepdim, dtype=dtype)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 1", "randn(2, 3, 5), (0, -1), True", "randn(17, 3), axis=0",
                "randn(33, 130), axis=0", "randn(0, 3), 0", "randn(3, 4), 1, dtype=float64"},
    .doc =
        "The sum of all elements, or along `axis` (an integer or several). bool and integers add up as "
        "int64. float32 is totalled in float64, in an order that does not depend on the number of threads.",
    .autocast = Autocast::float32,
});

Tensor sum(const Tensor& x, const Ints& axis, bool keepdim) {
  return call(sum_op, x, axis, keepdim, DType::none);
}

struct SumTo {
  static Tensor forward(Context& context, const Tensor& x, const Ints& shape) {
    context.save(x.shape());
    const int lead = x.ndim() - shape.size();
    AxisSet axes;
    for (int i = 0; i < x.ndim(); ++i) {
      const int64_t to = i < lead ? 1 : shape[i - lead], from = x.shape()[i];
      if (lead < 0 || (to != from && to != 1))
        throw ShapeError(text("sum_to: a tensor of shape ", x.shape(), " is not what ",
                              static_cast<const Dims&>(shape), " broadcasts to"));
      if (i < lead || to != from) axes.add(i);
    }
    return reduce("sum_to", *sum_kernel, x, axes, shape, sum_type(x.dtype()));
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [shape] = context.load<Shape>();
    return {dy.expand_to("sum_to", shape)};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape] = context.load<Shape>();
    return {expand(dy, shape)};
  }
};

static const Op& sum_to_op = structured<SumTo>({
    .name = "sum_to",
    .args = {"x", "shape"},
    .formula = "y = Σ x  over the axes that broadcasting to x's shape added or stretched",
    .gradient = "dx = dy, broadcast",
    .reference = "x.sum(axis=tuple(range(x.ndim - len(shape)))).sum("
                 "axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True).reshape(shape)",
    .samples = {"randn(3, 4), (4,)", "randn(2, 3, 5), (3, 1)", "randn(7), ()", "randn(3, 4), (3, 4)"},
    .doc = "The inverse of broadcasting: sums x to `shape`, which broadcasts to x's own.",
    .home = Home::internal,
});

Tensor sum_to(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : call(sum_to_op, x, Ints(shape));
}

}  // namespace pynn
#endif
