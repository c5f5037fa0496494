// amax, amin — the largest and the smallest element. Where several are equal, they share the gradient.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

struct Amax : Largest {
  template <class V>
  V map(V x, V) const {
    return x;
  }
};
PYNN_REDUCTION(amax_kernel, Amax, kAll);

struct Amin : Smallest {
  template <class V>
  V map(V x, V) const {
    return x;
  }
};
PYNN_REDUCTION(amin_kernel, Amin, kAll);

// How many elements equal the extreme one (the shift). NaN, which equals nothing, counts as equal to NaN.
struct CountTies : Summing {
  template <class V>
  V map(V x, V extreme) const {
    return select((x == extreme) | (isnan(x) & isnan(extreme)), V(1), V(0));
  }
};
PYNN_REDUCTION(count_ties_kernel, CountTies, kFloats);

struct ShareAmongTies {
  template <class V>
  V forward(V x, V extreme, V share) const {
    return select((x == extreme) | (isnan(x) & isnan(extreme)), share, V(0));
  }
};
PYNN_ELEMENTWISE(share_among_ties_kernel, ShareAmongTies, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(amax_kernel);
PYNN_DISPATCH(amin_kernel);
PYNN_DISPATCH(count_ties_kernel);
PYNN_DISPATCH(share_among_ties_kernel);

struct Amax {
  static constexpr const char* name = "amax";
  static const ReduceKernel& kernel() { return *amax_kernel; }
};
struct Amin {
  static constexpr const char* name = "amin";
  static const ReduceKernel& kernel() { return *amin_kernel; }
};

template <class S>
struct Extreme {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axis, bool keepdim) {
    const AxisSet axes(S::name, axis, x.ndim());
    check_not_empty(S::name, x, axes);
    const Tensor y =
        reduce(S::name, S::kernel(), x, axes, reduced_shape(x.shape(), axes, keepdim), x.dtype());
    context.save(x, y, axis);
    return y;
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, y, axis] = context.load<Tensor, Tensor, Ints>();
    const AxisSet axes(S::name, axis, x.ndim());
    const Tensor ties = reduce(S::name, *count_ties_kernel, x, axes, y.shape(), x.dtype(), nullptr, y);
    const Tensor extreme = keep_axes(y, x.shape(), axes), share = keep_axes(dy / ties, x.shape(), axes);
    return {apply(S::name, *share_among_ties_kernel, x.shape(), {&x, &extreme, &share})};
  }
  // The mask does not change with x: the gradient is linear in dy.
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, y, axis] = context.load<Tensor, Tensor, Ints>();
    const AxisSet axes(S::name, axis, x.ndim());
    const Tensor extreme = keep_axes(y, x.shape(), axes).detach(), fixed = x.detach();
    const Tensor mask = cast((fixed == extreme) | (isnan(fixed) & isnan(extreme)), x.dtype());
    return {mask * (keep_axes(dy, x.shape(), axes) / sum(mask, axis, true))};
  }
};

static const Op& amax_op = structured<Extreme<Amax>>({
    .name = "amax",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = max x  over the axes",
    .gradient = "dx = dy where x = y, shared equally among ties; 0 elsewhere",
    .reference = "amax(x, axis=axis, keepdims=keepdim)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 1", "randn(2, 3, 5), (0, -1), True", "randn(17, 3), axis=0"},
    .doc = "The largest element, or along `axis` (an integer or several). NaN counts as the largest of all. "
           "See max for one axis with the indices.",
});

static const Op& amin_op = structured<Extreme<Amin>>({
    .name = "amin",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = min x  over the axes",
    .gradient = "dx = dy where x = y, shared equally among ties; 0 elsewhere",
    .reference = "amin(x, axis=axis, keepdims=keepdim)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), 1", "randn(2, 3, 5), (0, -1), True", "randn(17, 3), axis=0"},
    .doc =
        "The smallest element, or along `axis` (an integer or several). NaN counts as the smallest of all. "
        "See min for one axis with the indices.",
});

Tensor amax(const Tensor& x, const Ints& axis, bool keepdim) { return call(amax_op, x, axis, keepdim); }
Tensor amin(const Tensor& x, const Ints& axis, bool keepdim) { return call(amin_op, x, axis, keepdim); }

}  // namespace pynn
#endif
