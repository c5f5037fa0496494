// convolution.h — the three ops that all convolution layers stand on (convolution.cpp), over Tensor.
#pragma once
#include "ops/ops.h"

namespace pynn {

// x (N, C, ...), weight (O, C / groups, ...), bias (O,) or undefined.
Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                   const Ints& padding, const Ints& dilation, int64_t groups, bool relu = false);
// The same and what follows it in evaluation: without a history, for where none is recorded.
struct Following {
  // A batch norm, if there is a mean: one number for each channel; weight and bias may be undefined.
  Tensor mean, var, weight, bias;
  double eps = 0;
  Tensor residual;                 // added to that, or undefined
  const Op* activation = nullptr;  // an elementwise op, or null
  double parameter = 0;            // that of the op, if it has one
};
bool can_finish(const Tensor& x, const Tensor& weight, const Tensor& bias, const Following& following);
Tensor convolution_finished(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                            const Ints& padding, const Ints& dilation, int64_t groups,
                            const Following& following);
// dy (N, O, ...) -> (N, C, size...), bias (C,) or undefined.
Tensor convolution_input(const Tensor& dy, const Tensor& weight, const Tensor& bias, const Ints& size,
                         const Ints& stride, const Ints& padding, const Ints& dilation, int64_t groups);
// x and dy -> (O, C / groups, size...)
Tensor convolution_weight(const Tensor& x, const Tensor& dy, const Ints& size, const Ints& stride,
                          const Ints& padding, const Ints& dilation, int64_t groups);

}  // namespace pynn
