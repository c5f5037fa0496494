// conv_forward.cpp — y from x, and dx from dy, which is the same sum with other taps.
#include "kernels/conv_pointwise.h"
#include "kernels/conv_units.h"
#include "kernels/winograd.h"

namespace pynn::PYNN_ISA {

template <class T>
void conv_forward_kernel(const ConvShape& s, const T* x, const T* w, const T* bias, T* y,
                         const Finish<T>& finish) {
  const int64_t taps = s.taps();
  const Axis axes[3] = {forward_axis(s, 0), forward_axis(s, 1), forward_axis(s, 2)};
  multiply_taps<T>({{{&axes[0], 1}, {&axes[1], 1}, {&axes[2], 1}},
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
                    {s.out[0], s.out[1], s.out[2]},
                    finish});
}

// Along an axis with a stride, dx falls into as many parts as there are remainders.
template <class T>
void conv_input_kernel(const ConvShape& s, const T* dy, const T* w, const T* bias, T* dx) {
  const int64_t taps = s.taps();
  int64_t counts[3];
  for (int i = 0; i < 3; ++i) counts[i] = smaller(s.stride[i], s.in[i]);
  const Scratch<Axis> d(counts[0]), h(counts[1]), v(counts[2]);
  Axis* const axes[3] = {d.get(), h.get(), v.get()};
  for (int i = 0; i < 3; ++i)
    for (int64_t target = 0; target < counts[i]; ++target) axes[i][target] = input_axis(s, i, target);
  multiply_taps<T>({{{axes[0], counts[0]}, {axes[1], counts[1]}, {axes[2], counts[2]}},
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
                    {s.in[0], s.in[1], s.in[2]},
                    {}});
}

template <class T>
using ConvForward = void(const ConvShape&, const T*, const T*, const T*, T*, const Finish<T>&);
template <class T>
using ConvInput = void(const ConvShape&, const T*, const T*, const T*, T*);
struct ConvKernels {
  FloatKernels<ConvForward> forward;
  FloatKernels<ConvInput> input;
};
extern const ConvKernels conv_kernels;
const ConvKernels conv_kernels = {{conv_forward_kernel<float>, conv_forward_kernel<double>},
                                  {conv_input_kernel<float>, conv_input_kernel<double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(conv_kernels);

template <class T>
void conv_forward(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y,
                  const Finish<T>& finish) {
  if (is_pointwise(shape)) return pointwise_forward(shape, x, w, bias, y, finish);
  if constexpr (sizeof(T) == sizeof(float))
    if (winograd_pays(shape, ConvProduct::forward)) return winograd_forward(shape, x, w, bias, y, finish);
  conv_kernels->forward.template get<T>()(shape, x, w, bias, y, finish);
}
template <class T>
void conv_input(const ConvShape& shape, const T* dy, const T* w, const T* bias, T* dx) {
  if (is_pointwise(shape)) return pointwise_input(shape, dy, w, bias, dx);
  if constexpr (sizeof(T) == sizeof(float))
    if (winograd_pays(shape, ConvProduct::input)) return winograd_input(shape, dy, w, bias, dx);
  conv_kernels->input.get<T>()(shape, dy, w, bias, dx);
}

template void conv_forward(const ConvShape&, const float*, const float*, const float*, float*,
                           const Finish<float>&);
template void conv_forward(const ConvShape&, const double*, const double*, const double*, double*,
                           const Finish<double>&);
template void conv_input(const ConvShape&, const float*, const float*, const float*, float*);
template void conv_input(const ConvShape&, const double*, const double*, const double*, double*);

}  // namespace pynn

#endif
