// row_norm.h — the loops of layer_norm and rms_norm: a row stays in the cache while its mean, its variance
// and the result are computed, so that memory is passed over once in each direction.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn {

// Rows of n elements. Null: residual and sum, weight and bias where there is none, mean in rms_norm.
template <class T>
struct NormForward {
  const T *x, *residual, *weight, *bias;
  T *sum, *y, *mean, *scale;
  int64_t rows, n;
  double eps;
};
// x: what was normalised. Null: dsum, which is added to dx; dx, dweight and dbias where they are not wanted.
template <class T>
struct NormBackward {
  const T *x, *dy, *dsum, *weight, *mean, *scale;
  T *dx, *dweight, *dbias;
  int64_t rows, n;
};
template <class T>
using NormForwardKernel = void(const NormForward<T>&);
template <class T>
using NormBackwardKernel = void(const NormBackward<T>&);
struct NormKernels {
  FloatKernels<NormForwardKernel> forward;
  FloatKernels<NormBackwardKernel> backward;
};

const NormKernels& norm_kernels(bool centred);

}  // namespace pynn
