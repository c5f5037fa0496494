// conv_planes.h — a channel of an image as the taps want to see it: one plane for each phase, with its zeros.
//
// Rows of a plane stand `pitch` apart. All that tap t reads for output (d, h, w) is then at
//
//   (d rows + h) pitch + w  +  offset(t)
//
// and outputs that are neighbours in this numbering read neighbours: a row of the matrix that im2col would
// write, row (c, t), is an address. Between two rows, one set of zeros serves as the right edge of the
// upper and the left edge of the lower, so few places of the numbering belong to no output.
//
//       0 a b c 0          0 a b c           pitch 4 rather than 5
//       0 d e f 0   -->    0 d e f
//       0 g h i 0          0 g h i 0
#pragma once
#include "core/simd.h"
#include "kernels/conv_axis.h"
#include "kernels/gemm_pack.h"

namespace pynn::PYNN_ISA {

struct Planes {
  Axis axis[3];
  Reach reach[3];
  int64_t phases[3];
  int64_t pitch = 0, rows = 0, depth = 0;  // of a plane
  int64_t plane = 0, channel = 0;          // elements
  int64_t overhang = 0;                    // what the last row reads past its pitch

  Planes(const Axis (&axes)[3], const Reach (&reaches)[3])
      : axis{axes[0], axes[1], axes[2]},
        reach{reaches[0], reaches[1], reaches[2]},
        phases{axes[0].phases(), axes[1].phases(), axes[2].phases()} {
    int64_t data_end = 0;
    for (int64_t f = 0; f < phases[2]; ++f) data_end = larger(data_end, reach[2].inside(axis[2], f).end);
    const int64_t zeros_before = smaller(larger(0, -reach[2].first), reach[2].width);
    pitch = larger(axis[2].outs, larger(data_end, reach[2].width - zeros_before));
    overhang = reach[2].width > pitch ? reach[2].width - pitch : 0;
    rows = reach[1].width, depth = reach[0].width;
    plane = depth * rows * pitch;
    channel = plane * phases[0] * phases[1] * phases[2];
  }

  // Elements of memory for so many channels; vectors may be read from any output.
  template <class T>
  int64_t room(int64_t channels) const {
    return channels * channel + overhang + Vec<T>::lanes;
  }

  // What the taps of these axes, which these planes are for, read for the first output.
  PYNN_INLINE int64_t offset(const Axis (&a)[3], int64_t td, int64_t th, int64_t tw) const {
    const int64_t f = (td % phases[0] * phases[1] + th % phases[1]) * phases[2] + tw % phases[2];
    const int64_t d = a[0].q(td) - reach[0].first, h = a[1].q(th) - reach[1].first,
                  w = a[2].q(tw) - reach[2].first;
    return f * plane + (d * rows + h) * pitch + w;
  }
  // offsets[(c, t)] for so many channels.
  void set_offsets(int64_t* offsets, const Axis (&a)[3], int64_t channels) const {
    const int64_t taps = a[0].taps * a[1].taps * a[2].taps;
    if (channels == 0 || taps == 0) return;
    int64_t* next = offsets;
    for (int64_t td = 0; td < a[0].taps; ++td)
      for (int64_t th = 0; th < a[1].taps; ++th)
        for (int64_t tw = 0; tw < a[2].taps; ++tw) *next++ = offset(a, td, th, tw);
    for (int64_t i = taps; i < channels * taps; ++i) offsets[i] = offsets[i - taps] + channel;
  }
};

// The lanes 0, 2, 4, ... of a and then of b.
template <class Raw, int... I>
PYNN_INLINE Raw even_lanes(Raw a, Raw b, Lanes<I...>) {
  return __builtin_shufflevector(a, b, (2 * I)...);
}

// from[0], from[step], ...: the first n of them, 0 < n <= lanes, and nothing behind those is read.
template <int step, class T>
PYNN_INLINE Vec<T> first_of_every(const T* from, int64_t n) {
  using V = Vec<T>;
  static_assert(step == 1 || step == 2);
  if constexpr (step == 1) return load(from, n);
  const int64_t reach = 2 * n - 1;
  const V low = load(from, reach < V::lanes ? reach : V::lanes);
  const V high = reach > V::lanes ? load(from + V::lanes, reach - V::lanes) : V(0);
  return V(even_lanes(low.v, high.v, typename CountTo<V::lanes>::type()));
}

// to[i] = from[i step]
template <class T>
PYNN_INLINE void copy_every(T* to, const T* from, int64_t step, int64_t count) {
  using V = Vec<T>;
  constexpr int64_t lanes = V::lanes;
  int64_t i = 0;
  if (step == 1) {
    for (; i + lanes <= count; i += lanes) store(to + i, load(from + i));
    if (i < count) store(to + i, load(from + i, count - i), count - i);
  } else if (step == 2) {
    constexpr auto kAll = typename CountTo<lanes>::type();
    for (; i + lanes < count; i += lanes)
      store(to + i, V(even_lanes(load(from + 2 * i).v, load(from + 2 * i + lanes).v, kAll)));
    if (i < count) store(to + i, first_of_every<2>(from + 2 * i, count - i), count - i);
  } else {
    for (; i < count; ++i) to[i] = from[i * step];
  }
}
template <class T>
PYNN_INLINE void set_zeros(T* to, int64_t count) {
  __builtin_memset(to, 0, uint64_t(count) * sizeof(T));
}

// The places outside the source: they are the same for every image.
template <class T>
void clear_planes(const Planes& p, T* planes, int64_t channels) {
  set_zeros(planes, p.room<T>(channels));
}

// `from` holds `channels` arrays (size of d, of h, of w), one behind the other; `to` has been cleared.
template <class T>
void copy_to_planes(const Planes& p, T* to, const T* from, int64_t channels) {
  const Axis &d = p.axis[0], &h = p.axis[1], &w = p.axis[2];
  const int64_t size = d.size * h.size * w.size;
  for (int64_t fd = 0; fd < p.phases[0]; ++fd)
    for (int64_t fh = 0; fh < p.phases[1]; ++fh)
      for (int64_t fw = 0; fw < p.phases[2]; ++fw, to += p.plane) {
        const Range deep = p.reach[0].inside(d, fd), high = p.reach[1].inside(h, fh),
                    wide = p.reach[2].inside(w, fw);
        const int64_t first_d = p.reach[0].first * d.step + d.remainder(fd),
                      first_h = p.reach[1].first * h.step + h.remainder(fh),
                      first_w = (p.reach[2].first + wide.begin) * w.step + w.remainder(fw);
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t i = deep.begin; i < deep.end; ++i) {
            const T* row = from + c * size + ((first_d + i * d.step) * h.size + first_h) * w.size + first_w;
            T* place = to + c * p.channel + i * p.rows * p.pitch + wide.begin;
            for (int64_t j = high.begin; j < high.end; ++j)
              copy_every(place + j * p.pitch, row + j * h.step * w.size, w.step, wide.size());
          }
      }
}

}  // namespace pynn::PYNN_ISA
