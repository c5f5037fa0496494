// resample — images and sequences of another size: what F.interpolate and adaptive average pooling call.
//
// Resampling is linear along each axis, y = A x Bᵀ. Its gradient is Aᵀ dy B, by the same loops with the
// transposed matrices.
#include <algorithm>

#include "core/parallel.h"
#include "ops/interpolation.h"
#include "ops/ops.h"

namespace pynn {

namespace {

constexpr int64_t kLargestSize = int64_t(1) << 30;  // places are counted in 32 bits

// Arguments of the ops.
struct Resampling {
  std::string_view mode;
  bool align_corners, antialias;
  double scale_h, scale_w;

  Interpolation along(bool width) const {
    const std::string_view plain = mode == "bilinear"  ? std::string_view("linear")
                                   : mode == "bicubic" ? std::string_view("cubic")
                                                       : mode;
    return {plain, align_corners, antialias, width ? scale_w : scale_h};
  }
};

// Modes are kept as numbers for backward.
constexpr std::string_view kModes[] = {"nearest", "nearest-exact", "linear", "bilinear", "bicubic", "area"};
int64_t number_of(const char* op, std::string_view mode) {
  const auto* found = std::find(std::begin(kModes), std::end(kModes), mode);
  if (found == std::end(kModes))
    throw ValueError(text(op,
                          ": mode must be 'nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic' or "
                          "'area', got '",
                          mode, "'"));
  return found - std::begin(kModes);
}

void check(const char* op, const Shape& x, const Dims& size, double scale_h, double scale_w) {
  for (double scale : {scale_h, scale_w})
    if (scale != 0 && !(scale >= 1e-9 && scale <= 1e9))
      throw ValueError(text(op, ": a scale must lie between 1e-9 and 1e9, got ", scale));
  const int axes = size.size();
  if (axes < 1 || axes > 2 || (x.size() != axes + 1 && x.size() != axes + 2))
    throw ShapeError(
        text(op, ": expected (N, C, L) for one size or (N, C, H, W) for two, got ", x, " and ", size));
  for (int i = 0; i < axes; ++i) {
    if (size[i] < 0 || size[i] > kLargestSize)
      throw ValueError(text(op, ": a size must be 0 or more, and no more than 2^30; got ", size));
    const int64_t from = x[x.size() - axes + i];
    if ((from == 0 && size[i] > 0) || from > kLargestSize)
      throw ShapeError(text(op, ": cannot make ", size, " of ", x, ", which has no element there"));
  }
}

// x, of shape `from`, made `to`; or, transposed, of shape `to` and made `from`.
Tensor run(const char* op, const Tensor& x, const Shape& from, const Shape& to, int axes,
           const Resampling& how, bool transpose) {
  const Tensor in = x.contiguous(), y = empty(transpose ? from : to, x.dtype());
  if (y.numel() == 0) return y;
  if (x.numel() == 0) return full(y.shape(), 0, y.dtype());
  const int last = from.size() - 1;
  const int64_t heights[] = {axes == 2 ? from[last - 1] : 1, axes == 2 ? to[last - 1] : 1};
  const int64_t widths[] = {from[last], to[last]};
  const Interpolation unchanged = {"nearest", false, false, 0};
  TapLists h = taps_of(axes == 2 ? how.along(false) : unchanged, heights[0], heights[1]),
           w = taps_of(how.along(true), widths[0], widths[1]);
  if (transpose) {
    h = transposed(h, heights[0]);
    w = transposed(w, widths[0]);
  }
  visit_float(op, x.dtype(), [&](auto element) {
    using T = decltype(element);
    const TapTable<T> down(h, heights[transpose]), along(w, widths[transpose]);
    const ResamplePlanes<T> all = {in.data<T>(), y.data<T>(), 0, down.get(), along.get()};
    const int64_t before = all.h.size * all.w.size, after = all.h.out * all.w.out;
    auto* kernel = resample_kernel().get<T>();
    parallel_for(y.numel() / after, std::max<int64_t>(1, (int64_t(1) << 14) / std::max(before, after)),
                 [=](int64_t begin, int64_t end) {
                   ResamplePlanes<T> part = all;
                   part.x += begin * before;
                   part.y += begin * after;
                   part.planes = end - begin;
                   kernel(part);
                 });
  });
  return y;
}

Shape resized(const Shape& x, const Dims& size) {
  Shape shape = x;
  for (int i = 0; i < size.size(); ++i) shape[x.size() - size.size() + i] = size[i];
  return shape;
}

// What both ops keep: their gradients are each other.
struct Saved {
  Shape from;
  Ints size;
  Resampling how;
  explicit Saved(const Context& context) {
    const auto [shape, to, mode, align_corners, antialias, scale_h, scale_w] =
        context.load<Shape, Ints, int64_t, bool, bool, double, double>();
    from = shape;
    size = to;
    how = {kModes[mode], align_corners, antialias, scale_h, scale_w};
  }
};
void save(Context& context, const char* op, const Shape& from, const Ints& size, const Resampling& how) {
  context.save(from, size, number_of(op, how.mode), how.align_corners, how.antialias, how.scale_h,
               how.scale_w);
}

Tensor call_back(const Tensor& dy, const Saved& saved);
Tensor call_forward(const Tensor& dx, const Saved& saved);

}  // namespace

struct Resample {
  static Tensor forward(Context& context, const Tensor& x, const Ints& size, std::string_view mode,
                        bool align_corners, bool antialias, double scale_h, double scale_w) {
    check("interpolate", x.shape(), size, scale_h, scale_w);
    const Resampling how = {mode, align_corners, antialias, scale_h, scale_w};
    save(context, "interpolate", x.shape(), size, how);
    number_of("interpolate", mode);
    return run("interpolate", x, x.shape(), resized(x.shape(), size), size.size(), how, false);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    return {call_back(dy, Saved(context))};
  }
};

struct ResampleBack {
  static Tensor forward(Context& context, const Tensor& dy, const Ints& shape, const Ints& size,
                        std::string_view mode, bool align_corners, bool antialias, double scale_h,
                        double scale_w) {
    check("resample_back", shape, size, scale_h, scale_w);
    numel(shape);
    if (!(dy.shape() == resized(shape, size)))
      throw ShapeError(text("resample_back: got ", dy.shape(), ", expected ", resized(shape, size)));
    const Resampling how = {mode, align_corners, antialias, scale_h, scale_w};
    number_of("resample_back", mode);
    save(context, "resample_back", shape, size, how);
    return run("resample_back", dy, shape, dy.shape(), size.size(), how, true);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dx) {
    return {call_forward(dx, Saved(context))};
  }
};

// The matrix of one axis, n places made m: NumPy.
#define PYNN_RESAMPLING                                                                                      \
  "(lambda n, m: (lambda at: eye(n)[arange(m) * n // m] if mode == 'nearest' else maximum(0, 1 - "           \
  "abs(clip(at, 0, n - 1)[:, None] - arange(n))) if 'linear' in mode else (lambda k, d: where(d <= 1, 1.25 " \
  "* d**3 - 2.25 * d**2 + 1, where(d < 2, -0.75 * d**3 + 3.75 * d**2 - 6 * d + 3, 0)) @ eye(n)[clip(k, 0, "  \
  "n "                                                                                                       \
  "- 1)])(arange(-3, n + 3), abs(at[:, None] - arange(-3, n + 3))))(linspace(0, n - 1, m) if align_corners " \
  "else (arange(m) + 0.5) * n / m - 0.5))"

static const Op& resample_op = structured<Resample>({
    .name = "resample",
    .args = {"x",
             "size",
             {"mode", "bilinear"},
             {"align_corners", false},
             {"antialias", false},
             {"scale_h", 0.0},
             {"scale_w", 0.0}},
    .formula = "y = A x Bᵀ, where rows of A and B weigh the neighbours of a place",
    .gradient = "dx = Aᵀ dy B",
    .reference = "(lambda M: (M(x.shape[-2], size[-2]) @ x if len(size) == 2 else x) @ M(x.shape[-1], "
                 "size[-1]).T)(" PYNN_RESAMPLING ")",
    .samples = {"randn(2, 3, 4, 5), (8, 10)", "randn(2, 2, 5, 4), (7, 3), 'bilinear', True",
                "randn(2, 3, 9), (20,), 'linear'", "randn(1, 2, 4, 5), (9, 7), 'bicubic'",
                "randn(2, 1, 4, 3), (8, 6), 'nearest'", "randn(2, 3, 6, 37), (3, 40), 'bicubic', True",
                "randn(0, 2, 4, 4), (8, 8)"},
    .doc = "Images or sequences of another size.",
    .source = "Keys 1981, Cubic convolution interpolation for digital image processing, equation 15",
    .home = Home::internal,
});
static const Op& resample_back_op = structured<ResampleBack>({
    .name = "resample_back",
    .args = {"x",
             "shape",
             "size",
             {"mode", "bilinear"},
             {"align_corners", false},
             {"antialias", false},
             {"scale_h", 0.0},
             {"scale_w", 0.0}},
    .formula = "y = Aᵀ x B with the matrices of resample",
    .gradient = "dx = A dy Bᵀ",
    .reference = "(lambda M: (M(shape[-2], size[-2]).T @ x if len(size) == 2 else x) @ M(shape[-1], "
                 "size[-1]))(" PYNN_RESAMPLING ")",
    .samples = {"randn(2, 3, 8, 10), (2, 3, 4, 5), (8, 10)",
                "randn(2, 2, 7, 3), (2, 2, 5, 4), (7, 3), 'bilinear', True",
                "randn(2, 3, 20), (2, 3, 9), (20,), 'linear'"},
    .doc = "The adjoint of resample: what each element of an input of this shape gets back.",
    .home = Home::internal,
});

namespace {

Tensor call_back(const Tensor& dy, const Saved& s) {
  return call(resample_back_op, dy, Ints(s.from), s.size, s.how.mode, s.how.align_corners, s.how.antialias,
              s.how.scale_h, s.how.scale_w);
}
Tensor call_forward(const Tensor& dx, const Saved& s) {
  return call(resample_op, dx, s.size, s.how.mode, s.how.align_corners, s.how.antialias, s.how.scale_h,
              s.how.scale_w);
}

}  // namespace

}  // namespace pynn
