// index, index_put — x[i, :, j] with tensors of integers, and its assignment. index_select, take, index_add,
// index_copy and index_fill are special cases.
#include "ops/index.h"

#include <algorithm>

#include "core/parallel.h"

namespace pynn {

namespace {

// True in a row: (count, ndim) coordinates, one tensor per axis.
void append_mask(std::vector<Tensor>& settled, const Tensor& mask, const Tensor& x) {
  const int axis = int(settled.size());
  for (int i = 0; i < mask.ndim(); ++i)
    if (axis + i >= x.ndim() || mask.shape()[i] != x.shape()[axis + i])
      throw IndexError(text("index: a mask of shape ", mask.shape(), " does not fit axes ", axis, " .. ",
                            axis + mask.ndim() - 1, " of a tensor of shape ", x.shape(),
                            "; they must be equal"));
  const Tensor places = nonzero(mask);
  for (int i = 0; i < mask.ndim(); ++i)
    settled.push_back(places.alias({places.size(0)}, {places.strides()[0]}, places.impl()->offset + i));
}

// One entry per axis of x: an int64 tensor, or undefined for a whole axis.
std::vector<Tensor> settle(const Tensor& x, TensorList indices) {
  std::vector<Tensor> settled;
  for (const Tensor& index : indices) {
    if (index && index.dtype() == DType::boolean) {
      append_mask(settled, index, x);
      continue;
    }
    const int axis = int(settled.size());
    if (axis >= x.ndim())
      throw IndexError(text("index: a tensor of shape ", x.shape(), " has ", x.ndim(),
                            " axes, got an index for one more"));
    settled.push_back(index ? checked_index("index", index, x.shape()[axis], true) : Tensor());
  }
  settled.resize(size_t(x.ndim()));
  return settled;
}

// Where, in elements, each index of a row-major walk over `shape` lies.
std::vector<int64_t> offsets_of(const Shape& shape, const Strides& strides) {
  std::vector<int64_t> offsets{0};
  offsets.reserve(size_t(numel(shape)));
  for (int axis = 0; axis < shape.n; ++axis) {
    std::vector<int64_t> finer;
    finer.reserve(offsets.size() * size_t(shape[axis]));
    for (int64_t offset : offsets)
      for (int64_t i = 0; i < shape[axis]; ++i) finer.push_back(offset + i * strides[axis]);
    offsets = std::move(finer);
  }
  return offsets;
}

// The elements as [before, looked up, after]: element (b, j, a) lies at before[b] + picked[j] + after[a].
struct Plan {
  Shape shape;  // of the result
  std::vector<int64_t> before, picked, after;
  bool run;  // after[a] == a
  int64_t size() const { return int64_t(before.size() * picked.size() * after.size()); }

  Plan(const Tensor& x, const std::vector<Tensor>& indices, int64_t at) {
    Shape picked_shape;
    int first = -1, last = -1, count = 0;
    for (int axis = 0; axis < x.ndim(); ++axis) {
      if (!indices[size_t(axis)]) continue;
      picked_shape = broadcast("index", picked_shape, indices[size_t(axis)].shape());
      if (first < 0) first = axis;
      last = axis;
      ++count;
    }
    if (count == 0) throw IndexError("index: expected at least one index tensor");
    if (at < 0) at = last - first + 1 == count ? first : 0;
    Shape sizes[2];
    Strides steps[2];
    for (int axis = 0, seen = 0; axis < x.ndim(); ++axis) {
      if (indices[size_t(axis)]) continue;
      const int side = seen++ < at ? 0 : 1;
      sizes[side].push_back(x.shape()[axis]);
      steps[side].push_back(x.strides()[axis]);
    }
    for (const Shape* part : {&sizes[0], &picked_shape, &sizes[1]})
      for (int64_t size : *part) shape.push_back(size);
    numel(shape);
    before = offsets_of(sizes[0], steps[0]);
    run = is_row_major(sizes[1], steps[1]);
    after = offsets_of(sizes[1], steps[1]);
    picked.assign(size_t(numel(picked_shape)), 0);
    for (int axis = first; axis <= last; ++axis) {
      if (!indices[size_t(axis)]) continue;
      const Tensor index = indices[size_t(axis)].expand_to("index", picked_shape).contiguous();
      const int64_t* v = index.data<int64_t>();
      const int64_t step = x.strides()[axis];
      for (size_t j = 0; j < picked.size(); ++j) picked[j] += v[j] * step;
    }
  }
};

template <class Body>
void visit_size(int bytes, Body&& body) {
  if (bytes == 1)
    body(uint8_t());
  else if (bytes == 2)
    body(uint16_t());
  else if (bytes == 4)
    body(uint32_t());
  else
    body(uint64_t());
}

constexpr int64_t kGrain = 32768;

// out[b, j, a] = x[before[b] + picked[j] + after[a]]
void fetch(const Tensor& x, const Plan& plan, const Tensor& out) {
  visit_size(itemsize(x.dtype()), [&](auto element) {
    using T = decltype(element);
    const T* in = x.data<T>();
    T* y = out.data<T>();
    const int64_t columns = int64_t(plan.after.size()), picks = int64_t(plan.picked.size());
    const int64_t *before = plan.before.data(), *picked = plan.picked.data(), *after = plan.after.data();
    const bool run = plan.run;
    const int64_t rows = int64_t(plan.before.size()) * picks;
    parallel_for(columns ? rows : 0, std::max<int64_t>(1, kGrain / std::max<int64_t>(columns, 1)),
                 [=](int64_t begin, int64_t end) {
                   for (int64_t row = begin; row < end; ++row) {
                     const T* from = in + before[row / picks] + picked[row % picks];
                     T* to = y + row * columns;
                     if (columns == 1)
                       *to = from[after[0]];
                     else if (run)
                       __builtin_memcpy(to, from, size_t(columns) * sizeof(T));
                     else
                       for (int64_t a = 0; a < columns; ++a) to[a] = from[after[a]];
                   }
                 });
  });
}

// y[before[b] + picked[j] + after[a]] = (or +=) values[b, j, a], in the order of j: the last of several
// writes to one place stays, and sums do not depend on the number of threads.
template <class T, bool add>
void deposit_as(T* y, const T* values, const Plan& plan) {
  const int64_t columns = int64_t(plan.after.size()), picks = int64_t(plan.picked.size()),
                blocks = int64_t(plan.before.size());
  const int64_t *before = plan.before.data(), *picked = plan.picked.data(), *after = plan.after.data();
  const auto rows = [=](int64_t block, int64_t first, int64_t last) {
    for (int64_t j = 0; j < picks; ++j) {
      T* to = y + before[block] + picked[j];
      const T* from = values + (block * picks + j) * columns;
      for (int64_t a = first; a < last; ++a) {
        if constexpr (add && std::is_same_v<T, bool>)
          to[after[a]] = to[after[a]] || from[a];
        else if constexpr (add)
          to[after[a]] = T(to[after[a]] + from[a]);
        else
          to[after[a]] = from[a];
      }
    }
  };
  const int64_t work = std::max<int64_t>(picks, 1);
  if (blocks > 1)
    parallel_for(blocks, std::max<int64_t>(1, kGrain / std::max<int64_t>(work * columns, 1)),
                 [=](int64_t begin, int64_t end) {
                   for (int64_t block = begin; block < end; ++block) rows(block, 0, columns);
                 });
  else if (blocks == 1)
    parallel_for(columns, std::max<int64_t>(64, kGrain / work),
                 [=](int64_t begin, int64_t end) { rows(0, begin, end); });
}
void deposit(const Tensor& y, const Plan& plan, const Tensor& values, bool accumulate) {
  if (plan.size() == 0) return;
  const Tensor source = values.to(y.dtype()).expand_to("index_put", plan.shape).contiguous();
  visit(y.dtype(), [&](auto element) {
    using T = decltype(element);
    if (accumulate)
      deposit_as<T, true>(y.data<T>(), source.data<T>(), plan);
    else
      deposit_as<T, false>(y.data<T>(), source.data<T>(), plan);
  });
}

// 0, 1, 2, ... in row-major order.
Tensor numbered(const Shape& shape) {
  const Tensor order = empty(shape, DType::int64);
  for (int64_t i = 0; i < order.numel(); ++i) order.data<int64_t>()[i] = i;
  numbers_are_known(order);
  return order;
}

// `picked`, with 0 for the elements that a later write to the same place overwrote.
Tensor survivors(const Tensor& picked, const Shape& shape, TensorList indices, int64_t at) {
  const Tensor order = numbered(picked.shape());
  const Tensor writer = index_put(zeros(shape, DType::int64), indices, order, false, at);
  return where(equal(index(writer, indices, at), order), picked, number(0.0));
}

void save_indices(Context& context, const std::vector<Tensor>& indices) {
  for (const Tensor& index : indices) context.save(index);
}
std::vector<Tensor> load_indices(Context::Reader& reader, int axes) {
  std::vector<Tensor> indices;
  for (int axis = 0; axis < axes; ++axis) indices.push_back(reader.next<Tensor>());
  return indices;
}

}  // namespace

struct Index {
  static Tensor forward(Context& context, const Tensor& x, TensorList indices, int64_t at) {
    const std::vector<Tensor> settled = settle(x, indices);
    context.save(x.shape(), at);
    save_indices(context, settled);
    const Plan plan(x, settled, at);
    Tensor y = empty(plan.shape, x.dtype());
    fetch(x, plan, y);
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy);
};
static const Op& index_op = structured<Index>({
    .name = "index",
    .args = {"x", "indices", {"at", -1}},
    .formula = "y[j, ..] = x[i₀[j], i₁[j], ..]",
    .gradient = "dx = 0, then dx[i₀[j], i₁[j], ..] += dy[j, ..]",
    .reference = "x[tuple(slice(None) if i is None else i for i in indices)]",
    .samples = {"randn(5, 4), [array([0, 4, 4, -1])]", "randn(5, 4), [None, array([[1, 3], [0, 0]])]",
                "randn(3, 4, 2), [array([0, 2]), array([3, 1])]",
                "randn(3, 4, 2), [array([0, 2]), None, array([1, 1])]"},
    .doc = "The elements that tensors of integers point at: x[i, :, j]. A copy. Indices broadcast together; "
           "negative "
           "ones count from the end.",
    .home = Home::internal,
    .takes_narrow = true,
});

struct IndexSpread {
  static Tensor forward(Context& context, const Tensor& x, TensorList indices, const Ints& shape,
                        int64_t at) {
    Tensor y = zeros(shape, x.dtype());
    const std::vector<Tensor> settled = settle(y, indices);
    context.save(at, y.ndim());
    save_indices(context, settled);
    deposit(y, Plan(y, settled, at), x, true);
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    Context::Reader reader(context);
    const int64_t at = reader.next<int64_t>();
    const std::vector<Tensor> indices = load_indices(reader, reader.next<int>());
    return {index(dy, indices, at)};
  }
};
static const Op& spread_op = structured<IndexSpread>({
    .name = "index_spread",
    .args = {"x", "indices", "shape", {"at", -1}},
    .formula = "y = 0, then y[i₀[j], i₁[j], ..] += x[j, ..]",
    .gradient = "dx[j, ..] = dy[i₀[j], i₁[j], ..]",
    .reference = "(lambda y: (add.at(y, tuple(slice(None) if i is None else i for i in indices), x), "
                 "y)[1])(zeros(shape))",
    .samples = {"randn(3, 4), [array([0, 4, 4])], (5, 4)", "randn(5, 3), [None, array([1, 3, 1])], (5, 4)"},
    .doc = "Zeros to which elements are added where tensors of integers point: the gradient of index. Sums "
           "are made in a "
           "fixed order.",
    .home = Home::internal,
});
Gradients Index::backward_in_ops(const Context& context, const Tensor& dy) {
  Context::Reader reader(context);
  const Shape shape = reader.next<Shape>();
  const int64_t at = reader.next<int64_t>();
  const std::vector<Tensor> indices = load_indices(reader, shape.n);
  return {call(spread_op, dy, TensorList(indices), Ints(shape), at)};
}

struct IndexPut {
  static Tensor forward(Context& context, const Tensor& x, TensorList indices, const Tensor& values,
                        bool accumulate, int64_t at) {
    Tensor y = empty(x.shape(), x.dtype());
    copy_into(y, x);
    write(context, y, indices, values, accumulate, at);
    return y;
  }
  static void write(Context& context, const Tensor& y, TensorList indices, const Tensor& values,
                    bool accumulate, int64_t at) {
    const std::vector<Tensor> settled = settle(y, indices);
    const Plan plan(y, settled, at);
    values.expand_to("index_put", plan.shape);  // a check, before anything is kept or written
    context.save(y.shape(), values.shape(), accumulate, at, int64_t(indices.size()));
    save_indices(context, settled);
    deposit(y, plan, values, accumulate);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    Context::Reader reader(context);
    const Shape shape = reader.next<Shape>(), values_shape = reader.next<Shape>();
    const bool accumulate = reader.next<bool>();
    const int64_t at = reader.next<int64_t>();
    const size_t given = reader.next<size_t>();
    const std::vector<Tensor> indices = load_indices(reader, shape.n);
    Gradients dx;
    dx.resize(given + 2);
    if (context.needs(0)) dx[0] = accumulate ? dy : index_put(dy, indices, scalar(0, dy.dtype()), false, at);
    if (context.needs(given + 1)) {
      Tensor picked = index(dy, indices, at);
      if (!accumulate) picked = survivors(picked, shape, indices, at);
      dx[given + 1] = sum_to(picked, values_shape);
    }
    return dx;
  }
};
static const Op& put_op = structured<IndexPut>({
    .name = "index_put",
    .args = {"x", "indices", "values", {"accumulate", false}, {"at", -1}},
    .formula = "y = x, but y[i₀[j], i₁[j], ..] = values[j, ..]  (or += with accumulate)",
    .gradient = "dx = dy, with 0 where values went; dvalues[j, ..] = dy[i₀[j], i₁[j], ..]",
    .reference = "(lambda y, i: ((add.at(y, i, values) if accumulate else y.__setitem__(i, values)), y)[1])"
                 "(array(x), tuple(slice(None) if i is None else i for i in indices))",
    .samples = {"randn(5, 4), [array([0, 3])], randn(2, 4)",
                "randn(5, 4), [array([0, 3, 3])], randn(3, 4), True",
                "randn(5, 4), [None, array([1, 2])], randn(2)", "randn(4), [array([1, 1, 2])], randn(3)"},
    .doc = "A copy in which the elements that tensors of integers point at are replaced, or added to. Where "
           "several values "
           "go to one place, the last stays, or all are added in order.",
    .in_place = true,
});

Tensor index(const Tensor& x, TensorList indices, int64_t at) { return call(index_op, x, indices, at); }
Tensor index_put(const Tensor& x, TensorList indices, const Tensor& values, bool accumulate, int64_t at) {
  return call(put_op, x, indices, values, accumulate, at);
}
Tensor index_put_into(const Tensor& x, TensorList indices, const Tensor& values, int64_t at) {
  InlineVector<const Tensor*, 4> inputs{&x};
  for (const Tensor& index : indices) inputs.push_back(&index);
  inputs.push_back(&values);
  Recorder recorder(put_op, inputs.data(), inputs.size());
  IndexPut::write(recorder.context(), x, indices, values, false, at);
  return recorder.finish(x.detach());
}

}  // namespace pynn
