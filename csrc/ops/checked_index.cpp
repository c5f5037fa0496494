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

Tensor checked_index(const char* op, const Tensor& index, int64_t size, bool from_end) {
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
  if (least < 0) {
    const Tensor wrapped = empty(settled.shape(), DType::int64);
    int64_t* w = wrapped.data<int64_t>();
    for (int64_t i = 0; i < n; ++i) w[i] = v[i] < 0 ? v[i] + size : v[i];
    settled = wrapped;
  }
  return settled;
}

}  // namespace pynn
