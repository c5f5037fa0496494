// gelu — Gaussian error linear unit: x weighed by the chance that a standard normal number is below it.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

// Slopes vanish long before x = ±∞, but ∞ · 0 is NaN: numbers far out stand in for infinities.
inline constexpr double kFarOut = 1e4;

struct GeluExact {
  template <class V>
  V forward(V x) const {
    return gelu(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    const auto [cdf, pdf] = normal_cdf_and_pdf(x);
    return dy * (cdf + min(max(x, -kFarOut), kFarOut) * pdf);
  }
};
PYNN_ELEMENTWISE(gelu_exact_kernel, GeluExact, kFloats);

// ½ (1 + tanh u) = σ(2u), which has all its digits in the left tail, where 1 + tanh u has none.
struct GeluTanh {
  static constexpr double kTwoA = 1.595769121605730712,
                          kB = 0.044715;  // 2 √(2/π), and the weight of the cubic
  template <class V>
  V forward(V x) const {
    return gelu_tanh(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    const V z = min(max(x, -kFarOut), kFarOut);
    const V two_u = kTwoA * z * (1.0 + kB * z * z);
    const auto [s, slope] = sigmoid_and_slope(two_u);
    return dy * (s + z * slope * (kTwoA * (1.0 + 3.0 * kB * z * z)));
  }
};
PYNN_ELEMENTWISE(gelu_tanh_kernel, GeluTanh, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(gelu_exact_kernel);
PYNN_DISPATCH(gelu_tanh_kernel);

static const Op& exact_op = elementwise<PYNN_ISA::GeluExact>(
    gelu_exact_kernel, {.name = "gelu_exact",
                        .args = {"x"},
                        .formula = "y = x Φ(x)",
                        .gradient = "dx = dy (Φ(x) + x φ(x))",
                        .reference = "0.5 * x * (1 + erf(x / sqrt(2)))",
                        .samples = {"randn(7)", "2 * randn(3, 65)", "array([-50.0, 0.0, 50.0, inf])"},
                        .doc = "gelu by the normal distribution function itself.",
                        .home = Home::internal,
                        .types = Types::floating});

static const Op& tanh_op = elementwise<PYNN_ISA::GeluTanh>(
    gelu_tanh_kernel, {.name = "gelu_tanh",
                       .args = {"x"},
                       .formula = "y = x σ(2u),  u = √(2/π) (x + 0.044715 x³)",
                       .gradient = "dx = dy (σ(2u) + x σ(2u) σ(-2u) 2 √(2/π) (1 + 0.134145 x²))",
                       .reference = "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))",
                       .samples = {"randn(7)", "2 * randn(3, 65)", "array([-50.0, 0.0, 50.0, inf])"},
                       .doc = "gelu by its approximation with tanh.",
                       .home = Home::internal,
                       .types = Types::floating});

static Tensor gelu(const Tensor& x, std::string_view approximate) {
  if (approximate == "none") return call(exact_op, x);
  if (approximate == "tanh") return call(tanh_op, x);
  throw ValueError(text("gelu: approximate must be \"none\" or \"tanh\", got \"", approximate, '"'));
}

static const Op& op = composite<&gelu>({
    .name = "gelu",
    .args = {"x", {"approximate", "none"}},
    .formula = "y = x Φ(x);  with \"tanh\": y = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))",
    .gradient = "dx = dy (Φ(x) + x φ(x)), with the normal distribution function Φ and density φ",
    .reference = "0.5 * x * (1 + (erf(x / sqrt(2)) if approximate == 'none' else "
                 "tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))))",
    .samples = {"randn(7)", "2 * randn(3, 65)", "randn(3, 65), approximate='tanh'", "randn(0, 3)"},
    .doc =
        "x weighed by the chance that a standard normal number is below it: a smooth relu, the activation of "
        "transformers. approximate=\"none\" keeps all its digits in both tails; \"tanh\" is faster and what "
        "GPT-2 used, off by up to 0.0005.",
    .source = "Hendrycks & Gimpel 2016, arXiv:1606.08415",
    .home = Home::functional,
    .in_place = true,
    .takes_narrow = true,
});

}  // namespace pynn
#endif
