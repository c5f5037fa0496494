#include "core/cast.h"

#include "core/op.h"

namespace pynn {

struct Cast {
  static Tensor forward(Context& context, const Tensor& x, DType dtype) {
    context.save(x.dtype());
    if (dtype == DType::none) throw TypeError("cast: a dtype is missing");
    return x.dtype() == dtype ? x.detach() : x.to(dtype);
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
