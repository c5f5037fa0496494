#include "ops/index.h"

namespace pynn {

namespace {

// (2, 0): where element `flat` stands in a tensor of this shape.
Dims place_of(int64_t flat, const Shape& shape) {
  Dims place = shape;
  for (int i = shape.n - 1; i >= 0; --i) {
    place[i] = flat % shape[i];
    flat /= shape[i];
  }
  return place;
}

}  // namespace

// An op, though it has no gradient: a recorded step checks and wraps the indices of each of its calls.
static Tensor settle_index(const Tensor& index, int64_t size, bool from_end, std::string_view op) {
  if (!is_integral(index.dtype()))
    throw DTypeError(
        text(op, ": an index must hold integers, got ", index.dtype(), ". Did you mean index.long()?"));
  Tensor settled = index.to(DType::int64).contiguous();
  const int64_t n = settled.numel(), lowest = from_end ? -size : 0;
  const int64_t* v = settled.data<int64_t>();
  int64_t least = 0, greatest = -1;
  for (int64_t i = 0; i < n; ++i) {
    least = v[i] < least ? v[i] : least;
    greatest = v[i] > greatest ? v[i] : greatest;
  }
  if (least < lowest || greatest >= size) {
    int64_t i = 0;
    while (v[i] >= lowest && v[i] < size) ++i;
    const std::string where =
        index.ndim() == 0 ? std::string() : text(" at place ", place_of(i, index.shape()), " of the index");
    throw IndexError(text(op, ": index ", v[i], where, " is out of range; the axis has ", size,
                          " places, so ",
                          size == 0 ? "no index fits" : text("expected ", lowest, " to ", size - 1)));
  }
  if (from_end) {  // whether or not one is below 0: what is allocated must not depend on values
    const Tensor wrapped = empty(settled.shape(), DType::int64);
    int64_t* w = wrapped.data<int64_t>();
    for (int64_t i = 0; i < n; ++i) w[i] = v[i] < 0 ? v[i] + size : v[i];
    settled = wrapped;
  }
  return settled;
}

static const Op& settle_op = composite<&settle_index>({
    .name = "settle_index",
    .args = {"x", "size", {"from_end", false}, {"op", "settle_index"}},
    .formula = "y = x, or for negative x, counted from the end, x + size",
    .gradient = "none: integers",
    .reference = "x % size",
    .samples = {"array([2, 0, 1]), 3", "array([[0, -1], [-3, 2]]), 3, True"},
    .doc = "Indices into an axis of `size` places, as int64. IndexError (in the name of `op`) for one that "
           "is out of range.",
    .home = Home::internal,
});

Tensor checked_index(const char* op, const Tensor& index, int64_t size, bool from_end) {
  return call(settle_op, index, size, from_end, std::string_view(op));
}

}  // namespace pynn
