// group_norm — the channels of each sample in groups, every group brought to mean 0 and variance 1; then
// each channel scaled and shifted by what is learned. A group for every channel is instance norm.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/parallel.h"
#include "ops/channels.h"

namespace pynn {

namespace {

// Groups of `members` channels, `group_size` numbers each, side by side in memory.
struct Groups {
  Channels s;
  int64_t count, members, group_size;
  Groups(const Shape& x, int64_t num_groups)
      : s(x), count(s.n * num_groups), members(s.c / num_groups), group_size(members * s.l) {}
  int64_t per_chunk() const {
    return std::max<int64_t>(1, (int64_t(1) << 14) / std::max<int64_t>(1, group_size));
  }
};

// A piece after the other: each is passed over twice while it lies in the first-level cache.
template <class T>
Moments moments_of(const T* x, int64_t n) {
  constexpr int64_t piece = 2048;
  Moments all{};
  for (int64_t i = 0; i < n; i += piece)
    join(all, channel_norm_kernels().moments.get<T>()(x + i, std::min(piece, n - i)));
  return all;
}

void check_groups(const Tensor& x, int64_t num_groups, const Tensor& weight, const Tensor& bias) {
  check_channels("group_norm", x, {{weight, "weight"}, {bias, "bias"}});
  if (num_groups < 1 || x.shape()[1] % num_groups != 0)
    throw ValueError(text("group_norm: the ", x.shape()[1], " channels (axis 1) of ", x.shape(),
                          " do not split into ", num_groups, " groups of equal size"));
}

}  // namespace

struct GroupNorm {
  static Tensor forward(Context& context, const Tensor& x, int64_t num_groups, const Tensor& weight,
                        const Tensor& bias, double eps) {
    check_groups(x, num_groups, weight, bias);
    const Groups groups(x.shape(), num_groups);
    const DType type = x.dtype();
    const Tensor y = empty(x.shape(), type), mean = empty({groups.count}, type),
                 scale = empty({groups.count}, type);
    context.save(x, weight, mean, scale, num_groups, eps);
    if (x.numel() == 0) return y;
    const Tensor in = x.contiguous(), w = weight ? weight.contiguous() : weight,
                 b = bias ? bias.contiguous() : bias;
    visit_float("group_norm", type, [&](auto element) {
      using T = decltype(element);
      const T *const from = in.data<T>(), *const ws = data_or_null<T>(w), *const bs = data_or_null<T>(b);
      T *const to = y.data<T>(), *const means = mean.data<T>(), *const scales = scale.data<T>();
      auto* affine = channel_norm_kernels().affine.get<T>();
      parallel_for(groups.count, groups.per_chunk(), [=](int64_t begin, int64_t end) {
        for (int64_t g = begin; g < end; ++g) {
          const Moments m = moments_of(from + g * groups.group_size, groups.group_size);
          const double s = 1 / std::sqrt(m.squares / m.count + eps);
          means[g] = T(m.mean);
          scales[g] = T(s);
          const double off = m.mean - double(means[g]);
          for (int64_t row = g * groups.members; row < (g + 1) * groups.members; ++row) {
            const int64_t c = row % groups.s.c, at = row * groups.s.l;
            const double a = ws ? s * double(ws[c]) : s, shift = bs ? double(bs[c]) : 0.0;
            affine(from + at, to + at, means[g], T(a), T(shift - off * a),
                   -std::numeric_limits<T>::infinity(), groups.s.l);
          }
        }
      });
    });
    return y;
  }

  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, weight, mean, scale, num_groups, eps] =
        context.load<Tensor, Tensor, Tensor, Tensor, int64_t, double>();
    const Groups groups(x.shape(), num_groups);
    const DType type = x.dtype();
    const Tensor dx = context.needs(0) ? empty(x.shape(), type) : Tensor(),
                 dweight = context.needs(1) ? zeros({groups.s.c}, type) : Tensor(),
                 dbias = context.needs(2) ? zeros({groups.s.c}, type) : Tensor();
    if (x.numel() == 0) return {dx, dweight, dbias};
    const Tensor in = x.contiguous(), g = dy.contiguous(), w = weight ? weight.contiguous() : weight;
    visit_float("group_norm", type, [&, &mean = mean, &scale = scale](auto element) {
      using T = decltype(element);
      std::vector<Dots> dots(static_cast<size_t>(groups.s.rows()));
      const Arguments<T> all = {in.data<T>(),    g.data<T>(),         data_or_null<T>(w), mean.data<T>(),
                                scale.data<T>(), data_or_null<T>(dx), dots.data()};
      parallel_for(groups.count, groups.per_chunk(), [&](int64_t begin, int64_t end) {
        for (int64_t k = begin; k < end; ++k) back_through(groups, k, all);
      });
      T *const dw = data_or_null<T>(dweight), *const db = data_or_null<T>(dbias);
      for (int64_t c = 0; c < groups.s.c; ++c) {
        double along = 0, total = 0;
        for (int64_t row = c; row < groups.s.rows(); row += groups.s.c) {
          along += dots[size_t(row)].along * double(all.scale[row / groups.members]);
          total += dots[size_t(row)].total;
        }
        if (dw) dw[c] = T(along);
        if (db) db[c] = T(total);
      }
    });
    return {dx, dweight, dbias};
  }

  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, weight, mean_value, scale_value, num_groups, eps] =
        context.load<Tensor, Tensor, Tensor, Tensor, int64_t, double>();
    const Groups groups(x.shape(), num_groups);
    const Shape rows = {groups.count, groups.group_size};
    const Tensor in = reshape(x, rows), centred = in - mean(in, {1}, true);
    const Tensor s = rsqrt(mean(centred * centred, {1}, true) + eps), normal = centred * s;
    const Tensor g = reshape(weight ? dy * along_channels(weight, x) : dy, rows);
    const Tensor dx = s * (g - mean(g, {1}, true) - normal * mean(g * normal, {1}, true));
    Ints axes = {0};
    for (int i = 2; i < x.ndim(); ++i) axes.push_back(i);
    return {reshape(dx, x.shape()), context.needs(1) ? sum(dy * reshape(normal, x.shape()), axes) : Tensor(),
            context.needs(2) ? sum(dy, axes) : Tensor()};
  }

 private:
  template <class T>
  struct Arguments {
    const T *x, *dy, *weight, *mean, *scale;
    T* dx;
    Dots* dots;
  };
  // With m numbers in the group: dx = s (w dy - Σ w dy / m - s² (x - mean) Σ w dy (x - mean) / m)
  template <class T>
  static void back_through(const Groups& groups, int64_t group, const Arguments<T>& all) {
    const int64_t l = groups.s.l;
    const T mean = all.mean[group];
    const double s = double(all.scale[group]), m = double(groups.group_size);
    const auto weight = [&](int64_t row) { return all.weight ? double(all.weight[row % groups.s.c]) : 1.0; };
    Dots sum{};
    for (int64_t row = group * groups.members; row < (group + 1) * groups.members; ++row) {
      const Dots d =
          channel_norm_kernels().dots.get<T>()(all.x + row * l, all.dy + row * l, Rectified<T>{}, mean, l);
      all.dots[row] = d;
      sum.total += weight(row) * d.total;
      sum.along += weight(row) * d.along;
    }
    if (!all.dx) return;
    for (int64_t row = group * groups.members; row < (group + 1) * groups.members; ++row)
      channel_norm_kernels().back.get<T>()(all.x + row * l, all.dy + row * l, Rectified<T>{},
                                           all.dx + row * l, mean, T(s * weight(row)),
                                           T(-s * s * s * sum.along / m), T(-s * sum.total / m), l);
  }
};

static const Op& group_norm_op = structured<GroupNorm>({
    .name = "group_norm",
    .args = {"x", "num_groups", {"weight", none}, {"bias", none}, {"eps", 1e-5}},
    .formula = "y = w x̂ + b, x̂ = (x - x̄) / √(σ² + ε)  with the mean and the variance of each group of "
               "channels of each sample",
    .gradient = "dx = (g - ḡ - x̂ mean(g x̂)) / √(σ² + ε) with g = w dy, dw = Σ dy x̂, db = Σ dy",
    .reference = "(lambda v, c: ((v - mean(v, -1, keepdims=True)) / sqrt(var(v, -1, keepdims=True) + "
                 "eps)).reshape(x.shape) * (1 if weight is None else c(weight)) + (0 if bias is None else "
                 "c(bias)))(x.reshape(x.shape[0], num_groups, prod(x.shape[1:]) // num_groups), "
                 "lambda v: v.reshape([1, -1] + [1] * (x.ndim - 2)))",
    .samples = {"randn(2, 6, 4, 5), 3, randn(6), randn(6)", "randn(3, 4, 7), 4, randn(4), None",
                "randn(2, 8), 2, None, None, 0.1", "randn(2, 2, 3, 37), 1", "randn(0, 4, 3), 2"},
    .doc =
        "Each sample's channels (axis 1) in `num_groups` groups of neighbours, every group brought to mean "
        "0 and variance 1, then each channel scaled by `weight` and shifted by `bias`, if they are given.",
    .source = "Y. Wu, K. He, Group normalization, 2018, equations 1 to 6",
    .home = Home::functional,
    .autocast = Autocast::float32,
});

}  // namespace pynn
