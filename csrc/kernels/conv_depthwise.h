// conv_depthwise.h — the gradient for the weights where every channel is alone.
//
//   dw[c, t] = Σ_p dy[c, p] plane[offset(t) + p]
//
// With one output channel for each of x there is nothing to put into the lanes but places: dy is laid out
// like the plane, with zeros between its rows, and R taps' sums of vectors run along both.
#pragma once
#include "kernels/conv_products.h"

namespace pynn::PYNN_ISA {

template <class T>
struct TileOfPlaces {
  const int64_t* offsets;  // of R taps
  const T* plane;
  const T* dy;
  int64_t vectors;
  T* sums;  // R vectors, which are added to
};

template <int R, class T>
void multiply_places(const TileOfPlaces<T>& t) {
  using V = Vec<T>;
  Sum<T> sum[R];
  const T* taps[R];
  for (int i = 0; i < R; ++i) taps[i] = t.plane + t.offsets[i];
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) sum[i] = load(t.sums + i * V::lanes).v;
  for (int64_t p = 0; p < t.vectors * V::lanes; p += V::lanes) {
    const V dy = load(t.dy + p);
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) sum[i] = fma(dy, load(taps[i] + p), V(sum[i])).v;
  }
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) store(t.sums + i * V::lanes, V(sum[i]));
}

template <class T>
using PlacesKernel = void(const TileOfPlaces<T>&);
template <class T>
inline constexpr PlacesKernel<T>* kPlacesKernels[] = {
    multiply_places<1, T>, multiply_places<2, T>, multiply_places<3, T>,
    multiply_places<4, T>, multiply_places<5, T>, multiply_places<6, T>,
    multiply_places<7, T>, multiply_places<8, T>, multiply_places<9, T>};
inline constexpr int64_t kTapsOfPlaces = 9;

// Elements of a band: of a plane and of dy, which are to stay in the first-level cache.
inline constexpr int64_t kBandOfPlane = 1 << 13;

// The same sum for one channel and tap, over nothing but outputs: a place between two rows may hold an
// infinity, and zero times that is not zero.
template <class T>
T sum_of_tap(const ConvShape& s, const Axis (&axis)[3], const T* x, const T* dy, int64_t c, int64_t tap) {
  const int64_t at[3] = {tap / s.kernel[2] / s.kernel[1], tap / s.kernel[2] % s.kernel[1], tap % s.kernel[2]};
  T sum = 0;
  for (int64_t n = 0; n < s.batch; ++n) {
    const T* const image = x + (n * s.groups + c) * s.in_size();
    const T* next = dy + (n * s.groups + c) * s.out_size();
    for (int64_t p = 0; p < s.out_size(); ++p, ++next) {
      const int64_t out[3] = {p / s.out[2] / s.out[1], p / s.out[2] % s.out[1], p % s.out[2]};
      int64_t place = 0;
      bool inside = true;
      for (int i = 0; i < 3; ++i) {
        const int64_t in = out[i] * axis[i].step + axis[i].shift(at[i]);
        inside = inside && in >= 0 && in < s.in[i];
        place = place * s.in[i] + in;
      }
      if (inside) sum += *next * image[place];
    }
  }
  return sum;
}

// Every channel is one chain of additions over images and bands, and one thread's.
template <class T>
void multiply_depthwise(const ConvShape& s, const T* x, const T* dy, T* dw) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const Axis axis[3] = {forward_axis(s, 0), forward_axis(s, 1), forward_axis(s, 2)};
  const AxisParts axes[3] = {{&axis[0], 1}, {&axis[1], 1}, {&axis[2], 1}};
  const Bands<T> bands(axes, 1, 1, kBandOfPlane);
  const int64_t taps = s.taps(), tiles = ceil_div(taps, kTapsOfPlaces), size = s.out_size();
  const Planes largest = bands.planes(axes, 0);
  parallel_for(
      s.groups, larger(1, (1 << 16) / (s.batch * size * (taps + 4) / lanes + 1)),
      [&](int64_t begin, int64_t end) {
        const Scratch<int64_t> offsets(taps);
        const Scratch<T> plane(largest.room<T>(1)), places(largest.room<T>(1)),
            sums((end - begin) * taps * lanes);
        set_zeros(sums.get(), (end - begin) * taps * lanes);
        for (int64_t band = 0; band < bands.total(); ++band) {
          const Planes p = bands.planes(axes, band);
          p.set_offsets(offsets.get(), p.axis, 1);
          const int64_t deep = p.axis[0].outs, high = p.axis[1].outs, wide = p.axis[2].outs;
          const int64_t start = (p.axis[0].first_target * s.out[1] + p.axis[1].first_target) * s.out[2] +
                                p.axis[2].first_target;
          const int64_t last = ((deep - 1) * p.rows + high - 1) * p.pitch + wide,
                        count = round_up(last, lanes);
          clear_planes(p, plane.get(), 1);
          set_zeros(places.get(), count);
          for (int64_t c = begin; c < end; ++c)
            for (int64_t n = 0; n < s.batch; ++n) {
              const int64_t image = n * s.groups + c;
              copy_to_planes(p, plane.get(), x + image * s.in_size(), 1);
              const T* from = dy + image * size + start;
              for (int64_t d = 0; d < deep; ++d)
                for (int64_t h = 0; h < high; ++h, from += wide)
                  copy_every(places.get() + (d * p.rows + h) * p.pitch, from, 1, wide);
              for (int64_t i = 0; i < tiles; ++i) {
                const int64_t tap = taps * i / tiles, some = taps * (i + 1) / tiles - tap;
                kPlacesKernels<T>[some - 1]({offsets.get() + tap, plane.get(), places.get(), count / lanes,
                                             sums.get() + ((c - begin) * taps + tap) * lanes});
              }
            }
        }
        for (int64_t i = 0; i < (end - begin) * taps; ++i) {
          const T sum = sum_lanes(load(sums.get() + i * lanes));
          const bool finite = sum - sum == T(0);
          dw[begin * taps + i] = finite ? sum : sum_of_tap(s, axis, x, dy, begin + i / taps, i % taps);
        }
      });
}

}  // namespace pynn::PYNN_ISA
