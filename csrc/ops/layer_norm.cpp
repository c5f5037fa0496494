// layer_norm, rms_norm — every row brought to mean 0 and variance 1, or to mean square 1; then scaled and
// shifted by what is learned.
//
// One pass over memory in each direction: a row stays in the cache while its mean, its variance and the
// result are computed. Backward finds dx and adds up the row's part of dweight and dbias on the way.
#include "core/parallel.h"
#include "kernels/row_kernel.h"

namespace pynn {

// weight, bias, dweight, dbias may be null, and mean is for rms_norm.
template <class T>
using NormForward = void(const T* x, const T* weight, const T* bias, T* y, T* mean, T* scale, int64_t rows,
                         int64_t n, double eps);
template <class T>
using NormBackward = void(const T* x, const T* dy, const T* weight, const T* mean, const T* scale, T* dx,
                          T* dweight, T* dbias, int64_t rows, int64_t n);
struct NormKernels {
  FloatKernels<NormForward> forward;
  FloatKernels<NormBackward> backward;
};

}  // namespace pynn

namespace pynn::PYNN_ISA {

// x̂ = (x - mean) / √(variance + ε), y = x̂ w + b. Not centred: mean = 0, and the variance is Σ x² / n.
template <bool centred, class T>
void norm_forward(const T* x, const T* weight, const T* bias, T* y, T* mean, T* scale, int64_t rows,
                  int64_t n, double eps) {
  using V = Vec<T>;
  const Summing sum;
  for (int64_t row = 0; row < rows; ++row, x += n, y += n) {
    T m = T(0);
    if constexpr (centred) {
      m = T(fold_row<Summing, T>(
                sum, n, [x](int64_t i, int64_t k) PYNN_LAMBDA_INLINE { return load_part(x + i, k, T(0)); })
                .total(sum) /
            double(n));
      mean[row] = m;
    }
    const double squares = fold_row<Summing, T>(sum, n, [x, m](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
                             const V d = load_part(x + i, k, m) - V(m);
                             return d * d;
                           }).total(sum);
    const T s = T(1 / __builtin_sqrt(squares / double(n) + eps));
    scale[row] = s;
    for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      V v = (load_part(x + i, k, T(0)) - V(m)) * V(s);
      if (weight) v = v * load_part(weight + i, k, T(0));
      if (bias) v = v + load_part(bias + i, k, T(0));
      store_part(y + i, v, k);
    });
  }
}

// Two sums at a time.
template <class V>
struct Pair {
  V along, total;
};
struct PairSum {
  template <class V>
  PYNN_INLINE Pair<V> fold(Pair<V> a, Pair<V> b) const {
    return {a.along + b.along, a.total + b.total};
  }
};

// With g = dy w:  dx = s (g - x̂ Σ(g x̂)/n - Σg/n), the last term only if centred;  dw = Σ dy x̂, db = Σ dy.
template <bool centred, class T>
void norm_backward(const T* x, const T* dy, const T* weight, const T* mean, const T* scale, T* dx, T* dweight,
                   T* dbias, int64_t rows, int64_t n) {
  using V = Vec<T>;
  const Summing sum;
  for (int64_t row = 0; row < rows; ++row, x += n, dy += n, dx += n) {
    const V s = V(scale[row]), m = V(centred ? mean[row] : T(0));
    const auto normal = [=](int64_t i, int64_t k)
                            PYNN_LAMBDA_INLINE { return (load_part(x + i, k, T(0)) - m) * s; };
    const auto weighted = [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const V g = load_part(dy + i, k, T(0));
      return weight ? g * load_part(weight + i, k, T(0)) : g;
    };
    RunningTotal<Summing, T> along(sum), total(sum);
    const auto visit = [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const V h = normal(i, k), d = load_part(dy + i, k, T(0)), g = weighted(i, k);
      if (dweight) store_part(dweight + i, fma(d, h, load_part(dweight + i, k, T(0))), k);
      if (dbias) store_part(dbias + i, d + load_part(dbias + i, k, T(0)), k);
      return Pair<V>{g * h, g};
    };
    const auto take = [&](Pair<V> p) PYNN_LAMBDA_INLINE {
      along.take(sum, p.along);
      if (centred) total.take(sum, p.total);
    };
    int64_t done = 0;
    for (constexpr int L = V::lanes; done + 4 * L <= n; done += 4 * L)
      take(
          fold_tree<4>(PairSum(), [&](int q) PYNN_LAMBDA_INLINE { return visit(done + q * L, int64_t(L)); }));
    for_each_vector<T>(n - done, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE { take(visit(done + i, k)); });
    const V a = V(T(along.total(sum) / double(n))), b = V(centred ? T(total.total(sum) / double(n)) : T(0));
    if (dx)
      for_each_vector<T>(n, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
        store_part(dx + i, s * (weighted(i, k) - normal(i, k) * a - b), k);
      });
  }
}

extern const NormKernels layer_norm_kernels, rms_norm_kernels;
constexpr NormKernels layer_norm_kernels = {{norm_forward<true, float>, norm_forward<true, double>},
                                            {norm_backward<true, float>, norm_backward<true, double>}};
constexpr NormKernels rms_norm_kernels = {{norm_forward<false, float>, norm_forward<false, double>},
                                          {norm_backward<false, float>, norm_backward<false, double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>

#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(layer_norm_kernels);
PYNN_DISPATCH(rms_norm_kernels);

namespace {

struct LayerNormName {
  static constexpr const char* name = "layer_norm";
  static constexpr bool centred = true;
  static const NormKernels& kernels() { return *layer_norm_kernels; }
};
struct RmsNormName {
  static constexpr const char* name = "rms_norm";
  static constexpr bool centred = false;
  static const NormKernels& kernels() { return *rms_norm_kernels; }
};

// The rows of x: its last axes, as many as normalized_shape has, joined.
struct Rows {
  int64_t rows, n;
  int axes;
};

Rows check_shapes(const char* op, const Tensor& x, const Dims& normalized, const Tensor& weight,
                  const Tensor& bias) {
  check_floating(op, x);
  const int lead = x.ndim() - normalized.size();
  bool fits = normalized.size() > 0 && lead >= 0;
  for (int i = 0; fits && i < normalized.size(); ++i) fits = x.shape()[lead + i] == normalized[i];
  if (!fits)
    throw ShapeError(text(op, "(normalized_shape=", normalized, "): got input ", x.shape(), "; its last ",
                          normalized.size() == 1 ? "axis" : "axes", " must be ", normalized, "."));
  for (const Tensor* t : {&weight, &bias}) {
    if (!*t) continue;
    if (!(t->shape() == normalized))
      throw ShapeError(text(op, "(normalized_shape=", normalized, "): ", t == &weight ? "weight" : "bias",
                            " has shape ", t->shape(), "; it must have the normalized shape."));
    if (t->dtype() != x.dtype())
      throw DTypeError(text(op, ": x is ", x.dtype(), ", ", t == &weight ? "weight" : "bias", " ", t->dtype(),
                            "; they must be of one type."));
  }
  const int64_t n = numel(normalized);
  return {n == 0 ? 0 : x.numel() / n, n, normalized.size()};
}

int64_t rows_per_chunk(int64_t n) { return std::clamp<int64_t>((int64_t(1) << 15) / n, 1, 64); }

template <class S>
Tensor norm_forward(Context& context, const Tensor& x, const Ints& normalized_shape, const Tensor& weight,
                    const Tensor& bias, double eps) {
  const auto [rows, n, axes] = check_shapes(S::name, x, normalized_shape, weight, bias);
  const Tensor y = empty(x.shape(), x.dtype()), scale = empty({rows}, x.dtype());
  const Tensor mean = empty({S::centred ? rows : 0}, x.dtype());
  context.save(x, weight, mean, scale, axes, eps);
  if (rows == 0) return y;
  const Tensor in = x.contiguous(), w = weight ? weight.contiguous() : weight,
               b = bias ? bias.contiguous() : bias;
  visit_float(S::name, x.dtype(), [&, rows = rows, n = n](auto element) {
    using T = decltype(element);
    auto* kernel = S::kernels().forward.template get<T>();
    const T *px = in.data<T>(), *pw = w ? w.data<T>() : nullptr, *pb = b ? b.data<T>() : nullptr;
    T *py = y.data<T>(), *pm = mean.data<T>(), *ps = scale.data<T>();
    parallel_for(rows, rows_per_chunk(n), [&](int64_t begin, int64_t end) {
      kernel(px + begin * n, pw, pb, py + begin * n, S::centred ? pm + begin : nullptr, ps + begin,
             end - begin, n, eps);
    });
  });
  return y;
}

// dx, dweight, dbias; those not wanted undefined. Each chunk of rows has its own part of dweight and dbias.
template <class S>
Gradients norm_backward(const Context& context, const Tensor& dy, bool has_bias) {
  const auto [x, weight, mean, scale, axes, eps] =
      context.load<Tensor, Tensor, Tensor, Tensor, int, double>();
  const int64_t rows = scale.numel(), n = rows ? x.numel() / rows : 0;
  const bool wants_bias = has_bias && context.needs(2);
  Shape normalized;
  for (int i = x.ndim() - axes; i < x.ndim(); ++i) normalized.push_back(x.shape()[i]);
  if (rows == 0)
    return {zeros(x.shape(), x.dtype()), context.needs(1) ? zeros(normalized, x.dtype()) : Tensor(),
            wants_bias ? zeros(normalized, x.dtype()) : Tensor()};
  const int64_t chunk = rows_per_chunk(n), chunks = (rows + chunk - 1) / chunk;
  const Tensor in = x.contiguous(), g = dy.contiguous(), w = weight ? weight.contiguous() : weight;
  const Tensor dx = context.needs(0) ? empty(x.shape(), x.dtype()) : Tensor();
  const Tensor dweight = context.needs(1) ? zeros({chunks, n}, x.dtype()) : Tensor();
  const Tensor dbias = wants_bias ? zeros({chunks, n}, x.dtype()) : Tensor();
  visit_float(S::name, x.dtype(), [&](auto element) {
    using T = decltype(element);
    auto* kernel = S::kernels().backward.template get<T>();
    const auto at = [](const Tensor& t) { return t ? t.data<T>() : nullptr; };
    const T *px = at(in), *pg = at(g), *pw = at(w), *pm = at(mean), *ps = at(scale);
    T *pdx = at(dx), *pdw = at(dweight), *pdb = at(dbias);
    parallel_for(rows, chunk, [&](int64_t begin, int64_t end) {
      const int64_t part = begin / chunk * n;
      kernel(px + begin * n, pg + begin * n, pw, S::centred ? pm + begin : nullptr, ps + begin,
             pdx ? pdx + begin * n : nullptr, pdw ? pdw + part : nullptr, pdb ? pdb + part : nullptr,
             end - begin, n);
    });
  });
  const auto total = [&](const Tensor& parts) {
    return parts ? reshape(chunks == 1 ? parts : sum(parts, Ints{0}), normalized) : parts;
  };
  return {dx, total(dweight), total(dbias)};
}

template <class S>
Gradients norm_backward_in_ops(const Context& context, const Tensor& dy, bool has_bias) {
  const auto [x, weight, mean_value, scale_value, count, eps] =
      context.load<Tensor, Tensor, Tensor, Tensor, int, double>();
  Ints axes;
  for (int i = x.ndim() - count; i < x.ndim(); ++i) axes.push_back(i);
  const Tensor centred = S::centred ? x - mean(x, axes, true) : x;
  const Tensor s = rsqrt(mean(centred * centred, axes, true) + eps), normal = centred * s;
  const Tensor g = weight ? dy * weight : dy;
  Tensor dx = g - normal * mean(g * normal, axes, true);
  if (S::centred) dx = dx - mean(g, axes, true);
  Shape normalized;
  for (int64_t i : axes) normalized.push_back(x.shape()[int(i)]);
  return {s * dx, context.needs(1) ? sum_to(dy * normal, normalized) : Tensor(),
          has_bias && context.needs(2) ? sum_to(dy, normalized) : Tensor()};
}

}  // namespace

struct LayerNorm {
  static Tensor forward(Context& context, const Tensor& x, const Ints& normalized_shape, const Tensor& weight,
                        const Tensor& bias, double eps) {
    return norm_forward<LayerNormName>(context, x, normalized_shape, weight, bias, eps);
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    return norm_backward<LayerNormName>(context, dy, true);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    return norm_backward_in_ops<LayerNormName>(context, dy, true);
  }
};

static const Op& layer_norm_op = structured<LayerNorm>({
    .name = "layer_norm",
    .args = {"x", "normalized_shape", {"weight", none}, {"bias", none}, {"eps", 1e-5}},
    .formula = "y = w x̂ + b, x̂ = (x - x̄) / √(σ² + ε)  with the mean and the variance of each row",
    .gradient = "dx = (g - ḡ - x̂ mean(g x̂)) / √(σ² + ε) with g = w dy, dw = Σ dy x̂, db = Σ dy",
    .reference = "(x - mean(x, axis=tuple(range(-len(normalized_shape), 0)), keepdims=True)) / "
                 "sqrt(var(x, axis=tuple(range(-len(normalized_shape), 0)), keepdims=True) + eps) * "
                 "(1 if weight is None else weight) + (0 if bias is None else bias)",
    .samples = {"randn(3, 8), (8,), randn(8), randn(8)", "randn(2, 3, 65), (65,)",
                "randn(2, 4, 5), (4, 5), randn(4, 5)", "randn(5, 33), (33,), None, randn(33), 0.1",
                "randn(0, 3), (3,), randn(3), randn(3)"},
    .doc = "Every row (the axes of `normalized_shape`, the last ones of x) brought to mean 0 and variance 1, "
           "then "
           "scaled by `weight` and shifted by `bias`, if they are given.",
    .source = "J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, 2016, equations 3 and 4",
    .home = Home::functional,
    .autocast = Autocast::float32,
});

struct RmsNorm {
  static Tensor forward(Context& context, const Tensor& x, const Ints& normalized_shape, const Tensor& weight,
                        double eps) {
    return norm_forward<RmsNormName>(context, x, normalized_shape, weight, Tensor(), eps);
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    return norm_backward<RmsNormName>(context, dy, false);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    return norm_backward_in_ops<RmsNormName>(context, dy, false);
  }
};

static const Op& rms_norm_op = structured<RmsNorm>({
    .name = "rms_norm",
    .args = {"x", "normalized_shape", {"weight", none}, {"eps", 1.1920928955078125e-07}},
    .formula = "y = w x̂, x̂ = x / √(mean(x²) + ε)  with the mean square of each row",
    .gradient = "dx = (g - x̂ mean(g x̂)) / √(mean(x²) + ε) with g = w dy, dw = Σ dy x̂",
    .reference =
        "x / sqrt(mean(x ** 2, axis=tuple(range(-len(normalized_shape), 0)), keepdims=True) + eps) * "
        "(1 if weight is None else weight)",
    .samples = {"randn(3, 8), (8,), randn(8), 1e-5", "randn(2, 3, 65), (65,), None, 1e-5",
                "randn(2, 4, 5), (4, 5), randn(4, 5), 1e-6", "randn(0, 3), (3,), randn(3), 1e-5"},
    .doc = "Every row (the axes of `normalized_shape`, the last ones of x) brought to mean square 1, then "
           "scaled "
           "by `weight`, if it is given. The default `eps` is the rounding unit of float32.",
    .source = "B. Zhang, R. Sennrich, Root mean square layer normalization, 2019, equation 4",
    .home = Home::functional,
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
