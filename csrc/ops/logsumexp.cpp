// logsumexp — log Σ eˣ, computed so that eˣ cannot overflow: the maximum m is taken out first.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

// Against an infinite maximum no difference could be formed; eˣ is then 0 or ∞ by itself.
template <class V>
PYNN_INLINE V finite_or_zero(V m) {
  return select(isfinite(m), m, V(0));
}

// y = m + log Σ exp(x - m)
struct LogSumExp : Summing {
  template <class T>
  T blank(T) const {
    return T(-__builtin_inf());
  }
  template <class V>
  V map(V x, V m) const {
    return exp(x - finite_or_zero(m));
  }
  template <class V>
  V finish(V total, V m) const {
    return finite_or_zero(m) + log(total);
  }
};
PYNN_REDUCTION(logsumexp_kernel, LogSumExp, kFloats);

struct LogSumExpGradient {
  template <class V>
  V forward(V x, V y, V dy) const {
    return dy * exp(x - select(y == V(-__builtin_inf()), V(0), y));
  }
};
PYNN_ELEMENTWISE(logsumexp_gradient_kernel, LogSumExpGradient, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(logsumexp_kernel);
PYNN_DISPATCH(logsumexp_gradient_kernel);

struct LogSumExp {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axis, bool keepdim) {
    check_floating("logsumexp", x);
    const AxisSet axes("logsumexp", axis, x.ndim());
    const Shape shape = reduced_shape(x.shape(), axes, keepdim);
    const Tensor largest = reduced_count(x.shape(), axes) == 0 ? full(shape, -__builtin_inf(), x.dtype())
                                                               : amax(x, axis, keepdim);
    const Tensor y = reduce("logsumexp", *logsumexp_kernel, x, axes, shape, x.dtype(), nullptr, largest);
    context.save(x, y, axis);
    return y;
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, y, axis] = context.load<Tensor, Tensor, Ints>();
    const AxisSet axes("logsumexp", axis, x.ndim());
    const Tensor total = keep_axes(y, x.shape(), axes), g = keep_axes(dy, x.shape(), axes);
    return {apply("logsumexp", *logsumexp_gradient_kernel, x.shape(), {&x, &total, &g})};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, y, axis] = context.load<Tensor, Tensor, Ints>();
    const AxisSet axes("logsumexp", axis, x.ndim());
    const Tensor total = keep_axes(y, x.shape(), axes);
    return {keep_axes(dy, x.shape(), axes) * exp(x - select(total == -__builtin_inf(), 0.0, total))};
  }
};

static const Op& op = structured<LogSumExp>({
    .name = "logsumexp",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = log Σ exp(x)  over the axes",
    .gradient = "dx = dy exp(x - y), which is dy softmax(x)",
    .reference = "log(sum(exp(x), axis=axis, keepdims=keepdim))",
    .samples = {"randn(3, 4), 1", "randn(2, 3, 65), -1, True", "randn(2, 3, 5), (0, -1)", "randn(17, 3), 0",
                "array([[-inf, -inf], [0.0, -inf]]), 1"},
    .doc = "The logarithm of the sum of exponentials, safe for elements of any size. Where every element is "
           "-inf "
           "the result is -inf, and the gradient 0.",
    .autocast = Autocast::float32,
});

Tensor logsumexp(const Tensor& x, const Ints& axis, bool keepdim) { return call(op, x, axis, keepdim); }

}  // namespace pynn
#endif
