// index_select, index_add, index_copy, index_fill, take — elements by number along one axis, or of the whole.
#include "ops/index.h"

namespace pynn {

namespace {

// The list that says "along this axis, these".
std::vector<Tensor> along(const char* op, const Tensor& x, int64_t axis, const Tensor& index) {
  if (x.ndim() == 0) throw ShapeError(text(op, ": a 0-d tensor has no axis"));
  const int at = check_axis(op, axis, x.ndim());
  if (index.ndim() > 1)
    throw ShapeError(text(op, ": the index must have at most 1 axis, got shape ", index.shape()));
  std::vector<Tensor> indices(size_t(at) + 1);
  indices[size_t(at)] = checked_index(op, index.ndim() == 0 ? reshape(index, {1}) : index, x.size(at));
  return indices;
}

Tensor index_add(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source, double alpha) {
  return index_put(x, along("index_add", x, axis, index), alpha == 1 ? source : source * alpha, true);
}
Tensor index_copy(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source) {
  return index_put(x, along("index_copy", x, axis, index), source);
}
Tensor index_fill(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& value) {
  if (value.ndim() != 0)
    throw ShapeError(text("index_fill: the value must be a number, got shape ", value.shape()));
  return index_put(x, along("index_fill", x, axis, index), value);
}
Tensor take(const Tensor& x, const Tensor& index) {
  const Tensor indices[] = {checked_index("take", index, x.numel(), true)};
  return pynn::index(reshape(x, {x.numel()}), indices);
}

}  // namespace

Tensor index_select(const Tensor& x, int64_t axis, const Tensor& index) {
  return pynn::index(x, along("index_select", x, axis, index));
}

static const Op& select_op = composite<&index_select>({
    .name = "index_select",
    .args = {"x", "axis", "index"},
    .formula = "y[.., j, ..] = x[.., index[j], ..]",
    .gradient = "dx = 0, then dx[.., index[j], ..] += dy[.., j, ..]",
    .reference = "take(x, index, axis)",
    .samples = {"randn(5, 4), 0, array([4, 0, 4])", "randn(5, 4), -1, array([1])",
                "randn(3, 65), 1, array([64, 0, 7])"},
    .doc = "The places of one axis that an index of shape (K,) names, in its order. A copy.",
    .takes_narrow = true,
});
static const Op& take_op = composite<&take>({
    .name = "take",
    .args = {"x", "index"},
    .formula = "y[j] = x.flat[index[j]]",
    .gradient = "dx = 0, then dx.flat[index[j]] += dy[j]",
    .reference = "x.reshape(-1)[index]",
    .samples = {"randn(3, 4), array([0, 11, -1])", "randn(3, 4), array([[5, 5], [2, 1]])"},
    .doc = "Elements by their number in row-major order; negative ones count from the end.",
    .takes_narrow = true,
});
static const Op& add_op = composite<&index_add>({
    .name = "index_add",
    .args = {"x", "axis", "index", "source", {"alpha", 1.0}},
    .formula = "y = x, then y[.., index[j], ..] += α source[.., j, ..]",
    .gradient = "dx = dy, dsource[.., j, ..] = α dy[.., index[j], ..]",
    .reference = "(lambda y: (add.at(y, (slice(None),) * (axis % x.ndim) + (index,), alpha * source), "
                 "y)[1])(array(x))",
    .samples = {"randn(5, 4), 0, array([4, 0, 4]), randn(3, 4)",
                "randn(3, 5), -1, array([1, 1]), randn(3, 2), 0.5"},
    .doc = "Adds slices of a tensor to the places that an index names; the order of additions is fixed.",
    .in_place = true,
});
static const Op& copy_op = composite<&index_copy>({
    .name = "index_copy",
    .args = {"x", "axis", "index", "source"},
    .formula = "y = x, but y[.., index[j], ..] = source[.., j, ..]",
    .gradient = "dx = dy with 0 at the places named, dsource[.., j, ..] = dy[.., index[j], ..]",
    .reference =
        "(lambda y: (y.__setitem__((slice(None),) * (axis % x.ndim) + (index,), source), y)[1])(array(x))",
    .samples = {"randn(5, 4), 0, array([4, 0]), randn(2, 4)", "randn(3, 5), -1, array([1, 2]), randn(3, 2)"},
    .doc = "Puts slices of a tensor into the places that an index names.",
    .in_place = true,
});
static const Op& fill_op = composite<&index_fill>({
    .name = "index_fill",
    .args = {"x", "axis", "index", "value"},
    .formula = "y = x, but y[.., index[j], ..] = value",
    .gradient = "dx = dy with 0 at the places named",
    .reference =
        "(lambda y: (y.__setitem__((slice(None),) * (axis % x.ndim) + (index,), value), y)[1])(array(x))",
    .samples = {"randn(5, 4), 0, array([4, 0]), 2.5", "randn(3, 5), -1, array([1, 2]), -1.0"},
    .doc = "Puts a number into the places that an index names.",
    .in_place = true,
});

}  // namespace pynn
