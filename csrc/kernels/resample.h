// resample.h — the loops of interpolation: y = A x Bᵀ for planes x, where each row of the matrices A and B
// has few elements that are not 0, its taps.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn {

// Element i of the result is Σ weight[t out + i] x[index[t out + i]] over t < count[i]. Past count[i] the
// weights are 0 and the indices `size`, where the loops keep a 0.
template <class T>
struct Taps {
  const int32_t *index, *count;
  const T* weight;
  int64_t size, out, most;  // most: the largest count
  bool identity;            // y = x: nothing to do along this axis
};
template <class T>
struct ResamplePlanes {
  const T* x;
  T* y;
  int64_t planes;
  Taps<T> h, w;
};
template <class T>
using ResampleKernel = void(const ResamplePlanes<T>&);
const FloatKernels<ResampleKernel>& resample_kernel();

}  // namespace pynn
