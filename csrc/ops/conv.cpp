// conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d — the convolutions of layers,
// with PyTorch's arguments: one text over `convolution` and `convolution_input` (convolution.cpp).
#include <algorithm>

#include "ops/conv_shape.h"
#include "ops/convolution.h"

namespace pynn {

namespace {

template <int axes>
constexpr const char* kName[2] = {};
template <>
constexpr const char* kName<1>[2] = {"conv1d", "conv_transpose1d"};
template <>
constexpr const char* kName<2>[2] = {"conv2d", "conv_transpose2d"};
template <>
constexpr const char* kName<3>[2] = {"conv3d", "conv_transpose3d"};
constexpr const char* kSpace[] = {"", "L", "H, W", "D, H, W"};

// `in` is the axis of the weight that meets the input's channels.
void check_ranks(const char* op, const Tensor& x, const Tensor& weight, int axes, int in, int64_t groups) {
  if (weight.ndim() != axes + 2)
    throw ShapeError(text(op, ": got a weight ", weight.shape(), "; expected (",
                          in ? "out_channels, in_channels / groups" : "in_channels, out_channels / groups",
                          ", ", kSpace[axes], " of the kernel)"));
  if (x.ndim() != axes + 1 && x.ndim() != axes + 2)
    throw ShapeError(text(op, ": got input ", x.shape(), "; expected (N, C, ", kSpace[axes], ") or (C, ",
                          kSpace[axes], ") without a batch.",
                          x.ndim() == axes ? " Did you mean x.unsqueeze(0)?" : ""));
  const int64_t channels = x.size(-axes - 1), wanted = in ? weight.size(1) * groups : weight.size(0);
  if (x.ndim() == axes + 1 && channels != wanted)
    throw ShapeError(text(op, ": got input ", x.shape(), ", which is (C, ", kSpace[axes], ") with ", channels,
                          " channels; weight ", weight.shape(), " takes ", wanted, ".",
                          wanted == 1 ? " Did you mean x.unsqueeze(1)?" : ""));
}

void check_padding(const char* op, const Ints& padding) {
  for (int64_t width : padding)
    if (width < 0)
      throw ValueError(text(op, ": padding must be 0 or more, got ", static_cast<const Dims&>(padding)));
}

}  // namespace

// A checked convolution, by `make` from a batch and its settings.
template <class Make>
static Tensor checked_conv(const char* op, int axes, const Tensor& x, const Tensor& weight,
                           const Tensor& bias, const Ints& stride, const Ints& padding, const Ints& dilation,
                           int64_t groups, const Make& make) {
  const ConvSettings settings = conv_settings(op, axes, stride, padding, dilation, groups);
  check_padding(op, padding);
  check_conv_types(op, x, weight, bias);
  check_ranks(op, x, weight, axes, 1, groups);
  const bool alone = x.ndim() == axes + 1;
  const Tensor batch = alone ? unsqueeze(x, 0) : x;
  conv_shape(op, batch.shape(), weight.shape(), settings);
  check_conv_bias(op, bias, weight.size(0));
  const Tensor y = make(batch, settings);
  return alone ? select_place(y, 0, 0) : y;
}

template <int axes>
static Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                   const Ints& padding, const Ints& dilation, int64_t groups, bool relu) {
  return checked_conv(kName<axes>[0], axes, x, weight, bias, stride, padding, dilation, groups,
                      [&](const Tensor& batch, const ConvSettings& s) {
                        return convolution(batch, weight, bias, s.stride, s.padding, s.dilation, groups,
                                           relu);
                      });
}

// The op of that name, if it is elementwise and of one tensor, with at most one parameter.
static const Op* activation_op(std::string_view name) {
  if (name.empty()) return nullptr;
  const Op* const op = find_op(name);
  if (!op || !op->kernel || op->args.size() > 2 || !op->kernel->forward[int(DType::float32)] ||
      (op->args.size() == 2 && op->args[1].required()))
    throw ValueError(
        text("conv_then: activation must be the name of an elementwise op of one tensor, such as "
             "relu, relu6, silu or leaky_relu; got \"",
             name, '"'));
  return op;
}

// In one where no gradient is recorded, so that nobody misses what lies between.
static Tensor conv_then(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& mean,
                        const Tensor& var, const Tensor& norm_weight, const Tensor& norm_bias, double eps,
                        const Tensor& residual, std::string_view activation, double parameter,
                        const Ints& stride, const Ints& padding, const Ints& dilation) {
  const char* const op = "conv_then";
  if (weight.ndim() < 3 || weight.ndim() > 5)
    throw ShapeError(text(op, ": got a weight ", weight.shape(),
                          "; expected (out_channels, in_channels / groups, ...) with one to three axes of "
                          "space"));
  if (bool(mean) != bool(var)) throw ValueError(text(op, ": mean and var come together"));
  const int axes = weight.ndim() - 2;
  const int64_t channels = x.ndim() > axes ? x.size(-axes - 1) : 0;
  const int64_t groups = std::max<int64_t>(1, channels / std::max<int64_t>(1, weight.size(1)));
  const Following following{mean,     var, norm_weight, norm_bias, eps, residual, activation_op(activation),
                            parameter};
  const bool in_one = x.ndim() == axes + 2 && can_finish(x, weight, bias, following);
  Tensor y = checked_conv(op, axes, x, weight, bias, stride, padding, dilation, groups,
                          [&](const Tensor& batch, const ConvSettings& s) {
                            return in_one ? convolution_finished(batch, weight, bias, s.stride, s.padding,
                                                                 s.dilation, groups, following)
                                          : convolution(batch, weight, bias, s.stride, s.padding, s.dilation,
                                                        groups);
                          });
  if (in_one) return y;
  const bool relu = activation == "relu" && !residual;
  if (mean) y = batch_norm_evaluation(y, mean, var, norm_weight, norm_bias, eps, relu);
  if (residual) y = y + residual;
  if (!following.activation || (mean && relu)) return y;
  return following.activation->args.size() == 2 ? call(*following.activation, y, parameter)
                                                : call(*following.activation, y);
}

template <int axes>
static Tensor conv_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                             const Ints& padding, const Ints& output_padding, int64_t groups,
                             const Ints& dilation) {
  const char* const op = kName<axes>[1];
  ConvSettings settings = conv_settings(op, axes, stride, padding, dilation, groups);
  const ConvSettings more = conv_settings(op, axes, stride, output_padding, dilation, groups);
  check_padding(op, padding);
  check_padding(op, output_padding);
  check_conv_types(op, x, weight, bias);
  check_ranks(op, x, weight, axes, 0, groups);
  const bool alone = x.ndim() == axes + 1;
  const Tensor batch = alone ? unsqueeze(x, 0) : x;
  if (batch.size(1) != weight.size(0) || weight.size(0) % groups != 0)
    throw ShapeError(text(op, ": got input ", x.shape(), " with ", batch.size(1), " channels; weight ",
                          weight.shape(), " with groups=", groups, " takes ", weight.size(0),
                          ", which must be a multiple of groups"));
  check_conv_bias(op, bias, weight.size(1) * groups);
  Ints size;
  for (int i = 0; i < axes; ++i) {
    const int64_t extra = more.padding[2 * i + 1], in = batch.size(2 + i), kernel = weight.size(2 + i);
    if (extra >= settings.stride[i] && extra >= settings.dilation[i])
      throw ValueError(
          text(op, ": output_padding must be smaller than stride or dilation, got output_padding=",
               static_cast<const Dims&>(output_padding), " with stride=", static_cast<const Dims&>(stride),
               " and dilation=", static_cast<const Dims&>(dilation)));
    if (in < 1 || kernel < 1 || in > INT32_MAX || kernel > INT32_MAX)
      throw ShapeError(text(op, ": got input ", x.shape(), " and weight ", weight.shape(),
                            "; no axis of space may be empty"));
    settings.padding[2 * i + 1] -= extra;
    size.push_back((in - 1) * settings.stride[i] + settings.dilation[i] * (kernel - 1) + 1 -
                   settings.padding[2 * i] - settings.padding[2 * i + 1]);
    if (size[i] < 1)
      throw ShapeError(text(op, ": got input ", x.shape(), " and weight ", weight.shape(),
                            "; with padding=", static_cast<const Dims&>(padding),
                            " the output would have size ", size[i], " along axis ", 2 + i));
  }
  const Tensor y = convolution_input(batch, weight, bias, size, settings.stride, settings.padding,
                                     settings.dilation, groups);
  return alone ? select_place(y, 0, 0) : y;
}

#define PYNN_CONV_ARGS                                                                              \
  {                                                                                                 \
    "x", "weight", {"bias", none}, {"stride", 1}, {"padding", 0}, {"dilation", 1}, {"groups", 1}, { \
      "relu", false                                                                                 \
    }                                                                                               \
  }
#define PYNN_CONV_TRANSPOSE_ARGS                                                                        \
  {"x",           "weight",       {"bias", none}, {"stride", 1}, {"padding", 0}, {"output_padding", 0}, \
   {"groups", 1}, {"dilation", 1}}

static const Op& conv1d_op = composite<&conv<1>>({
    .name = "conv1d",
    .args = PYNN_CONV_ARGS,
    .formula = "y[n, o, i] = Σ_ck w[o, c, k] x[n, c, i stride + k dilation − padding] + b[o]",
    .gradient = "dx: the transposed convolution of dy, dw: the products of dy with x, summed, db = Σ dy",
    .reference = "maximum(convolve(x, weight, bias, stride, padding, dilation, groups), 0 if relu else -inf)",
    .samples = {"randn(2, 3, 20), randn(4, 3, 3), randn(4)",
                "randn(2, 4, 65), randn(6, 2, 5), None, 2, 3, 2, 2", "randn(3, 7), randn(2, 3, 2), randn(2)",
                "randn(0, 3, 8), randn(4, 3, 3), randn(4)",
                "randn(2, 6, 33), randn(6, 1, 4), randn(6), 3, 1, 1, 6"},
    .doc = "A convolution along one axis: x (N, C, L) or (C, L), weight (O, C / groups, K), bias (O,).",
    .source = "Waibel et al. 1989, Phoneme recognition using time-delay neural networks",
    .home = Home::internal,
});

static const Op& conv2d_op = composite<&conv<2>>({
    .name = "conv2d",
    .args = PYNN_CONV_ARGS,
    .formula = "y[n, o, i, j] = Σ_ckl w[o, c, k, l] x[n, c, i stride + k dilation − padding, "
               "j stride + l dilation − padding] + b[o]",
    .gradient = "dx: the transposed convolution of dy, dw: the products of dy with x, summed, db = Σ dy",
    .reference = "maximum(convolve(x, weight, bias, stride, padding, dilation, groups), 0 if relu else -inf)",
    .samples = {"randn(2, 3, 8, 9), randn(4, 3, 3, 3), randn(4), 1, 1",
                "randn(2, 4, 9, 11), randn(6, 2, 2, 3), None, (2, 3), (0, 2), (2, 1), 2",
                "randn(1, 2, 5, 5), randn(3, 2, 1, 1), randn(3)",
                "randn(3, 6, 5), randn(2, 3, 3, 2), randn(2)",
                "randn(0, 3, 8, 8), randn(4, 3, 3, 3), randn(4)",
                "randn(2, 5, 7, 6), randn(5, 1, 3, 3), randn(5), 2, 1, 1, 5"},
    .doc = "A convolution along two axes: x (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW), "
           "bias (O,).",
    .source = "LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition, Neural "
              "Computation 1(4)",
    .home = Home::internal,
});

static const Op& conv3d_op = composite<&conv<3>>({
    .name = "conv3d",
    .args = PYNN_CONV_ARGS,
    .formula =
        "y[n, o, p] = Σ_ck w[o, c, k] x[n, c, p stride + k dilation − padding] + b[o], p and k of three axes",
    .gradient = "dx: the transposed convolution of dy, dw: the products of dy with x, summed, db = Σ dy",
    .reference = "maximum(convolve(x, weight, bias, stride, padding, dilation, groups), 0 if relu else -inf)",
    .samples = {"randn(2, 2, 4, 5, 3), randn(3, 2, 2, 3, 2), randn(3), 1, 1",
                "randn(1, 4, 6, 5, 7), randn(4, 2, 3, 2, 3), None, (2, 1, 3), (1, 0, 2), (1, 2, 1), 2",
                "randn(2, 3, 4, 3), randn(2, 2, 1, 1, 1), randn(2)"},
    .doc =
        "A convolution along three axes: x (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, "
        "KW), bias (O,).",
    .source = "Ji et al. 2010, 3D convolutional neural networks for human action recognition",
    .home = Home::internal,
});

static const Op& conv_then_op = composite<&conv_then>({
    .name = "conv_then",
    .args = {"x",
             "weight",
             {"bias", none},
             {"mean", none},
             {"var", none},
             {"norm_weight", none},
             {"norm_bias", none},
             {"eps", 1e-5},
             {"residual", none},
             {"activation", ""},
             {"parameter", 0.0},
             {"stride", 1},
             {"padding", 0},
             {"dilation", 1}},
    .formula = "y = f(w' (convolution(x) − mean) / √(var + ε) + b' + residual)",
    .gradient = "those of convolution, of batch_norm_evaluation and of f",
    .reference =
        "(lambda y, c: (lambda z: {'': z, 'relu': maximum(z, 0), 'relu6': clip(z, 0, 6), "
        "'tanh': tanh(z), 'leaky_relu': where(z > 0, z, parameter * z)}[activation])("
        "(y if mean is None else (y - c(mean)) / sqrt(c(var) + eps) * (1 if norm_weight is None else "
        "c(norm_weight)) + (0 if norm_bias is None else c(norm_bias))) + (0 if residual is None else "
        "residual)))"
        "(convolve(x, weight, bias, stride, padding, dilation, x.shape[1] // weight.shape[1]), "
        "lambda v: v.reshape([1, -1] + [1] * (x.ndim - 2)))",
    .samples =
        {"randn(2, 3, 8, 9), randn(4, 3, 3, 3), randn(4), randn(4), 0.1 + rand(4), randn(4), randn(4), 1e-5, "
         "None, 'relu', 0.0, 1, 1",
         "randn(2, 6, 9), randn(6, 1, 3), None, randn(6), 0.1 + rand(6), None, randn(6), 0.1, "
         "randn(2, 6, 5), '', 0.0, 2, 1",
         "randn(3, 5, 8, 9), randn(7, 5, 1, 1), None, randn(7), 0.1 + rand(7), randn(7), None, 1e-5, "
         "randn(3, 7, 8, 9), 'relu'",
         "randn(2, 9, 7, 7), randn(17, 9, 2, 2), None, randn(17), 0.1 + rand(17), randn(17), randn(17), "
         "1e-5, "
         "None, 'leaky_relu', 0.3, 2",
         "randn(2, 3, 4, 5, 4), randn(2, 3, 2, 3, 2), randn(2), None, None, None, None, 1e-5, None, 'tanh', "
         "0.0, "
         "2, 1",
         "randn(2, 3, 8), randn(4, 3, 3), randn(4), None, None, None, None, 1e-5, None, 'relu6'",
         "randn(0, 3, 8), randn(4, 3, 3), None, randn(4), 0.1 + rand(4)"},
    .doc = "A convolution of x (N, C, ...), in as many groups as the weight leaves; the batch norm of "
           "evaluation "
           "behind it, if there is a `mean`; a `residual` of the output's shape that is added; and an "
           "elementwise op "
           "of one tensor by name, whose `parameter` counts if it has one. Where no gradient is recorded, "
           "all of it "
           "happens to outputs that are still in registers or in the cache.",
    .source = "S. Ioffe, C. Szegedy, Batch normalization, 2015, algorithm 2, step 11",
    .home = Home::internal,
});

static const Op& conv_transpose1d_op = composite<&conv_transpose<1>>({
    .name = "conv_transpose1d",
    .args = PYNN_CONV_TRANSPOSE_ARGS,
    .formula = "y[n, o, q] = Σ_cik w[c, o, k] x[n, c, i] + b[o] over i stride + k dilation − padding = q",
    .gradient = "dx: the convolution of dy, dw: the products of x with dy, summed, db = Σ dy",
    .reference = "conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation)",
    .samples = {"randn(2, 3, 9), randn(3, 4, 3), randn(4)",
                "randn(2, 4, 7), randn(4, 3, 5), None, 3, 2, 1, 2, 2",
                "randn(3, 5), randn(3, 2, 2), randn(2), 2", "randn(0, 3, 8), randn(3, 4, 3), randn(4)"},
    .doc = "A transposed convolution along one axis: x (N, C, L) or (C, L), weight (C, O / groups, K), bias "
           "(O,).",
    .source = "Zeiler et al. 2010, Deconvolutional networks",
    .home = Home::internal,
});

static const Op& conv_transpose2d_op = composite<&conv_transpose<2>>({
    .name = "conv_transpose2d",
    .args = PYNN_CONV_TRANSPOSE_ARGS,
    .formula = "y[n, o, q] = Σ_cpk w[c, o, k] x[n, c, p] + b[o] over p stride + k dilation − padding = q, in "
               "two axes",
    .gradient = "dx: the convolution of dy, dw: the products of x with dy, summed, db = Σ dy",
    .reference = "conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation)",
    .samples = {"randn(2, 3, 4, 5), randn(3, 4, 3, 3), randn(4), 2, 1, 1",
                "randn(2, 4, 3, 4), randn(4, 3, 2, 3), None, (2, 3), (0, 2), (1, 0), 2, (2, 1)",
                "randn(3, 4, 5), randn(3, 2, 2, 2), randn(2), 2",
                "randn(0, 3, 4, 4), randn(3, 4, 3, 3), randn(4)"},
    .doc = "A transposed convolution along two axes: x (N, C, H, W) or (C, H, W), weight (C, O / groups, KH, "
           "KW), "
           "bias (O,).",
    .source = "Zeiler et al. 2010, Deconvolutional networks",
    .home = Home::internal,
});

static const Op& conv_transpose3d_op = composite<&conv_transpose<3>>({
    .name = "conv_transpose3d",
    .args = PYNN_CONV_TRANSPOSE_ARGS,
    .formula = "y[n, o, q] = Σ_cpk w[c, o, k] x[n, c, p] + b[o] over p stride + k dilation − padding = q, in "
               "three axes",
    .gradient = "dx: the convolution of dy, dw: the products of x with dy, summed, db = Σ dy",
    .reference = "conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation)",
    .samples = {"randn(2, 2, 3, 2, 3), randn(2, 3, 2, 3, 2), randn(3), 2, 1, 1",
                "randn(4, 2, 3, 2), randn(4, 1, 2, 1, 2), None, (2, 1, 3), (0, 0, 1), 0, 2"},
    .doc = "A transposed convolution along three axes: x (N, C, D, H, W) or (C, D, H, W), weight "
           "(C, O / groups, KD, KH, KW), bias (O,).",
    .source = "Zeiler et al. 2010, Deconvolutional networks",
    .home = Home::internal,
});

}  // namespace pynn
