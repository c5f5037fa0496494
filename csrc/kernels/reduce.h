// reduce.h — the executor of reductions: any axes, any strides, any number of threads, the same result.
//
// A reduction's loops (reduce_kernel.h) know two directions: along a row, and down columns side by side.
// The executor sorts the axes by stride, joins those that are one run in memory, and cuts the work into
// pieces that depend on the shape alone; the totals of the pieces are merged in order.
#pragma once
#include <span>

#include "core/node.h"
#include "kernels/reduce_kernel.h"

namespace pynn {

// Which axes of a tensor a reduction runs over.
class AxisSet {
 public:
  AxisSet() = default;
  // None is all of them. Negative axes count from the end; a repeated or missing one is an error.
  AxisSet(const char* op, const Ints& axes, int ndim);
  bool has(int axis) const { return bits_ >> axis & 1; }
  void add(int axis) { bits_ |= 1u << axis; }
  bool empty() const { return bits_ == 0; }
  Ints list() const;

 private:
  uint32_t bits_ = 0;
};

Shape reduced_shape(const Shape& shape, AxisSet axes, bool keepdim);
int64_t reduced_count(const Shape& shape, AxisSet axes);  // elements that one result is made from

// y, of shape `y_shape` (the kept axes in their order, ones anywhere) and type `result`.
// shift: one value per result, of x's type, contiguous; or undefined.
Tensor reduce(const char* op, const ReduceKernel& kernel, const Tensor& x, AxisSet axes, const Shape& y_shape,
              DType result, const double* parameters = nullptr, const Tensor& shift = {});

// The way back: y seen in the shape that it was reduced from, a view of stride 0 along `axes`.
Tensor spread(const Tensor& y, const Shape& x_shape, AxisSet axes);

// Throws DTypeError unless x holds floats.
void check_floating(const char* op, const Tensor& x);

}  // namespace pynn
