// conv.cpp — the three products of a convolution, by way of patches and the matrix product.
#include "kernels/conv.h"

#include <algorithm>

#include "core/scratch.h"
#include "kernels/gemm.h"
#include "kernels/patches.h"

namespace pynn {

template <class T>
void conv_weight(const ConvShape& s, const T* x, const T* dy, T* dw) {
  const int64_t k = s.in_channels * s.taps(), p = s.out_size(), in = s.groups * s.in_channels * s.in_size();
  const int64_t size = s.groups * s.out_channels * k;
  const Scratch<T> columns(s.groups * k * p), part(size);
  std::fill(dw, dw + size, T(0));
  ConvShape one = s;
  one.batch = 1;
  for (int64_t n = 0; n < s.batch; ++n) {
    patches_of(one, x + n * in, columns.get());
    for (int64_t g = 0; g < s.groups; ++g) {
      Gemm<T> product;
      product.m = s.out_channels, product.n = k, product.k = p;
      product.a = dy + (n * s.groups + g) * s.out_channels * p, product.a_row = p;
      product.b = columns.get() + g * k * p, product.b_row = 1, product.b_col = p;
      product.c = part.get() + g * s.out_channels * k, product.c_row = k;
      gemm(product);
    }
    for (int64_t i = 0; i < size; ++i) dw[i] += part.get()[i];
  }
}

template void conv_weight(const ConvShape&, const float*, const float*, float*);
template void conv_weight(const ConvShape&, const double*, const double*, double*);

}  // namespace pynn
