// nonzero, masked_select, masked_fill, one_hot — between truth values and places.
#include <algorithm>

#include "ops/index.h"

namespace pynn {

namespace {

Tensor argwhere(const Tensor& x) {
  if (x.ndim() == 0) throw ShapeError("nonzero: a 0-d tensor has no places. Did you mean bool(x)?");
  value_decides(x, "the size of what nonzero (or a mask as an index) finds");
  const Tensor source = x.to(DType::boolean).contiguous();
  const bool* truth = source.data<bool>();
  int64_t count = 0;
  for (int64_t i = 0; i < source.numel(); ++i) count += truth[i];
  Tensor places = empty({count, x.ndim()}, DType::int64);
  int64_t* out = places.data<int64_t>();
  int64_t place[kMaxAxes] = {};
  const int last = x.ndim() - 1;
  for (int64_t i = 0; i < source.numel(); ++i) {
    if (truth[i]) {
      for (int axis = 0; axis <= last; ++axis) *out++ = place[axis];
    }
    for (int axis = last; axis >= 0 && ++place[axis] == x.shape()[axis]; --axis) place[axis] = 0;
  }
  return places;
}

void check_mask(const char* op, const Tensor& mask) {
  if (mask.dtype() != DType::boolean)
    throw DTypeError(text(op, ": the mask must be bool, got ", mask.dtype(),
                          ". Did you mean mask.bool() or a comparison such as mask > 0?"));
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  check_mask("masked_select", mask);
  const Shape shape = broadcast("masked_select", x.shape(), mask.shape());
  if (shape.n == 0) return masked_select(reshape(x, {1}), reshape(mask, {1}));
  const Tensor indices[] = {mask.expand_to("masked_select", shape)};
  return index(expand(x, shape), indices);
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  check_mask("masked_fill", mask);
  if (value.ndim() != 0)
    throw ShapeError(text("masked_fill: the value must be a number, got shape ", value.shape()));
  if (is_floating(value.dtype()) && !is_floating(x.dtype()))
    throw DTypeError(text("masked_fill: a float does not fit into ", x.dtype(), ". Did you mean x.float()?"));
  return where(mask, cast(value, x.dtype()), x);
}

Tensor one_hot(const Tensor& x, int64_t num_classes) {
  if (!is_integral(x.dtype()))
    throw DTypeError(text("one_hot: classes must be integers, got ", x.dtype(), ". Did you mean x.long()?"));
  Tensor classes = x.to(DType::int64).contiguous();
  if (num_classes < 0) {
    if (num_classes != -1)
      throw ValueError(text("one_hot: num_classes must be 1 or more, or -1 for the greatest class + 1, got ",
                            num_classes));
    if (classes.numel() == 0)
      throw ValueError("one_hot: num_classes cannot be found from an empty tensor; give it");
    value_decides(x, "one_hot, which counts the classes (give num_classes)");
    num_classes = *std::max_element(classes.data<int64_t>(), classes.data<int64_t>() + classes.numel());
    if (__builtin_add_overflow(num_classes, 1, &num_classes))
      throw ValueError("one_hot: a class is too large");
  }
  classes = checked_index("one_hot", classes, std::max<int64_t>(num_classes, 0));
  Shape shape = x.shape();
  shape.push_back(num_classes);
  Tensor y = zeros(shape, DType::int64);
  for (int64_t i = 0; i < classes.numel(); ++i)
    y.data<int64_t>()[i * num_classes + classes.data<int64_t>()[i]] = 1;
  return y;
}

}  // namespace

Tensor nonzero(const Tensor& x) { return argwhere(x); }

static const Op& nonzero_op = composite<&argwhere>({
    .name = "nonzero",
    .args = {"x"},
    .formula = "y = the places k with x[k] ≠ 0, one row each",
    .gradient = "none: the places are integers",
    .reference = "argwhere(x)",
    .samples = {"array([[0.0, 1.5], [2.0, 0.0]])", "array([0, 0])", "randn(3, 5)", "array([nan, 0.0])"},
    .doc = "The places of all elements that are not 0, as rows (count, ndim) of int64, in row-major order.",
    .aliases = {"argwhere"},
});
static const Op& masked_select_op = composite<&masked_select>({
    .name = "masked_select",
    .args = {"x", "mask"},
    .formula = "y = the elements x[k] with mask[k], in row-major order",
    .gradient = "dx[k] = the element of dy that x[k] became, 0 where the mask is False",
    .reference = "broadcast_arrays(x, mask)[0][broadcast_arrays(x, mask)[1]]",
    .samples = {"randn(2, 3), array([[True, False, True], [False, False, True]])",
                "randn(2, 3), array([True, False, True])"},
    .doc = "The elements where a mask is True, as a vector. x and mask broadcast.",
    .takes_narrow = true,
});
static const Op& masked_fill_op = composite<&masked_fill>({
    .name = "masked_fill",
    .args = {"x", "mask", "value"},
    .formula = "y = value where the mask is True, x elsewhere",
    .gradient = "dx = dy where the mask is False, dvalue = Σ dy where it is True",
    .reference = "where(mask, value, x)",
    .samples = {"randn(2, 3), array([[True, False, True], [False, False, True]]), -inf",
                "randn(2, 3), array([True, False, True]), 0.5"},
    .doc = "A copy with a number where a mask is True: the way to hide places from attention.",
    .in_place = true,
    .takes_narrow = true,
});
static const Op& one_hot_op = composite<&one_hot>({
    .name = "one_hot",
    .args = {"x", {"num_classes", -1}},
    .formula = "y[.., c] = 1 if x[..] = c else 0",
    .gradient = "none: classes are integers",
    .reference = "(x[..., None] == arange(num_classes if num_classes >= 0 else x.max() + 1)).astype(int64)",
    .samples = {"array([0, 2, 1])", "array([[0, 2], [1, 1]]), 4"},
    .doc = "Rows of zeros with a 1 at the class: (...) becomes (..., num_classes), int64. By default "
           "num_classes is the "
           "greatest class + 1.",
    .home = Home::functional,
});

}  // namespace pynn
