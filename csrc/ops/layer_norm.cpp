// layer_norm, rms_norm — every row brought to mean 0 and variance 1, or to mean square 1; then scaled and
// shifted by what is learned.
//
// Backward finds dx and adds up each row's part of dweight and dbias on the way.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/row_norm.h"
#include "ops/reduction.h"
#include "ops/row_norm.h"

namespace pynn {

namespace {

void check_shapes(const char* op, const Tensor& x, const Tensor& residual, const NormSettings& settings) {
  check_floating(op, x);
  const Dims& normalized = settings.normalized_shape;
  const int lead = x.ndim() - normalized.size();
  bool fits = normalized.size() > 0 && lead >= 0;
  for (int i = 0; fits && i < normalized.size(); ++i) fits = x.shape()[lead + i] == normalized[i];
  if (!fits)
    throw ShapeError(text(op, "(normalized_shape=", normalized, "): got input ", x.shape(), "; its last ",
                          normalized.size() == 1 ? "axis" : "axes", " must be ", normalized, "."));
  if (residual && !(residual.shape() == x.shape()))
    throw ShapeError(
        text(op, ": x has shape ", x.shape(), ", the residual ", residual.shape(), "; they must be equal."));
  for (const Tensor* t : {&settings.weight, &settings.bias})
    if (*t && !(t->shape() == normalized))
      throw ShapeError(text(op, "(normalized_shape=", normalized,
                            "): ", t == &settings.weight ? "weight" : "bias", " has shape ", t->shape(),
                            "; it must have the normalized shape."));
  const std::pair<const Tensor&, const char*> others[] = {
      {residual, "the residual"}, {settings.weight, "weight"}, {settings.bias, "bias"}};
  for (const auto& [t, name] : others)
    if (t && t.dtype() != x.dtype())
      throw DTypeError(
          text(op, ": x is ", x.dtype(), ", ", name, " ", t.dtype(), "; they must be of one type."));
}

int64_t rows_per_chunk(int64_t n) { return std::clamp<int64_t>((int64_t(1) << 15) / n, 1, 64); }

Tensor dense(const Tensor& t) { return t ? t.contiguous() : t; }
template <class T>
T* data_of(const Tensor& t) {
  return t ? t.data<T>() : nullptr;
}
template <class T>
T* ahead(T* p, int64_t by) {
  return p ? p + by : p;
}

// What norm_forward saved.
struct Saved {
  Tensor x, weight, mean, scale;
  Shape normalized;
  double eps;
  explicit Saved(const Context& context) {
    int axes;
    std::tie(x, weight, mean, scale, axes, eps) = context.load<Tensor, Tensor, Tensor, Tensor, int, double>();
    for (int i = x.ndim() - axes; i < x.ndim(); ++i) normalized.push_back(x.shape()[i]);
  }
};

// One gradient for each input of the op.
Gradients in_place_of(NormKind kind, const Tensor& dx, const Tensor& dweight, const Tensor& dbias) {
  Gradients all = {dx};
  if (kind.adds) all.push_back(dx);
  all.push_back(dweight);
  if (kind.has_bias) all.push_back(dbias);
  return all;
}

struct Wanted {
  bool x, weight, bias;
  Wanted(NormKind kind, const Context& context)
      : x(context.needs(0) || (kind.adds && context.needs(1))),
        weight(context.needs(kind.adds ? 2 : 1)),
        bias(kind.has_bias && context.needs(kind.adds ? 3 : 2)) {}
};

}  // namespace

std::vector<Tensor> norm_forward(NormKind kind, Context& context, const Tensor& x, const Tensor& residual,
                                 const NormSettings& settings) {
  check_shapes(kind.name, x, residual, settings);
  const DType type = x.dtype();
  const int64_t n = numel(settings.normalized_shape), rows = n ? x.numel() / n : 0;
  const Tensor y = empty(x.shape(), type), scale = empty({rows}, type);
  const Tensor mean = empty({kind.centred ? rows : 0}, type),
               sum = kind.adds ? empty(x.shape(), type) : Tensor();
  context.save(kind.adds ? sum : x, settings.weight, mean, scale, settings.normalized_shape.size(),
               settings.eps);
  const std::vector<Tensor> outputs = kind.adds ? std::vector<Tensor>{sum, y} : std::vector<Tensor>{y};
  if (rows == 0) return outputs;
  const Tensor in = x.contiguous(), added = dense(residual), w = dense(settings.weight),
               b = dense(settings.bias);
  visit_float(kind.name, type, [&](auto element) {
    using T = decltype(element);
    auto* kernel = norm_kernels(kind.centred).forward.get<T>();
    const NormForward<T> all = {data_of<T>(in),
                                data_of<T>(added),
                                data_of<T>(w),
                                data_of<T>(b),
                                data_of<T>(sum),
                                data_of<T>(y),
                                kind.centred ? data_of<T>(mean) : nullptr,
                                data_of<T>(scale),
                                rows,
                                n,
                                settings.eps};
    parallel_for(rows, rows_per_chunk(n), [&](int64_t begin, int64_t end) {
      NormForward<T> part = all;
      part.x += begin * n;
      part.y += begin * n;
      part.residual = ahead(part.residual, begin * n);
      part.sum = ahead(part.sum, begin * n);
      part.mean = ahead(part.mean, begin);
      part.scale += begin;
      part.rows = end - begin;
      kernel(part);
    });
  });
  return outputs;
}

// Each chunk of rows has its own part of dweight and dbias.
Gradients norm_backward(NormKind kind, const Context& context, const Tensor& dsum, const Tensor& dy) {
  const Saved saved(context);
  const auto& [x, weight, mean, scale, normalized, eps] = saved;
  const Wanted wanted(kind, context);
  const DType type = x.dtype();
  const int64_t rows = scale.numel(), n = numel(normalized);
  if (rows == 0 || !dy) {
    const auto nothing = [&](bool is_wanted) { return is_wanted ? zeros(normalized, type) : Tensor(); };
    return in_place_of(kind, dsum ? dsum : zeros(x.shape(), type), nothing(wanted.weight),
                       nothing(wanted.bias));
  }
  const int64_t chunk = rows_per_chunk(n), chunks = (rows + chunk - 1) / chunk;
  const Tensor in = x.contiguous(), g = dy.contiguous(), added = dense(dsum), w = dense(weight);
  const Tensor dx = wanted.x ? empty(x.shape(), type) : Tensor();
  const Tensor dweight = wanted.weight ? zeros({chunks, n}, type) : Tensor();
  const Tensor dbias = wanted.bias ? zeros({chunks, n}, type) : Tensor();
  visit_float(kind.name, type, [&, &mean = mean, &scale = scale](auto element) {
    using T = decltype(element);
    auto* kernel = norm_kernels(kind.centred).backward.get<T>();
    const NormBackward<T> all = {data_of<T>(in),
                                 data_of<T>(g),
                                 data_of<T>(added),
                                 data_of<T>(w),
                                 kind.centred ? data_of<T>(mean) : nullptr,
                                 data_of<T>(scale),
                                 data_of<T>(dx),
                                 data_of<T>(dweight),
                                 data_of<T>(dbias),
                                 rows,
                                 n};
    parallel_for(rows, chunk, [&](int64_t begin, int64_t end) {
      NormBackward<T> part = all;
      part.x += begin * n;
      part.dy += begin * n;
      part.dsum = ahead(part.dsum, begin * n);
      part.dx = ahead(part.dx, begin * n);
      part.mean = ahead(part.mean, begin);
      part.scale += begin;
      part.dweight = ahead(part.dweight, begin / chunk * n);
      part.dbias = ahead(part.dbias, begin / chunk * n);
      part.rows = end - begin;
      kernel(part);
    });
  });
  const auto total = [&, &normalized = normalized](const Tensor& parts) {
    return parts ? reshape(chunks == 1 ? parts : sum(parts, Ints{0}), normalized) : parts;
  };
  return in_place_of(kind, dx, total(dweight), total(dbias));
}

Gradients norm_backward_in_ops(NormKind kind, const Context& context, const Tensor& dsum,
                               const Tensor& dy_given) {
  const Saved saved(context);
  const auto& [x, weight, mean_value, scale_value, normalized, eps] = saved;
  const Wanted wanted(kind, context);
  const Tensor dy = dy_given ? dy_given : zeros(x.shape(), x.dtype());
  Ints axes;
  for (int i = x.ndim() - normalized.size(); i < x.ndim(); ++i) axes.push_back(i);
  const Tensor centred = kind.centred ? x - mean(x, axes, true) : x;
  const Tensor s = rsqrt(mean(centred * centred, axes, true) + eps), normal = centred * s;
  const Tensor g = weight ? dy * weight : dy;
  Tensor dx = g - normal * mean(g * normal, axes, true);
  if (kind.centred) dx = dx - mean(g, axes, true);
  dx = s * dx;
  if (dsum) dx = dx + dsum;
  return in_place_of(kind, dx, wanted.weight ? sum_to(dy * normal, normalized) : Tensor(),
                     wanted.bias ? sum_to(dy, normalized) : Tensor());
}

struct LayerNorm {
  static constexpr NormKind kind = {"layer_norm", true, true};
  static Tensor forward(Context& context, const Tensor& x, const Ints& normalized_shape, const Tensor& weight,
                        const Tensor& bias, double eps) {
    return norm_forward(kind, context, x, Tensor(), {normalized_shape, weight, bias, eps})[0];
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    return norm_backward(kind, context, Tensor(), dy);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    return norm_backward_in_ops(kind, context, Tensor(), dy);
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
  static constexpr NormKind kind = {"rms_norm", false, false};
  static Tensor forward(Context& context, const Tensor& x, const Ints& normalized_shape, const Tensor& weight,
                        double eps) {
    return norm_forward(kind, context, x, Tensor(), {normalized_shape, weight, Tensor(), eps})[0];
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    return norm_backward(kind, context, Tensor(), dy);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    return norm_backward_in_ops(kind, context, Tensor(), dy);
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
