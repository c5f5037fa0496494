// silu — x weighed by a smooth gate: silu, mish, and hardswish, silu in straight lines.
//
// The gate is 0 long before x = -∞, and its slope is 0 long before either infinity, but ∞ · 0 is NaN. So
// beyond kBottom and kTop, where what multiplies x has vanished, these stand in for x.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

inline constexpr double kBottom = -1e4, kTop = 1e4;

struct Silu {
  template <class V>
  V forward(V x) const {
    return silu(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    const auto [s, slope] = sigmoid_and_slope(x);
    return dy * (s + min(max(x, kBottom), kTop) * slope);
  }
};
PYNN_ELEMENTWISE(silu_kernel, Silu, kFloats);

// With e = eˣ and n = e (e + 2):  tanh ln(1 + e) = ((1 + e)² - 1) / ((1 + e)² + 1) = n / (n + 2), which is 1
// from x = 20 on; e⁸⁰ is still a float.
struct Mish {
  template <class V>
  V forward(V x) const {
    const V e = exp(min(x, 40.0));
    const V n = e * (e + 2.0);
    return max(x, kBottom) * (n / (n + 2.0));
  }
  template <class V>
  V backward(V x, V dy) const {
    const V e = exp(min(x, 40.0));
    const V n = e * (e + 2.0);
    const V gate = n / (n + 2.0);
    return dy * (gate + min(max(x, kBottom), kTop) * (1.0 + gate) * (2.0 / (n + 2.0)) * sigmoid(x));
  }
};
PYNN_ELEMENTWISE(mish_kernel, Mish, kFloats);

struct HardSwish {
  template <class V>
  V forward(V x) const {
    return x * (min(max(x + 3.0, 0.0), 6.0) / 6.0);
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(x < -3, 0.0, select(x < 3, dy * (x / 3.0 + 0.5), dy));
  }
};
PYNN_ELEMENTWISE(hardswish_kernel, HardSwish, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(silu_kernel);
PYNN_DISPATCH(mish_kernel);
PYNN_DISPATCH(hardswish_kernel);

static const Op& silu_op = elementwise<PYNN_ISA::Silu>(
    silu_kernel, {.name = "silu",
                  .args = {"x"},
                  .formula = "y = x σ(x)",
                  .gradient = "dx = dy (σ(x) + x σ(x) σ(-x))",
                  .reference = "x / (1 + exp(-x))",
                  .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([-50.0, 0.0, 50.0])"},
                  .doc = "x weighed by its own sigmoid: a smooth relu that dips a little below 0.",
                  .source = "Elfwing, Uchibe & Doya 2017, arXiv:1702.03118; as swish Ramachandran, Zoph & Le "
                            "2017, arXiv:1710.05941",
                  .home = Home::functional,
                  .types = Types::floating,
                  .aliases = {"swish"}});

static const Op& mish_op = elementwise<PYNN_ISA::Mish>(
    mish_kernel, {.name = "mish",
                  .args = {"x"},
                  .formula = "y = x tanh(ln(1 + eˣ))",
                  .gradient = "dx = dy (t + x (1 - t²) σ(x)),  t = tanh(ln(1 + eˣ))",
                  .reference = "x * tanh(logaddexp(0, x))",
                  .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "array([-50.0, 0.0, 50.0])"},
                  .doc = "x weighed by the tanh of its softplus: close to silu.",
                  .source = "Misra 2019, arXiv:1908.08681",
                  .home = Home::functional,
                  .types = Types::floating});

static const Op& hardswish_op = elementwise<PYNN_ISA::HardSwish>(
    hardswish_kernel, {.name = "hardswish",
                       .args = {"x"},
                       .formula = "y = x min(max(x + 3, 0), 6) / 6",
                       .gradient = "dx = 0 for x < -3; dy (x / 3 + ½) for x < 3; else dy",
                       .reference = "x * clip(x + 3, 0, 6) / 6",
                       .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
                       .doc = "silu in straight lines, for machines without a fast exp.",
                       .source = "Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244, eq. 5.2",
                       .home = Home::functional,
                       .types = Types::floating});

}  // namespace pynn
#endif
