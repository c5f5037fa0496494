// sigmoid — the logistic function, its logarithm, and its piecewise linear stand-in.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Sigmoid {
  template <class V>
  V forward(V x) const {
    return sigmoid(x);
  }
  template <class V>
  V backward_from_output(V y, V dy) const {
    return dy * y * (1.0 - y);
  }
};
PYNN_ELEMENTWISE(sigmoid_kernel, Sigmoid, kFloats);

struct LogSigmoid {
  template <class V>
  V forward(V x) const {
    return log_sigmoid(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return dy * sigmoid(-x);
  }
};
PYNN_ELEMENTWISE(logsigmoid_kernel, LogSigmoid, kFloats);

struct HardSigmoid {
  template <class V>
  V forward(V x) const {
    return min(max(x + 3.0, 0.0), 6.0) / 6.0;
  }
  template <class V>
  V backward(V x, V dy) const {
    return select((x > -3) & (x < 3), dy / 6.0, 0.0);
  }
};
PYNN_ELEMENTWISE(hardsigmoid_kernel, HardSigmoid, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(sigmoid_kernel);
PYNN_DISPATCH(logsigmoid_kernel);
PYNN_DISPATCH(hardsigmoid_kernel);

static const Op& sigmoid_op = elementwise<PYNN_ISA::Sigmoid>(
    sigmoid_kernel,
    {.name = "sigmoid",
     .args = {"x"},
     .formula = "y = σ(x) = 1 / (1 + e⁻ˣ)",
     .gradient = "dx = dy y (1 - y)",
     .reference = "1 / (1 + exp(-x))",
     .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([-50.0, 0.0, 50.0, inf])"},
     .doc = "The logistic function: a score to a probability in (0, 1). Its slope is at most ¼, so gradients "
            "shrink through a stack of sigmoids.",
     .home = Home::activation,
     .types = Types::floating});

static const Op& logsigmoid_op = elementwise<PYNN_ISA::LogSigmoid>(
    logsigmoid_kernel,
    {.name = "logsigmoid",
     .args = {"x"},
     .formula = "y = ln σ(x) = -ln(1 + e⁻ˣ)",
     .gradient = "dx = dy σ(-x)",
     .reference = "-logaddexp(0, -x)",
     .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([-1000.0, 0.0, 50.0, inf])"},
     .doc = "The logarithm of the sigmoid, without its overflow: log(sigmoid(-1000)) is -inf, this is -1000.",
     .home = Home::functional,
     .types = Types::floating});

static const Op& hardsigmoid_op = elementwise<PYNN_ISA::HardSigmoid>(
    hardsigmoid_kernel,
    {.name = "hardsigmoid",
     .args = {"x"},
     .formula = "y = min(max(x + 3, 0), 6) / 6",
     .gradient = "dx = dy / 6 for -3 < x < 3, else 0",
     .reference = "clip(x + 3, 0, 6) / 6",
     .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
     .doc = "Three straight lines in the place of the sigmoid, for machines without a fast exp.",
     .source = "Courbariaux, Bengio & David 2015, arXiv:1511.00363; in this form Howard et al. 2019, "
               "arXiv:1905.02244",
     .home = Home::functional,
     .types = Types::floating});

Tensor sigmoid(const Tensor& x) { return call(sigmoid_op, x); }
SigmoidAndSlope sigmoid_and_slope(const Tensor& x) {
  const Tensor y = sigmoid(x);
  return {y, y * sigmoid(-x)};
}

}  // namespace pynn
#endif
