// add_layer_norm, add_rms_norm — a residual added and the sum normalised, in one pass over memory.
//
// A transformer's block goes on from the sum and computes with the normalised: both come out. The gradient
// that arrives at the sum from further down joins that of the normalisation on its way through the cache.
#include "ops/row_norm.h"

namespace pynn {

struct AddLayerNorm {
  static constexpr NormKind kind = {"add_layer_norm", true, true, true};
  static std::vector<Tensor> forward(Context& context, const Tensor& x, const Tensor& residual,
                                     const Ints& normalized_shape, const Tensor& weight, const Tensor& bias,
                                     double eps) {
    return norm_forward(kind, context, x, residual, {normalized_shape, weight, bias, eps});
  }
  static Gradients backward(const Context& context, const Tensor* dy) {
    return norm_backward(kind, context, dy[0], dy[1]);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dy) {
    return norm_backward_in_ops(kind, context, dy[0], dy[1]);
  }
};

static const Op& add_layer_norm_op = structured<AddLayerNorm>({
    .name = "add_layer_norm",
    .args = {"x", "residual", "normalized_shape", {"weight", none}, {"bias", none}, {"eps", 1e-5}},
    .formula = "sum = x + residual, normed = layer_norm(sum)",
    .gradient = "dx = dresidual = dsum + the gradient of layer_norm",
    .reference =
        "(lambda s, a: (s, (s - mean(s, axis=a, keepdims=True)) / sqrt(var(s, axis=a, keepdims=True) + eps) "
        "* (1 if weight is None else weight) + (0 if bias is None else bias)))"
        "(x + residual, tuple(range(-len(normalized_shape), 0)))",
    .samples = {"randn(3, 8), randn(3, 8), (8,), randn(8), randn(8)",
                "randn(2, 3, 65), randn(2, 3, 65), (65,)",
                "randn(2, 4, 5), randn(2, 4, 5), (4, 5), randn(4, 5)", "randn(0, 3), randn(0, 3), (3,)"},
    .doc = "x + residual, and layer_norm of it: (sum, normed).",
    .home = Home::functional,
    .outputs = {"sum", "normed"},
});

struct AddRmsNorm {
  static constexpr NormKind kind = {"add_rms_norm", false, false, true};
  static std::vector<Tensor> forward(Context& context, const Tensor& x, const Tensor& residual,
                                     const Ints& normalized_shape, const Tensor& weight, double eps) {
    return norm_forward(kind, context, x, residual, {normalized_shape, weight, Tensor(), eps});
  }
  static Gradients backward(const Context& context, const Tensor* dy) {
    return norm_backward(kind, context, dy[0], dy[1]);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dy) {
    return norm_backward_in_ops(kind, context, dy[0], dy[1]);
  }
};

static const Op& add_rms_norm_op = structured<AddRmsNorm>({
    .name = "add_rms_norm",
    .args = {"x", "residual", "normalized_shape", {"weight", none}, {"eps", 1.1920928955078125e-07}},
    .formula = "sum = x + residual, normed = rms_norm(sum)",
    .gradient = "dx = dresidual = dsum + the gradient of rms_norm",
    .reference = "(lambda s, a: (s, s / sqrt(mean(s ** 2, axis=a, keepdims=True) + eps) "
                 "* (1 if weight is None else weight)))"
                 "(x + residual, tuple(range(-len(normalized_shape), 0)))",
    .samples = {"randn(3, 8), randn(3, 8), (8,), randn(8), 1e-5",
                "randn(2, 3, 65), randn(2, 3, 65), (65,), None, 1e-5",
                "randn(2, 4, 5), randn(2, 4, 5), (4, 5), randn(4, 5), 1e-6",
                "randn(0, 3), randn(0, 3), (3,), None, 1e-5"},
    .doc = "x + residual, and rms_norm of it: (sum, normed).",
    .home = Home::functional,
    .outputs = {"sum", "normed"},
});

}  // namespace pynn
