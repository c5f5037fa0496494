// gather, scatter, scatter_add, take_along_dim — one index for every element of the result, along one axis.
#include <algorithm>

#include "autograd/part.h"
#include "core/parallel.h"
#include "ops/index.h"

namespace pynn {

namespace {

// Rows of an index tensor (along its last axis) and where they lie in the other tensor, `x`.
struct Rows {
  int axis, last;
  Shape shape;    // of the index
  Strides steps;  // of x; 0 along `axis`, which the index itself walks
  int64_t base, axis_step, last_step, columns;

  Rows(const Tensor& x, int axis, const Shape& index_shape)
      : axis(axis),
        last(x.ndim() - 1),
        shape(index_shape),
        steps(x.strides()),
        base(0),
        axis_step(x.strides()[axis]) {
    steps[axis] = 0;
    last_step = steps[last];
    columns = shape[last];
  }
  int64_t outer() const {  // rows that share no place of x with those of another outer block
    int64_t count = 1;
    for (int i = 0; i < axis && i < last; ++i) count *= shape[i];
    return count;
  }
  int64_t count() const { return columns ? numel(shape) / columns : 0; }
  int64_t offset(int64_t row) const {
    int64_t at = 0;
    for (int i = last - 1; i >= 0; --i) {
      at += row % shape[i] * steps[i];
      row /= shape[i];
    }
    return at;
  }
};

// Settled arguments of an op along an axis. 0-d tensors count as vectors of one element.
struct Along {
  Tensor x, index;
  int axis;
};
Along settle(const char* op, const Tensor& x, int64_t axis, const Tensor& index) {
  const int at = check_axis(op, axis, x.ndim());
  if (x.ndim() != index.ndim())
    throw ShapeError(text(op, ": x and the index must have equally many axes, got shapes ", x.shape(),
                          " and ", index.shape()));
  for (int i = 0; i < x.ndim(); ++i)
    if (i != at && index.shape()[i] > x.shape()[i])
      throw ShapeError(text(op, ": the index of shape ", index.shape(), " is larger than x of shape ",
                            x.shape(), " along axis ", i, "; only along axis ", at, " may it be"));
  if (x.ndim() == 0)
    return {x.alias({1}, {1}, x.impl()->offset), checked_index(op, index, 1).alias({1}, {1}, 0), 0};
  // Along the other axes an empty x can meet an empty index only, and then no index is looked at.
  return {x, checked_index(op, index, index.numel() ? x.size(at) : 0), at};
}

constexpr int64_t kGrain = 16384;

// y[.., index[k], ..] op= source[k] for every place k of the index.
template <bool add>
void deposit(const Tensor& y, int axis, const Tensor& index, const Tensor& source) {
  const Rows to(y, axis, index.shape()), from(source, axis, index.shape());
  if (to.count() == 0) return;
  const int64_t* picked = index.data<int64_t>();
  const int64_t source_step = source.strides()[to.axis], source_last = source.strides()[to.last];
  visit(y.dtype(), [&](auto element) {
    using T = decltype(element);
    T* out = y.data<T>();
    const T* in = source.data<T>();
    const int64_t outer = to.outer(), per_block = to.count() / outer;
    parallel_for(outer, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, per_block * to.columns)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t row = begin * per_block; row < end * per_block; ++row) {
                     int64_t at = 0, rest = row;  // of the row in source, whose own axis counts
                     for (int i = to.last - 1; i >= 0; --i) {
                       at += rest % to.shape[i] * (i == to.axis ? source_step : from.steps[i]);
                       rest /= to.shape[i];
                     }
                     T* target = out + to.offset(row);
                     const T* values = in + at;
                     const int64_t* k = picked + row * to.columns;
                     for (int64_t j = 0; j < to.columns; ++j) {
                       T& place = target[k[j] * to.axis_step + j * to.last_step];
                       if constexpr (add && std::is_same_v<T, bool>)
                         place = place || values[j * source_last];
                       else if constexpr (add)
                         place = T(place + values[j * source_last]);
                       else
                         place = values[j * source_last];
                     }
                   }
                 });
  });
}

Tensor fetch(const Tensor& x, int axis, const Tensor& index) {
  Tensor y = empty(index.shape(), x.dtype());
  const Rows from(x, axis, index.shape());
  const int64_t* picked = index.data<int64_t>();
  visit(x.dtype(), [&](auto element) {
    using T = decltype(element);
    const T* in = x.data<T>();
    T* out = y.data<T>();
    parallel_for(from.count(), std::max<int64_t>(1, kGrain / std::max<int64_t>(1, from.columns)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t row = begin; row < end; ++row) {
                     const T* line = in + from.offset(row);
                     const int64_t* k = picked + row * from.columns;
                     for (int64_t j = 0; j < from.columns; ++j)
                       out[row * from.columns + j] = line[k[j] * from.axis_step + j * from.last_step];
                   }
                 });
  });
  return y;
}

// src may be larger than the index: only its corner of the index's shape is used.
Tensor corner(const char* op, const Tensor& src, const Tensor& index, DType dtype) {
  if (src.ndim() == 0) return src.to(dtype).expand_to(op, index.shape());
  bool fits = src.ndim() == index.ndim();
  for (int i = 0; fits && i < src.ndim(); ++i) fits = index.shape()[i] <= src.shape()[i];
  if (!fits)
    throw ShapeError(
        text(op, ": src of shape ", src.shape(), " does not cover the index of shape ", index.shape()));
  return src.to(dtype).alias(index.shape(), src.to(dtype).strides(), src.to(dtype).impl()->offset);
}
// The gradient for src: dy where it was used, 0 elsewhere; summed for a number.
Tensor spread_corner(const Tensor& picked, const Shape& src_shape) {
  if (picked.shape() == src_shape) return picked;
  if (src_shape.n == 0) return sum_to(picked, src_shape);
  return spread_part(picked, src_shape, {picked.shape(), row_major(src_shape), 0});
}

void check_types(const char* op, const Tensor& x, const Tensor& src) {
  if (is_floating(src.dtype()) && !is_floating(x.dtype()))
    throw DTypeError(
        text(op, ": ", src.dtype(), " values do not fit into ", x.dtype(), ". Did you mean x.float()?"));
}

}  // namespace

struct Gather {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, const Tensor& index) {
    const Along a = settle("gather", x, axis, index);
    context.save(x.shape(), axis, index);
    const Tensor y = fetch(a.x, a.axis, a.index);
    return x.ndim() == 0 ? y.alias({}, {}, 0) : y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, axis, index] = context.load<Shape, int64_t, Tensor>();
    return {scatter_add(zeros(shape, dy.dtype()), axis, index, dy), Tensor()};
  }
};
static const Op& gather_op = structured<Gather>({
    .name = "gather",
    .args = {"x", "axis", "index"},
    .formula = "y[.., k, ..] = x[.., index[.., k, ..], ..]",
    .gradient = "dx = 0, then dx[.., index[.., k, ..], ..] += dy[.., k, ..]",
    .reference = "take_along_axis(x[tuple(slice(n) if i != axis % x.ndim else slice(None) for i, n in "
                 "enumerate(index.shape))], index, axis)",
    .samples = {"randn(3, 4), 1, array([[0, 3], [1, 1], [2, 0]])", "randn(3, 4), 0, array([[2, 0, 1]])",
                "randn(2, 3, 5), -1, randint(0, 5, 2, 3, 7)", "randn(4), 0, array([3, 3, 0])"},
    .doc = "Takes, for every place of the index, the element of x that it names along the axis. x and index "
           "have equally "
           "many axes; along the others the index may be smaller.",
    .takes_narrow = true,
});
Tensor gather(const Tensor& x, int64_t axis, const Tensor& index) { return call(gather_op, x, axis, index); }

struct ScatterAdd {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, const Tensor& index,
                        const Tensor& src) {
    check_types("scatter_add", x, src);
    const Along a = settle("scatter_add", x, axis, index);
    context.save(src.shape(), axis, index);
    Tensor y = empty(a.x.shape(), x.dtype());
    copy_into(y, a.x);
    deposit<true>(y, a.axis, a.index, corner("scatter_add", src, a.index, x.dtype()));
    return x.ndim() == 0 ? y.alias({}, {}, 0) : y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, axis, index] = context.load<Shape, int64_t, Tensor>();
    return {dy, Tensor(), context.needs(2) ? spread_corner(gather(dy, axis, index), shape) : Tensor()};
  }
};
static const Op& scatter_add_op = structured<ScatterAdd>({
    .name = "scatter_add",
    .args = {"x", "axis", "index", "src"},
    .formula = "y = x, then y[.., index[.., k, ..], ..] += src[.., k, ..]",
    .gradient = "dx = dy, dsrc[.., k, ..] = dy[.., index[.., k, ..], ..]",
    .reference =
        "(lambda y, g: (add.at(y, tuple(index if i == axis % x.ndim else g[i] for i in range(x.ndim)), "
        "src[tuple(slice(n) for n in index.shape)]), y)[1])(array(x), indices(index.shape))",
    .samples = {"randn(3, 5), 1, array([[0, 3], [1, 1], [2, 0]]), randn(3, 2)",
                "randn(3, 4), 0, array([[2, 0, 1], [2, 2, 2]]), randn(2, 4)",
                "randn(4), 0, array([3, 3, 0]), randn(3)"},
    .doc = "Adds every element of src to the place of x that the index names along the axis. The order of "
           "additions is "
           "fixed, so results do not depend on the number of threads.",
    .in_place = true,
});
Tensor scatter_add(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& src) {
  return call(scatter_add_op, x, axis, index, src);
}

struct Scatter {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, const Tensor& index,
                        const Tensor& src) {
    check_types("scatter", x, src);
    const Along a = settle("scatter", x, axis, index);
    context.save(src.shape(), axis, index);
    Tensor y = empty(a.x.shape(), x.dtype());
    copy_into(y, a.x);
    deposit<false>(y, a.axis, a.index, corner("scatter", src, a.index, x.dtype()));
    return x.ndim() == 0 ? y.alias({}, {}, 0) : y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy);
};
static const Op& scatter_op = structured<Scatter>({
    .name = "scatter",
    .args = {"x", "axis", "index", "src"},
    .formula = "y = x, but y[.., index[.., k, ..], ..] = src[.., k, ..]",
    .gradient = "dx = dy with 0 at the places written, dsrc[.., k, ..] = dy[.., index[.., k, ..], ..] where "
                "it stayed",
    .reference =
        "(lambda y, g: (y.__setitem__(tuple(index if i == axis % x.ndim else g[i] for i in range(x.ndim)), "
        "broadcast_to(src, src.shape or index.shape)[tuple(slice(n) for n in index.shape)]), y)[1])"
        "(array(x), indices(index.shape))",
    .samples = {"randn(3, 5), 1, array([[0, 3], [1, 2], [2, 0]]), randn(3, 2)",
                "randn(3, 4), 0, array([[2, 0, 1], [1, 1, 0]]), randn(2, 3)",
                "randn(4), 0, array([3, 3, 0]), randn(3)"},
    .doc = "Puts every element of src (or a number) into the place of x that the index names along the axis. "
           "Where several "
           "go to one place, the last stays.",
    .in_place = true,
});
Gradients Scatter::backward_in_ops(const Context& context, const Tensor& dy) {
  const auto [shape, axis, index] = context.load<Shape, int64_t, Tensor>();
  Gradients dx{Tensor(), Tensor(), Tensor()};
  if (context.needs(0)) dx[0] = call(scatter_op, dy, axis, index, number(0.0));
  if (!context.needs(2)) return dx;
  Tensor picked = gather(dy, axis, index);
  // An element that a later one overwrote had no effect: number the elements, and see who is still there.
  const Tensor order = empty(index.shape(), DType::int64);
  for (int64_t i = 0; i < order.numel(); ++i) order.data<int64_t>()[i] = i;
  numbers_are_known(order);
  const Tensor writer = call(scatter_op, zeros(dy.shape(), DType::int64), axis, index, order);
  picked = where(equal(gather(writer, axis, index), order), picked, number(0.0));
  dx[2] = spread_corner(picked, shape);
  return dx;
}

static Tensor take_along_dim(const Tensor& x, const Tensor& index, const Ints& axis) {
  if (!axis.present) return gather(reshape(x, {x.numel()}), 0, reshape(index, {index.numel()}));
  if (axis.n != 1) throw ValueError("take_along_dim: expected one axis");
  const int at = check_axis("take_along_dim", axis[0], x.ndim());
  if (x.ndim() != index.ndim())
    throw ShapeError(text("take_along_dim: x and index must have equally many axes, got shapes ", x.shape(),
                          " and ", index.shape()));
  Shape wide_x = x.shape(), wide_index = index.shape();
  for (int i = 0; i < x.ndim(); ++i) {
    if (i == at) continue;
    if (wide_x[i] == 1) wide_x[i] = wide_index[i];
    if (wide_index[i] == 1) wide_index[i] = wide_x[i];
  }
  return gather(expand(x, wide_x), at, expand(index, wide_index));
}
static const Op& take_along_op = composite<&take_along_dim>({
    .name = "take_along_dim",
    .args = {"x", "index", {"axis", none}},
    .formula = "y[.., k, ..] = x[.., index[.., k, ..], ..]",
    .gradient = "dx = 0, then dx[.., index[.., k, ..], ..] += dy[.., k, ..]",
    .reference = "take_along_axis(x, index, axis)",
    .samples = {"randn(3, 4), array([[0, 3], [1, 1], [2, 0]]), 1", "randn(3, 4), array([[2], [1], [0]]), 1",
                "randn(2, 3), array([5, 0])"},
    .doc = "As gather, but along the other axes x and index broadcast: takes back what argsort or "
           "argmax(keepdim=True) "
           "along that axis found.",
    .aliases = {"take_along_axis"},
    .takes_narrow = true,
});

}  // namespace pynn
