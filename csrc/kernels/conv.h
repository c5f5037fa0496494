// conv.h — y[n, o, p] = Σ over c and taps k of w[o, c, k] x[n, c, p stride + k dilation − before].
//
// The sum is linear in x, in w and, once it is multiplied by dy and summed, in dy. So there are three
// products, and each is the gradient of the other two: `conv_forward` makes y, `conv_input` dx and
// `conv_weight` dw. Results are bitwise the same on any number of threads.
#pragma once
#include <stdint.h>

#include "core/isa.h"
#include "kernels/gemm.h"

namespace pynn {

// One, two or three axes of space: those in front that are not used have size 1. Outside of x there are
// zeros.
struct ConvShape {
  static constexpr int kAxes = 3;
  int64_t batch = 0, groups = 1;
  int64_t in_channels = 0, out_channels = 0;  // of each group
  int64_t in[kAxes] = {1, 1, 1}, out[kAxes] = {1, 1, 1}, kernel[kAxes] = {1, 1, 1};
  int64_t stride[kAxes] = {1, 1, 1}, dilation[kAxes] = {1, 1, 1};
  int64_t before[kAxes] = {0, 0, 0};  // zeros in front of x along each axis; negative: places left out

  int64_t in_size() const { return in[0] * in[1] * in[2]; }
  int64_t out_size() const { return out[0] * out[1] * out[2]; }
  int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
};

// What becomes of the sum of an output of channel o, if that is asked for: a normalization by given numbers,
// as batch norm's in evaluation, a residual that is added, and an activation.
//
//   y = f((sum − mean[o]) a[o] + c[o] + residual)
//
// The normalization, and a ReLU right behind it, are done to sums before they are stored. Everything else is
// done to rows of outputs that the cache still holds: any elementwise op's own loop can be f.
template <class T>
struct Finish {
  const T *mean = nullptr, *a = nullptr, *c = nullptr;  // all or none
  bool relu = false;
  const T *residual = nullptr, *y = nullptr;  // to y[i], residual[i] is added
  RowLoop* then = nullptr;
  double parameter = 0;  // of `then`

  PYNN_INLINE bool of_rows() const { return residual || then; }
  PYNN_INLINE bool of_sums() const { return a || (relu && !residual); }
  PYNN_INLINE bool any() const { return of_sums() || of_rows(); }
  // Of the channels from o on.
  PYNN_INLINE Finish from(int64_t o) const {
    Finish rest = *this;
    if (a) rest.mean += o, rest.a += o, rest.c += o;
    return rest;
  }
};

// All arrays are contiguous: x (batch, groups, in_channels, in...), w (groups, out_channels, in_channels,
// kernel...), y (batch, groups, out_channels, out...). bias has one value for each channel of what is made,
// or is null.
template <class T>
void conv_forward(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y,
                  const Finish<T>& finish = {});
template <class T>
void conv_input(const ConvShape& shape, const T* dy, const T* w, const T* bias, T* dx);
template <class T>
void conv_weight(const ConvShape& shape, const T* x, const T* dy, T* dw);

}  // namespace pynn
