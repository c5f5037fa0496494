// avg_pool1d, avg_pool2d — the mean of each window.
//
// Pooling is linear, and its gradient is its adjoint: an op too, whose gradient is pooling again.
#include <algorithm>
#include <vector>

#include "core/parallel.h"
#include "ops/windows.h"

namespace pynn {

namespace {

const Ints kNoDilation{1};

// How many elements each window counts along one axis: all of them, or those inside. Windows that ceil_mode
// adds reach no further than the padding.
template <class T>
std::vector<T> counts(const WindowAxis& w, bool with_padding) {
  std::vector<T> all(static_cast<size_t>(w.out));
  for (int64_t i = 0; i < w.out; ++i) {
    const int64_t start = i * w.stride - w.pad, end = std::min(start + w.kernel, w.size + w.pad);
    all[size_t(i)] = T(with_padding ? end - start : std::min(end, w.size) - std::max<int64_t>(start, 0));
  }
  return all;
}

struct Divisor {
  bool with_padding;
  int64_t instead;  // of the count, or 0
};

// y = pooled x, or, backwards, dx from dy.
void run_average(const char* op, const Tensor& from, const Tensor& to, const Windows& windows,
                 const Divisor& divisor, bool backwards) {
  const Tensor in = from.contiguous();
  visit_float(op, from.dtype(), [&](auto element) {
    using T = decltype(element);
    std::vector<T> heights = counts<T>(windows.h, divisor.with_padding),
                   widths = counts<T>(windows.w, divisor.with_padding);
    if (divisor.instead) {
      heights.assign(heights.size(), T(divisor.instead));
      widths.assign(widths.size(), T(1));
    }
    const AveragePlanes<T> all = {in.data<T>(), to.data<T>(), heights.data(), widths.data(), 0,
                                  windows.h,    windows.w};
    auto* kernel = (backwards ? pool_kernels().average_back : pool_kernels().average).template get<T>();
    const int64_t before = windows.h.size * windows.w.size, after = windows.h.out * windows.w.out;
    parallel_for(windows.planes, windows.planes_per_chunk(), [=](int64_t begin, int64_t end) {
      AveragePlanes<T> part = all;
      part.from += begin * (backwards ? after : before);
      part.to += begin * (backwards ? before : after);
      part.planes = end - begin;
      kernel(part);
    });
  });
}

Divisor divisor_of(const char* op, bool count_include_pad, const Ints& divisor_override) {
  if (!divisor_override.present) return {count_include_pad, 0};
  if (divisor_override.size() != 1 || divisor_override[0] == 0)
    throw ValueError(text(op, ": divisor_override must be an integer that is not 0, or None; got ",
                          static_cast<const Dims&>(divisor_override)));
  return {count_include_pad, divisor_override[0]};
}

Tensor avg_pool_back(int axes, const Tensor& dy, const Shape& shape, const Ints& kernel_size,
                     const Ints& stride, const Ints& padding, bool ceil_mode, bool count_include_pad,
                     const Ints& divisor_override);

}  // namespace

template <int axes>
struct AvgPool {
  static constexpr const char* name = axes == 1 ? "avg_pool1d" : "avg_pool2d";
  static Tensor forward(Context& context, const Tensor& x, const Ints& kernel_size, const Ints& stride,
                        const Ints& padding, bool ceil_mode, bool count_include_pad,
                        const Ints& divisor_override) {
    const Windows windows =
        windows_over(name, x, axes, {kernel_size, stride, padding, kNoDilation, ceil_mode});
    const Divisor divisor = divisor_of(name, count_include_pad, divisor_override);
    context.save(x.shape(), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
    const Tensor y = empty(windows.out, x.dtype());
    run_average(name, x, y, windows, divisor, false);
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override] =
        context.load<Shape, Ints, Ints, Ints, bool, bool, Ints>();
    return {avg_pool_back(axes, dy, shape, kernel_size, stride, padding, ceil_mode, count_include_pad,
                          divisor_override)};
  }
};

// The adjoint: each element of dy divided up among the window that it is the mean of.
template <int axes>
struct AvgPoolBack {
  static constexpr const char* name = axes == 1 ? "avg_pool1d_back" : "avg_pool2d_back";
  static Tensor forward(Context& context, const Tensor& dy, const Ints& shape, const Ints& kernel_size,
                        const Ints& stride, const Ints& padding, bool ceil_mode, bool count_include_pad,
                        const Ints& divisor_override);
  static Gradients backward_in_ops(const Context& context, const Tensor& ddx);
};

namespace {

// Without padding, where samples give every setting.
constexpr const char* kFormula = "y[i] = Σ x[i stride + b - padding] over b, divided by how many there are";
constexpr const char* kGradient = "dx[k] = Σ dy[i] / count[i] over the windows i that hold k";

std::vector<Arg> arguments() {
  return {"x",
          "kernel_size",
          {"stride", none},
          {"padding", Ints{0}},
          {"ceil_mode", false},
          {"count_include_pad", true},
          {"divisor_override", none}};
}
std::vector<Arg> arguments_with_shape() {
  std::vector<Arg> all = arguments();
  all.insert(all.begin() + 1, "shape");
  return all;
}

}  // namespace

static const Op& avg_pool1d_op = structured<AvgPool<1>>({
    .name = "avg_pool1d",
    .args = arguments(),
    .formula = kFormula,
    .gradient = kGradient,
    .reference = "lib.stride_tricks.sliding_window_view(pad(x, [(0, 0)] * (x.ndim - 1) + [(padding[0], "
                 "padding[0])]), kernel_size[0], -1)[..., ::stride[0], :].mean(-1)",
    .samples = {"randn(2, 3, 11), (2,), (2,), (0,)", "randn(3, 70), (3,), (2,), (1,)",
                "randn(1, 2, 40), (4,), (3,), (0,)", "randn(0, 2, 8), (2,), (2,), (0,)"},
    .doc = "The mean of each window along the last axis of (N, C, L) or (C, L).\n\n"
           "Without a `stride` windows lie side by side. `padding` puts zeros at both ends, which count "
           "unless `count_include_pad` is False; `ceil_mode` adds a window for what is left over.",
    .home = Home::functional,
});
static const Op& avg_pool2d_op = structured<AvgPool<2>>({
    .name = "avg_pool2d",
    .args = arguments(),
    .formula = kFormula,
    .gradient = kGradient,
    .reference = "lib.stride_tricks.sliding_window_view(pad(x, [(0, 0)] * (x.ndim - 2) + [(padding[0], "
                 "padding[0]), (padding[1], padding[1])]), kernel_size, (-2, -1))[..., ::stride[0], "
                 "::stride[1], :, :].sum((-2, -1)) / (kernel_size[0] * kernel_size[1] if divisor_override is "
                 "None else divisor_override)",
    .samples = {"randn(2, 3, 8, 8), (2, 2), (2, 2), (0, 0)", "randn(2, 2, 9, 7), (3, 3), (2, 2), (1, 1)",
                "randn(2, 6, 40), (2, 3), (1, 2), (1, 0), False, True, 5",
                "randn(1, 2, 7, 37), (3, 2), (3, 1), (0, 1)", "randn(0, 3, 8, 8), (2, 2), (2, 2), (0, 0)"},
    .doc = "The mean of each window over the last two axes of (N, C, H, W) or (C, H, W).\n\n"
           "Sizes are one integer or (height, width). Without a `stride` windows lie side by side. `padding` "
           "puts zeros around the image, which count unless `count_include_pad` is False; `ceil_mode` adds "
           "windows for what is left over; `divisor_override` takes the place of the count.",
    .source = "LeCun et al. 1998, Gradient-based learning applied to document recognition, section II.B",
    .home = Home::functional,
});

namespace {

constexpr const char* kBackFormula = "y[k] = Σ x[i] / count[i] over the windows i that hold k";
constexpr const char* kBackGradient = "the mean of each window of dy";

}  // namespace

static const Op& avg_pool1d_back_op = structured<AvgPoolBack<1>>({
    .name = "avg_pool1d_back",
    .args = arguments_with_shape(),
    .formula = kBackFormula,
    .gradient = kBackGradient,
    .reference = "(lambda a: array([[dot(a(e), r) for e in eye(shape[-1])] for r in x.reshape(-1, "
                 "x.shape[-1])]).reshape(shape))(lambda e: lib.stride_tricks.sliding_window_view(pad(e, "
                 "padding[0]), kernel_size[0])[::stride[0]].mean(-1))",
    .samples = {"randn(2, 3, 5), (2, 3, 11), (2,), (2,), (0,)", "randn(3, 35), (3, 70), (3,), (2,), (1,)"},
    .doc = "The adjoint of avg_pool1d: what each element of an input of this shape gets back.",
    .home = Home::internal,
});
static const Op& avg_pool2d_back_op = structured<AvgPoolBack<2>>({
    .name = "avg_pool2d_back",
    .args = arguments_with_shape(),
    .formula = kBackFormula,
    .gradient = kBackGradient,
    .reference = "(lambda a, h, w: einsum('ih,bij,jw->bhw', a(0, h), x.reshape(-1, *x.shape[-2:]), a(1, "
                 "w)).reshape(shape))("
                 "lambda k, n: lib.stride_tricks.sliding_window_view(pad(eye(n), [(padding[k], padding[k]), "
                 "(0, 0)]), kernel_size[k], 0)[::stride[k]].mean(-1), shape[-2], shape[-1])",
    .samples = {"randn(2, 3, 4, 4), (2, 3, 8, 8), (2, 2), (2, 2), (0, 0)",
                "randn(2, 2, 5, 4), (2, 2, 9, 7), (3, 3), (2, 2), (1, 1)"},
    .doc = "The adjoint of avg_pool2d: what each element of an input of this shape gets back.",
    .home = Home::internal,
});

template <int axes>
Tensor AvgPoolBack<axes>::forward(Context& context, const Tensor& dy, const Ints& shape,
                                  const Ints& kernel_size, const Ints& stride, const Ints& padding,
                                  bool ceil_mode, bool count_include_pad, const Ints& divisor_override) {
  if (shape.size() != axes + 1 && shape.size() != axes + 2)
    throw ShapeError(text(name, ": shape must have ", axes + 1, " or ", axes + 2, " axes, got ",
                          static_cast<const Dims&>(shape)));
  numel(shape);  // throws where a size is negative
  const Windows windows =
      windows_again(name, shape, axes, {kernel_size, stride, padding, kNoDilation, ceil_mode});
  if (!(dy.shape() == windows.out))
    throw ShapeError(text(name, ": got ", dy.shape(), " for an input ", static_cast<const Dims&>(shape),
                          ", whose windows make ", windows.out));
  const Divisor divisor = divisor_of(name, count_include_pad, divisor_override);
  context.save(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
  const Tensor dx = empty(shape, dy.dtype());
  run_average(name, dy, dx, windows, divisor, true);
  return dx;
}
template <int axes>
Gradients AvgPoolBack<axes>::backward_in_ops(const Context& context, const Tensor& ddx) {
  const auto [kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override] =
      context.load<Ints, Ints, Ints, bool, bool, Ints>();
  return {call(axes == 1 ? avg_pool1d_op : avg_pool2d_op, ddx, kernel_size, stride, padding, ceil_mode,
               count_include_pad, divisor_override)};
}

namespace {

Tensor avg_pool_back(int axes, const Tensor& dy, const Shape& shape, const Ints& kernel_size,
                     const Ints& stride, const Ints& padding, bool ceil_mode, bool count_include_pad,
                     const Ints& divisor_override) {
  return call(axes == 1 ? avg_pool1d_back_op : avg_pool2d_back_op, dy, Ints(shape), kernel_size, stride,
              padding, ceil_mode, count_include_pad, divisor_override);
}

}  // namespace

}  // namespace pynn
