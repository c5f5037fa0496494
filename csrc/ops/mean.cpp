// mean — of all elements, or along some axes.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

struct Mean : Summing {
  double count;
  template <class V>
  V map(V x, V) const {
    return x;
  }
  template <class V>
  V finish(V total, V) const {
    return total / V(count);
  }
};
PYNN_REDUCTION(mean_kernel, Mean, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(mean_kernel);

struct MeanOp {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axis, bool keepdim, DType dtype) {
    const AxisSet axes("mean", axis, x.ndim());
    context.save(x.shape(), axis);
    const Tensor in = as_dtype(x, dtype);
    const double count = double(reduced_count(x.shape(), axes));
    return reduce("mean", *mean_kernel, in, axes, reduced_shape(x.shape(), axes, keepdim), in.dtype(),
                  &count);
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [shape, axis] = context.load<Shape, Ints>();
    const AxisSet axes("mean", axis, shape.size());
    return {spread(dy / double(reduced_count(shape, axes)), shape, axes)};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, axis] = context.load<Shape, Ints>();
    const AxisSet axes("mean", axis, shape.size());
    return {spread_in_ops(dy / double(reduced_count(shape, axes)), shape, axes)};
  }
};

static const Op& op = structured<MeanOp>({
    .name = "mean",
    .args = {"x", {"axis", none}, {"keepdim", false}, {"dtype", none}},
    .formula = "y = 1/n Σ x  over the axes, n elements",
    .gradient = "dx = dy / n",
    .reference = "mean(x, axis=axis, keepdims=keepdim, dtype=dtype)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 1", "randn(2, 3, 5), (0, -1), True", "randn(17, 3), axis=0",
                "randn(3, 0), 0"},
    .doc = "The mean of all elements, or along `axis` (an integer or several). The mean of nothing is NaN. "
           "Integers have to be made floats first, by `x.float()` or `dtype=float32`.",
    .autocast = Autocast::float32,
});

Tensor mean(const Tensor& x, const Ints& axis, bool keepdim) {
  return call(op, x, axis, keepdim, DType::none);
}

}  // namespace pynn
#endif
