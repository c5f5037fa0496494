// prod — the product of all elements, or along some axes.
//
// Its gradient, the product of all the others, is not y / x where an x is 0.
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

struct Prod : Multiplying {
  template <class V>
  V map(V x, V) const {
    return x;
  }
};
PYNN_REDUCTION(prod_kernel, Prod, kAll);

struct ProdOfNonzero : Multiplying {
  template <class V>
  V map(V x, V) const {
    return select(x == V(0), V(1), x);
  }
};
PYNN_REDUCTION(prod_of_nonzero_kernel, ProdOfNonzero, kFloats);

struct CountZeros : Summing {
  template <class T>
  T blank(T) const {
    return T(1);
  }
  template <class V>
  V map(V x, V) const {
    return select(x == V(0), V(1), V(0));
  }
};
PYNN_REDUCTION(count_zeros_kernel, CountZeros, kFloats);

// scaled: dy times the product of what is not 0. No zero: divide x out of it. One zero: only that x has a
// gradient. More: none has.
struct ProdOfOthers {
  template <class V>
  V forward(V x, V zeros, V scaled) const {
    const V others = select(x == V(0), scaled, V(0));
    return select(zeros == V(0), scaled / x, select(zeros == V(1), others, V(0)));
  }
};
PYNN_ELEMENTWISE(prod_of_others_kernel, ProdOfOthers, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(prod_kernel);
PYNN_DISPATCH(prod_of_nonzero_kernel);
PYNN_DISPATCH(count_zeros_kernel);
PYNN_DISPATCH(prod_of_others_kernel);

namespace {

// The reduced axes joined into one, which stands last; and the permutation back.
struct JoinedLast {
  Dims order, back;
  Shape permuted;
  JoinedLast(const Shape& shape, AxisSet axes) {
    for (const bool reduced : {false, true})
      for (int i = 0; i < shape.size(); ++i)
        if (axes.has(i) == reduced) order.push_back(i);
    back = order;
    for (int i = 0; i < order.size(); ++i) back[int(order[i])] = i;
    for (int64_t i : order) permuted.push_back(shape[int(i)]);
  }
};

}  // namespace

struct ProdOp {
  static Tensor forward(Context& context, const Tensor& x, const Ints& axis, bool keepdim, DType dtype) {
    const AxisSet axes("prod", axis, x.ndim());
    context.save(x, axis);
    const Tensor in = dtype == DType::int64 && !is_floating(x.dtype()) ? x : as_dtype(x, dtype);
    const DType type = is_floating(in.dtype()) ? in.dtype() : DType::int64;
    return as_dtype(reduce("prod", *prod_kernel, in, axes, reduced_shape(x.shape(), axes, keepdim), type),
                    dtype);
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x_saved, axis] = context.load<Tensor, Ints>();
    const Tensor x = x_saved.to(dy.dtype());
    const AxisSet axes("prod", axis, x.ndim());
    const Shape kept = reduced_shape(x.shape(), axes, true);
    const Tensor zeros = reduce("prod", *count_zeros_kernel, x, axes, kept, x.dtype());
    const Tensor product = reduce("prod", *prod_of_nonzero_kernel, x, axes, kept, x.dtype());
    const Tensor scaled = keep_axes(dy, x.shape(), axes) * product;
    return {apply("prod", *prod_of_others_kernel, x.shape(), {&x, &zeros, &scaled})};
  }
  // Without division: the product of those before, times the product of those after.
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, axis] = context.load<Tensor, Ints>();
    const AxisSet axes("prod", axis, x.ndim());
    const JoinedLast joined(x.shape(), axes);
    Shape rows = reduced_shape(x.shape(), axes, false);
    const Shape kept = rows;
    rows.push_back(reduced_count(x.shape(), axes));
    const Tensor row = reshape(permute(cast(x, dy.dtype()), joined.order), rows);
    const Tensor before = shift(cumprod(row, -1), -1, 1, 1.0);
    const Tensor last = shift(zeros(rows, dy.dtype()), -1, -1, 1.0);
    const Tensor after = linear_recurrence(shift(row, -1, -1, 0.0), last, -1, true);
    const Tensor dx = unsqueeze(reshape(dy, kept), -1) * before * after;
    return {permute(reshape(dx, joined.permuted), joined.back)};
  }
};

static const Op& op = structured<ProdOp>({
    .name = "prod",
    .args = {"x", {"axis", none}, {"keepdim", false}, {"dtype", none}},
    .formula = "y = Π x  over the axes",
    .gradient = "dxᵢ = dy Πⱼ xⱼ over j ≠ i, right where an x is 0 too",
    .reference = "prod(x, axis=axis, keepdims=keepdim, dtype=dtype)",
    .samples = {"randn(3, 4)", "randn(2, 3, 17), 1", "randn(2, 3, 5), -1, True", "randn(9, 3), axis=0",
                "array([[2.0, 0.0, 3.0], [0.0, 1.0, 0.0]]), 1", "randn(0, 3), 0"},
    .doc = "The product of all elements, or along `axis` (an integer or several). bool and integers multiply "
           "as int64, which wraps on overflow. The product of nothing is 1.",
    .autocast = Autocast::float32,
});

Tensor prod(const Tensor& x, const Ints& axis, bool keepdim) {
  return call(op, x, axis, keepdim, DType::none);
}

}  // namespace pynn
#endif
