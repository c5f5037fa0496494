// reshape, view, flatten, unflatten, ravel, squeeze, unsqueeze — the same elements, in the same row-major
// order, under another shape.
#include "ops/ops.h"

namespace pynn {

namespace {

// -1 stands for the one size that makes the counts agree.
Shape settle_sizes(const char* op, const Shape& from, const Dims& wish) {
  Shape to = wish;
  int unknown = -1;
  int64_t known = 1;
  for (int i = 0; i < to.n; ++i) {
    if (to[i] == -1) {
      if (unknown >= 0) throw ShapeError(text(op, ": only one size can be -1, got ", wish));
      unknown = i;
    } else if (to[i] < 0) {
      throw ShapeError(text(op, ": a size must be 0 or more, or -1 for one to be found, got ", wish));
    } else if (__builtin_mul_overflow(known, to[i], &known)) {
      throw ShapeError(text(op, ": ", wish, " has more elements than memory can address"));
    }
  }
  const int64_t count = numel(from);
  if (unknown >= 0) {
    if (known == 0 || count % known != 0)
      throw ShapeError(text(op, ": the ", count, " elements of a tensor of shape ", from,
                            " do not divide into ", wish,
                            known == 0 ? ": with a size of 0, -1 could be anything" : ""));
    to[unknown] = count / known;
  } else if (known != count) {
    throw ShapeError(
        text(op, ": a tensor of shape ", from, " holds ", count, " elements, ", wish, " would hold ", known));
  }
  return to;
}

// The strides under which `to` needs no copy, if there are any: every new axis must lie within one run of
// old axes that are evenly spaced in memory.
bool view_strides(const Tensor& x, const Shape& to, Strides& out) {
  if (x.numel() == 0 || x.is_contiguous()) {
    out = row_major(to);
    return true;
  }
  out.n = to.n;
  int old_axis = x.ndim() - 1, new_axis = to.n - 1;
  while (old_axis >= 0 || new_axis >= 0) {
    int64_t run_size = 1, run_step = 1;  // of the old run that the new axes are being laid into
    for (; old_axis >= 0; --old_axis) {
      const int64_t size = x.shape()[old_axis], step = x.strides()[old_axis];
      if (size == 1) continue;
      if (run_size == 1)
        run_step = step;
      else if (step != run_step * run_size)
        break;
      run_size *= size;
    }
    int64_t laid = 1;
    while (new_axis >= 0 && (laid < run_size || to[new_axis] == 1)) {
      out[new_axis] = laid * run_step;
      laid *= to[new_axis--];
    }
    if (laid != run_size) return false;
  }
  return true;
}

}  // namespace

struct Reshape {
  static Tensor forward(Context& context, const Tensor& x, const Ints& shape) {
    context.save(x.shape());
    const Shape to = settle_sizes("reshape", x.shape(), shape);
    Strides strides;
    if (view_strides(x, to, strides)) return view_of(context, x, to, strides, x.impl()->offset);
    return x.contiguous().alias(to, row_major(to), 0);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape] = context.load<Shape>();
    return {reshape(dy, shape)};
  }
};

static const Op& reshape_op = structured<Reshape>({
    .name = "reshape",
    .args = {"x", Arg("shape").spread()},
    .formula = "y holds the elements of x in row-major order",
    .gradient = "dx = dy in the shape of x",
    .reference = "x.reshape(shape)",
    .samples = {"randn(3, 4), (2, 6)", "randn(2, 3, 4), (-1, 4)", "randn(1), ()", "randn(0, 3), (3, 0)",
                "randn(3, 65), (5, 39)"},
    .doc = "The same elements under another shape; one size may be -1. A view wherever the strides allow it, "
           "else a copy.",
    .takes_narrow = true,
});

Tensor reshape(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : call(reshape_op, x, Ints(shape));
}

static Tensor view(const Tensor& x, const Ints& shape) {
  const Shape to = settle_sizes("view", x.shape(), shape);
  Strides strides;
  if (!view_strides(x, to, strides))
    throw ShapeError(text("view: a tensor of shape ", x.shape(), " with strides ", x.strides(),
                          " cannot be seen as ", to, " without a copy. Did you mean x.reshape", to, "?"));
  return call(reshape_op, x, Ints(to));
}
static const Op& view_op = composite<&view>({
    .name = "view",
    .args = {"x", Arg("shape").spread()},
    .formula = "y holds the elements of x in row-major order",
    .gradient = "dx = dy in the shape of x",
    .reference = "x.reshape(shape)",
    .samples = {"randn(3, 4), (2, 6)", "randn(2, 3, 4), (-1, 4)"},
    .doc = "As reshape, but never a copy: an error where the memory does not allow it.",
    .home = Home::method,
    .takes_narrow = true,
});

static Tensor flatten(const Tensor& x, int64_t start_dim, int64_t end_dim) {
  const int first = check_axis("flatten", start_dim, x.ndim()),
            last = check_axis("flatten", end_dim, x.ndim());
  if (first > last)
    throw ShapeError(text("flatten: start_dim ", start_dim, " comes after end_dim ", end_dim,
                          " in a tensor of ", x.ndim(), " axes"));
  Shape to;
  int64_t merged = 1;
  for (int i = 0; i < x.ndim(); ++i) {
    if (i < first || i > last)
      to.push_back(x.shape()[i]);
    else
      merged *= x.shape()[i];
    if (i == last) to.push_back(merged);
  }
  return x.ndim() == 0 ? reshape(x, {1}) : reshape(x, to);
}
static const Op& flatten_op = composite<&flatten>({
    .name = "flatten",
    .args = {"x", {"start_dim", 0}, {"end_dim", -1}},
    .formula = "y holds the elements of x in row-major order, the axes start_dim .. end_dim as one",
    .gradient = "dx = dy in the shape of x",
    .reference = "x.reshape(x.shape[:start_dim] + (prod(x.shape[start_dim:][:end_dim % x.ndim - start_dim + "
                 "1], dtype=int),)"
                 " + x.shape[end_dim % x.ndim + 1:])",
    .samples = {"randn(2, 3, 4)", "randn(2, 3, 4), 1", "randn(2, 3, 4), 0, 1", "randn(0, 3)"},
    .doc = "Merges neighbouring axes into one: (N, C, H, W) with start_dim 1 becomes (N, C·H·W).",
    .takes_narrow = true,
});

static Tensor ravel(const Tensor& x) { return reshape(x, {x.numel()}); }
static const Op& ravel_op = composite<&ravel>({
    .name = "ravel",
    .args = {"x"},
    .formula = "y holds the elements of x in row-major order, in one axis",
    .gradient = "dx = dy in the shape of x",
    .reference = "x.ravel()",
    .samples = {"randn(2, 3)", "randn(1)"},
    .doc = "All elements in one axis: flatten().",
    .takes_narrow = true,
});

static Tensor unflatten(const Tensor& x, int64_t axis, const Ints& sizes) {
  const int at = check_axis("unflatten", axis, x.ndim());
  if (x.ndim() == 0) throw ShapeError("unflatten: a 0-d tensor has no axis to be split");
  const Shape part = settle_sizes("unflatten", {x.size(at)}, sizes);
  Shape to;
  for (int i = 0; i < at; ++i) to.push_back(x.shape()[i]);
  for (int64_t size : part) to.push_back(size);
  for (int i = at + 1; i < x.ndim(); ++i) to.push_back(x.shape()[i]);
  return reshape(x, to);
}
static const Op& unflatten_op = composite<&unflatten>({
    .name = "unflatten",
    .args = {"x", "axis", "sizes"},
    .formula = "y holds the elements of x in row-major order, one axis as several",
    .gradient = "dx = dy in the shape of x",
    .reference = "x.reshape(x.shape[:axis % x.ndim] + tuple(sizes) + x.shape[axis % x.ndim + 1:])",
    .samples = {"randn(2, 6), 1, (2, 3)", "randn(6, 2), 0, (3, 2)"},
    .doc = "Splits one axis into several: the reverse of flatten.",
    .takes_narrow = true,
});

static Tensor squeeze(const Tensor& x, const Ints& axis) {
  bool drop[kMaxAxes + 1] = {};
  for (int64_t a : axis) drop[check_axis("squeeze", a, x.ndim())] = true;
  Shape to;
  for (int i = 0; i < x.ndim(); ++i)
    if (x.shape()[i] != 1 || (axis.present && !drop[i])) to.push_back(x.shape()[i]);
  return reshape(x, to);
}
static const Op& squeeze_op = composite<&squeeze>({
    .name = "squeeze",
    .args = {"x", {"axis", none}},
    .formula = "y holds the elements of x without axes of size 1",
    .gradient = "dx = dy in the shape of x",
    .reference = "x.squeeze(axis)",
    .samples = {"randn(1, 3, 1)", "randn(1, 3, 1), 0", "randn(1, 3, 1), (0, -1)"},
    .doc = "Drops axes of size 1: all of them, or those named (a named axis of another size stays).",
    .takes_narrow = true,
});

Tensor unsqueeze(const Tensor& x, int64_t axis) {
  Shape to = x.shape();
  to.insert(check_axis("unsqueeze", axis, x.ndim() + 1), 1);
  return reshape(x, to);
}
static const Op& unsqueeze_op = composite<&unsqueeze>({
    .name = "unsqueeze",
    .args = {"x", "axis"},
    .formula = "y holds the elements of x with a new axis of size 1",
    .gradient = "dx = dy in the shape of x",
    .reference = "expand_dims(x, axis)",
    .samples = {"randn(3, 4), 0", "randn(3, 4), -1", "randn(3), 1"},
    .doc = "Inserts an axis of size 1 at `axis`: (N,) with axis 1 becomes (N, 1).",
    .takes_narrow = true,
});

}  // namespace pynn
