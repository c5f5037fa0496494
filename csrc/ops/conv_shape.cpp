#include "ops/conv_shape.h"

#include <algorithm>

namespace pynn {

namespace {

constexpr int64_t kLargest = INT32_MAX;  // products of two such numbers do not overflow

const Dims& dims(const Ints& ints) { return ints; }

Ints once_per_axis(const char* op, const char* name, int axes, const Ints& given, int64_t least) {
  if (given.n != 1 && given.n != axes)
    throw ValueError(
        text(op, ": ", name, " must be one number, or ", axes, " (one per axis), got ", dims(given)));
  Ints all;
  for (int i = 0; i < axes; ++i) {
    const int64_t value = given[given.n == 1 ? 0 : i];
    if (value < least || value > kLargest)
      throw ValueError(text(op, ": ", name, " must be ", least, " or more, got ", dims(given)));
    all.push_back(value);
  }
  return all;
}

}  // namespace

ConvSettings conv_settings(const char* op, int axes, const Ints& stride, const Ints& padding,
                           const Ints& dilation, int64_t groups) {
  ConvSettings settings;
  settings.stride = once_per_axis(op, "stride", axes, stride, 1);
  settings.dilation = once_per_axis(op, "dilation", axes, dilation, 1);
  settings.groups = groups;
  if (groups < 1) throw ValueError(text(op, ": groups must be 1 or more, got ", groups));
  if (padding.n != 1 && padding.n != axes && padding.n != 2 * axes)
    throw ValueError(text(op, ": padding must be one number, ", axes, " (one per axis) or ", 2 * axes,
                          " (before and after, for each axis), got ", dims(padding)));
  for (int i = 0; i < 2 * axes; ++i) {
    const int64_t value = padding[padding.n == 1 ? 0 : padding.n == axes ? i / 2 : i];
    if (value < -kLargest || value > kLargest)
      throw ValueError(text(op, ": a padding of ", value, " is too large"));
    settings.padding.push_back(value);
  }
  return settings;
}

ConvShape conv_shape(const char* op, const Shape& x, const Shape& weight, const ConvSettings& settings) {
  const int axes = weight.n - 2;
  const int64_t groups = settings.groups;
  if (x.n != weight.n || axes < 1 || axes > ConvShape::kAxes)
    throw ShapeError(text(op, ": got input ", x, " and weight ", weight,
                          "; expected (N, C, ...) and (O, C / groups, ...) with equally many axes of space"));
  if (x[1] % groups != 0 || weight[0] % groups != 0)
    throw ValueError(text(op, ": groups=", groups, " must divide the channels: input ", x, " has ", x[1],
                          ", weight ", weight, " makes ", weight[0]));
  if (x[1] != weight[1] * groups) {
    std::string hint;
    if (x.back() == weight[1] * groups)
      hint = text(" Channels come before the axes of space: did you mean x.movedim(-1, 1)?");
    else if (x[0] == weight[1] * groups)
      hint = " Did you mean x.transpose(0, 1)?";
    throw ShapeError(text(op, ": got input ", x, " with ", x[1], " channels; weight ", weight,
                          " with groups=", groups, " takes ", weight[1] * groups, ".", hint));
  }
  ConvShape shape;
  shape.batch = x[0];
  shape.groups = groups;
  shape.in_channels = x[1] / groups;
  shape.out_channels = weight[0] / groups;
  for (int i = 0; i < axes; ++i) {
    const int at = ConvShape::kAxes - axes + i;
    const int64_t kernel = weight[2 + i], size = x[2 + i], stride = settings.stride[i],
                  dilation = settings.dilation[i], before = settings.padding[2 * i],
                  after = settings.padding[2 * i + 1];
    if (kernel < 1 || kernel > kLargest || size > kLargest)
      throw ShapeError(text(op, ": got input ", x, " and weight ", weight,
                            "; every size of the kernel must be 1 or more"));
    const int64_t padded = size + before + after, reach = dilation * (kernel - 1) + 1;
    if (padded < reach)
      throw ShapeError(text(op, ": got input ", x, " and weight ", weight, "; the kernel reaches over ",
                            reach, " places of axis ", 2 + i, ", which has ", padded,
                            " with its padding. A padding of at least ", (reach - size + 1) / 2,
                            ", or a larger input, would do."));
    shape.in[at] = size;
    shape.kernel[at] = kernel;
    shape.stride[at] = stride;
    shape.dilation[at] = dilation;
    shape.before[at] = before;
    shape.out[at] = (padded - reach) / stride + 1;
  }
  return shape;
}

Shape conv_output(const ConvShape& shape, int axes) {
  Shape y{shape.batch, shape.groups * shape.out_channels};
  for (int i = ConvShape::kAxes - axes; i < ConvShape::kAxes; ++i) y.push_back(shape.out[i]);
  return y;
}

void check_conv_types(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const auto is_narrow_float = [](const Tensor& t) { return t.dtype() == DType::bfloat16; };
  if (!is_floating(x.dtype()))
    throw DTypeError(text(op, ": got ", x.dtype(), " input ", x.shape(),
                          "; a convolution needs floats. Did you mean ",
                          x.dtype() == DType::uint8 ? "images.float() / 255?" : "x.float()?"));
  if (!is_floating(weight.dtype()))
    throw DTypeError(text(op, ": got a weight of ", weight.dtype(), "; it must be of floats"));
  for (const Tensor* t : {&weight, &bias})
    if (*t && t->dtype() != x.dtype() && !is_narrow_float(*t) && !is_narrow_float(x))
      throw DTypeError(text(op, ": input is ", x.dtype(), ", ", t == &bias ? "bias " : "weight ", t->dtype(),
                            "; they must be of one type. Did you mean x.to(weight.dtype)?"));
}

void check_conv_bias(const char* op, const Tensor& bias, int64_t channels) {
  if (bias && !(bias.shape() == Shape{channels}))
    throw ShapeError(text(op, ": bias has shape ", bias.shape(), "; it must be (", channels,
                          ",), one value for each channel that is made"));
}

}  // namespace pynn
