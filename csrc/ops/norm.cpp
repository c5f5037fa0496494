// norm — the length of a vector: ‖x‖ₚ for any p, over any axes; and normalize, x of length 1.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

// Squares and powers leave float32's range long before their norm does: they are formed in float64.
struct Norm2 : Summing {
  static constexpr Totals totals = Totals::wide_map;
  template <class V>
  V map(V x, V) const {
    return x * x;
  }
  template <class V>
  V finish(V total, V) const {
    return sqrt(total);
  }
};
PYNN_REDUCTION(norm2_kernel, Norm2, kFloats);

struct Norm1 : Summing {
  template <class V>
  V map(V x, V) const {
    return abs(x);
  }
};
PYNN_REDUCTION(norm1_kernel, Norm1, kFloats);

struct Norm0 : Summing {
  template <class V>
  V map(V x, V) const {
    return select(x != V(0), V(1), V(0));
  }
};
PYNN_REDUCTION(norm0_kernel, Norm0, kFloats);

struct LargestMagnitude : Largest {
  template <class T>
  T start() const {
    return T(0);
  }
  template <class V>
  V map(V x, V) const {
    return abs(x);
  }
};
PYNN_REDUCTION(largest_magnitude_kernel, LargestMagnitude, kFloats);

struct SmallestMagnitude : Smallest {
  template <class V>
  V map(V x, V) const {
    return abs(x);
  }
};
PYNN_REDUCTION(smallest_magnitude_kernel, SmallestMagnitude, kFloats);

struct NormP : Summing {
  static constexpr Totals totals = Totals::wide_map;
  double p;
  template <class T>
  T blank(T) const {
    return p > 0 ? T(0) : T(__builtin_inf());
  }
  template <class V>
  V map(V x, V) const {
    return pow(abs(x), V(p));
  }
  template <class V>
  V finish(V total, V) const {
    return pow(total, V(1 / p));
  }
};
PYNN_REDUCTION(norm_p_kernel, NormP, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(norm2_kernel);
PYNN_DISPATCH(norm1_kernel);
PYNN_DISPATCH(norm0_kernel);
PYNN_DISPATCH(largest_magnitude_kernel);
PYNN_DISPATCH(smallest_magnitude_kernel);
PYNN_DISPATCH(norm_p_kernel);

struct Norm {
  static const ReduceKernel& kernel_for(double p) {
    if (std::isinf(p)) return p > 0 ? *largest_magnitude_kernel : *smallest_magnitude_kernel;
    return p == 2 ? *norm2_kernel : p == 1 ? *norm1_kernel : p == 0 ? *norm0_kernel : *norm_p_kernel;
  }
  static Tensor forward(Context& context, const Tensor& x, double p, const Ints& axis, bool keepdim) {
    const AxisSet axes("norm", axis, x.ndim());
    if (std::isnan(p)) throw ValueError("norm: p is NaN; expected a number such as 1, 2 or inf");
    if (std::isinf(p)) check_not_empty("norm", x, axes);
    const Tensor y =
        reduce("norm", kernel_for(p), x, axes, reduced_shape(x.shape(), axes, keepdim), x.dtype(), &p);
    context.save(x, y, p, axis);
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, y_saved, p, axis] = context.load<Tensor, Tensor, double, Ints>();
    const AxisSet axes("norm", axis, x.ndim());
    const Tensor y = keep_axes(y_saved, x.shape(), axes), g = keep_axes(dy, x.shape(), axes);
    if (p == 0) return {g * zeros(x.shape(), x.dtype())};
    if (p == 1) return {sign(x) * g};
    if (std::isinf(p)) {
      const Tensor ties = cast((abs(x) == y) | isnan(x), x.dtype());
      return {sign(x) * ties * (g / sum(ties, axis, true))};
    }
    // At the origin the norm has a kink: the gradient there is 0.
    const Tensor length = select(y == 0.0, 1.0, y);
    if (p == 2) return {x * select(y == 0.0, 0.0, g / length)};
    const Tensor magnitude = select(x == 0.0, 1.0, abs(x));
    return {sign(x) * pow(magnitude, p - 1) * (g / pow(length, p - 1))};
  }
};

static const Op& op = structured<Norm>({
    .name = "norm",
    .args = {"x", {"p", 2.0}, {"axis", none}, {"keepdim", false}},
    .formula = "y = ‖x‖ₚ = (Σ |x|ᵖ)^(1/p); p = ∞: max |x|, p = -∞: min |x|, p = 0: how many differ from 0",
    .gradient = "dx = dy sign(x) (|x| / y)ᵖ⁻¹, and 0 where x or y is 0; p = ±∞: shared among ties",
    .reference = "amax(abs(x), axis=axis, keepdims=keepdim) if p == inf else "
                 "amin(abs(x), axis=axis, keepdims=keepdim) if p == -inf else "
                 "sum(x != 0, axis=axis, keepdims=keepdim) * 1.0 if p == 0 else "
                 "sum(abs(x) ** p, axis=axis, keepdims=keepdim) ** (1 / p)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 2, 1", "randn(2, 3, 5), 1, (0, -1), True",
                "randn(17, 3), inf, 0", "randn(3, 5), -inf, 1", "randn(3, 5), 0, 1", "randn(3, 5), 3, 1",
                "1 + rand(3, 5), 0.5, 1", "randn(0, 3), 2, 0"},
    .doc = "The norm of all elements as one vector, or along `axis` (an integer or several). The gradient at "
           "the "
           "origin, where a norm has a kink, is 0.",
    .autocast = Autocast::float32,
});

Tensor norm(const Tensor& x, double p, const Ints& axis, bool keepdim) {
  return call(op, x, p, axis, keepdim);
}

static Tensor normalize(const Tensor& x, double p, const Ints& axis, double eps) {
  return x / max(norm(x, p, axis, true), eps);
}

static const Op& normalize_op = composite<&normalize>({
    .name = "normalize",
    .args = {"x", {"p", 2.0}, {"axis", 1}, {"eps", 1e-12}},
    .formula = "y = x / max(‖x‖ₚ, ε)",
    .gradient = "through norm and the division",
    .reference = "x / maximum(sum(abs(x) ** p, axis=axis, keepdims=True) ** (1 / p), eps)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 2, -1", "randn(5, 3), 1, 0"},
    .doc = "Vectors along `axis` scaled to length 1. One shorter than `eps` is divided by `eps` instead.",
    .home = Home::functional,
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
