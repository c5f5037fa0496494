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

void accumulate_into(const Tensor& target, const Tensor& x) {
  const Tensor* in[] = {&target, &x};
  const DType types[] = {target.dtype(), target.dtype()};
  if (target.is_contiguous()) {
    run_elementwise("accumulate", accumulate_kernel->forward[int(compute_type(target.dtype()))], in, types,
                    target);
  } else {
    Tensor sum = empty(target.shape(), target.dtype());
    run_elementwise("accumulate", accumulate_kernel->forward[int(compute_type(target.dtype()))], in, types,
                    sum);
    copy_into(target, sum);
  }
}

static Tensor sum_of(const Tensor& a, const Tensor& b) {
  Tensor sum = empty(a.shape(), a.dtype());
  const Tensor* in[] = {&a, &b};
  const DType types[] = {a.dtype(), a.dtype()};
  run_elementwise("accumulate", accumulate_kernel->forward[int(compute_type(a.dtype()))], in, types, sum);
  return sum;
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
