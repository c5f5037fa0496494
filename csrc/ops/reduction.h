// reduction.h — what the ops that reduce axes have in common.
#pragma once
#include "core/elementwise.h"
#include "kernels/reduce.h"
#include "ops/ops.h"

namespace pynn {

// x, or x as another type. Records nothing: the engine converts gradients to the type of an op's input.
inline Tensor as_dtype(const Tensor& x, DType dtype) { return dtype == DType::none ? x : x.to(dtype); }

// y with the reduced axes back in place as ones: it broadcasts against what it was reduced from.
inline Tensor keep_axes(const Tensor& y, const Shape& x_shape, AxisSet axes) {
  const Shape shape = reduced_shape(x_shape, axes, true);
  return y.shape() == shape ? y : reshape(y, shape);
}

// `spread` in recorded ops.
inline Tensor spread_in_ops(const Tensor& y, const Shape& x_shape, AxisSet axes) {
  return expand(keep_axes(y, x_shape, axes), x_shape);
}

// A formula over floats of one type, for backward: the operands are broadcast to `shape`, nothing is
// recorded.
inline Tensor apply(const char* op, const ElementwiseKernel& kernel, const Shape& shape,
                    std::initializer_list<const Tensor*> in) {
  const DType type = (*in.begin())->dtype(), types[] = {type, type, type, type};
  const Tensor y = empty(shape, type);
  run_elementwise(op, kernel.forward[int(compute_type(type))], {in.begin(), in.size()}, {types, in.size()},
                  y);
  return y;
}

// A maximum of nothing does not exist.
inline void check_not_empty(const char* op, const Tensor& x, AxisSet axes) {
  const Shape kept = reduced_shape(x.shape(), axes, true);
  if (reduced_count(x.shape(), axes) == 0 && numel(kept) > 0)
    throw ValueError(text(op, ": a tensor of shape ", x.shape(), " has no element to choose from along axis ",
                          static_cast<const Dims&>(axes.list()), ", and an empty set has no ", op, "."));
}

}  // namespace pynn
