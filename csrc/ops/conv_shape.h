// conv_shape.h — what a convolution is asked for, checked: sizes, strides, paddings, types.
#pragma once
#include "kernels/conv.h"
#include "ops/ops.h"

namespace pynn {

struct ConvSettings {
  Ints stride, padding, dilation;  // once per axis of space; padding: (before, after) for each
  int64_t groups = 1;
};

// One value for every axis, or one for each, becomes one for each. `padding` may say (before, after) for
// each.
ConvSettings conv_settings(const char* op, int axes, const Ints& stride, const Ints& padding,
                           const Ints& dilation, int64_t groups);

// The convolution that takes x (N, C, ...) and a weight (O, C / groups, ...). Every size is checked.
ConvShape conv_shape(const char* op, const Shape& x, const Shape& weight, const ConvSettings& settings);
// (N, O, ...): what it makes.
Shape conv_output(const ConvShape& shape, int axes);

// Floats, all of one type, else an error that says what to do.
void check_conv_types(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias = Tensor());
void check_conv_bias(const char* op, const Tensor& bias, int64_t channels);

}  // namespace pynn
