// max_pool1d, max_pool2d — the largest element of each window.
//
// For the gradient, forward writes down which element of its window won: one byte for each window, or four
// where windows have more than 256 elements.
#include <algorithm>

#include "core/parallel.h"
#include "ops/windows.h"

namespace pynn {

namespace {

template <class T, class Code>
auto* forward_kernel() {
  if constexpr (sizeof(Code) == 1)
    return pool_kernels().max_bytes.template get<T>();
  else
    return pool_kernels().max_ints.template get<T>();
}
template <class T, class Code>
auto* backward_kernel() {
  if constexpr (sizeof(Code) == 1)
    return pool_kernels().unpool_bytes.template get<T>();
  else
    return pool_kernels().unpool_ints.template get<T>();
}

// body(T(), Code()) for x's type and what holds the codes.
template <class Body>
void visit_codes(const char* op, DType type, const Windows& windows, const Body& body) {
  visit_float(op, type, [&](auto element) {
    windows.h.kernel* windows.w.kernel <= 256 ? body(element, uint8_t()) : body(element, int32_t());
  });
}

Tensor empty_codes(const Windows& windows) {
  const bool bytes = windows.h.kernel * windows.w.kernel <= 256;
  return empty({numel(windows.out) + kCodeSlack}, bytes ? DType::uint8 : DType::int32);
}

// y, and the codes if they are defined.
void pool(const char* op, const Tensor& x, const Windows& windows, const Tensor& y, const Tensor& codes) {
  const Tensor in = x.contiguous();
  visit_codes(op, x.dtype(), windows, [&](auto element, auto code) {
    using T = decltype(element);
    using Code = decltype(code);
    const MaxPoolPlanes<T, Code> all = {in.data<T>(), y.data<T>(), codes ? codes.data<Code>() : nullptr, 0,
                                        windows.h,    windows.w};
    auto* kernel = forward_kernel<T, Code>();
    const int64_t before = windows.h.size * windows.w.size, after = windows.h.out * windows.w.out;
    parallel_for(windows.planes, windows.planes_per_chunk(), [=](int64_t begin, int64_t end) {
      MaxPoolPlanes<T, Code> part = all;
      part.x += begin * before;
      part.y += begin * after;
      if (part.codes) part.codes += begin * after;
      part.planes = end - begin;
      kernel(part);
    });
  });
}

Tensor unpool(const char* op, const Tensor& dy, const Windows& windows, const Tensor& codes,
              const Shape& shape) {
  const Tensor g = dy.contiguous(), dx = empty(shape, dy.dtype());
  visit_codes(op, dy.dtype(), windows, [&](auto element, auto code) {
    using T = decltype(element);
    using Code = decltype(code);
    const MaxUnpoolPlanes<T, Code> all = {g.data<T>(), codes.data<Code>(), dx.data<T>(),
                                          0,           windows.h,          windows.w};
    auto* kernel = backward_kernel<T, Code>();
    const int64_t before = windows.h.size * windows.w.size, after = windows.h.out * windows.w.out;
    parallel_for(windows.planes, windows.planes_per_chunk(), [=](int64_t begin, int64_t end) {
      MaxUnpoolPlanes<T, Code> part = all;
      part.dy += begin * after;
      part.codes += begin * after;
      part.dx += begin * before;
      part.planes = end - begin;
      kernel(part);
    });
  });
  return dx;
}

// The place h W + w in its plane of each maximum, (planes, windows) int64.
Tensor places_of(const char* op, DType type, const Windows& windows, const Tensor& codes) {
  const auto [h, w] = std::pair(windows.h, windows.w);
  const Tensor places = empty({windows.planes, h.out * w.out}, DType::int64);
  int64_t* to = places.data<int64_t>();
  visit_codes(op, type, windows, [&](auto, auto code) {
    const auto* from = codes.data<decltype(code)>();
    for (int64_t plane = 0; plane < windows.planes; ++plane)
      for (int64_t i = 0; i < h.out; ++i)
        for (int64_t j = 0; j < w.out; ++j, ++from, ++to) {
          const int64_t row = i * h.stride - h.pad + *from / w.kernel * h.dilation;
          const int64_t column = j * w.stride - w.pad + *from % w.kernel * w.dilation;
          *to = std::clamp<int64_t>(row, 0, h.size - 1) * w.size + std::clamp<int64_t>(column, 0, w.size - 1);
        }
  });
  return places;
}

struct Settings {
  Ints kernel_size, stride, padding, dilation;
  bool ceil_mode;
};

void save(Context& context, const Tensor& codes, const Shape& shape, const WindowSettings& s) {
  context.save(codes, shape, s.kernel_size, s.stride, s.padding, s.dilation, s.ceil_mode);
}

// What forward saved.
struct Saved {
  Tensor codes;
  Shape shape;
  Windows windows;
  Saved(const char* op, int axes, const Context& context) {
    Ints kernel_size, stride, padding, dilation;
    bool ceil_mode;
    std::tie(codes, shape, kernel_size, stride, padding, dilation, ceil_mode) =
        context.load<Tensor, Shape, Ints, Ints, Ints, Ints, bool>();
    windows = windows_again(op, shape, axes, {kernel_size, stride, padding, dilation, ceil_mode});
  }
};

Gradients backward_of(const char* op, int axes, const Context& context, const Tensor& dy) {
  const Saved saved(op, axes, context);
  return {unpool(op, dy, saved.windows, saved.codes, saved.shape)};
}
Gradients backward_in_ops_of(const char* op, int axes, const Context& context, const Tensor& dy) {
  const Saved saved(op, axes, context);
  const Windows& windows = saved.windows;
  const Tensor places = places_of(op, dy.dtype(), windows, saved.codes);
  const Shape flat = {windows.planes, windows.h.size * windows.w.size};
  return {reshape(scatter_add(zeros(flat, dy.dtype()), 1, places, reshape(dy, places.shape())), saved.shape)};
}

}  // namespace

template <int axes>
struct MaxPool {
  static constexpr const char* name = axes == 1 ? "max_pool1d" : "max_pool2d";
  static Tensor forward(Context& context, const Tensor& x, const Ints& kernel_size, const Ints& stride,
                        const Ints& padding, const Ints& dilation, bool ceil_mode) {
    const WindowSettings settings = {kernel_size, stride, padding, dilation, ceil_mode};
    const Windows windows = windows_over(name, x, axes, settings);
    const Tensor y = empty(windows.out, x.dtype());
    const Tensor codes = context.records() ? empty_codes(windows) : Tensor();
    save(context, codes, x.shape(), settings);
    pool(name, x, windows, y, codes);
    return y;
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    return backward_of(name, axes, context, dy);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    return backward_in_ops_of(name, axes, context, dy);
  }
};

template <int axes>
struct MaxPoolWithIndices {
  static constexpr const char* name = MaxPool<axes>::name;
  static std::vector<Tensor> forward(Context& context, const Tensor& x, const Ints& kernel_size,
                                     const Ints& stride, const Ints& padding, const Ints& dilation,
                                     bool ceil_mode) {
    const WindowSettings settings = {kernel_size, stride, padding, dilation, ceil_mode};
    const Windows windows = windows_over(name, x, axes, settings);
    const Tensor y = empty(windows.out, x.dtype()), codes = empty_codes(windows);
    save(context, codes, x.shape(), settings);
    pool(name, x, windows, y, codes);
    const Tensor places = places_of(name, x.dtype(), windows, codes);
    return {y, places.alias(windows.out, row_major(windows.out), 0)};
  }
  static Gradients backward(const Context& context, const Tensor* dy) {
    return backward_of(name, axes, context, dy[0]);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dy) {
    return backward_in_ops_of(name, axes, context, dy[0]);
  }
};

namespace {

std::vector<Arg> arguments() {
  return {"x",
          "kernel_size",
          {"stride", none},
          {"padding", Ints{0}},
          {"dilation", Ints{1}},
          {"ceil_mode", false}};
}
// NumPy's windows, each of the extent d (k - 1) + 1 and thinned out by d; samples give every setting.
#define PYNN_WINDOWS_1D                                                                      \
  "(lambda k, s, p, d: lib.stride_tricks.sliding_window_view(pad(x, [(0, 0)] * (x.ndim - 1)" \
  " + [(p[0], p[0])], constant_values=-inf), d[0] * (k[0] - 1) + 1, -1)[..., ::s[0], ::d[0]])"
#define PYNN_WINDOWS_2D                                                                                      \
  "(lambda k, s, p, d: lib.stride_tricks.sliding_window_view(pad(x, [(0, 0)] * (x.ndim - 2) + [(p[0], p[0])" \
  ", (p[1], p[1])], constant_values=-inf), (d[0] * (k[0] - 1) + 1, d[1] * (k[1] - 1) + 1), (-2, -1))"        \
  "[..., ::s[0], ::s[1], ::d[0], ::d[1]])"
#define PYNN_SETTINGS "(kernel_size, stride, padding, dilation)"

constexpr const char* kFormula = "y[i] = max over b of x[i stride + b dilation - padding]";
constexpr const char* kGradient =
    "dy[i] goes to the element that was the largest of window i: the first of several";

}  // namespace

static const Op& max_pool1d_op = structured<MaxPool<1>>({
    .name = "max_pool1d",
    .args = arguments(),
    .formula = kFormula,
    .gradient = kGradient,
    .reference = PYNN_WINDOWS_1D PYNN_SETTINGS ".max(-1)",
    .samples = {"randn(2, 3, 11), (2,), (2,), (0,), (1,)", "randn(3, 70), (3,), (2,), (1,), (2,)",
                "randn(2, 3, 41), (5,), (1,), (2,), (1,)", "randn(1, 2, 40), (4,), (3,), (0,), (1,)",
                "randn(0, 2, 8), (2,), (2,), (0,), (1,)"},
    .doc = "The largest element of each window along the last axis.",
    .home = Home::internal,
});
static const Op& max_pool2d_op = structured<MaxPool<2>>({
    .name = "max_pool2d",
    .args = arguments(),
    .formula = kFormula,
    .gradient = kGradient,
    .reference = PYNN_WINDOWS_2D PYNN_SETTINGS ".max((-2, -1))",
    .samples = {"randn(2, 3, 8, 8), (2, 2), (2, 2), (0, 0), (1, 1)",
                "randn(2, 2, 7, 75), (2, 2), (2, 2), (0, 0), (1, 1)",
                "randn(2, 2, 9, 7), (3, 3), (2, 2), (1, 1), (1, 1)",
                "randn(2, 6, 40), (2, 3), (1, 2), (1, 0), (2, 1)",
                "randn(1, 2, 7, 37), (3, 2), (3, 1), (0, 1), (1, 2)",
                "randn(2, 20, 19), (17, 16), (1, 3), (8, 0), (1, 1)",
                "randn(0, 3, 8, 8), (2, 2), (2, 2), (0, 0), (1, 1)"},
    .doc = "The largest element of each window over the last two axes.",
    .source = "Weng, Ahuja & Huang 1992, Cresceptron; Riesenhuber & Poggio 1999",
    .home = Home::internal,
});
static const Op& max_pool1d_with_indices_op = structured<MaxPoolWithIndices<1>>({
    .name = "max_pool1d_with_indices",
    .args = arguments(),
    .formula = kFormula,
    .gradient = kGradient,
    .reference = "(lambda v, k, s, p, d: (v.max(-1), arange(v.shape[-2]) * s[0] - p[0] + v.argmax(-1) * "
                 "d[0]))(" PYNN_WINDOWS_1D PYNN_SETTINGS ", kernel_size, stride, padding, dilation)",
    .samples = {"randn(2, 3, 11), (2,), (2,), (0,), (1,)", "randn(3, 70), (3,), (2,), (1,), (2,)"},
    .doc = "The largest element of each window along the last axis, and where it lies.",
    .home = Home::internal,
    .outputs = {"values", "indices"},
});
static const Op& max_pool2d_with_indices_op = structured<MaxPoolWithIndices<2>>({
    .name = "max_pool2d_with_indices",
    .args = arguments(),
    .formula = kFormula,
    .gradient = kGradient,
    .reference =
        "(lambda v, k, s, p, d: (lambda at: (v.max((-2, -1)), (arange(v.shape[-4])[:, None] * s[0] "
        "- p[0] + at // k[1] * d[0]) * x.shape[-1] + arange(v.shape[-3]) * s[1] - p[1] + at % k[1] * "
        "d[1]))(v.reshape(*v.shape[:-2], -1).argmax(-1)))"
        "(" PYNN_WINDOWS_2D PYNN_SETTINGS ", kernel_size, stride, padding, dilation)",
    .samples = {"randn(2, 3, 8, 8), (2, 2), (2, 2), (0, 0), (1, 1)",
                "randn(2, 6, 40), (2, 3), (1, 2), (1, 0), (2, 1)"},
    .doc = "The largest element of each window over the last two axes, and where it lies in its plane: row "
           "times width plus column.",
    .home = Home::internal,
    .outputs = {"values", "indices"},
});

}  // namespace pynn
