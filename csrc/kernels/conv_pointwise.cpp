// conv_pointwise.cpp — with one tap, x[n] is a matrix (channels, places) of each image:
//
//   y[n] = w x[n]        dx[n] = wᵀ dy[n]        dw = Σ_n dy[n] x[n]ᵀ
#include "kernels/conv_pointwise.h"
#include "core/parallel.h"
#include "core/scratch.h"
#include "core/simd.h"
#include "kernels/gemm.h"

namespace pynn::PYNN_ISA {

// sum[i] (+)= copies[0][i] + copies[1][i] + ..., in this order.
template <class T>
void add_copies_kernel(T* sum, const T* copies, int64_t count, int64_t size, bool add) {
  using V = Vec<T>;
  parallel_for(size, 1 << 14, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += V::lanes) {
      const int64_t n = end - i < V::lanes ? end - i : V::lanes;
      V total = add ? load(sum + i, n) : V(0);
      for (int64_t c = 0; c < count; ++c) total += load(copies + c * size + i, n);
      store(sum + i, total, n);
    }
  });
}
template <class T>
using AddCopies = void(T*, const T*, int64_t, int64_t, bool);
extern const FloatKernels<AddCopies> add_copies;
const FloatKernels<AddCopies> add_copies = {add_copies_kernel<float>, add_copies_kernel<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(add_copies);

// Fewer places fill less than two columns of tiles, and each image would read all weights for them.
static constexpr int64_t kLeastPlaces = 64;

bool is_pointwise(const ConvShape& s) {
  for (int i = 0; i < ConvShape::kAxes; ++i)
    if (s.kernel[i] != 1 || s.stride[i] != 1 || s.before[i] != 0 || s.in[i] != s.out[i]) return false;
  return s.out_size() >= kLeastPlaces && s.in_channels > 1 && s.out_channels > 1;
}

// made[n] = weights from[n] + bias, for one group after the other.
template <class T>
static void multiply_images(const ConvShape& s, int64_t rows, int64_t channels, const T* w, int64_t w_row,
                            int64_t w_col, const T* from, const T* bias, T* made) {
  const int64_t places = s.out_size();
  for (int64_t group = 0; group < s.groups; ++group) {
    Gemm<T> product;
    product.m = rows, product.n = places, product.k = channels;
    product.a = w + group * s.in_channels * s.out_channels, product.a_row = w_row, product.a_col = w_col;
    product.b = from + group * channels * places, product.b_row = places;
    product.c = made + group * rows * places, product.c_row = places;
    product.bias_m = bias ? bias + group * rows : nullptr;
    product.batch = s.batch;
    product.b_batch = s.groups * channels * places, product.c_batch = s.groups * rows * places;
    gemm(product);
  }
}

template <class T>
void pointwise_forward(const ConvShape& s, const T* x, const T* w, const T* bias, T* y) {
  multiply_images(s, s.out_channels, s.in_channels, w, s.in_channels, 1, x, bias, y);
}
template <class T>
void pointwise_input(const ConvShape& s, const T* dy, const T* w, const T* bias, T* dx) {
  multiply_images(s, s.in_channels, s.out_channels, w, 1, s.in_channels, dy, bias, dx);
}

// Some images' products at a time, as many as take a moderate room.
template <class T>
void pointwise_weight(const ConvShape& s, const T* x, const T* dy, T* dw) {
  const int64_t places = s.out_size(), size = s.in_channels * s.out_channels;
  int64_t together = (1 << 20) / size;
  together = together < 1 ? 1 : together < s.batch ? together : s.batch;
  const Scratch<T> copies(together * size);
  for (int64_t group = 0; group < s.groups; ++group)
    for (int64_t n = 0; n < s.batch; n += together) {
      Gemm<T> product;
      product.m = s.out_channels, product.n = s.in_channels, product.k = places;
      product.a = dy + (n * s.groups + group) * s.out_channels * places, product.a_row = places;
      product.b = x + (n * s.groups + group) * s.in_channels * places;
      product.b_row = 1, product.b_col = places;
      product.c = copies.get(), product.c_row = s.in_channels;
      product.batch = together < s.batch - n ? together : s.batch - n;
      product.a_batch = s.groups * s.out_channels * places;
      product.b_batch = s.groups * s.in_channels * places;
      product.c_batch = size;
      gemm(product);
      add_copies->template get<T>()(dw + group * size, copies.get(), product.batch, size, n > 0);
    }
}

#define PYNN_POINTWISE(T)                                                              \
  template void pointwise_forward(const ConvShape&, const T*, const T*, const T*, T*); \
  template void pointwise_input(const ConvShape&, const T*, const T*, const T*, T*);   \
  template void pointwise_weight(const ConvShape&, const T*, const T*, T*)
PYNN_POINTWISE(float);
PYNN_POINTWISE(double);

}  // namespace pynn

#endif
