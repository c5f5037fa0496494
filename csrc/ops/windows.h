// windows.h — the geometry of pooling: from the arguments of the ops to WindowAxis, with every check.
#pragma once
#include "kernels/pool.h"
#include "ops/ops.h"

namespace pynn {

// How windows lie: arguments of the ops, one number for all axes or one for each.
struct WindowSettings {
  const Ints &kernel_size, &stride, &padding, &dilation;  // no stride, or an empty one: the kernel's size
  bool ceil_mode;
};

// (..., H, W), or (..., W) as planes of one row.
struct Windows {
  WindowAxis h{1, 1, 1, 1, 0, 1}, w{1, 1, 1, 1, 0, 1};
  int64_t planes;
  Shape out;
  int64_t planes_per_chunk() const;
};

// `op` pools the last `axes` (1 or 2) axes of x. Throws where x, or a setting, does not fit.
Windows windows_over(const char* op, const Tensor& x, int axes, const WindowSettings& settings);

// The same for the shape of x alone, which has been checked.
Windows windows_again(const char* op, const Shape& x, int axes, const WindowSettings& settings);

}  // namespace pynn
