// convolution.h — the three ops that all convolution layers stand on (convolution.cpp), over Tensor.
#pragma once
#include "ops/ops.h"

namespace pynn {

// x (N, C, ...), weight (O, C / groups, ...), bias (O,) or undefined.
Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                   const Ints& padding, const Ints& dilation, int64_t groups, bool relu = false);
// The same behind a batch norm in evaluation: without a history, for where none is recorded.
struct Normalization {
  Tensor mean, var, weight, bias;  // one number for each channel; the last two may be undefined
  double eps;
};
bool can_finish(const Tensor& x, const Tensor& weight, const Tensor& bias, const Normalization& norm);
Tensor convolution_normalized(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                              const Ints& padding, const Ints& dilation, int64_t groups,
                              const Normalization& norm, bool relu);
// dy (N, O, ...) -> (N, C, size...), bias (C,) or undefined.
Tensor convolution_input(const Tensor& dy, const Tensor& weight, const Tensor& bias, const Ints& size,
                         const Ints& stride, const Ints& padding, const Ints& dilation, int64_t groups);
// x and dy -> (O, C / groups, size...)
Tensor convolution_weight(const Tensor& x, const Tensor& dy, const Ints& size, const Ints& stride,
                          const Ints& padding, const Ints& dilation, int64_t groups);

}  // namespace pynn
