// softplus — smooth relations of relu and sign: softplus, softsign.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct Softplus {
  double beta, threshold;
  template <class V>
  V forward(V x) const {
    return select(beta * x > threshold, x, softplus(beta * x) * (1 / beta));
  }
  template <class V>
  V backward(V x, V dy) const {
    return select(beta * x > threshold, dy, dy * sigmoid(beta * x));
  }
};
PYNN_ELEMENTWISE(softplus_kernel, Softplus, kFloats);

struct Softsign {
  template <class V>
  V forward(V x) const {
    return x / (1.0 + abs(x));
  }
  template <class V>
  V backward(V x, V dy) const {
    const V size = 1.0 + abs(x);
    return dy / (size * size);
  }
};
PYNN_ELEMENTWISE(softsign_kernel, Softsign, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(softplus_kernel);
PYNN_DISPATCH(softsign_kernel);

static const Op& softplus_op = elementwise<PYNN_ISA::Softplus>(
    softplus_kernel,
    {.name = "softplus",
     .args = {"x", {"beta", 1.0}, {"threshold", 20.0}},
     .formula = "y = ln(1 + e^{βx}) / β;  x where βx > threshold",
     .gradient = "dx = dy σ(βx);  dy where βx > threshold",
     .reference = "where(beta * x > threshold, x, logaddexp(0, beta * x) / beta)",
     .samples = {"randn(7)", "9 * randn(3, 65)", "randn(0, 3)", "randn(7), 2.0, 1.5",
                 "array([-1000.0, 0.0, 1000.0])"},
     .doc =
         "A smooth relu, positive everywhere: the usual way to make a variance. Larger β bends more sharply.",
     .source = "Dugas et al. 2001, Incorporating second-order functional knowledge, NIPS",
     .home = Home::functional,
     .types = Types::floating});

static const Op& softsign_op = elementwise<PYNN_ISA::Softsign>(
    softsign_kernel,
    {.name = "softsign",
     .args = {"x"},
     .formula = "y = x / (1 + |x|)",
     .gradient = "dx = dy / (1 + |x|)²",
     .reference = "x / (1 + abs(x))",
     .samples = {"randn(7)", "9 * randn(3, 65)", "randn(0, 3)"},
     .doc = "A squashing function like tanh that approaches ±1 slowly, as 1 / |x|.",
     .source =
         "Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
     .home = Home::functional,
     .types = Types::floating});

}  // namespace pynn
#endif
