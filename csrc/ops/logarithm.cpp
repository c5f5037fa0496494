// logarithm — log, log2, log10, log1p; and two functions that need it done with care: logaddexp, xlogy.
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

inline constexpr double kLn10 = 2.302585092994045684;

struct Log {
  template <class V>
  V forward(V x) const {
    return log(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy / x);
  }
};
PYNN_ELEMENTWISE(log_kernel, Log, kFloats);

struct Log2 {
  template <class V>
  V forward(V x) const {
    return log2(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy / (kLn2 * x));
  }
};
PYNN_ELEMENTWISE(log2_kernel, Log2, kFloats);

struct Log10 {
  template <class V>
  V forward(V x) const {
    return log10(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy / (kLn10 * x));
  }
};
PYNN_ELEMENTWISE(log10_kernel, Log10, kFloats);

struct Log1p {
  template <class V>
  V forward(V x) const {
    return log1p(x);
  }
  template <class V>
  V backward(V x, V dy) const {
    return safe_gradient(dy, dy / (1.0 + x));
  }
};
PYNN_ELEMENTWISE(log1p_kernel, Log1p, kFloats);

// log(eᵃ + eᵇ) = m + log(1 + e^-|a - b|) with m = max(a, b): nothing overflows. a = b covers two infinities.
struct LogAddExp {
  template <class V>
  V forward(V a, V b) const {
    return select(a == b, a + kLn2, max(a, b) + log1p(exp(-abs(a - b))));
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return dy * sigmoid(select(a == b, 0.0, a - b));
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return dy * sigmoid(select(a == b, 0.0, b - a));
  }
};
PYNN_ELEMENTWISE(logaddexp_kernel, LogAddExp, kFloats);

struct XLogY {
  template <class V>
  V forward(V a, V b) const {
    return select((a == 0) & ~isnan(b), 0.0, a * log(b));
  }
  template <class V>
  V backward_a(V a, V b, V dy) const {
    return select((a == 0) & (b <= 0), 0.0, safe_gradient(dy, dy * log(b)));
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return safe_gradient(dy, select(a == 0, 0.0, dy * a / b));
  }
};
PYNN_ELEMENTWISE(xlogy_kernel, XLogY, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(log_kernel);
PYNN_DISPATCH(log2_kernel);
PYNN_DISPATCH(log10_kernel);
PYNN_DISPATCH(log1p_kernel);
PYNN_DISPATCH(logaddexp_kernel);
PYNN_DISPATCH(xlogy_kernel);

static const Op& log_op = elementwise<PYNN_ISA::Log>(
    log_kernel, {.name = "log",
                 .args = {"x"},
                 .formula = "y = ln x",
                 .gradient = "dx = dy / x, and 0 where dy = 0",
                 .reference = "log(x)",
                 .samples = {"0.1 + rand(7)", "0.1 + 9 * rand(3, 65)", "rand(0, 3)", "randint(1, 90, 20)"},
                 .doc = "The natural logarithm: -inf at 0, NaN for negative numbers. For 1 + x with a "
                        "small x, log1p(x) keeps the digits that log(1 + x) loses.",
                 .types = Types::floating});

static const Op& log2_op = elementwise<PYNN_ISA::Log2>(
    log2_kernel, {.name = "log2",
                  .args = {"x"},
                  .formula = "y = log₂ x",
                  .gradient = "dx = dy / (x ln 2), and 0 where dy = 0",
                  .reference = "log2(x)",
                  .samples = {"0.1 + rand(7)", "0.1 + 9 * rand(3, 65)", "rand(0, 3)", "randint(1, 90, 20)"},
                  .doc = "The logarithm to base 2: of probabilities, it counts bits.",
                  .types = Types::floating});

static const Op& log10_op = elementwise<PYNN_ISA::Log10>(
    log10_kernel, {.name = "log10",
                   .args = {"x"},
                   .formula = "y = log₁₀ x",
                   .gradient = "dx = dy / (x ln 10), and 0 where dy = 0",
                   .reference = "log10(x)",
                   .samples = {"0.1 + rand(7)", "0.1 + 9 * rand(3, 65)", "rand(0, 3)", "randint(1, 90, 20)"},
                   .doc = "The logarithm to base 10.",
                   .types = Types::floating});

static const Op& log1p_op = elementwise<PYNN_ISA::Log1p>(
    log1p_kernel,
    {.name = "log1p",
     .args = {"x"},
     .formula = "y = ln(1 + x)",
     .gradient = "dx = dy / (1 + x), and 0 where dy = 0",
     .reference = "log1p(x)",
     .samples = {"rand(7) - 0.5", "9 * rand(3, 65)", "rand(0, 3)", "1e-8 * randn(5)", "randint(0, 90, 20)"},
     .doc = "The logarithm of 1 + x, with all its digits near 0, where log(1 + x) has none.",
     .types = Types::floating});

static const Op& logaddexp_op = elementwise<PYNN_ISA::LogAddExp>(
    logaddexp_kernel,
    {.name = "logaddexp",
     .args = {"a", "b"},
     .formula = "y = ln(eᵃ + eᵇ)",
     .gradient = "da = dy σ(a - b), db = dy σ(b - a)",
     .reference = "logaddexp(a, b)",
     .samples = {"randn(3, 4), randn(3, 4)", "randn(2, 1, 5), randn(4, 1)",
                 "1000 * randn(65), 1000 * randn(65)",
                 "array([inf, -inf, -inf, 3.0]), array([inf, -inf, 2.0, 3.0])"},
     .doc = "The logarithm of a sum of two numbers that are given by their logarithms, as the "
            "probabilities of two exclusive events are.",
     .types = Types::floating});

static const Op& xlogy_op = elementwise<PYNN_ISA::XLogY>(
    xlogy_kernel,
    {.name = "xlogy",
     .args = {"a", "b"},
     .formula = "y = a ln b, and 0 for a = 0",
     .gradient = "da = dy ln b, db = dy a / b; both 0 where a = b = 0 or dy = 0",
     .reference = "where(a == 0, 0.0, a * log(where(a == 0, 1.0, b)))",
     .samples = {"randn(3, 4), 0.1 + rand(3, 4)", "randn(2, 1, 5), 0.1 + rand(4, 1)", "rand(7), 2.5"},
     .doc = "a ln b with the convention 0 ln 0 = 0 of entropies.",
     .types = Types::floating});

Tensor log(const Tensor& x) { return call(log_op, x); }
Tensor log2(const Tensor& x) { return call(log2_op, x); }
Tensor log10(const Tensor& x) { return call(log10_op, x); }
Tensor log1p(const Tensor& x) { return call(log1p_op, x); }
Tensor xlogy(const Tensor& a, const Tensor& b) { return call(xlogy_op, a, b); }

}  // namespace pynn
#endif
