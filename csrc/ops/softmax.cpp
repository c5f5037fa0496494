// softmax, log_softmax — a row of scores becomes probabilities, or their logarithms.
//
// Three passes over a row that stays in the cache: the maximum m, which is taken out so that exp cannot
// overflow; exp(x - m) and its sum; the division.
#include "core/parallel.h"
#include "core/simd_math.h"
#include "kernels/row_kernel.h"

namespace pynn {

// `rows` rows of n contiguous elements.
template <class T>
using SoftmaxRows = void(const T* x, T* y, int64_t rows, int64_t n);
template <class T>
using SoftmaxRowsBackward = void(const T* y, const T* dy, T* dx, int64_t rows, int64_t n);
// `width` columns (at most kSoftmaxColumns) of n elements, `step` apart.
template <class T>
using SoftmaxColumns = void(const T* x, T* y, int64_t n, int64_t step, int64_t width);
template <class T>
using SoftmaxColumnsBackward = void(const T* y, const T* dy, T* dx, int64_t n, int64_t step, int64_t width);

inline constexpr int64_t kSoftmaxColumns = 256;

struct SoftmaxKernels {
  FloatKernels<SoftmaxRows> rows;
  FloatKernels<SoftmaxColumns> columns;
  FloatKernels<SoftmaxRowsBackward> rows_backward;
  FloatKernels<SoftmaxColumnsBackward> columns_backward;
};

}  // namespace pynn

namespace pynn::PYNN_ISA {

// What tells the two apart. e = exp(x - m), s = Σ e.
struct Softmax {
  static constexpr bool keeps_exponential = true;  // the first pass leaves e in y
  // s is 0 where every x is -inf: no probability can be had from such a row, and y is 0.
  template <class V>
  V denominator(V s) const {
    return select(s == V(0), V(0), V(1) / s);
  }
  template <class V>
  V finish(V e, V, V d) const {
    return e * d;
  }
  // dx = y (dy - Σ dy y)
  template <class V>
  V summand(V y, V dy) const {
    return dy * y;
  }
  template <class V>
  V backward(V y, V dy, V s) const {
    return y * (dy - s);
  }
};
struct LogSoftmax {
  static constexpr bool keeps_exponential = false;
  template <class V>
  V denominator(V s) const {
    return select(s == V(0), V(0), log(s));
  }
  template <class V>
  V finish(V x, V m, V d) const {
    return (x - m) - d;
  }
  // dx = dy - exp(y) Σ dy
  template <class V>
  V summand(V, V dy) const {
    return dy;
  }
  template <class V>
  V backward(V y, V dy, V s) const {
    return dy - exp(y) * s;
  }
};

template <class T>
inline constexpr T kMinusInfinity = T(-__builtin_inf());

// m where every element is -inf: 0, so that x - m is -inf again.
template <class V>
PYNN_INLINE V usable_maximum(V m) {
  return select(m == V(-__builtin_inf()), V(0), m);
}

// A vector of totals, as T.
template <class T>
PYNN_INLINE Vec<T> as_elements(const Total<Summing, T>* total) {
  const RunningTotal<Summing, T> running(total);
  if constexpr (RunningTotal<Summing, T>::kSplit)
    return narrow<T>(running.low, running.high);
  else
    return running.low;
}

template <class S, class T>
void softmax_rows(const T* x, T* y, int64_t rows, int64_t n) {
  using V = Vec<T>;
  const S f;
  for (int64_t row = 0; row < rows; ++row, x += n, y += n) {
    if (n <= V::lanes) {  // a row in a register
      const V v = load(x, n, kMinusInfinity<T>);
      const V m = usable_maximum(V(max_lanes(v)));
      const V e = exp(v - m);
      const V d = f.denominator(V(sum_lanes(e)));
      store(y, f.finish(S::keeps_exponential ? e : v, m, d), n);
      continue;
    }
    const V m =
        usable_maximum(V(fold_row<Largest, T>(Largest(), n, [x](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
                           return load_part(x + i, k, kMinusInfinity<T>);
                         }).total(Largest())));
    const auto sum = fold_row<Summing, T>(Summing(), n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const V e = exp(load_part(x + i, k, kMinusInfinity<T>) - m);
      if constexpr (S::keeps_exponential) store_part(y + i, e, k);
      return e;
    });
    const V d = f.denominator(V(T(sum.total(Summing()))));
    const T* from = S::keeps_exponential ? y : x;
    for_each_vector<T>(n, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      store_part(y + i, f.finish(load_part(from + i, k, T(0)), m, d), k);
    });
  }
}

template <class S, class T>
void softmax_rows_backward(const T* y, const T* dy, T* dx, int64_t rows, int64_t n) {
  using V = Vec<T>;
  const S f;
  for (int64_t row = 0; row < rows; ++row, y += n, dy += n, dx += n) {
    const auto sum = fold_row<Summing, T>(Summing(), n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      return f.summand(load_part(y + i, k, T(0)), load_part(dy + i, k, T(0)));
    });
    const V s = V(T(sum.total(Summing())));
    for_each_vector<T>(n, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      store_part(dx + i, f.backward(load_part(y + i, k, T(0)), load_part(dy + i, k, T(0)), s), k);
    });
  }
}

// Columns side by side, a row at a time, with what is known of each column in the first-level cache.
template <class S, class T>
void softmax_columns(const T* x, T* y, int64_t n, int64_t step, int64_t width) {
  using V = Vec<T>;
  using Sum = RunningTotal<Summing, T>;
  const S f;
  alignas(64) T m[kSoftmaxColumns];
  alignas(64) Total<Summing, T> s[kSoftmaxColumns];
  for (int64_t c = 0; c < width; c += V::lanes) {
    store(m + c, V(kMinusInfinity<T>));
    Sum(Summing()).put(s + c);
  }
  for (int64_t i = 0; i < n; ++i)
    for_each_vector<T>(width, [&](int64_t c, int64_t k) PYNN_LAMBDA_INLINE {
      store(m + c, max(load(m + c), load_part(x + i * step + c, k, T(0))));
    });
  for (int64_t c = 0; c < width; c += V::lanes) store(m + c, usable_maximum(load(m + c)));
  for (int64_t i = 0; i < n; ++i)
    for_each_vector<T>(width, [&](int64_t c, int64_t k) PYNN_LAMBDA_INLINE {
      const V e = exp(load_part(x + i * step + c, k, T(0)) - load(m + c));
      if constexpr (S::keeps_exponential) store_part(y + i * step + c, e, k);
      Sum sum(s + c);
      sum.take(Summing(), e);
      sum.put(s + c);
    });
  alignas(64) T d[kSoftmaxColumns];
  for (int64_t c = 0; c < width; c += V::lanes) store(d + c, f.denominator(as_elements<T>(s + c)));
  const T* from = S::keeps_exponential ? y : x;
  for (int64_t i = 0; i < n; ++i)
    for_each_vector<T>(width, [&](int64_t c, int64_t k) PYNN_LAMBDA_INLINE {
      store_part(y + i * step + c,
                 f.finish(load_part(from + i * step + c, k, T(0)), load(m + c), load(d + c)), k);
    });
}

template <class S, class T>
void softmax_columns_backward(const T* y, const T* dy, T* dx, int64_t n, int64_t step, int64_t width) {
  using V = Vec<T>;
  using Sum = RunningTotal<Summing, T>;
  const S f;
  alignas(64) Total<Summing, T> s[kSoftmaxColumns];
  for (int64_t c = 0; c < width; c += V::lanes) Sum(Summing()).put(s + c);
  for (int64_t i = 0; i < n; ++i)
    for_each_vector<T>(width, [&](int64_t c, int64_t k) PYNN_LAMBDA_INLINE {
      Sum sum(s + c);
      sum.take(Summing(),
               f.summand(load_part(y + i * step + c, k, T(0)), load_part(dy + i * step + c, k, T(0))));
      sum.put(s + c);
    });
  alignas(64) T d[kSoftmaxColumns];
  for (int64_t c = 0; c < width; c += V::lanes) store(d + c, as_elements<T>(s + c));
  for (int64_t i = 0; i < n; ++i)
    for_each_vector<T>(width, [&](int64_t c, int64_t k) PYNN_LAMBDA_INLINE {
      const int64_t at = i * step + c;
      store_part(dx + at, f.backward(load_part(y + at, k, T(0)), load_part(dy + at, k, T(0)), load(d + c)),
                 k);
    });
}

template <class S>
consteval SoftmaxKernels softmax_kernels_of() {
  return {{softmax_rows<S, float>, softmax_rows<S, double>},
          {softmax_columns<S, float>, softmax_columns<S, double>},
          {softmax_rows_backward<S, float>, softmax_rows_backward<S, double>},
          {softmax_columns_backward<S, float>, softmax_columns_backward<S, double>}};
}
extern const SoftmaxKernels softmax_kernels, log_softmax_kernels;
constexpr SoftmaxKernels softmax_kernels = softmax_kernels_of<Softmax>();
constexpr SoftmaxKernels log_softmax_kernels = softmax_kernels_of<LogSoftmax>();

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>

#include "ops/along_axis.h"
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(softmax_kernels);
PYNN_DISPATCH(log_softmax_kernels);

namespace {

// rows(begin, count) or columns(offset, width), whichever way the axis runs.
template <class Rows, class Columns>
void along_axis(AroundAxis around, const Rows& rows, const Columns& columns) {
  const auto [outer, n, inner] = around;
  if (outer * n * inner == 0) return;
  if (inner == 1) {
    parallel_for(outer, rows_per_piece(n), [&](int64_t begin, int64_t end) { rows(begin, end - begin); });
    return;
  }
  const int64_t tile = std::min(inner, kSoftmaxColumns), tiles = (inner + tile - 1) / tile;
  parallel_for(outer * tiles, rows_per_piece(n * tile),
               [&, n = n, inner = inner](int64_t begin, int64_t end) {
                 for (int64_t item = begin; item < end; ++item) {
                   const int64_t c = item % tiles * tile;
                   columns(item / tiles * n * inner + c, std::min(tile, inner - c));
                 }
               });
}

Tensor run_forward(const SoftmaxKernels& kernels, const Tensor& x, int axis) {
  const Tensor in = x.contiguous(), y = empty(x.shape(), x.dtype());
  const AroundAxis around(x.shape(), axis);
  visit_float("softmax", x.dtype(), [&](auto element) {
    using T = decltype(element);
    const T* from = in.data<T>();
    T* to = y.data<T>();
    auto* rows = kernels.rows.get<T>();
    auto* columns = kernels.columns.get<T>();
    along_axis(
        around,
        [&](int64_t begin, int64_t count) {
          rows(from + begin * around.n, to + begin * around.n, count, around.n);
        },
        [&](int64_t at, int64_t width) { columns(from + at, to + at, around.n, around.inner, width); });
  });
  return y;
}

Tensor run_backward(const SoftmaxKernels& kernels, const Tensor& y_saved, const Tensor& dy_given, int axis) {
  const Tensor y = y_saved.contiguous(), dy = dy_given.contiguous(), dx = empty(y.shape(), y.dtype());
  const AroundAxis around(y.shape(), axis);
  visit_float("softmax", y.dtype(), [&](auto element) {
    using T = decltype(element);
    const T *py = y.data<T>(), *pdy = dy.data<T>();
    T* pdx = dx.data<T>();
    auto* rows = kernels.rows_backward.get<T>();
    auto* columns = kernels.columns_backward.get<T>();
    along_axis(
        around,
        [&](int64_t begin, int64_t count) {
          const int64_t at = begin * around.n;
          rows(py + at, pdy + at, pdx + at, count, around.n);
        },
        [&](int64_t at, int64_t width) {
          columns(py + at, pdy + at, pdx + at, around.n, around.inner, width);
        });
  });
  return dx;
}

}  // namespace

struct Softmax {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, DType dtype) {
    const int at = check_axis("softmax", axis, x.ndim());
    const Tensor in = as_dtype(x, dtype);
    check_floating("softmax", in);
    const Tensor y = run_forward(*softmax_kernels, in, at);
    context.save(y, at);
    return y;
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [y, axis] = context.load<Tensor, int>();
    return {run_backward(*softmax_kernels, y, dy, axis)};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [y, axis] = context.load<Tensor, int>();
    return {y * (dy - sum(dy * y, Ints{axis}, true))};
  }
};

static const Op& softmax_op = structured<Softmax>({
    .name = "softmax",
    .args = {"x", {"axis", -1}, {"dtype", none}},
    .formula = "yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)  along the axis",
    .gradient = "dxᵢ = yᵢ (dyᵢ - Σⱼ dyⱼ yⱼ)",
    .reference = "softmax(x, axis)",
    .samples = {"randn(3, 4), -1", "randn(2, 3, 65), -1", "randn(2, 7, 5), 1", "randn(9, 33), 0",
                "50 * randn(3, 4), 1", "randn(0, 3), 1"},
    .doc =
        "Scores as probabilities: positive, and 1 in sum along the axis. Scores of any size are safe. -inf "
        "means impossible; a row of nothing but -inf, which admits no distribution, becomes zeros.",
    .source =
        "J. S. Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990",
    .home = Home::activation,
    .autocast = Autocast::float32,
});

struct LogSoftmax {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, DType dtype) {
    const int at = check_axis("log_softmax", axis, x.ndim());
    const Tensor in = as_dtype(x, dtype);
    check_floating("log_softmax", in);
    const Tensor y = run_forward(*log_softmax_kernels, in, at);
    context.save(y, at);
    return y;
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [y, axis] = context.load<Tensor, int>();
    return {run_backward(*log_softmax_kernels, y, dy, axis)};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [y, axis] = context.load<Tensor, int>();
    return {dy - exp(y) * sum(dy, Ints{axis}, true)};
  }
};

static const Op& log_softmax_op = structured<LogSoftmax>({
    .name = "log_softmax",
    .args = {"x", {"axis", -1}, {"dtype", none}},
    .formula = "yᵢ = xᵢ - log Σⱼ exp(xⱼ)  along the axis",
    .gradient = "dxᵢ = dyᵢ - exp(yᵢ) Σⱼ dyⱼ",
    .reference = "log(softmax(x, axis))",
    .samples = {"randn(3, 4), -1", "randn(2, 3, 65), -1", "randn(2, 7, 5), 1", "randn(9, 33), 0",
                "50 * randn(3, 4), 1", "randn(0, 3), 1"},
    .doc =
        "The logarithm of softmax, exact where the probability itself would be rounded to 0 or 1. A row of "
        "nothing but -inf stays -inf.",
    .home = Home::activation,
    .autocast = Autocast::float32,
});

Tensor softmax(const Tensor& x, int64_t axis) { return call(softmax_op, x, axis, DType::none); }
Tensor log_softmax(const Tensor& x, int64_t axis) { return call(log_softmax_op, x, axis, DType::none); }

static Tensor softmin(const Tensor& x, int64_t axis) { return softmax(-x, axis); }

static const Op& softmin_op = composite<&softmin>({
    .name = "softmin",
    .args = {"x", {"axis", -1}},
    .formula = "yᵢ = exp(-xᵢ) / Σⱼ exp(-xⱼ)  along the axis",
    .gradient = "through softmax(-x)",
    .reference = "softmax(-x, axis)",
    .samples = {"randn(3, 4), -1", "randn(2, 7, 5), 1"},
    .doc = "Softmax of -x: the smallest score gets the largest probability.",
    .home = Home::functional,
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
