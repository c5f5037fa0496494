// where — a or b, element by element.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

template <class T>
void where_loop(const void* const* in, void* out, int64_t n, const double*) {
  const auto* condition = static_cast<const uint8_t*>(in[0]);
  const auto* a = static_cast<const T*>(in[1]);
  const auto* b = static_cast<const T*>(in[2]);
  auto* y = static_cast<T*>(out);
  constexpr int L = Vec<T>::lanes;
  int64_t i = 0;
  for (; i + L <= n; i += L) store(y + i, select(load_mask<T>(condition + i), load(a + i), load(b + i)));
  if (i < n)
    store(y + i, select(load_mask<T>(condition + i, n - i), load(a + i, n - i), load(b + i, n - i)), n - i);
}
// By DType: bool, uint8, int32, int64, float32, float64. Bits are moved as they are.
extern const ElementwiseKernel where_kernel;
constexpr ElementwiseKernel where_kernel = {{where_loop<uint8_t>, where_loop<uint8_t>, where_loop<float>,
                                             where_loop<double>, where_loop<float>, where_loop<double>},
                                            {}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(where_kernel);

struct Where {
  static Tensor forward(Context& context, const Tensor& condition, const Tensor& a, const Tensor& b) {
    if (condition.dtype() != DType::boolean)
      throw DTypeError(text("where: the condition must be bool, got ", condition.dtype(),
                            ". Did you mean where(condition != 0, a, b)?"));
    const Tensor* const values[] = {&a, &b};
    const DType type = result_type(values);
    const Shape shape = broadcast("where", broadcast("where", condition.shape(), a.shape()), b.shape());
    Tensor y = empty(shape, type);
    const Tensor* const in[] = {&condition, &a, &b};
    const DType types[] = {DType::boolean, type, type};
    run_elementwise("where", where_kernel->forward[int(compute_type(type))], in, types, y);
    context.save(condition, a.shape(), b.shape());
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [condition, a_shape, b_shape] = context.load<Tensor, Shape, Shape>();
    const Tensor zero = number(0.0);
    return {{},
            context.needs(1) ? sum_to(where(condition, dy, zero), a_shape) : Tensor(),
            context.needs(2) ? sum_to(where(condition, zero, dy), b_shape) : Tensor()};
  }
};

static const Op& op = structured<Where>({
    .name = "where",
    .args = {"condition", "a", "b"},
    .formula = "y = condition ? a : b",
    .gradient = "da = condition ? dy : 0, db = condition ? 0 : dy",
    .reference = "where(condition, a, b)",
    .samples = {"randn(3, 4) > 0, randn(3, 4), randn(3, 4)", "randn(3, 1) > 0, randn(4), randn(2, 1, 4)",
                "randn(65) > 0, randn(65), 0.0", "randn(0, 3) > 0, 1.0, randn(0, 3)",
                "randn(20) > 0, randint(-9, 9, 20), 7"},
    .doc = "a where the condition holds, b elsewhere. The gradient goes to the one that was taken; pynn's "
           "formulas "
           "keep a gradient of 0 at 0, so the branch that was not taken cannot turn it into NaN.",
    .home = Home::function,
    .takes_narrow = true,
});

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) { return call(op, condition, a, b); }

}  // namespace pynn
#endif
