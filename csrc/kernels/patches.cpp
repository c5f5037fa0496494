// patches.cpp — runs of a row of the image copied to, or added up from, runs of a row of the matrix.
#include "kernels/patches.h"

#include <algorithm>

#include "core/parallel.h"

namespace pynn {

namespace {

// Along one axis, the places p of 0 .. out for which p stride + shift lies within 0 .. in.
struct Inside {
  int64_t begin, end;
  Inside(int64_t out, int64_t in, int64_t stride, int64_t shift) {
    begin = std::clamp<int64_t>((-shift + stride - 1) / stride, 0, out);
    if (shift >= 0) begin = 0;
    end = shift >= in ? begin : std::clamp<int64_t>((in - 1 - shift) / stride + 1, begin, out);
  }
};

// visit(place in the row of columns, place in the image, length, stride) for each run of one tap in one
// channel.
template <class Visit>
void each_run(const ConvShape& s, const int64_t* tap, const Visit& visit) {
  int64_t shift[ConvShape::kAxes];
  for (int i = 0; i < ConvShape::kAxes; ++i) shift[i] = tap[i] * s.dilation[i] - s.before[i];
  const Inside deep(s.out[0], s.in[0], s.stride[0], shift[0]), high(s.out[1], s.in[1], s.stride[1], shift[1]),
      wide(s.out[2], s.in[2], s.stride[2], shift[2]);
  if (wide.begin == wide.end) return;
  for (int64_t d = deep.begin; d < deep.end; ++d)
    for (int64_t h = high.begin; h < high.end; ++h)
      visit((d * s.out[1] + h) * s.out[2] + wide.begin,
            ((d * s.stride[0] + shift[0]) * s.in[1] + h * s.stride[1] + shift[1]) * s.in[2] +
                wide.begin * s.stride[2] + shift[2],
            wide.end - wide.begin);
}

struct Tap {
  int64_t place[ConvShape::kAxes];
  Tap(const ConvShape& s, int64_t index)
      : place{index / (s.kernel[1] * s.kernel[2]), index / s.kernel[2] % s.kernel[1], index % s.kernel[2]} {}
};

constexpr int64_t kElements = 1 << 15;  // worth a task of their own

}  // namespace

template <class T>
void patches_of(const ConvShape& s, const T* x, T* columns) {
  const int64_t taps = s.taps(), out = s.out_size(), in = s.in_size(), step = s.stride[2];
  const int64_t rows = s.batch * s.groups * s.in_channels * taps;
  parallel_for(rows, std::max<int64_t>(1, kElements / std::max<int64_t>(out, 1)),
               [&](int64_t row, int64_t end) {
                 for (; row < end; ++row) {
                   T* const to = columns + row * out;
                   const T* const from = x + row / taps * in;
                   std::fill(to, to + out, T(0));
                   each_run(s, Tap(s, row % taps).place, [&](int64_t place, int64_t source, int64_t length) {
                     if (step == 1)
                       std::copy(from + source, from + source + length, to + place);
                     else
                       for (int64_t i = 0; i < length; ++i) to[place + i] = from[source + i * step];
                   });
                 }
               });
}

template <class T>
void sum_of_patches(const ConvShape& s, const T* columns, T* x) {
  const int64_t taps = s.taps(), out = s.out_size(), in = s.in_size(), step = s.stride[2];
  const int64_t channels = s.batch * s.groups * s.in_channels;
  parallel_for(channels, std::max<int64_t>(1, kElements / std::max<int64_t>(out * taps, 1)),
               [&](int64_t channel, int64_t end) {
                 for (; channel < end; ++channel) {
                   T* const to = x + channel * in;
                   std::fill(to, to + in, T(0));
                   for (int64_t tap = 0; tap < taps; ++tap) {
                     const T* const from = columns + (channel * taps + tap) * out;
                     each_run(s, Tap(s, tap).place, [&](int64_t place, int64_t target, int64_t length) {
                       for (int64_t i = 0; i < length; ++i) to[target + i * step] += from[place + i];
                     });
                   }
                 }
               });
}

template void patches_of(const ConvShape&, const float*, float*);
template void patches_of(const ConvShape&, const double*, double*);
template void sum_of_patches(const ConvShape&, const float*, float*);
template void sum_of_patches(const ConvShape&, const double*, double*);

}  // namespace pynn
