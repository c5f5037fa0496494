#include "kernels/resample.h"

#include "core/scratch.h"
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

// Along a row; x[w.size] is 0. The compiler turns x[index[i]] into gathers.
template <class T>
PYNN_INLINE void resample_row(const Taps<T>& w, const T* __restrict x, T* __restrict y) {
  const int32_t* __restrict index = w.index;
  const T* __restrict weight = w.weight;
  const int64_t n = w.out;
  if (w.most == 2) {
    for (int64_t i = 0; i < n; ++i) y[i] = weight[i] * x[index[i]] + weight[n + i] * x[index[n + i]];
    return;
  }
  for (int64_t i = 0; i < n; ++i) y[i] = weight[i] * x[index[i]];
  for (int64_t t = 1; t < w.most; ++t)
    for (int64_t i = 0; i < n; ++i) y[i] += weight[t * n + i] * x[index[t * n + i]];
}

// Row i of the result from rows of x, `width` elements each.
template <class T>
PYNN_INLINE void resample_down(const Taps<T>& h, int64_t i, const T* x, int64_t width, T* y) {
  const int32_t count = h.count[i];
  if (count == 0) {
    for_each_vector<T>(width,
                       [=](int64_t j, int64_t k) PYNN_LAMBDA_INLINE { store_part(y + j, Vec<T>(T(0)), k); });
    return;
  }
  const T* const row = x + h.index[i] * width;
  const Vec<T> weight(h.weight[i]);
  if (count == 2) {
    const T* const second = x + h.index[h.out + i] * width;
    const Vec<T> other(h.weight[h.out + i]);
    for_each_vector<T>(width, [=](int64_t j, int64_t k) PYNN_LAMBDA_INLINE {
      store_part(y + j, weight * load_part(row + j, k, T(0)) + other * load_part(second + j, k, T(0)), k);
    });
    return;
  }
  for_each_vector<T>(width, [=](int64_t j, int64_t k) PYNN_LAMBDA_INLINE {
    Vec<T> sum = weight * load_part(row + j, k, T(0));
    for (int32_t t = 1; t < count; ++t)
      sum = fma(Vec<T>(h.weight[t * h.out + i]), load_part(x + h.index[t * h.out + i] * width + j, k, T(0)),
                sum);
    store_part(y + j, sum, k);
  });
}

template <class T>
PYNN_INLINE void copy_row(const T* from, T* to, int64_t n) {
  for_each_vector<T>(n, [=](int64_t i, int64_t k)
                            PYNN_LAMBDA_INLINE { store_part(to + i, load_part(from + i, k, T(0)), k); });
}

// The axis that makes fewer numbers goes first.
template <class T>
void resample(const ResamplePlanes<T>& a) {
  const Taps<T> h = a.h, w = a.w;
  const bool rows_first = h.out >= h.size;
  const Scratch<T> row_room(w.size + 1), plane_room(rows_first ? h.size * w.out : 1);
  T *const row = row_room.get(), *const plane = plane_room.get();
  row[w.size] = T(0);
  for (int64_t p = 0; p < a.planes; ++p) {
    const T* const x = a.x + p * h.size * w.size;
    T* const y = a.y + p * h.out * w.out;
    if (w.identity) {
      for (int64_t i = 0; i < h.out; ++i) resample_down(h, i, x, w.size, y + i * w.out);
    } else if (rows_first) {
      T* const to = h.identity ? y : plane;
      for (int64_t i = 0; i < h.size; ++i) {
        copy_row(x + i * w.size, row, w.size);
        resample_row(w, row, to + i * w.out);
      }
      if (!h.identity)
        for (int64_t i = 0; i < h.out; ++i) resample_down(h, i, plane, w.out, y + i * w.out);
    } else {
      for (int64_t i = 0; i < h.out; ++i) {
        resample_down(h, i, x, w.size, row);
        resample_row(w, row, y + i * w.out);
      }
    }
  }
}

extern const FloatKernels<ResampleKernel> resample_kernels;
constexpr FloatKernels<ResampleKernel> resample_kernels = {resample<float>, resample<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
namespace pynn {

PYNN_DISPATCH(resample_kernels);

const FloatKernels<ResampleKernel>& resample_kernel() { return *resample_kernels; }

}  // namespace pynn
#endif
