#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct Accumulate {
  template <class V>
  V forward(V a, V b) const {
    return a + b;
  }
};
PYNN_ELEMENTWISE(accumulate_kernel, Accumulate, kFloats);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "autograd/accumulate.h"
#include "core/elementwise.h"
#include "core/op.h"

namespace pynn {

PYNN_DISPATCH(accumulate_kernel);

// sum = a + b, in the type of `sum`; it may be a itself.
static void add_to(const Tensor& sum, const Tensor& a, const Tensor& b) {
  const Tensor* in[] = {&a, &b};
  const DType types[] = {sum.dtype(), sum.dtype()};
  ElementwiseLoop* const loop = accumulate_kernel->forward[int(compute_type(sum.dtype()))];
  run_elementwise("accumulate", loop, in, types, sum);
}
static Tensor sum_of(const Tensor& a, const Tensor& b) {
  Tensor sum = empty(a.shape(), a.dtype());
  add_to(sum, a, b);
  return sum;
}

void accumulate_into(const Tensor& target, const Tensor& x) {
  if (target.is_contiguous())
    add_to(target, target, x);
  else
    copy_into(target, sum_of(target, x));
}

struct AccumulateOp {
  static Tensor forward(Context&, const Tensor& a, const Tensor& b) {
    if (!is_floating(a.dtype()))
      throw DTypeError(text("accumulate: gradients are floating-point tensors, got ", a.dtype()));
    return sum_of(a, b);
  }
  static Gradients backward_in_ops(const Context&, const Tensor& dy) { return {dy, dy}; }
};

static const Op& op = structured<AccumulateOp>({
    .name = "accumulate",
    .args = {"a", "b"},
    .formula = "y = a + b",
    .gradient = "da = dy, db = dy",
    .reference = "a + b",
    .samples = {"randn(7), randn(7)", "randn(3, 4), randn(3, 4)"},
    .doc = "The sum of two gradients of one tensor, where two paths of a computation meet.",
    .home = Home::internal,
    .takes_narrow = true,
});

Tensor accumulate(Tensor a, const Tensor& b) {
  if (grad_enabled()) return call(op, a, b);
  const bool reusable = a.ref().get()->refs == 1 && a.impl()->storage->refs == 1 && a.is_contiguous() &&
                        !a.impl()->storage->read_only && a.shape() == b.shape();
  if (!reusable) return sum_of(a, b);
  accumulate_into(a, b);
  return a;
}

}  // namespace pynn
#endif
