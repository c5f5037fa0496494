// convolution — one sum in three variables, and its three gradients, which are one another's.
//
//   T(x, w, dy) = Σ over n, o, c, p, k of dy[n, o, p] w[o, c, k] x[n, c, p stride + k dilation − before]
//
//   convolution        ∂T/∂dy:  y  from x and w
//   convolution_input  ∂T/∂x:   dx from dy and w, which is also the transposed convolution
//   convolution_weight ∂T/∂w:   dw from x and dy
//
// T is linear in each variable, so the gradient of each op is made of the other two, to any order.
#include "ops/convolution.h"

#include <cmath>
#include <vector>

#include "ops/conv_shape.h"

namespace pynn {

namespace {

Shape spatial(const Tensor& x) {
  Shape shape;
  for (int i = 2; i < x.ndim(); ++i) shape.push_back(x.shape()[i]);
  return shape;
}

// A bias has one value for each channel: its gradient sums over all other axes.
Tensor bias_gradient(const Tensor& dy) {
  Ints axes{0};
  for (int i = 2; i < dy.ndim(); ++i) axes.push_back(i);
  return sum(dy, axes);
}

template <class T>
const T* data_or_null(const Tensor& t) {
  return t ? t.data<T>() : nullptr;
}

void check_rank(const char* op, const Tensor& t, const char* what) {
  if (t.ndim() < 3 || t.ndim() > 5)
    throw ShapeError(
        text(op, ": got ", what, " ", t.shape(), "; expected (N, C, ...) with one to three axes of space"));
}

}  // namespace

// y of a checked convolution.
static Tensor convolve(const ConvShape& shape, int axes, const Tensor& x, const Tensor& weight,
                       const Tensor& bias, const Following& following) {
  const Tensor y = empty(conv_output(shape, axes), x.dtype());
  if (y.numel() == 0) return y;
  const Tensor in = x.contiguous(), w = weight.contiguous(), b = bias ? bias.contiguous() : bias;
  visit_float("convolution", x.dtype(), [&](auto element) {
    using T = decltype(element);
    Finish<T> finish;
    finish.relu = following.activation == find_op("relu") && following.activation;
    if (following.activation && !finish.relu)
      finish.then = following.activation->kernel->forward[int(x.dtype())],
      finish.parameter = following.parameter;
    const Tensor residual = following.residual ? following.residual.contiguous() : Tensor();
    finish.residual = data_or_null<T>(residual), finish.y = y.data<T>();
    std::vector<T> factors;
    const Tensor mean = following.mean ? following.mean.contiguous() : Tensor();
    if (mean) {
      const int64_t channels = mean.numel();
      const Tensor var = following.var.contiguous();
      const Tensor scale = following.weight ? following.weight.contiguous() : Tensor(),
                   shift = following.bias ? following.bias.contiguous() : Tensor();
      factors.resize(size_t(2 * channels));
      for (int64_t c = 0; c < channels; ++c) {
        const double a = scale ? double(scale.data<T>()[c]) : 1.0;
        factors[size_t(c)] = T(a / std::sqrt(double(var.data<T>()[c]) + following.eps));
        factors[size_t(channels + c)] = shift ? shift.data<T>()[c] : T(0);
      }
      finish.mean = mean.data<T>(), finish.a = factors.data(), finish.c = factors.data() + channels;
    }
    conv_forward(shape, in.data<T>(), w.data<T>(), data_or_null<T>(b), y.data<T>(), finish);
  });
  return y;
}

struct Convolution {
  static constexpr const char* name = "convolution";
  static Tensor forward(Context& context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const Ints& stride, const Ints& padding, const Ints& dilation, int64_t groups,
                        bool relu) {
    check_rank(name, x, "input");
    check_conv_types(name, x, weight, bias);
    const int axes = x.ndim() - 2;
    const ConvShape shape = conv_shape(name, x.shape(), weight.shape(),
                                       conv_settings(name, axes, stride, padding, dilation, groups));
    check_conv_bias(name, bias, weight.size(0));
    Following following;
    if (relu) following.activation = find_op("relu");
    const Tensor y = convolve(shape, axes, x, weight, bias, following);
    context.save(x, weight, stride, padding, dilation, groups, relu ? y : Tensor());
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& given) {
    const auto [x, weight, stride, padding, dilation, groups, kept] =
        context.load<Tensor, Tensor, Ints, Ints, Ints, int64_t, Tensor>();
    const Tensor dy = kept ? relu_gradient(kept, given) : given;
    Gradients d{Tensor(), Tensor(), Tensor()};
    if (context.needs(0))
      d[0] = convolution_input(dy, weight, Tensor(), spatial(x), stride, padding, dilation, groups);
    if (context.needs(1))
      d[1] = convolution_weight(x, dy, spatial(weight), stride, padding, dilation, groups);
    if (context.needs(2)) d[2] = bias_gradient(dy);
    return d;
  }
};

bool can_finish(const Tensor& x, const Tensor& weight, const Tensor& bias, const Following& f) {
  for (const Tensor* t : {&x, &weight, &bias, &f.mean, &f.var, &f.weight, &f.bias, &f.residual})
    if (*t && ((grad_enabled() && t->requires_grad()) || t->dtype() != x.dtype())) return false;
  for (const Tensor* t : {&f.mean, &f.var, &f.weight, &f.bias})
    if (*t && !(t->shape() == Shape{weight.size(0)})) return false;
  return is_wide_float(x.dtype());
}

Tensor convolution_finished(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                            const Ints& padding, const Ints& dilation, int64_t groups,
                            const Following& following) {
  const int axes = x.ndim() - 2;
  const ConvShape shape = conv_shape("conv_then", x.shape(), weight.shape(),
                                     conv_settings("conv_then", axes, stride, padding, dilation, groups));
  if (following.residual && !(following.residual.shape() == conv_output(shape, axes)))
    throw ShapeError(text("conv_then: got a residual ", following.residual.shape(), " for an output ",
                          conv_output(shape, axes), "; they must be of one shape"));
  return convolve(shape, axes, x, weight, bias, following);
}

struct ConvolutionInput {
  static constexpr const char* name = "convolution_input";
  static Tensor forward(Context& context, const Tensor& dy, const Tensor& weight, const Tensor& bias,
                        const Ints& size, const Ints& stride, const Ints& padding, const Ints& dilation,
                        int64_t groups) {
    check_rank(name, dy, "input");
    check_rank(name, weight, "weight");
    check_conv_types(name, dy, weight, bias);
    const int axes = dy.ndim() - 2;
    const ConvSettings settings = conv_settings(name, axes, stride, padding, dilation, groups);
    if (weight.size(1) > INT64_MAX / groups)
      throw ValueError(text(name, ": groups=", groups, " is too large"));
    Shape x{dy.size(0), weight.size(1) * groups};
    for (int64_t n : size) x.push_back(n);
    const int64_t count = numel(x);
    const ConvShape shape = conv_shape(name, x, weight.shape(), settings);
    if (!(conv_output(shape, axes) == dy.shape()))
      throw ShapeError(text(name, ": got ", dy.shape(), "; a convolution of ", x, " with weight ",
                            weight.shape(), " makes ", conv_output(shape, axes)));
    check_conv_bias(name, bias, x[1]);
    context.save(dy, weight, stride, padding, dilation, groups);
    const Tensor dx = empty(x, dy.dtype());
    if (count == 0) return dx;
    const Tensor g = dy.contiguous(), w = weight.contiguous(), b = bias ? bias.contiguous() : bias;
    visit_float(name, dy.dtype(), [&](auto element) {
      using T = decltype(element);
      conv_input(shape, g.data<T>(), w.data<T>(), data_or_null<T>(b), dx.data<T>());
    });
    return dx;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& g) {
    const auto [dy, weight, stride, padding, dilation, groups] =
        context.load<Tensor, Tensor, Ints, Ints, Ints, int64_t>();
    Gradients d{Tensor(), Tensor(), Tensor()};
    if (context.needs(0)) d[0] = convolution(g, weight, Tensor(), stride, padding, dilation, groups);
    if (context.needs(1))
      d[1] = convolution_weight(g, dy, spatial(weight), stride, padding, dilation, groups);
    if (context.needs(2)) d[2] = bias_gradient(g);
    return d;
  }
};

struct ConvolutionWeight {
  static constexpr const char* name = "convolution_weight";
  static Tensor forward(Context& context, const Tensor& x, const Tensor& dy, const Ints& size,
                        const Ints& stride, const Ints& padding, const Ints& dilation, int64_t groups) {
    check_rank(name, x, "input");
    check_rank(name, dy, "gradient");
    check_conv_types(name, x, dy);
    const int axes = x.ndim() - 2;
    const ConvSettings settings = conv_settings(name, axes, stride, padding, dilation, groups);
    Shape weight{dy.size(1), x.size(1) / groups};
    for (int64_t n : size) weight.push_back(n);
    numel(weight);
    const ConvShape shape = conv_shape(name, x.shape(), weight, settings);
    if (!(conv_output(shape, axes) == dy.shape()))
      throw ShapeError(text(name, ": got ", dy.shape(), "; a convolution of ", x.shape(), " with weight ",
                            weight, " makes ", conv_output(shape, axes)));
    context.save(x, dy, stride, padding, dilation, groups);
    if (x.numel() == 0 || dy.numel() == 0) return zeros(weight, x.dtype());
    const Tensor dw = empty(weight, x.dtype());
    const Tensor in = x.contiguous(), g = dy.contiguous();
    visit_float(name, x.dtype(), [&](auto element) {
      using T = decltype(element);
      conv_weight(shape, in.data<T>(), g.data<T>(), dw.data<T>());
    });
    return dw;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& g) {
    const auto [x, dy, stride, padding, dilation, groups] =
        context.load<Tensor, Tensor, Ints, Ints, Ints, int64_t>();
    Gradients d{Tensor(), Tensor()};
    if (context.needs(0))
      d[0] = convolution_input(dy, g, Tensor(), spatial(x), stride, padding, dilation, groups);
    if (context.needs(1)) d[1] = convolution(x, g, Tensor(), stride, padding, dilation, groups);
    return d;
  }
};

static const Op& convolution_op = structured<Convolution>({
    .name = "convolution",
    .args = {"x",
             "weight",
             {"bias", none},
             {"stride", 1},
             {"padding", 0},
             {"dilation", 1},
             {"groups", 1},
             {"relu", false}},
    .formula = "y[n, o, p] = Σ_ck w[o, c, k] x[n, c, p stride + k dilation − before] + b[o]; "
               "with relu, max(y, 0)",
    .gradient = "dx = convolution_input(dy, w), dw = convolution_weight(x, dy), db = Σ dy; "
                "with relu, dy where y > 0",
    .reference = "maximum(convolve(x, weight, bias, stride, padding, dilation, groups), 0 if relu else -inf)",
    .samples = {"randn(2, 3, 9), randn(4, 3, 2), randn(4), 2, (0, 1)",
                "randn(2, 4, 6, 7), randn(4, 2, 3, 2), None, (1, 2), (1, 0, 2, 1), (2, 1), 2",
                "randn(1, 2, 4, 5, 3), randn(2, 1, 2, 3, 2), randn(2), 2, 1, 1, 2",
                "randn(2, 4, 6, 7), randn(5, 4, 3, 2), randn(5), 1, 1, 1, 1, True",
                "randn(2, 4, 6, 7), randn(4, 1, 3, 3), randn(4), 2, 1, 1, 4, True"},
    .doc = "A convolution along one, two or three axes: what `conv1d`, `conv2d` and `conv3d` stand on. "
           "`padding` may be (before, after) for each axis in turn; a negative one leaves places out. With "
           "`relu`, what is below 0 is cut off.",
    .source = "LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition, Neural "
              "Computation 1(4)",
    .home = Home::internal,
    .autocast = Autocast::float32,
});

static const Op& convolution_input_op = structured<ConvolutionInput>({
    .name = "convolution_input",
    .args = {"x",
             "weight",
             {"bias", none},
             "size",
             {"stride", 1},
             {"padding", 0},
             {"dilation", 1},
             {"groups", 1}},
    .formula = "y[n, c, q] = Σ_opk w[o, c, k] x[n, o, p] where p stride + k dilation − before = q",
    .gradient = "dx = convolution(dy, w), dw = convolution_weight(dy, x), db = Σ dy",
    .reference = "convolve_transposed(x, weight, bias, size, stride, padding, dilation, groups)",
    .samples = {"randn(2, 4, 5), randn(4, 3, 2), randn(3), 9, 2, (0, 1)",
                "randn(2, 4, 4, 5), randn(4, 2, 3, 2), None, (6, 7), (1, 2), (1, 1, 2, 1), (2, 1), 2",
                "randn(1, 2, 3, 3, 2), randn(2, 1, 2, 3, 2), randn(2), (4, 5, 3), 2, 1, 1, 2"},
    .doc =
        "The gradient of `convolution` for its input, whose spatial `size` is given; and so the transposed "
        "convolution.",
    .home = Home::internal,
    .autocast = Autocast::float32,
});

static const Op& convolution_weight_op = structured<ConvolutionWeight>({
    .name = "convolution_weight",
    .args = {"x", "dy", "size", {"stride", 1}, {"padding", 0}, {"dilation", 1}, {"groups", 1}},
    .formula = "y[o, c, k] = Σ_np dy[n, o, p] x[n, c, p stride + k dilation − before]",
    .gradient = "with g the gradient of y: convolution_input(dy, g) for x, convolution(x, g) for dy",
    .reference = "convolve_weight(x, dy, size, stride, padding, dilation, groups)",
    .samples = {"randn(2, 3, 9), randn(2, 4, 5), 2, 2, (0, 1)",
                "randn(2, 4, 6, 7), randn(2, 4, 3, 5), (3, 2), (1, 2), (1, 0, 2, 1), (2, 1), 2",
                "randn(1, 2, 4, 5, 3), randn(1, 2, 3, 3, 2), (2, 3, 2), 2, 1, 1, 2"},
    .doc = "The gradient of `convolution` for its weight, whose spatial `size` is given.",
    .home = Home::internal,
    .autocast = Autocast::float32,
});

Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const Ints& stride,
                   const Ints& padding, const Ints& dilation, int64_t groups, bool relu) {
  return call(convolution_op, x, weight, bias, stride, padding, dilation, groups, relu);
}
Tensor convolution_input(const Tensor& dy, const Tensor& weight, const Tensor& bias, const Ints& size,
                         const Ints& stride, const Ints& padding, const Ints& dilation, int64_t groups) {
  return call(convolution_input_op, dy, weight, bias, size, stride, padding, dilation, groups);
}
Tensor convolution_weight(const Tensor& x, const Tensor& dy, const Ints& size, const Ints& stride,
                          const Ints& padding, const Ints& dilation, int64_t groups) {
  return call(convolution_weight_op, x, dy, size, stride, padding, dilation, groups);
}

}  // namespace pynn
