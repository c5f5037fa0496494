// rounding — floor, ceil, trunc, round; and frac, what trunc takes away. Integers stay as they are.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

// Each is constant between its jumps: the gradient is 0, as in PyTorch.
struct Floor {
  template <class V>
  V forward(V x) const {
    return floor(x);
  }
  template <class V>
  V backward(V dy) const {
    return zero_gradient(dy);
  }
};
struct Ceil {
  template <class V>
  V forward(V x) const {
    return ceil(x);
  }
  template <class V>
  V backward(V dy) const {
    return zero_gradient(dy);
  }
};
struct Trunc {
  template <class V>
  V forward(V x) const {
    return trunc(x);
  }
  template <class V>
  V backward(V dy) const {
    return zero_gradient(dy);
  }
};
struct Round {
  template <class V>
  V forward(V x) const {
    return round(x);
  }
  template <class V>
  V backward(V dy) const {
    return zero_gradient(dy);
  }
};
// To a multiple of unit / scale, one of which is 1 and the other a power of 10: 0.01 itself is not a float.
struct RoundScaled {
  double scale, unit;
  template <class V>
  V forward(V x) const {
    return round(x * scale / unit) * unit / scale;
  }
  template <class V>
  V backward(V dy) const {
    return zero_gradient(dy);
  }
};
struct Frac {
  template <class V>
  V forward(V x) const {
    return x - trunc(x);
  }
  template <class V>
  V backward(V dy) const {
    return dy;
  }
};
PYNN_ELEMENTWISE(floor_kernel, Floor, kNumbers);
PYNN_ELEMENTWISE(ceil_kernel, Ceil, kNumbers);
PYNN_ELEMENTWISE(trunc_kernel, Trunc, kNumbers);
PYNN_ELEMENTWISE(round_kernel, Round, kNumbers);
PYNN_ELEMENTWISE(round_scaled_kernel, RoundScaled, kFloats);
PYNN_ELEMENTWISE(frac_kernel, Frac, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(floor_kernel);
PYNN_DISPATCH(ceil_kernel);
PYNN_DISPATCH(trunc_kernel);
PYNN_DISPATCH(round_kernel);
PYNN_DISPATCH(round_scaled_kernel);
PYNN_DISPATCH(frac_kernel);

static const Op& floor_op = elementwise<PYNN_ISA::Floor>(
    floor_kernel,
    {.name = "floor",
     .args = {"x"},
     .formula = "y = ⌊x⌋",
     .gradient = "dx = 0: constant between its jumps",
     .reference = "floor(x)",
     .samples = {"3 * randn(7)", "3 * randn(3, 65)", "array([-0.5, 2.5, inf, -inf])", "randn(0, 3)"},
     .doc = "The largest whole number not above x."});

static const Op& ceil_op = elementwise<PYNN_ISA::Ceil>(
    ceil_kernel,
    {.name = "ceil",
     .args = {"x"},
     .formula = "y = ⌈x⌉",
     .gradient = "dx = 0: constant between its jumps",
     .reference = "ceil(x)",
     .samples = {"3 * randn(7)", "3 * randn(3, 65)", "array([-0.5, 2.5, inf, -inf])", "randn(0, 3)"},
     .doc = "The smallest whole number not below x."});

static const Op& trunc_op = elementwise<PYNN_ISA::Trunc>(
    trunc_kernel,
    {.name = "trunc",
     .args = {"x"},
     .formula = "y = sign(x) ⌊|x|⌋",
     .gradient = "dx = 0: constant between its jumps",
     .reference = "trunc(x)",
     .samples = {"3 * randn(7)", "3 * randn(3, 65)", "array([-0.5, 2.5, inf, -inf])", "randn(0, 3)"},
     .doc = "The whole part of x: rounded toward 0.",
     .aliases = {"fix"}});

static const Op& round_whole_op = elementwise<PYNN_ISA::Round>(
    round_kernel, {.name = "round_whole",
                   .args = {"x"},
                   .formula = "y = the whole number nearest to x",
                   .gradient = "dx = 0: constant between its jumps",
                   .reference = "round(x)",
                   .samples = {"3 * randn(3, 65)", "array([-0.5, 0.5, 1.5, 2.5, inf])"},
                   .doc = "round without decimals.",
                   .home = Home::internal});

static const Op& round_scaled_op = elementwise<PYNN_ISA::RoundScaled>(
    round_scaled_kernel, {.name = "round_scaled",
                          .args = {"x", "scale", "unit"},
                          .formula = "y = round(x scale / unit) unit / scale",
                          .gradient = "dx = 0: constant between its jumps",
                          .reference = "round(x * scale / unit) * unit / scale",
                          .samples = {"3 * randn(3, 65), 100.0, 1.0", "300 * randn(3, 65), 1.0, 10.0"},
                          .doc = "round to decimals: one of scale and unit is a power of 10, the other 1.",
                          .home = Home::internal});

static Tensor round(const Tensor& x, int64_t decimals) {
  if (decimals == 0) return call(round_whole_op, x);
  if (decimals < -300 || decimals > 300)
    throw ValueError(text("round: decimals must be between -300 and 300, got ", decimals));
  const double power = std::pow(10.0, double(std::abs(decimals)));
  return call(round_scaled_op, x, decimals > 0 ? power : 1.0, decimals > 0 ? 1.0 : power);
}

static const Op& round_op = composite<&round>({
    .name = "round",
    .args = {"x", {"decimals", 0}},
    .formula = "y = the multiple of 10⁻ᵈ nearest to x, d = decimals",
    .gradient = "dx = 0: constant between its jumps",
    .reference = "round(x, decimals)",
    .samples = {"3 * randn(7)", "3 * randn(3, 65), decimals=2", "array([-0.5, 0.5, 1.5, 2.5, inf, -inf])",
                "300 * randn(7), decimals=-1", "randn(0, 3)"},
    .doc =
        "The nearest whole number, or number with so many decimals; halves go to the even neighbour, as in "
        "NumPy and IEEE 754.",
    .in_place = true,
    .takes_narrow = true,
});

static const Op& frac_op =
    elementwise<PYNN_ISA::Frac>(frac_kernel, {.name = "frac",
                                              .args = {"x"},
                                              .formula = "y = x - trunc(x)",
                                              .gradient = "dx = dy",
                                              .reference = "x - trunc(x)",
                                              .samples = {"3 * randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
                                              .doc = "The part of x behind the point, with the sign of x."});

Tensor floor(const Tensor& x) { return call(floor_op, x); }
Tensor trunc(const Tensor& x) { return call(trunc_op, x); }

}  // namespace pynn
#endif
