// error_function — erf, erfc, and the normal distribution, which GELU is made of.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

inline constexpr double kTwoOverSqrtPi = 1.128379167095512574;

struct Erf {
  template <class V>
  V forward(V x) const {
    return erf(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return kTwoOverSqrtPi * dy * exp(-x * x);
  }
};
PYNN_ELEMENTWISE(erf_kernel, Erf, kFloats);

struct Erfc {
  template <class V>
  V forward(V x) const {
    return erfc(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return -kTwoOverSqrtPi * dy * exp(-x * x);
  }
};
PYNN_ELEMENTWISE(erfc_kernel, Erfc, kFloats);

struct NormalCdf {
  template <class V>
  V forward(V x) const {
    return normal_cdf(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return dy * normal_pdf(x);
  }
};
PYNN_ELEMENTWISE(normal_cdf_kernel, NormalCdf, kFloats);

struct NormalPdf {
  template <class V>
  V forward(V x) const {
    return normal_pdf(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return -dy * x * normal_pdf(x);
  }
};
PYNN_ELEMENTWISE(normal_pdf_kernel, NormalPdf, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(erf_kernel);
PYNN_DISPATCH(erfc_kernel);
PYNN_DISPATCH(normal_cdf_kernel);
PYNN_DISPATCH(normal_pdf_kernel);

static const Op& erf_op = elementwise<PYNN_ISA::Erf>(
    erf_kernel, {.name = "erf",
                 .args = {"x"},
                 .formula = "y = 2/√π ∫₀ˣ exp(-t²) dt",
                 .gradient = "dx = dy 2/√π exp(-x²)",
                 .reference = "erf(x)",
                 .samples = {"randn(7)", "2 * randn(3, 65)", "randn(0, 3)", "array([-inf, 0.0, 1e-10, inf])"},
                 .doc = "The error function: the chance that a normal error of variance ½ is smaller than x.",
                 .types = Types::floating});

static const Op& erfc_op = elementwise<PYNN_ISA::Erfc>(
    erfc_kernel, {.name = "erfc",
                  .args = {"x"},
                  .formula = "y = 1 - erf(x)",
                  .gradient = "dx = -dy 2/√π exp(-x²)",
                  .reference = "1 - erf(x)",
                  .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)"},
                  .doc = "The complement of erf, with all its digits in the tail, where 1 - erf(x) has none.",
                  .types = Types::floating});

static const Op& normal_cdf_op = elementwise<PYNN_ISA::NormalCdf>(
    normal_cdf_kernel, {.name = "normal_cdf",
                        .args = {"x"},
                        .formula = "y = Φ(x) = P(Z ≤ x) for a standard normal Z",
                        .gradient = "dx = dy φ(x)",
                        .reference = "0.5 * (1 + erf(x / sqrt(2)))",
                        .samples = {"randn(7)", "randn(3, 65)", "randn(0, 3)"},
                        .doc = "The chance that a standard normal number is below x.",
                        .home = Home::internal,
                        .types = Types::floating});

static const Op& normal_pdf_op = elementwise<PYNN_ISA::NormalPdf>(
    normal_pdf_kernel, {.name = "normal_pdf",
                        .args = {"x"},
                        .formula = "y = φ(x) = exp(-x² / 2) / √(2π)",
                        .gradient = "dx = -dy x φ(x)",
                        .reference = "exp(-x * x / 2) / sqrt(2 * pi)",
                        .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
                        .doc = "The density of the standard normal distribution.",
                        .home = Home::internal,
                        .types = Types::floating});

Tensor erf(const Tensor& x) { return call(erf_op, x); }
Tensor normal_cdf(const Tensor& x) { return call(normal_cdf_op, x); }
Tensor normal_pdf(const Tensor& x) { return call(normal_pdf_op, x); }
CdfAndPdf normal_cdf_and_pdf(const Tensor& x) { return {normal_cdf(x), normal_pdf(x)}; }

}  // namespace pynn
#endif
