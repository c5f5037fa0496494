// conv_bands.h — outputs cut into bands, so that what they read stays in the second-level cache.
//
// They are cut along the first axis or, if that leaves single places, along the second too, and so on: the
// outputs of a band lie in one run of memory.
#pragma once
#include "kernels/conv_planes.h"

namespace pynn::PYNN_ISA {

template <class T>
struct Bands {
  int64_t size[3], count[3];

  // So many elements are to hold the planes of a band's channels, and `outputs` channels of its outputs.
  Bands(const Axis (&axis)[3], int64_t channels, int64_t outputs, int64_t budget) {
    for (int i = 0; i < 3; ++i) size[i] = axis[i].outs;
    const auto fit = [&] {
      const Planes p = part(axis, 0, 0, 0);
      return p.template room<T>(channels) + outputs * size[0] * size[1] * size[2] <= budget;
    };
    for (int i = 0; i < 3; ++i) {
      const int64_t least = i == 2 ? 8 * Vec<T>::lanes : 1;
      while (size[i] > least && !fit()) {  // one piece more than before, all of them equal
        const int64_t pieces = ceil_div(axis[i].outs, size[i]) + 1;
        size[i] = smaller(size[i] - 1, larger(least, ceil_div(axis[i].outs, pieces)));
      }
      if (size[i] > 1) break;
    }
    for (int i = 0; i < 3; ++i) count[i] = ceil_div(axis[i].outs, size[i]);
  }

  PYNN_INLINE int64_t total() const { return count[0] * count[1] * count[2]; }
  Planes part(const Axis (&axis)[3], int64_t d, int64_t h, int64_t w) const {
    const auto cut = [&](int i, int64_t at) {
      return axis[i].part(at * size[i], smaller((at + 1) * size[i], axis[i].outs));
    };
    return {cut(0, d), cut(1, h), cut(2, w)};
  }
  Planes part(const Axis (&axis)[3], int64_t index) const {
    return part(axis, index / (count[1] * count[2]), index / count[2] % count[1], index % count[2]);
  }
};

}  // namespace pynn::PYNN_ISA
