// elu — exponential linear units: they saturate below 0 instead of bending once.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

inline constexpr double kSeluScale = 1.0507009873554804934, kSeluAlpha = 1.6732632423543772848;

struct Elu {
  double alpha;
  template <class V>
  V forward(V x) const {
    return select(x > 0, x, alpha * expm1(x));
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(x > 0, dy, dy * alpha * exp(x));
  }
};
PYNN_ELEMENTWISE(elu_kernel, Elu, kFloats);

struct Selu {
  template <class V>
  V forward(V x) const {
    return kSeluScale * select(x > 0, x, kSeluAlpha * expm1(x));
  }
  template <class V>
  V backward(V x, V dy) const {
    return kSeluScale * select(x > 0, dy, dy * kSeluAlpha * exp(x));
  }
};
PYNN_ELEMENTWISE(selu_kernel, Selu, kFloats);

struct Celu {
  double alpha;
  template <class V>
  V forward(V x) const {
    return select(x > 0, x, alpha * expm1(x / alpha));
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(x > 0, dy, dy * exp(x / alpha));
  }
};
PYNN_ELEMENTWISE(celu_kernel, Celu, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(elu_kernel);
PYNN_DISPATCH(selu_kernel);
PYNN_DISPATCH(celu_kernel);

static const Op& elu_op = elementwise<PYNN_ISA::Elu>(
    elu_kernel,
    {.name = "elu",
     .args = {"x", {"alpha", 1.0}},
     .formula = "y = x for x > 0, else α (eˣ - 1)",
     .gradient = "dx = dy for x > 0, else dy α eˣ",
     .reference = "where(x > 0, x, alpha * expm1(minimum(x, 0)))",
     .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "randn(7), 0.5"},
     .doc = "Identity above 0, an exponential approach to -α below: mean activations come nearer to 0.",
     .source = "Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289",
     .home = Home::functional,
     .types = Types::floating});

static const Op& selu_op = elementwise<PYNN_ISA::Selu>(
    selu_kernel,
    {.name = "selu",
     .args = {"x"},
     .formula = "y = λ x for x > 0, else λ α (eˣ - 1); λ ≈ 1.0507, α ≈ 1.6733",
     .gradient = "dx = λ dy for x > 0, else dy λ α eˣ",
     .reference = "1.0507009873554805 * where(x > 0, x, 1.6732632423543772 * expm1(minimum(x, 0)))",
     .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)"},
     .doc = "An elu scaled so that mean 0 and variance 1 are a fixed point of deep networks. Use it with "
            "LeCun-normal weights and alpha dropout.",
     .source = "Klambauer et al. 2017, arXiv:1706.02515, eq. 2",
     .home = Home::activation,
     .types = Types::floating});

static const Op& celu_op = elementwise<PYNN_ISA::Celu>(
    celu_kernel, {.name = "celu",
                  .args = {"x", {"alpha", 1.0}},
                  .formula = "y = x for x > 0, else α (e^{x/α} - 1)",
                  .gradient = "dx = dy for x > 0, else dy e^{x/α}",
                  .reference = "where(x > 0, x, alpha * expm1(minimum(x, 0) / alpha))",
                  .samples = {"randn(7)", "3 * randn(3, 65)", "randn(0, 3)", "randn(7), 2.0"},
                  .doc = "An elu whose slope is continuous for every α. α = 0 is the relu in the limit, but "
                         "divides by 0 here.",
                  .source = "Barron 2017, arXiv:1704.07483",
                  .home = Home::activation,
                  .types = Types::floating});

}  // namespace pynn
#endif
