// pointwise losses — how far each prediction a is from its target b: squared, absolute, Huber's,
// cross-entropy.
//
// Each is one formula over the elements, followed by a mean or a sum. d = a - b.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct SquaredError {
  template <class V>
  V forward(V a, V b) const {
    const V d = a - b;
    return d * d;
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return 2.0 * dy * (a - b);
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return 2.0 * dy * (b - a);
  }
};
PYNN_ELEMENTWISE(squared_error_kernel, SquaredError, kFloats);

struct AbsoluteError {
  template <class V>
  V forward(V a, V b) const {
    return abs(a - b);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return dy * sign(a - b);
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return dy * sign(b - a);
  }
};
PYNN_ELEMENTWISE(absolute_error_kernel, AbsoluteError, kFloats);

// ½ d² for |d| < δ, beyond it the line of slope δ.
struct HuberError {
  double delta;
  template <class V>
  V forward(V a, V b) const {
    const V d = abs(a - b);
    return select(d < delta, 0.5 * d * d, delta * (d - 0.5 * delta));
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return dy * max(min(a - b, delta), -delta);
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return dy * max(min(b - a, delta), -delta);
  }
};
PYNN_ELEMENTWISE(huber_error_kernel, HuberError, kFloats);

// -b ln a - (1 - b) ln(1 - a), each logarithm at least -100 so that a certain mistake costs a finite sum.
struct BinaryCrossEntropy {
  template <class V>
  V forward(V a, V b) const {
    return (b - 1.0) * max(log1p(-a), -100.0) - b * max(log(a), -100.0);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return dy * (a - b) / max((1.0 - a) * a, 1e-12);
  }
  template <class V>
  V backward_b(V a, V, V dy) const {
    return dy * (max(log1p(-a), -100.0) - max(log(a), -100.0));
  }
};
PYNN_ELEMENTWISE(binary_cross_entropy_kernel, BinaryCrossEntropy, kFloats);

// (1 - b) x + (1 + (w - 1) b) softplus(-x),  softplus(-x) = max(-x, 0) + ln(1 + e^-|x|): no overflow.
struct BinaryCrossEntropyWithLogits {
  template <class V>
  static V softplus_of_minus(V x) {
    return max(-x, 0.0) + log1p(exp(-abs(x)));
  }
  template <class V>
  V forward(V x, V b, V w) const {
    return (1.0 - b) * x + (1.0 + (w - 1.0) * b) * softplus_of_minus(x);
  }
  template <class V>
  V backward_a(V x, V b, V w, V dy) const {
    return dy * ((1.0 - b) - (1.0 + (w - 1.0) * b) * sigmoid(-x));
  }
  template <class V>
  V backward_b(V x, V, V w, V dy) const {
    return dy * ((w - 1.0) * softplus_of_minus(x) - x);
  }
  template <class V>
  V backward_c(V x, V b, V, V dy) const {
    return dy * b * softplus_of_minus(x);
  }
};
PYNN_ELEMENTWISE(bce_with_logits_kernel, BinaryCrossEntropyWithLogits, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"
#include "ops/losses.h"

namespace pynn {

PYNN_DISPATCH(squared_error_kernel);
PYNN_DISPATCH(absolute_error_kernel);
PYNN_DISPATCH(huber_error_kernel);
PYNN_DISPATCH(binary_cross_entropy_kernel);
PYNN_DISPATCH(bce_with_logits_kernel);

static const Op& squared_error = elementwise<PYNN_ISA::SquaredError>(
    squared_error_kernel,
    {.name = "squared_error",
     .args = {"a", "b"},
     .formula = "y = (a - b)²",
     .gradient = "da = 2 dy (a - b) = -db",
     .reference = "(a - b) ** 2",
     .samples = {"randn(3, 4), randn(3, 4)", "randn(3, 65), randn(65)", "randn(0, 3), randn(0, 3)"},
     .doc = "The square of the difference.",
     .home = Home::internal,
     .types = Types::floating});
static const Op& absolute_error = elementwise<PYNN_ISA::AbsoluteError>(
    absolute_error_kernel, {.name = "absolute_error",
                            .args = {"a", "b"},
                            .formula = "y = |a - b|",
                            .gradient = "da = dy sign(a - b) = -db",
                            .reference = "abs(a - b)",
                            .samples = {"randn(3, 4), 3 + randn(3, 4)", "randn(3, 65), 4 + rand(65)"},
                            .doc = "The size of the difference.",
                            .home = Home::internal,
                            .types = Types::floating});
static const Op& huber_error = elementwise<PYNN_ISA::HuberError>(
    huber_error_kernel,
    {.name = "huber_error",
     .args = {"a", "b", "delta"},
     .formula = "y = ½ d² if |d| < δ, else δ (|d| - ½ δ),  d = a - b",
     .gradient = "da = dy clip(a - b, -δ, δ) = -db",
     .reference = "where(abs(a - b) < delta, 0.5 * (a - b) ** 2, delta * (abs(a - b) - 0.5 * delta))",
     .samples = {"randn(3, 4), randn(3, 4), 1.0", "randn(3, 65), randn(3, 65), 0.5"},
     .doc = "Squared for small differences, linear for large ones.",
     .home = Home::internal,
     .types = Types::floating});
static const Op& bce_each = elementwise<PYNN_ISA::BinaryCrossEntropy>(
    binary_cross_entropy_kernel,
    {.name = "binary_cross_entropy_each",
     .args = {"a", "b"},
     .formula = "y = -b ln a - (1 - b) ln(1 - a),  logarithms no less than -100",
     .gradient = "da = dy (a - b) / (a (1 - a)),  db = dy (ln(1 - a) - ln a)",
     .reference = "-b * maximum(log(a), -100) - (1 - b) * maximum(log1p(-a), -100)",
     .samples = {"0.1 + 0.8 * rand(3, 4), rand(3, 4)", "0.1 + 0.8 * rand(3, 65), rand(3, 65)"},
     .doc = "The cross-entropy of a coin with probability a against one with probability b.",
     .home = Home::internal,
     .types = Types::floating});
static const Op& bce_with_logits_each = elementwise<PYNN_ISA::BinaryCrossEntropyWithLogits>(
    bce_with_logits_kernel,
    {.name = "bce_with_logits_each",
     .args = {"x", "target", "pos_weight"},
     .formula = "y = (1 - t) x + (1 + (w - 1) t) ln(1 + e⁻ˣ)",
     .gradient = "dx = dy ((1 - t) - (1 + (w - 1) t) σ(-x))",
     .reference = "(1 - target) * x + (1 + (pos_weight - 1) * target) * logaddexp(0, -x)",
     .samples = {"randn(3, 4), rand(3, 4), 1.0", "3 * randn(3, 65), rand(3, 65), 1 + rand(65)"},
     .doc = "The cross-entropy of σ(x) against a target probability, safe for x of any size.",
     .home = Home::internal,
     .types = Types::floating});

// ---- the losses ------------------------------------------------------------------------------------

namespace {

Tensor mse_loss(const Tensor& input, const Tensor& target, std::string_view reduction) {
  check_same_shape("mse_loss", input, target);
  return reduce_loss("mse_loss", call(squared_error, input, target), reduction);
}
Tensor l1_loss(const Tensor& input, const Tensor& target, std::string_view reduction) {
  check_same_shape("l1_loss", input, target);
  return reduce_loss("l1_loss", call(absolute_error, input, target), reduction);
}
Tensor huber_loss(const Tensor& input, const Tensor& target, std::string_view reduction, double delta) {
  if (!(delta > 0)) throw ValueError(text("huber_loss: delta must be above 0, got ", delta));
  check_same_shape("huber_loss", input, target);
  return reduce_loss("huber_loss", call(huber_error, input, target, delta), reduction);
}
// Huber's loss over β, so that the slope of the far part is 1.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, std::string_view reduction, double beta) {
  if (!(beta >= 0)) throw ValueError(text("smooth_l1_loss: beta must be 0 or more, got ", beta));
  check_same_shape("smooth_l1_loss", input, target);
  const Tensor each =
      beta == 0 ? call(absolute_error, input, target) : call(huber_error, input, target, beta) / beta;
  return reduce_loss("smooth_l1_loss", each, reduction);
}

void check_probabilities(const Tensor& input) {
  const Tensor p = input.contiguous();
  visit_float("binary_cross_entropy", p.dtype(), [&](auto element) {
    using T = decltype(element);
    const T* q = p.data<T>();
    bool outside = false;  // NaN is not outside: it propagates
    for (int64_t i = 0; i < p.numel(); ++i) outside |= (q[i] < 0) | (q[i] > 1);
    if (!outside) return;
    int64_t i = 0;
    while (!(q[i] < 0) && !(q[i] > 1)) ++i;
    throw ValueError(text("binary_cross_entropy: input must be probabilities in [0, 1], got ", q[i],
                          " at position ", i, ". For scores use binary_cross_entropy_with_logits."));
  });
}
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                            std::string_view reduction) {
  check_same_shape("binary_cross_entropy", input, target);
  check_values(input, check_probabilities);
  const Tensor each = call(bce_each, input, target);
  return reduce_loss("binary_cross_entropy", weight ? each * weight : each, reduction);
}
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight,
                                        std::string_view reduction, const Tensor& pos_weight) {
  const char* name = "binary_cross_entropy_with_logits";
  check_same_shape(name, input, target);
  const Tensor each = call(bce_with_logits_each, input, target, pos_weight ? pos_weight : number(1.0));
  if (!(each.shape() == input.shape()))
    throw ShapeError(
        text(name, ": pos_weight ", pos_weight.shape(), " must broadcast to the input ", input.shape()));
  return reduce_loss(name, weight ? each * weight : each, reduction);
}

}  // namespace

static const Op& mse_op = composite<&mse_loss>({
    .name = "mse_loss",
    .args = {"input", "target", {"reduction", "mean"}},
    .formula = "y = mean (input - target)²",
    .gradient = "dinput = 2 dy (input - target) / n",
    .reference = "mean((input - target) ** 2)",
    .samples = {"randn(3, 4), randn(3, 4)", "randn(3, 65), randn(3, 65)", "randn(7), randn(7)"},
    .doc = "The mean squared error. Shapes must be equal: nothing is broadcast.",
    .home = Home::functional,
    .autocast = Autocast::float32,
});
static const Op& l1_op = composite<&l1_loss>({
    .name = "l1_loss",
    .args = {"input", "target", {"reduction", "mean"}},
    .formula = "y = mean |input - target|",
    .gradient = "dinput = dy sign(input - target) / n",
    .reference = "mean(abs(input - target))",
    .samples = {"randn(3, 4), 4 + randn(3, 4)", "randn(3, 65), 5 + rand(3, 65)"},
    .doc = "The mean absolute error. Shapes must be equal: nothing is broadcast.",
    .home = Home::functional,
    .autocast = Autocast::float32,
});
static const Op& huber_op = composite<&huber_loss>({
    .name = "huber_loss",
    .args = {"input", "target", {"reduction", "mean"}, {"delta", 1.0}},
    .formula = "y = mean of ½ d² if |d| < δ, else δ (|d| - ½ δ),  d = input - target",
    .gradient = "dinput = dy clip(d, -δ, δ) / n",
    .reference = "mean(where(abs(input - target) < delta, 0.5 * (input - target) ** 2, "
                 "delta * (abs(input - target) - 0.5 * delta)))",
    .samples = {"randn(3, 4), randn(3, 4)", "randn(3, 65), randn(3, 65), 'mean', 0.5"},
    .doc = "Squared for small errors, linear for large ones, so that outliers do not rule.",
    .source = "Huber 1964, Robust estimation of a location parameter",
    .home = Home::functional,
    .autocast = Autocast::float32,
});
static const Op& smooth_l1_op = composite<&smooth_l1_loss>({
    .name = "smooth_l1_loss",
    .args = {"input", "target", {"reduction", "mean"}, {"beta", 1.0}},
    .formula = "y = mean of ½ d² / β if |d| < β, else |d| - ½ β,  d = input - target",
    .gradient = "dinput = dy clip(d / β, -1, 1) / n",
    .reference = "mean(where(abs(input - target) < beta, 0.5 * (input - target) ** 2 / beta, "
                 "abs(input - target) - 0.5 * beta))",
    .samples = {"randn(3, 4), randn(3, 4)", "randn(3, 65), randn(3, 65), 'mean', 0.5"},
    .doc = "Huber's loss divided by beta; with beta=0 the mean absolute error.",
    .source = "Girshick 2015, Fast R-CNN, eq. 3",
    .home = Home::functional,
    .autocast = Autocast::float32,
});
static const Op& bce_op = composite<&binary_cross_entropy>({
    .name = "binary_cross_entropy",
    .args = {"input", "target", {"weight", none}, {"reduction", "mean"}},
    .formula = "y = mean of w (-t ln p - (1 - t) ln(1 - p)),  logarithms no less than -100",
    .gradient = "dp = dy w (p - t) / (p (1 - p)) / n",
    .reference =
        "mean((1 if weight is None else weight) * (-target * log(input) - (1 - target) * log1p(-input)))",
    .samples = {"0.1 + 0.8 * rand(3, 4), rand(3, 4)", "0.1 + 0.8 * rand(3, 5), rand(3, 5), rand(5)"},
    .doc = "The cross-entropy of predicted probabilities against targets in [0, 1]. From scores, use "
           "binary_cross_entropy_with_logits: it is exact where a probability rounds to 0 or 1.",
    .home = Home::functional,
    .autocast = Autocast::float32,
});
static const Op& bce_with_logits_op = composite<&binary_cross_entropy_with_logits>({
    .name = "binary_cross_entropy_with_logits",
    .args = {"input", "target", {"weight", none}, {"reduction", "mean"}, {"pos_weight", none}},
    .formula = "y = mean of w ((1 - t) x + (1 + (w₊ - 1) t) ln(1 + e⁻ˣ))",
    .gradient = "dx = dy w ((1 - t) - (1 + (w₊ - 1) t) σ(-x)) / n",
    .reference = "mean((1 if weight is None else weight) * ((1 - target) * input + (1 + ((1 if pos_weight is "
                 "None else "
                 "pos_weight) - 1) * target) * logaddexp(0, -input)))",
    .samples = {"randn(3, 4), rand(3, 4)", "3 * randn(3, 65), rand(3, 65)",
                "randn(3, 5), rand(3, 5), rand(5), 'mean', 1 + rand(5)"},
    .doc = "The cross-entropy of σ(input) against targets in [0, 1], safe for scores of any size. pos_weight "
           "weighs the positive share, to balance rare positives.",
    .home = Home::functional,
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
