// channel_norm.h — the loops of batch_norm and group_norm.
//
// A row is what lies side by side of one channel of one sample. Statistics of rows are joined by the ops, in
// float64; then each row is scaled and shifted. Where a channel has one number in each sample, (N, C), the
// loops go down columns of a block of channels.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn {

// count, mean and Σ (x - mean)² of some numbers; and of two lots of them together
// (Chan, Golub & LeVeque 1983, Algorithms for computing the sample variance).
struct Moments {
  double count, mean, squares;
};
PYNN_INLINE void join(Moments& a, const Moments& b) {
  const double count = a.count + b.count, d = b.mean - a.mean;
  if (count == 0) return;
  a.mean += d * (b.count / count);
  a.squares += b.squares + d * d * (a.count * b.count / count);
  a.count = count;
}
// Σ dy and Σ dy (x - mean).
struct Dots {
  double total, along;
};

template <class T>
using RowMoments = Moments(const T* x, int64_t n);
// A ReLU that follows (x - mean) a + c: dy is its gradient, and counts only where that is above 0. What was
// cut off is found anew from x, with the same rounding; to read it from y would cost as much as reading x.
template <class T>
struct Rectified {
  bool any = false;
  T a = 0, c = 0;
};
template <class T>
using RowDots = Dots(const T* x, const T* dy, const Rectified<T>& relu, T mean, int64_t n);
// y = (x - mean) a + c, or `least` if that is larger
template <class T>
using RowAffine = void(const T* x, T* y, T mean, T a, T c, T least, int64_t n);
// dx = dy a + (x - mean) b + c
template <class T>
using RowBack = void(const T* x, const T* dy, const Rectified<T>& relu, T* dx, T mean, T a, T b, T c,
                     int64_t n);

// The same for `width` columns, `step` elements from row to row; one result or factor for each column.
template <class T>
struct RectifiedColumns {
  const T *a = nullptr, *c = nullptr;  // null where no ReLU follows
};
template <class T>
using ColumnMoments = void(const T* x, int64_t step, int64_t rows, int64_t width, Moments* moments);
template <class T>
using ColumnDots = void(const T* x, const T* dy, const RectifiedColumns<T>& relu, const T* mean, int64_t step,
                        int64_t rows, int64_t width, Dots* dots);
template <class T>
using ColumnAffine = void(const T* x, T* y, const T* mean, const T* a, const T* c, T least, int64_t step,
                          int64_t rows, int64_t width);
template <class T>
using ColumnBack = void(const T* x, const T* dy, const RectifiedColumns<T>& relu, T* dx, const T* mean,
                        const T* a, const T* b, const T* c, int64_t step, int64_t rows, int64_t width);

struct ChannelNormKernels {
  FloatKernels<RowMoments> moments;
  FloatKernels<RowDots> dots;
  FloatKernels<RowAffine> affine;
  FloatKernels<RowBack> back;
  FloatKernels<ColumnMoments> column_moments;
  FloatKernels<ColumnDots> column_dots;
  FloatKernels<ColumnAffine> column_affine;
  FloatKernels<ColumnBack> column_back;
};
const ChannelNormKernels& channel_norm_kernels();

}  // namespace pynn
