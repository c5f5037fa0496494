// pool.h — the loops of max and average pooling, for planes of H rows by W columns.
//
// Windows along a row start `stride` apart, which no vector load can follow. So a row is first dealt out into
// as many streams as the stride: the b-th element of all windows then lies side by side, in stream
// (b dilation) % stride from place (b dilation) / stride on. What lies in the padding is in the streams too,
// once and for all. A window of kh x kw costs kw + kh steps: rows are pooled first, then pooled rows.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn {

// Along one axis: window i holds the places i stride + b dilation - pad, 0 <= b < kernel, 0 <= i < out.
struct WindowAxis {
  int64_t size, out, kernel, stride, pad, dilation;
};

// codes: which element of its window is the maximum, counted along the rows of the window; null where
// nobody asks. There is room for kCodeSlack more codes after the last.
inline constexpr int64_t kCodeSlack = 64;
template <class T, class Code>
struct MaxPoolPlanes {
  const T* x;
  T* y;
  Code* codes;
  int64_t planes;
  WindowAxis h, w;
};
template <class T, class Code>
struct MaxUnpoolPlanes {  // dx = what arrives at the maxima
  const T* dy;
  const Code* codes;
  T* dx;
  int64_t planes;
  WindowAxis h, w;
};
// The sum of each window over (heights[i] widths[j]), and the way back.
template <class T>
struct AveragePlanes {
  const T* from;
  T* to;
  const T *heights, *widths;
  int64_t planes;
  WindowAxis h, w;
};

template <class T>
using MaxPoolBytes = void(const MaxPoolPlanes<T, uint8_t>&);
template <class T>
using MaxPoolInts = void(const MaxPoolPlanes<T, int32_t>&);
template <class T>
using MaxUnpoolBytes = void(const MaxUnpoolPlanes<T, uint8_t>&);
template <class T>
using MaxUnpoolInts = void(const MaxUnpoolPlanes<T, int32_t>&);
template <class T>
using AverageKernel = void(const AveragePlanes<T>&);

struct PoolKernels {
  FloatKernels<MaxPoolBytes> max_bytes;  // codes below 256
  FloatKernels<MaxPoolInts> max_ints;
  FloatKernels<MaxUnpoolBytes> unpool_bytes;
  FloatKernels<MaxUnpoolInts> unpool_ints;
  FloatKernels<AverageKernel> average, average_back;
};
const PoolKernels& pool_kernels();

}  // namespace pynn
