// relu — rectifiers: zero or a gentle slope below 0, the identity above.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct Relu {
  template <class V>
  V forward(V x) const {
    return max(x, 0.0);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return select(y > 0, dy, 0.0);
  }
};
PYNN_ELEMENTWISE(relu_kernel, Relu, kNumbers);

// For ops that end in a ReLU of their own; y is what came out.
struct ReluGradient {
  template <class V>
  V forward(V y, V dy) const {
    return select(y > 0, dy, 0.0);
  }
  template <class V>
  V backward_a(V, V, V dz) const {
    return 0.0 * dz;
  }
  template <class V>
  V backward_b(V y, V, V dz) const {
    return select(y > 0, dz, 0.0);
  }
};
PYNN_ELEMENTWISE(relu_gradient_kernel, ReluGradient, kFloats);

struct Relu6 {
  template <class V>
  V forward(V x) const {
    return min(max(x, 0.0), 6.0);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return select((y > 0) & (y < 6), dy, 0.0);
  }
};
PYNN_ELEMENTWISE(relu6_kernel, Relu6, kNumbers);

struct LeakyRelu {
  double negative_slope;
  template <class V>
  V forward(V x) const {
    return select(x > 0, x, negative_slope * x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(x > 0, dy, negative_slope * dy);
  }
};
PYNN_ELEMENTWISE(leaky_relu_kernel, LeakyRelu, kFloats);

struct PRelu {
  template <class V>
  V forward(V x, V weight) const {
    return select(x > 0, x, weight * x);
  }
  template <class V>
  V backward_a(V x, V weight, V dy) const {
    return select(x > 0, dy, weight * dy);
  }
  template <class V>
  V backward_b(V x, V, V dy) const {
    return select(x > 0, 0.0, x * dy);
  }
};
PYNN_ELEMENTWISE(prelu_of_tensors_kernel, PRelu, kFloats);

struct Threshold {
  double limit, value;
  template <class V>
  V forward(V x) const {
    return select(x <= limit, value, x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(x <= limit, 0.0, dy);
  }
};
PYNN_ELEMENTWISE(threshold_kernel, Threshold, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(relu_kernel);
PYNN_DISPATCH(relu_gradient_kernel);
PYNN_DISPATCH(relu6_kernel);
PYNN_DISPATCH(leaky_relu_kernel);
PYNN_DISPATCH(prelu_of_tensors_kernel);
PYNN_DISPATCH(threshold_kernel);

static const Op& relu_op = elementwise<PYNN_ISA::Relu>(
    relu_kernel,
    {.name = "relu",
     .args = {"x"},
     .formula = "y = max(x, 0)",
     .gradient = "dx = dy where y > 0, else 0",
     .reference = "maximum(x, 0)",
     .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)", "array([-inf, inf, -1.0])", "randint(-9, 9, 20)"},
     .doc = "The rectified linear unit: negative numbers become 0. NaN stays NaN. The gradient at 0 is 0.",
     .source = "Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines, ICML",
     .home = Home::activation});

static const Op& relu_gradient_op = elementwise<PYNN_ISA::ReluGradient>(
    relu_gradient_kernel,
    {.name = "relu_gradient",
     .args = {"y", "dy"},
     .formula = "z = dy where y > 0, else 0",
     .gradient = "ddy = dz where y > 0, else 0; dy = 0",
     .reference = "where(y > 0, dy, 0)",
     .samples = {"randn(7), randn(7)", "randn(3, 65), randn(3, 65)", "randn(0, 3), randn(0, 3)"},
     .doc = "What the gradient of a relu whose output was `y` lets through.",
     .home = Home::internal,
     .types = Types::floating});

static const Op& relu6_op = elementwise<PYNN_ISA::Relu6>(
    relu6_kernel, {.name = "relu6",
                   .args = {"x"},
                   .formula = "y = min(max(x, 0), 6)",
                   .gradient = "dx = dy where 0 < x < 6, else 0",
                   .reference = "clip(x, 0, 6)",
                   .samples = {"randn(7)", "6 * randn(3, 65)", "randn(0, 3)"},
                   .doc = "A relu that stops at 6, so that its outputs suit few bits.",
                   .source = "Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10",
                   .home = Home::functional});

static const Op& leaky_relu_op = elementwise<PYNN_ISA::LeakyRelu>(
    leaky_relu_kernel,
    {.name = "leaky_relu",
     .args = {"x", {"negative_slope", 0.01}},
     .formula = "y = x for x > 0, else negative_slope · x",
     .gradient = "dx = dy for x > 0, else negative_slope · dy",
     .reference = "where(x > 0, x, negative_slope * x)",
     .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)", "randn(7), 0.2"},
     .doc = "A relu with a gentle slope below 0, so that no unit dies: the gradient is never 0.",
     .source =
         "Maas, Hannun & Ng 2013, Rectifier nonlinearities improve neural network acoustic models, ICML",
     .home = Home::functional,
     .types = Types::floating});

static const Op& prelu_of_tensors_op = elementwise<PYNN_ISA::PRelu>(
    prelu_of_tensors_kernel,
    {.name = "prelu_of_tensors",
     .args = {"x", "weight"},
     .formula = "y = x for x > 0, else weight · x",
     .gradient = "dx = dy for x > 0, else weight · dy; dweight = dy x where x ≤ 0, summed",
     .reference = "where(x > 0, x, weight * x)",
     .samples = {"randn(3, 65), 0.25", "randn(2, 3, 4), rand(3, 1)"},
     .doc = "prelu with a weight that broadcasts as it stands.",
     .home = Home::internal,
     .types = Types::floating});

static const Op& threshold_op = elementwise<PYNN_ISA::Threshold>(
    threshold_kernel,
    {.name = "threshold",
     .args = {"x", "threshold", "value"},
     .formula = "y = x for x > threshold, else value",
     .gradient = "dx = dy where x > threshold, else 0",
     .reference = "where(x > threshold, x, value)",
     .samples = {"randn(7), 0.1, 20.0", "randn(3, 65), -0.5, -1.0", "randn(0, 3), 0.0, 1.0"},
     .doc = "Every element that does not exceed the threshold, replaced by one value.",
     .home = Home::activation,
     .types = Types::floating});

static Tensor prelu(const Tensor& x, const Tensor& weight) {
  if (weight.numel() == 1) return call(prelu_of_tensors_op, x, reshape(weight, {}));
  const int64_t channels = x.ndim() == 0 ? 1 : x.size(x.ndim() > 1 ? 1 : 0);
  if (weight.ndim() != 1 || weight.size(0) != channels)
    throw ShapeError(text("prelu: got x ", x.shape(), " and weight ", weight.shape(),
                          "; the weight must hold 1 number, or one for each of the ", channels,
                          " channels (axis 1)"));
  Shape along_channels{channels};
  for (int axis = 2; axis < x.ndim(); ++axis) along_channels.push_back(1);
  return call(prelu_of_tensors_op, x, reshape(weight, along_channels));
}

static const Op& prelu_op = composite<&prelu>({
    .name = "prelu",
    .args = {"x", "weight"},
    .formula = "y = x for x > 0, else weight · x, with one weight for all or one a channel (axis 1)",
    .gradient = "dx = dy for x > 0, else weight · dy; dweight = dy x where x ≤ 0, summed",
    .reference = "where(x > 0, x, (weight.reshape((-1,) + (1,) * max(ndim(x) - 2, 0)) if weight.size > 1 "
                 "else weight.reshape(())) * x)",
    .samples = {"randn(3, 65), array([0.25])", "randn(2, 3, 4), rand(3)", "randn(2, 3, 2, 2), rand(3)",
                "randn(4, 3), rand(3)"},
    .doc = "A leaky relu whose slope below 0 is learned.",
    .source = "He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852",
    .home = Home::activation,
});

Tensor relu(const Tensor& x) { return call(relu_op, x); }
Tensor relu_gradient(const Tensor& y, const Tensor& dy) { return call(relu_gradient_op, y, dy); }

}  // namespace pynn
#endif
