#include "ops/windows.h"

#include <algorithm>

namespace pynn {

namespace {

constexpr int64_t kLargest = int64_t(1) << 31;  // of a setting: no product of two overflows

int64_t setting(const char* op, const char* name, const Ints& given, int axis, int axes, int64_t at_least) {
  if (given.size() != 1 && given.size() != axes)
    throw ValueError(text(op, ": ", name, " must be one integer", axes > 1 ? " or two" : "", ", got ",
                          static_cast<const Dims&>(given)));
  const int64_t v = given.size() == 1 ? given[0] : given[axis];
  if (v < at_least || v > kLargest)
    throw ValueError(text(op, ": ", name, " must be ", at_least, " or more, got ", v));
  return v;
}

// ⌊(size + 2 pad - extent) / stride⌋ + 1, or ⌈ ⌉; a window that would begin in the padding at the end is left
// out.
int64_t count_windows(const WindowAxis& w, int64_t extent, bool ceil_mode) {
  const int64_t room = w.size + 2 * w.pad - extent;
  int64_t count = (room + (ceil_mode ? w.stride - 1 : 0)) / w.stride + 1;
  if (ceil_mode && (count - 1) * w.stride >= w.size + w.pad) --count;
  return count;
}

WindowAxis axis_of(const char* op, const Shape& x, int axis, int axes, const WindowSettings& s) {
  WindowAxis w;
  w.size = x[x.size() - axes + axis];
  w.kernel = setting(op, "kernel_size", s.kernel_size, axis, axes, 1);
  w.stride =
      s.stride.present && s.stride.size() > 0 ? setting(op, "stride", s.stride, axis, axes, 1) : w.kernel;
  w.pad = setting(op, "padding", s.padding, axis, axes, 0);
  w.dilation = setting(op, "dilation", s.dilation, axis, axes, 1);
  if (w.pad > w.kernel / 2)
    throw ValueError(text(op, ": padding ", w.pad, " is more than half of the kernel size ", w.kernel,
                          ": some windows would see nothing but padding"));
  const int64_t extent = w.dilation * (w.kernel - 1) + 1;
  if (extent > w.size + 2 * w.pad)
    throw ShapeError(
        text(op, ": a window of ", extent, " places does not fit into axis ", x.size() - axes + axis, " of ",
             x, w.pad ? text(" with padding ", w.pad) : "",
             ". The image is too small by now: pool less often, or with a smaller kernel_size."));
  w.out = count_windows(w, extent, s.ceil_mode);
  return w;
}

}  // namespace

int64_t Windows::planes_per_chunk() const {
  const int64_t work = std::max<int64_t>(1, std::max(h.size * w.size, h.out * w.out));
  return std::max<int64_t>(1, (int64_t(1) << 14) / work);
}

Windows windows_over(const char* op, const Tensor& x, int axes, const WindowSettings& settings) {
  if (x.ndim() != axes + 1 && x.ndim() != axes + 2)
    throw ShapeError(text(op, ": expected ", axes == 1 ? "(N, C, L) or (C, L)" : "(N, C, H, W) or (C, H, W)",
                          ", got ", x.shape(),
                          x.ndim() == axes ? ". Did you mean x.unsqueeze(0), one channel?" : ""));
  if (!is_floating(x.dtype()))
    throw DTypeError(
        text(op, ": expected a floating-point tensor, got ", x.dtype(), ". Did you mean x.float()?"));
  return windows_again(op, x.shape(), axes, settings);
}

Windows windows_again(const char* op, const Shape& x, int axes, const WindowSettings& settings) {
  Windows all;
  all.out = x;
  all.planes = 1;
  for (int i = 0; i < x.size() - axes; ++i) all.planes *= x[i];
  if (axes == 2) {
    all.h = axis_of(op, x, 0, 2, settings);
    all.out[x.size() - 2] = all.h.out;
  }
  all.w = axis_of(op, x, axes - 1, axes, settings);
  all.out[x.size() - 1] = all.w.out;
  return all;
}

}  // namespace pynn
