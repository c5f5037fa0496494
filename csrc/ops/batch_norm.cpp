// batch_norm — every channel brought to mean 0 and variance 1 over the batch; then scaled and shifted by what
// is learned.
//
// Forward sweeps over x twice, for the statistics of its rows and to scale and shift them; backward sweeps
// over x and dy twice, for two sums and for dx. A ReLU behind it, as most networks have, costs no sweep of
// its own: forward cuts off what is below 0, and backward finds anew from x where it did.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/parallel.h"
#include "ops/channels.h"

namespace pynn {

void check_channels(const char* op, const Tensor& x, std::initializer_list<PerChannel> given) {
  check_floating(op, x);
  if (x.ndim() < 2)
    throw ShapeError(text(op, ": expected (N, C, ...), got ", x.shape(),
                          ". Did you mean x.unsqueeze(0), a batch of one?"));
  for (const auto& [t, name] : given) {
    if (!t) continue;
    if (t.ndim() != 1 || t.numel() != x.shape()[1])
      throw ShapeError(text(op, ": got input ", x.shape(), ", which has ", x.shape()[1],
                            " channels (its axis 1), but ", name, " ", t.shape()));
    if (t.dtype() != x.dtype())
      throw DTypeError(
          text(op, ": x is ", x.dtype(), ", ", name, " ", t.dtype(), "; they must be of one type."));
  }
}

namespace {

constexpr int64_t kColumns = 32;  // channels that a thread takes at a time where L is 1

// collect(channel, row) for every row, then finish(channel), then apply(channel, row) for every row: two
// sweeps in the order of memory. One channel after the other would fetch x once, if it stayed in the cache;
// but its rows lie a power of two apart, as often as not, and compete for the same few places of the cache.
template <class Collect, class Finish, class Apply>
void by_channel(const Channels& s, const Collect& collect, const Finish& finish, const Apply& apply) {
  parallel_for(s.rows(), s.rows_per_chunk(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) collect(row % s.c, row);
  });
  for (int64_t c = 0; c < s.c; ++c) finish(c);
  parallel_for(s.rows(), s.rows_per_chunk(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) apply(row % s.c, row);
  });
}

// The factors of the second sweep, one of each for a channel.
template <class T>
struct Factors {
  std::vector<T> all;
  T *mean, *a, *b, *c;
  explicit Factors(int64_t channels) : all(size_t(4 * channels)) {
    mean = all.data();
    a = mean + channels;
    b = a + channels;
    c = b + channels;
  }
};

template <class T>
struct Learned {
  const T *weight, *bias;
  double w(int64_t c) const { return weight ? double(weight[c]) : 1.0; }
  double b(int64_t c) const { return bias ? double(bias[c]) : 0.0; }
};

template <class T>
T least_output(bool relu) {
  return relu ? T(0) : -std::numeric_limits<T>::infinity();
}

// y, mean, var (of n - 1), scale = 1 / √(var of n + ε); and where a ReLU follows, in `line`, all a and then
// all c of (x - mean) a + c.
template <class T>
void normalize(const Channels& s, const T* x, const Learned<T>& learned, double eps, T* line, T* y, T* mean,
               T* var, T* scale) {
  const T least = least_output<T>(line != nullptr);
  const ChannelNormKernels& kernels = channel_norm_kernels();
  Factors<T> f(s.c);
  const double count = double(s.n * s.l);
  const auto finish = [&](int64_t c, const Moments& m) {
    const double factor = 1 / std::sqrt(m.squares / count + eps), a = factor * learned.w(c);
    mean[c] = T(m.mean);
    var[c] = T(m.squares / (count - 1));
    scale[c] = T(factor);
    f.a[c] = T(a);
    f.c[c] = T(learned.b(c) - (m.mean - double(mean[c])) * a);
    if (line) line[c] = f.a[c], line[s.c + c] = f.c[c];
  };
  if (s.l == 1) {
    parallel_for(s.c, kColumns, [&](int64_t begin, int64_t end) {
      Moments moments[kColumns];
      for (int64_t c = begin; c < end; c += kColumns) {
        const int64_t width = std::min(kColumns, end - c);
        kernels.column_moments.get<T>()(x + c, s.c, s.n, width, moments);
        for (int64_t i = 0; i < width; ++i) finish(c + i, moments[i]);
        kernels.column_affine.get<T>()(x + c, y + c, mean + c, f.a + c, f.c + c, least, s.c, s.n, width);
      }
    });
    return;
  }
  std::vector<Moments> moments(static_cast<size_t>(s.rows()));
  by_channel(
      s, [&](int64_t, int64_t row) { moments[size_t(row)] = kernels.moments.get<T>()(x + row * s.l, s.l); },
      [&](int64_t c) {
        Moments all = moments[size_t(c)];
        for (int64_t n = 1; n < s.n; ++n) join(all, moments[size_t(n * s.c + c)]);
        finish(c, all);
      },
      [&](int64_t c, int64_t row) {
        kernels.affine.get<T>()(x + row * s.l, y + row * s.l, mean[c], f.a[c], f.c[c], least, s.l);
      });
}

// Σ dy and Σ dy (x - mean) of every channel; then make(c, dots) sets the factors; then dx = dy a + (x - mean)
// b + c, if it is wanted. `line`: as above where a ReLU follows, or null.
template <class T, class Make>
void gradients(const Channels& s, const T* x, const T* dy, const T* line, Factors<T>& f, T* dx,
               const Make& make) {
  const ChannelNormKernels& kernels = channel_norm_kernels();
  if (s.l == 1) {
    parallel_for(s.c, kColumns, [&](int64_t begin, int64_t end) {
      Dots dots[kColumns];
      for (int64_t c = begin; c < end; c += kColumns) {
        const int64_t width = std::min(kColumns, end - c);
        const RectifiedColumns<T> relu{line ? line + c : nullptr, line ? line + s.c + c : nullptr};
        kernels.column_dots.get<T>()(x + c, dy + c, relu, f.mean + c, s.c, s.n, width, dots);
        for (int64_t i = 0; i < width; ++i) make(c + i, dots[i]);
        if (dx)
          kernels.column_back.get<T>()(x + c, dy + c, relu, dx + c, f.mean + c, f.a + c, f.b + c, f.c + c,
                                       s.c, s.n, width);
      }
    });
    return;
  }
  const auto relu = [&](int64_t c) {
    return line ? Rectified<T>{true, line[c], line[s.c + c]} : Rectified<T>{};
  };
  std::vector<Dots> dots(static_cast<size_t>(s.rows()));
  by_channel(
      s,
      [&](int64_t c, int64_t row) {
        dots[size_t(row)] = kernels.dots.get<T>()(x + row * s.l, dy + row * s.l, relu(c), f.mean[c], s.l);
      },
      [&](int64_t c) {
        Dots all{};
        for (int64_t n = 0; n < s.n; ++n) {
          all.total += dots[size_t(n * s.c + c)].total;
          all.along += dots[size_t(n * s.c + c)].along;
        }
        make(c, all);
      },
      [&](int64_t c, int64_t row) {
        if (dx)
          kernels.back.get<T>()(x + row * s.l, dy + row * s.l, relu(c), dx + row * s.l, f.mean[c], f.a[c],
                                f.b[c], f.c[c], s.l);
      });
}

Ints all_but_channels(const Tensor& x) {
  Ints axes;
  for (int i = 0; i < x.ndim(); ++i)
    if (i != 1) axes.push_back(i);
  return axes;
}

Tensor wanted(bool is_wanted, const Tensor& like) {
  return is_wanted ? zeros(like.shape(), like.dtype()) : Tensor();
}

// The gradient of a ReLU whose output is `kept`; dy itself where there is none.
Tensor let_through(const Tensor& dy, const Tensor& kept) { return kept ? relu_gradient(kept, dy) : dy; }

Tensor or_zeros(const Tensor& t, const Shape& shape, DType type) { return t ? t : zeros(shape, type); }

}  // namespace

// Over the batch: in training.
struct BatchNormTraining {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, const Tensor& weight,
                                     const Tensor& bias, double eps, bool relu) {
    check_channels("batch_norm_training", x, {{weight, "weight"}, {bias, "bias"}});
    const Channels s(x.shape());
    if (s.n * s.l == 1)
      throw ShapeError(text("batch_norm_training: got input ", x.shape(),
                            ": one value per channel has no variance to learn from in training. Give a batch "
                            "of two or more (DataLoader(drop_last=True) leaves out a last batch of one), or "
                            "call model.eval()"));
    const DType type = x.dtype();
    const Tensor y = empty(x.shape(), type), mean = full({s.c}, NAN, type), var = full({s.c}, NAN, type),
                 scale = full({s.c}, NAN, type), line = relu ? full({2, s.c}, NAN, type) : Tensor();
    context.save(x, weight, mean, scale, eps, line);
    if (x.numel() == 0) return {y, mean, var};
    const Tensor in = x.contiguous(), w = weight ? weight.contiguous() : weight,
                 b = bias ? bias.contiguous() : bias;
    visit_float("batch_norm_training", type, [&](auto element) {
      using T = decltype(element);
      normalize<T>(s, in.data<T>(), {data_or_null<T>(w), data_or_null<T>(b)}, eps, data_or_null<T>(line),
                   y.data<T>(), mean.data<T>(), var.data<T>(), scale.data<T>());
    });
    return {y, mean, var};
  }

  // With n numbers in a channel and g = w dy:
  // dx = s (g - Σg/n - s² (x - mean) Σ g (x - mean) / n) + dmean / n + 2 dvar (x - mean) / (n - 1)
  static Gradients backward(const Context& context, const Tensor* dys) {
    const auto [x, weight, mean, scale, eps, line] =
        context.load<Tensor, Tensor, Tensor, Tensor, double, Tensor>();
    const Channels s(x.shape());
    const DType type = x.dtype();
    const Tensor dx = context.needs(0) ? empty(x.shape(), type) : Tensor();
    const Tensor dweight = context.needs(1) ? zeros({s.c}, type) : Tensor(),
                 dbias = context.needs(2) ? zeros({s.c}, type) : Tensor();
    if (x.numel() == 0) return {dx, dweight, dbias};
    const Tensor in = x.contiguous(), g = or_zeros(dys[0], x.shape(), type).contiguous(),
                 w = weight ? weight.contiguous() : weight,
                 dmean = or_zeros(dys[1], {s.c}, type).contiguous(),
                 dvar = or_zeros(dys[2], {s.c}, type).contiguous();
    visit_float("batch_norm_training", type, [&, &mean = mean, &scale = scale, &line = line](auto element) {
      using T = decltype(element);
      Factors<T> f(s.c);
      std::copy_n(mean.data<T>(), s.c, f.mean);
      const Learned<T> learned = {data_or_null<T>(w), nullptr};
      const double n = double(s.n * s.l);
      const T *const factor = scale.data<T>(), *const dm = dmean.data<T>(), *const dv = dvar.data<T>();
      T *const dw = data_or_null<T>(dweight), *const db = data_or_null<T>(dbias);
      gradients<T>(s, in.data<T>(), g.data<T>(), data_or_null<T>(line), f, data_or_null<T>(dx),
                   [&](int64_t c, const Dots& dots) {
                     const double sc = double(factor[c]), ws = learned.w(c) * sc;
                     if (dw) dw[c] = T(dots.along * sc);
                     if (db) db[c] = T(dots.total);
                     f.a[c] = T(ws);
                     f.b[c] = T(-ws * sc * sc * dots.along / n + 2 * double(dv[c]) / (n - 1));
                     f.c[c] = T((double(dm[c]) - ws * dots.total) / n);
                   });
    });
    return {dx, dweight, dbias};
  }

  static Gradients backward_in_ops(const Context& context, const Tensor* dys) {
    const auto [x, weight, mean_value, scale_value, eps, line] =
        context.load<Tensor, Tensor, Tensor, Tensor, double, Tensor>();
    const Channels s(x.shape());
    const auto through_relu = [&, &line = line, &at = mean_value, &x = x](const Tensor& dy) {
      if (!line) return dy;
      const Tensor a = along_channels(narrow(line, 0, 0, 1), x), c = along_channels(narrow(line, 0, 1, 1), x);
      return select((x - along_channels(at, x)) * a + c > 0, dy, 0.0);
    };
    const Tensor dy = through_relu(or_zeros(dys[0], x.shape(), x.dtype()));
    const Ints axes = all_but_channels(x);
    const Tensor centred = x - mean(x, axes, true);
    const Tensor factor = rsqrt(mean(centred * centred, axes, true) + eps), normal = centred * factor;
    const Tensor g = weight ? dy * along_channels(weight, x) : dy;
    Tensor dx = factor * (g - mean(g, axes, true) - normal * mean(g * normal, axes, true));
    const double n = double(s.n * s.l);
    if (dys[1]) dx = dx + along_channels(dys[1], x) * (1 / n);
    if (dys[2]) dx = dx + centred * along_channels(dys[2], x) * (2 / (n - 1));
    return {dx, context.needs(1) ? sum(dy * normal, axes) : Tensor(),
            context.needs(2) ? sum(dy, axes) : Tensor()};
  }
};

// With mean and variance given: in evaluation.
struct BatchNormEvaluation {
  static Tensor forward(Context& context, const Tensor& x, const Tensor& mean, const Tensor& var,
                        const Tensor& weight, const Tensor& bias, double eps, bool relu) {
    check_channels("batch_norm_evaluation", x,
                   {{mean, "running_mean"}, {var, "running_var"}, {weight, "weight"}, {bias, "bias"}});
    const Channels s(x.shape());
    const Tensor y = empty(x.shape(), x.dtype());
    context.save(x, mean, var, weight, eps, relu ? y : Tensor());
    const Tensor in = x.contiguous(), m = mean.contiguous(), v = var.contiguous(),
                 w = weight ? weight.contiguous() : weight, b = bias ? bias.contiguous() : bias;
    visit_float("batch_norm_evaluation", x.dtype(), [&](auto element) {
      using T = decltype(element);
      const Learned<T> learned = {data_or_null<T>(w), data_or_null<T>(b)};
      const Factors<T> f(s.c);
      const T *const centre = m.data<T>(), *const from = in.data<T>();
      T* const to = y.data<T>();
      for (int64_t c = 0; c < s.c; ++c) {
        f.a[c] = T(learned.w(c) / std::sqrt(double(v.data<T>()[c]) + eps));
        f.c[c] = T(learned.b(c));
      }
      scale_rows(s, from, to, centre, f.a, f.c, least_output<T>(relu));
    });
    return y;
  }

  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, mean, var, weight, eps, kept] =
        context.load<Tensor, Tensor, Tensor, Tensor, double, Tensor>();
    const Channels s(x.shape());
    const DType type = x.dtype();
    const Tensor dx = context.needs(0) ? empty(x.shape(), type) : Tensor();
    const Tensor dmean = wanted(context.needs(1), mean), dvar = wanted(context.needs(2), mean),
                 dweight = wanted(context.needs(3), mean), dbias = wanted(context.needs(4), mean);
    const Tensor in = x.contiguous(), g = let_through(dy, kept).contiguous(), m = mean.contiguous(),
                 v = var.contiguous(), w = weight ? weight.contiguous() : weight;
    visit_float("batch_norm_evaluation", type, [&, eps = eps](auto element) {
      using T = decltype(element);
      const Learned<T> learned = {data_or_null<T>(w), nullptr};
      Factors<T> f(s.c);
      std::vector<double> scale(static_cast<size_t>(s.c));
      const std::vector<T> none(static_cast<size_t>(s.c));
      for (int64_t c = 0; c < s.c; ++c) {
        f.mean[c] = m.data<T>()[c];
        scale[size_t(c)] = 1 / std::sqrt(double(v.data<T>()[c]) + eps);
        f.a[c] = T(learned.w(c) * scale[size_t(c)]);
      }
      if (dmean || dvar || dweight || dbias) {
        T *const dm = data_or_null<T>(dmean), *const dv = data_or_null<T>(dvar),
                 *const dw = data_or_null<T>(dweight), *const db = data_or_null<T>(dbias);
        gradients<T>(s, in.data<T>(), g.data<T>(), nullptr, f, nullptr, [&](int64_t c, const Dots& dots) {
          const double sc = scale[size_t(c)], ws = learned.w(c) * sc;
          if (dm) dm[c] = T(-ws * dots.total);
          if (dv) dv[c] = T(-0.5 * ws * sc * sc * dots.along);
          if (dw) dw[c] = T(sc * dots.along);
          if (db) db[c] = T(dots.total);
        });
      }
      if (dx) scale_rows(s, g.data<T>(), dx.data<T>(), none.data(), f.a, none.data(), least_output<T>(false));
    });
    return {dx, dmean, dvar, dweight, dbias};
  }

  static Gradients backward_in_ops(const Context& context, const Tensor& given) {
    const auto [x, mean, var, weight, eps, kept] =
        context.load<Tensor, Tensor, Tensor, Tensor, double, Tensor>();
    const Tensor dy = let_through(given, kept);
    const Ints axes = all_but_channels(x);
    const Tensor s = rsqrt(var + eps), ws = weight ? weight * s : s;
    const Tensor centred = x - along_channels(mean, x), total = sum(dy, axes),
                 along = sum(dy * centred, axes);
    return {dy * along_channels(ws, x), -ws * total, -0.5 * (ws * s * s * along), s * along, total};
  }

 private:
  // y = (x - mean) a + c, at least `least`
  template <class T>
  static void scale_rows(const Channels& s, const T* x, T* y, const T* mean, const T* a, const T* c,
                         T least) {
    if (s.l == 1) {
      parallel_for(s.n, std::max<int64_t>(1, (int64_t(1) << 14) / std::max<int64_t>(1, s.c)),
                   [&](int64_t begin, int64_t end) {
                     channel_norm_kernels().column_affine.get<T>()(x + begin * s.c, y + begin * s.c, mean, a,
                                                                   c, least, s.c, end - begin, s.c);
                   });
      return;
    }
    parallel_for(s.rows(), s.rows_per_chunk(), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t k = row % s.c;
        channel_norm_kernels().affine.get<T>()(x + row * s.l, y + row * s.l, mean[k], a[k], c[k], least, s.l);
      }
    });
  }
};

#define PYNN_CHANNELWISE "(lambda v: v.reshape([1, -1] + [1] * (x.ndim - 2)))"

static const Op& training_op = structured<BatchNormTraining>({
    .name = "batch_norm_training",
    .args = {"x", {"weight", none}, {"bias", none}, {"eps", 1e-5}, {"relu", false}},
    .formula = "y = w x̂ + b, x̂ = (x - x̄) / √(σ² + ε)  with the mean and the variance of each channel",
    .gradient = "dx = (g - ḡ - x̂ mean(g x̂)) / √(σ² + ε) with g = w dy, dw = Σ dy x̂, db = Σ dy",
    .reference = "(lambda axes, c: (maximum((x - mean(x, axes, keepdims=True)) / sqrt(var(x, axes, "
                 "keepdims=True) + eps) * (1 if weight is None else c(weight)) + (0 if bias is None else "
                 "c(bias)), 0 if relu else -inf), mean(x, axes), var(x, axes, ddof=1)))((0, *range(2, "
                 "x.ndim)), " PYNN_CHANNELWISE ")",
    .samples = {"randn(5, 3), randn(3), randn(3)", "randn(4, 9, 5), randn(9), randn(9)",
                "randn(2, 3, 4, 5), randn(3), None, 0.1", "randn(19, 37), None, randn(37)",
                "randn(2, 10, 3, 7)", "randn(3, 5, 7), randn(5), randn(5), 1e-5, True",
                "randn(9, 5), randn(5), randn(5), 1e-5, True"},
    .doc = "Every channel (axis 1) brought to mean 0 and variance 1 over all other axes, then scaled by "
           "`weight` and shifted by `bias`, and with `relu` cut off below 0; the means and the variances (of "
           "n - 1) of the channels.",
    .source = "S. Ioffe, C. Szegedy, Batch normalization, 2015, algorithm 1",
    .home = Home::internal,
    .outputs = {"output", "mean", "var"},
    .autocast = Autocast::float32,
});

static const Op& evaluation_op = structured<BatchNormEvaluation>({
    .name = "batch_norm_evaluation",
    .args = {"x", "mean", "var", {"weight", none}, {"bias", none}, {"eps", 1e-5}, {"relu", false}},
    .formula = "y = w (x - mean) / √(var + ε) + b  with the numbers of each channel",
    .gradient = "dx = w s dy, dw = Σ dy s (x - mean), db = Σ dy, dmean = -w s Σ dy, "
                "dvar = -½ w s³ Σ dy (x - mean), with s = 1 / √(var + ε)",
    .reference = "(lambda c: maximum((x - c(mean)) / sqrt(c(var) + eps) * (1 if weight is None else "
                 "c(weight)) + (0 if bias is None else c(bias)), 0 if relu else -inf))" PYNN_CHANNELWISE,
    .samples = {"randn(5, 3), randn(3), 0.1 + rand(3), randn(3), randn(3)",
                "randn(2, 9, 5), randn(9), 0.1 + rand(9), randn(9), randn(9)",
                "randn(2, 3, 4, 5), randn(3), 0.1 + rand(3), None, randn(3), 0.1",
                "randn(0, 3, 4), randn(3), 0.1 + rand(3)",
                "randn(3, 4, 9), randn(4), 0.1 + rand(4), randn(4), randn(4), 1e-5, True",
                "randn(7, 4), randn(4), 0.1 + rand(4), randn(4), randn(4), 1e-5, True"},
    .doc = "Every channel (axis 1) brought to mean 0 and variance 1 by a mean and a variance that are given, "
           "then scaled by `weight` and shifted by `bias`, and with `relu` cut off below 0.",
    .source = "S. Ioffe, C. Szegedy, Batch normalization, 2015, algorithm 2, step 11",
    .home = Home::internal,
    .autocast = Autocast::float32,
});

Tensor batch_norm_evaluation(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                             const Tensor& bias, double eps, bool relu) {
  return call(evaluation_op, x, mean, var, weight, bias, eps, relu);
}

}  // namespace pynn
