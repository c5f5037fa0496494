// conv_forward.cpp — y from x, and dx from dy, which is the same sum with other taps.
#include "kernels/conv_taps.h"

namespace pynn::PYNN_ISA {

template <class T>
void conv_forward_kernel(const ConvShape& s, const T* x, const T* w, const T* bias, T* y) {
  const int64_t taps = s.taps();
  multiply_taps<T>({{forward_axis(s, 0), forward_axis(s, 1), forward_axis(s, 2)},
                    s.batch,
                    s.groups,
                    s.in_channels,
                    s.out_channels,
                    x,
                    {w,
                     s.out_channels * s.in_channels * taps,
                     s.in_channels * taps,
                     taps,
                     {s.kernel[1] * s.kernel[2], s.kernel[2], 1}},
                    bias,
                    y,
                    {s.out[0], s.out[1], s.out[2]}});
}

// With a stride, dx falls into as many parts as there are remainders, each with taps of its own.
template <class T>
void conv_input_kernel(const ConvShape& s, const T* dy, const T* w, const T* bias, T* dx) {
  const int64_t taps = s.taps();
  for (int64_t d = 0; d < smaller(s.stride[0], s.in[0]); ++d)
    for (int64_t h = 0; h < smaller(s.stride[1], s.in[1]); ++h)
      for (int64_t v = 0; v < smaller(s.stride[2], s.in[2]); ++v)
        multiply_taps<T>({{input_axis(s, 0, d), input_axis(s, 1, h), input_axis(s, 2, v)},
                          s.batch,
                          s.groups,
                          s.out_channels,
                          s.in_channels,
                          dy,
                          {w,
                           s.out_channels * s.in_channels * taps,
                           taps,
                           s.in_channels * taps,
                           {s.kernel[1] * s.kernel[2], s.kernel[2], 1}},
                          bias,
                          dx,
                          {s.in[0], s.in[1], s.in[2]}});
}

template <class T>
using ConvKernel = void(const ConvShape&, const T*, const T*, const T*, T*);
struct ConvKernels {
  FloatKernels<ConvKernel> forward, input;
};
extern const ConvKernels conv_kernels;
const ConvKernels conv_kernels = {{conv_forward_kernel<float>, conv_forward_kernel<double>},
                                  {conv_input_kernel<float>, conv_input_kernel<double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(conv_kernels);

template <class T>
void conv_forward(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y) {
  conv_kernels->forward.get<T>()(shape, x, w, bias, y);
}
template <class T>
void conv_input(const ConvShape& shape, const T* dy, const T* w, const T* bias, T* dx) {
  conv_kernels->input.get<T>()(shape, dy, w, bias, dx);
}

template void conv_forward(const ConvShape&, const float*, const float*, const float*, float*);
template void conv_forward(const ConvShape&, const double*, const double*, const double*, double*);
template void conv_input(const ConvShape&, const float*, const float*, const float*, float*);
template void conv_input(const ConvShape&, const double*, const double*, const double*, double*);

}  // namespace pynn

#endif
