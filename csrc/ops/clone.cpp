// clone — the same values in memory of their own.
#include "ops/ops.h"

namespace pynn {

struct Clone {
  static Tensor forward(Context&, const Tensor& x) {
    Tensor y = empty(x.shape(), x.dtype());
    copy_into(y, x);
    return y;
  }
  static Gradients backward_in_ops(const Context&, const Tensor& dy) { return {dy}; }
};

static const Op& op = structured<Clone>({
    .name = "clone",
    .args = {"x"},
    .formula = "y = x",
    .gradient = "dx = dy",
    .reference = "x.copy()",
    .samples = {"randn(3, 4)", "randn(0, 3)"},
    .doc = "A row-major copy. Changing one of the two does not change the other.",
    .takes_narrow = true,
});

Tensor clone(const Tensor& x) { return call(op, x); }

static Tensor contiguous(const Tensor& x) { return x.is_contiguous() ? x : clone(x); }
static const Op& contiguous_op = composite<&contiguous>({
    .name = "contiguous",
    .args = {"x"},
    .formula = "y = x",
    .gradient = "dx = dy",
    .reference = "x",
    .samples = {"randn(3, 4)", "randn(4, 3)"},
    .doc = "x itself if its elements lie in row-major order without gaps, else a copy that does.",
    .home = Home::method,
    .takes_narrow = true,
});

}  // namespace pynn
