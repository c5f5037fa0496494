#include "core/cast.h"

#include <algorithm>

#include "core/op.h"

namespace pynn {

// x as another type, with its axes in memory in the order of x's: heads that were split off a projection, for
// one, are read and written in the long runs in which they lie, and are joined again without a copy.
static Tensor converted_as_it_lies(const Tensor& x, DType dtype) {
  const Strides& strides = x.strides();
  for (int i = 0; i < x.ndim(); ++i)
    if (strides[i] == 0 && x.shape()[i] > 1) return x.to(dtype);
  const Dims order = order_in_memory(strides);
  if (std::is_sorted(order.begin(), order.end())) return x.to(dtype);
  Shape shape;
  Strides as_they_lie;
  for (const int64_t axis : order) {
    shape.push_back(x.shape()[int(axis)]);
    as_they_lie.push_back(strides[int(axis)]);
  }
  const Tensor y = x.alias(shape, as_they_lie, x.impl()->offset).to(dtype);
  Strides back = y.strides();
  for (int i = 0; i < x.ndim(); ++i) back[int(order[i])] = y.strides()[i];
  return y.alias(x.shape(), back, y.impl()->offset);
}

struct Cast {
  static Tensor forward(Context& context, const Tensor& x, DType dtype) {
    context.save(x.dtype());
    if (dtype == DType::none) throw TypeError("cast: a dtype is missing");
    return x.dtype() == dtype ? x.detach() : converted_as_it_lies(x, dtype);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [dtype] = context.load<DType>();
    return {cast(dy, dtype)};
  }
};

static const Op& op = structured<Cast>({
    .name = "cast",
    .args = {"x", "dtype"},
    .formula = "y = x, as elements of type dtype",
    .gradient = "dx = dy, as elements of x's type",
    .reference = "x.astype(dtype)",
    .samples = {"randn(3, 4), float64", "randn(5), int64", "array([0.0, 2.5, -1.5]), bool_"},
    .doc = "The same values as another type of element. Floats lose their fraction on the way to integers; "
           "bool is whether a value differs from 0.",
    .home = Home::internal,
    .takes_narrow = true,
});

Tensor cast(const Tensor& x, DType dtype) { return x.dtype() == dtype ? x : call(op, x, dtype); }

}  // namespace pynn
