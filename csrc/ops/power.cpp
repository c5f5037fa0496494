// power — a to the power of b. The exponents that programs really use have kernels of their own: x², √x, 1/x
// ...
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct Power {
  template <class V>
  V forward(V a, V b) const {
    return pow(a, b);
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return safe_gradient(dy, select(b == 0, 0.0, dy * b * pow(a, b - 1.0)));
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return safe_gradient(dy, select((a == 0) & (b >= 0), 0.0, dy * pow(a, b) * log(a)));
  }
};
PYNN_ELEMENTWISE(power_kernel, Power, kNumbers);

struct Cube {
  template <class V>
  V forward(V x) const {
    return x * x * x;
  }
  template <class V>
  V backward(V x, V dy) const {
    return 3.0 * dy * x * x;
  }
};
PYNN_ELEMENTWISE(cube_kernel, Cube, kNumbers);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(power_kernel);
PYNN_DISPATCH(cube_kernel);

static const Op& power_op = elementwise<PYNN_ISA::Power>(
    power_kernel, {.name = "power_of_tensors",
                   .args = {"a", "b"},
                   .formula = "y = aᵇ",
                   .gradient = "da = dy b aᵇ⁻¹, db = dy y ln a",
                   .reference = "power(a, b)",
                   .samples = {"0.1 + rand(3, 4), randn(3, 4)", "0.1 + rand(2, 1, 5), randn(4, 1)"},
                   .doc = "pow without its shortcuts.",
                   .home = Home::internal});

static const Op& cube_op =
    elementwise<PYNN_ISA::Cube>(cube_kernel, {.name = "cube",
                                              .args = {"x"},
                                              .formula = "y = x³",
                                              .gradient = "dx = 3 dy x²",
                                              .reference = "x**3",
                                              .samples = {"randn(3, 4)", "randint(-9, 9, 20)"},
                                              .doc = "The third power; pow(x, 3) comes here.",
                                              .home = Home::internal});

static void check_integer_exponent(const Tensor& b) {
  const Tensor exponents = b.to(DType::int64).contiguous();
  const int64_t* n = exponents.data<int64_t>();
  for (int64_t i = 0; i < exponents.numel(); ++i)
    if (n[i] < 0)
      throw ValueError(text("pow: an integer to the power of ", n[i],
                            " is not an integer. Did you mean pow(x.float(), b)?"));
}

static Tensor power(const Tensor& a, const Tensor& b) {
  const Tensor* const both[] = {&a, &b};
  const bool floats = is_floating(result_type(both));
  if (!floats) check_values(b, check_integer_exponent);
  if (b.impl()->is_number && (floats ? is_floating(a.dtype()) : is_integral(a.dtype()))) {
    const double exponent = b.item<double>();
    if (exponent == 1) return mul(a, number(int64_t(1)));
    if (exponent == 2) return square(a);
    if (exponent == 3) return call(cube_op, a);
    if (exponent == 0.5) return sqrt(a);
    if (exponent == -0.5) return rsqrt(a);
    if (exponent == -1) return reciprocal(a);
  }
  return call(power_op, a, b);
}

static const Op& pow_op = composite<&power>({
    .name = "pow",
    .args = {"a", "b"},
    .formula = "y = aᵇ",
    .gradient =
        "da = dy b aᵇ⁻¹, db = dy y ln a; 0 where dy = 0, da = 0 where b = 0, db = 0 where a = 0 and b ≥ 0",
    .reference = "power(a, b)",
    .samples = {"0.1 + rand(3, 4), randn(3, 4)", "0.1 + rand(2, 1, 5), randn(4, 1)", "randn(7), 2",
                "randn(7), 3", "randn(3, 65), 4", "2.0, randn(7)", "0.1 + rand(7), 0.5",
                "0.1 + rand(7), -0.5", "0.1 + rand(7), -1", "0.1 + rand(7), 1", "0.1 + rand(7), 2.5",
                "array([-2.0, -1.5, 3.0]), 5.0", "randint(-5, 5, 20), 3",
                "randint(-5, 5, 20), randint(0, 5, 20)"},
    .doc =
        "a to the power of b. A negative base takes whole exponents only (else NaN); 0⁰ is 1; integers take "
        "exponents ≥ 0.",
    .aliases = {"power"},
    .in_place = true,
    .takes_narrow = true,
});

Tensor pow(const Tensor& a, const Tensor& b) { return power(a, b); }

}  // namespace pynn
#endif
