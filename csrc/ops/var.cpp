// var, std — variance and standard deviation, in two passes: first the mean, then the squared deviations.
// One pass (E x² - (E x)²) would lose every digit where the mean is large beside the spread.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

struct Variance : Summing {
  double degrees_of_freedom;
  template <class V>
  V map(V x, V mean) const {
    return (x - mean) * (x - mean);
  }
  template <class T>
  T blank(T mean) const {
    return mean;
  }
  template <class V>
  V finish(V total, V) const {
    return total / V(degrees_of_freedom);
  }
};
PYNN_REDUCTION(var_kernel, Variance, kFloats);

struct StandardDeviation : Variance {
  template <class V>
  V finish(V total, V) const {
    return sqrt(total / V(degrees_of_freedom));
  }
};
PYNN_REDUCTION(std_kernel, StandardDeviation, kFloats);

// dx from s, which is dy times what does not depend on x.
struct ScaledDeviation {
  template <class V>
  V forward(V x, V mean, V s) const {
    return (x - mean) * s;
  }
};
PYNN_ELEMENTWISE(scaled_deviation_kernel, ScaledDeviation, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(var_kernel);
PYNN_DISPATCH(std_kernel);
PYNN_DISPATCH(scaled_deviation_kernel);

static double degrees_of_freedom(const Shape& shape, AxisSet axes, double correction) {
  const double n = double(reduced_count(shape, axes)) - correction;
  return n > 0 ? n : 0;
}

struct Var {
  static constexpr const char* name = "var";
  static const ReduceKernel& kernel() { return *var_kernel; }
  // dx = scale (x - mean)
  static Tensor scale(const Tensor&, const Tensor& dy, double n) { return dy * (2 / n); }
};
struct Std {
  static constexpr const char* name = "std";
  static const ReduceKernel& kernel() { return *std_kernel; }
  // Where y = 0 every x equals the mean, and the gradient is 0.
  static Tensor scale(const Tensor& y, const Tensor& dy, double n) {
    return select(y == 0.0, 0.0, dy / select(y == 0.0, 1.0, y * n));
  }
};

template <class S>
struct Spread {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axis, double correction, bool keepdim,
                        bool unbiased) {
    if (!unbiased) correction = 0;
    const AxisSet axes(S::name, axis, x.ndim());
    check_floating(S::name, x);
    const double n = degrees_of_freedom(x.shape(), axes, correction);
    const Shape shape = reduced_shape(x.shape(), axes, keepdim);
    const Tensor center = mean(x, axis, true);
    const Tensor y = reduce(S::name, S::kernel(), x, axes, shape, x.dtype(), &n, center);
    context.save(x, center, y, axis, n);
    return y;
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, center, y, axis, n] = context.load<Tensor, Tensor, Tensor, Ints, double>();
    const AxisSet axes(S::name, axis, x.ndim());
    const Tensor s = keep_axes(S::scale(y, dy, n), x.shape(), axes);
    return {apply(S::name, *scaled_deviation_kernel, x.shape(), {&x, &center, &s})};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, center, y, axis, n] = context.load<Tensor, Tensor, Tensor, Ints, double>();
    const AxisSet axes(S::name, axis, x.ndim());
    return {(x - mean(x, axis, true)) * keep_axes(S::scale(y, dy, n), x.shape(), axes)};
  }
};

static const std::vector<Arg> arguments = {
    "x", {"axis", none}, {"correction", 1.0}, {"keepdim", false}, {"unbiased", true}};

static const Op& var_op = structured<Spread<Var>>({
    .name = "var",
    .args = arguments,
    .formula = "y = 1/(n - correction) Σ (x - x̄)²  over the axes, n elements",
    .gradient = "dx = 2 dy (x - x̄) / (n - correction)",
    .reference = "var(x, axis=axis, ddof=correction if unbiased else 0, keepdims=keepdim)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 1", "randn(2, 3, 5), (0, -1), correction=0, keepdim=True",
                "randn(17, 3), axis=0", "randn(3, 5), 1, unbiased=False"},
    .doc = "The variance of all elements, or along `axis`. `correction=1` estimates the variance of the "
           "population from a sample (Bessel); `correction=0`, or `unbiased=False`, is the sample's own, as "
           "NumPy's default. With no more than `correction` elements it is NaN.",
    .autocast = Autocast::float32,
});

static const Op& std_op = structured<Spread<Std>>({
    .name = "std",
    .args = arguments,
    .formula = "y = √(1/(n - correction) Σ (x - x̄)²)  over the axes, n elements",
    .gradient = "dx = dy (x - x̄) / ((n - correction) y), and 0 where y = 0",
    .reference = "std(x, axis=axis, ddof=correction if unbiased else 0, keepdims=keepdim)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 1", "randn(2, 3, 5), (0, -1), correction=0, keepdim=True",
                "randn(17, 3), axis=0", "randn(3, 5), 1, unbiased=False"},
    .doc = "The standard deviation of all elements, or along `axis`: the square root of var, with the same "
           "`correction`.",
    .autocast = Autocast::float32,
});

Tensor var(const Tensor& x, const Ints& axis, double correction, bool keepdim) {
  return call(var_op, x, axis, correction, keepdim, true);
}

}  // namespace pynn
#endif
