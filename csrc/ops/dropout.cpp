// dropout — zeroes elements at random while training, and scales the rest up to the same mean.
#include "core/simd.h"

namespace pynn::PYNN_ISA {

// y = x scale where the mask is 1, else 0: chosen, not multiplied, so that a dropped NaN or infinity is gone.
template <class T>
void keep_some(const T* x, const uint8_t* mask, T* y, int64_t n, T scale) {
  using V = Vec<T>;
  int64_t i = 0;
  for (; i + V::lanes <= n; i += V::lanes)
    store(y + i, select(load_mask<T>(mask + i), scale * load(x + i), V(0)));
  const int64_t rest = n - i;
  if (rest > 0) store(y + i, select(load_mask<T>(mask + i, rest), scale * load(x + i, rest), V(0)), rest);
}

template <class T>
using KeepKernel = void(const T* x, const uint8_t* mask, T* y, int64_t n, T scale);
extern const FloatKernels<KeepKernel> keep_kernel;
const FloatKernels<KeepKernel> keep_kernel{keep_some<float>, keep_some<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "core/parallel.h"
#include "kernels/random.h"
#include "ops/ops.h"

namespace pynn {

PYNN_DISPATCH(keep_kernel);

namespace {

Tensor masked(const Tensor& x_given, const Tensor& mask, double scale) {
  const Tensor x = x_given.contiguous(), y = empty(x.shape(), x.dtype());
  visit_float("dropout", x.dtype(), [&](auto element) {
    using T = decltype(element);
    const T* in = x.data<T>();
    const uint8_t* keep = mask.data<uint8_t>();
    T* out = y.data<T>();
    auto* kernel = keep_kernel->get<T>();
    parallel_for(x.numel(), int64_t(1) << 15, [=](int64_t begin, int64_t end) {
      kernel(in + begin, keep + begin, out + begin, end - begin, T(scale));
    });
  });
  return y;
}

}  // namespace

struct Dropout {
  static Tensor forward(Context& context, const Tensor& x, double p, bool training) {
    if (!(p >= 0 && p <= 1))
      throw ValueError(
          text("dropout: p is the probability that an element is dropped and must be in [0, 1]; got ", p));
    if (!is_floating(x.dtype()))
      throw DTypeError(
          text("dropout: expected a floating-point tensor, got ", x.dtype(), ". Did you mean x.float()?"));
    if (!training || p == 0) {
      context.save(Tensor(), 1.0);
      return x.detach();
    }
    const Tensor mask = empty(x.shape(), DType::uint8);
    fill_kept(mask, p);
    const double scale = p < 1 ? 1 / (1 - p) : 0;
    context.save(mask, scale);
    return masked(x, mask, scale);
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [mask, scale] = context.load<Tensor, double>();
    return {mask ? masked(dy, mask, scale) : dy};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [mask, scale] = context.load<Tensor, double>();
    return {mask ? dy * (cast(mask, dy.dtype()) * scale) : dy};
  }
};

static const Op& op = structured<Dropout>({
    .name = "dropout",
    .args = {"x", {"p", 0.5}, {"training", true}},
    .formula = "y = x m / (1 - p),  m = 0 with probability p, else 1",
    .gradient = "dx = dy m / (1 - p)",
    .reference = "x if not training or p == 0 else zeros_like(x)",
    .samples = {"randn(3, 4), 0.5, False", "randn(3, 65), 0.0", "randn(2, 3), 1.0", "randn(0, 3), 0.0"},
    .doc =
        "Drops each element with probability p while training and scales the others by 1 / (1 - p), so that "
        "the mean stays; leaves x as it is otherwise. A ValueError for p outside [0, 1].",
    .source =
        "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting, JMLR 15",
    .home = Home::functional,
});

}  // namespace pynn
#endif
