// row_norm.h — what layer_norm, rms_norm and their forms with a residual share; written out in
// layer_norm.cpp.
#pragma once
#include "ops/ops.h"

namespace pynn {

struct NormKind {
  const char* name;
  bool centred;       // the mean is taken out
  bool has_bias;      // among the op's inputs
  bool adds = false;  // a residual: the op's second input, its first output is the sum
};

// What is learned, and how: arguments of the ops.
struct NormSettings {
  const Ints& normalized_shape;
  const Tensor &weight, &bias;  // undefined where there is none
  double eps;
};

// y, the normalised x; or, with a residual, {sum, y}: the normalised sum = x + residual. Saves what
// norm_backward needs.
std::vector<Tensor> norm_forward(NormKind kind, Context& context, const Tensor& x, const Tensor& residual,
                                 const NormSettings& settings);
// dsum and dy may be undefined. The gradients of x, (residual,) weight and (bias); those not wanted
// undefined.
Gradients norm_backward(NormKind kind, const Context& context, const Tensor& dsum, const Tensor& dy);
Gradients norm_backward_in_ops(NormKind kind, const Context& context, const Tensor& dsum, const Tensor& dy);

}  // namespace pynn
