// conv_bands.h — outputs cut into bands, so that what they read stays in the second-level cache.
//
// They are cut along the first axis or, if that leaves single places, along the second too, and so on: the
// outputs of a band lie in one run of memory.
#pragma once
#include "kernels/conv_planes.h"

namespace pynn::PYNN_ISA {

// The axes of a product. Each is a list of one; or of as many parts as a gradient falls into by its stride,
// which read the same source at the same step, the first with the most outputs.
struct AxisParts {
  const Axis* parts;
  int64_t count;

  PYNN_INLINE const Axis& first() const { return parts[0]; }
};

template <class T>
struct Bands {
  int64_t size[3], count[3];

  // So many elements are to hold the planes of a band's channels, and `outputs` channels of its outputs.
  Bands(const AxisParts (&axes)[3], int64_t channels, int64_t outputs, int64_t budget) {
    for (int i = 0; i < 3; ++i) size[i] = axes[i].first().outs;
    const auto fit = [&] {
      const Planes p = planes(axes, 0, 0, 0);
      return p.template room<T>(channels) + outputs * size[0] * size[1] * size[2] <= budget;
    };
    for (int i = 0; i < 3; ++i) {
      const int64_t outs = axes[i].first().outs, least = i == 2 ? 8 * Vec<T>::lanes : 1;
      while (size[i] > least && !fit()) {  // one piece more than before, all of them equal
        const int64_t pieces = ceil_div(outs, size[i]) + 1;
        size[i] = smaller(size[i] - 1, larger(least, ceil_div(outs, pieces)));
      }
      if (size[i] > 1) break;
    }
    for (int i = 0; i < 3; ++i) count[i] = ceil_div(axes[i].first().outs, size[i]);
  }

  PYNN_INLINE int64_t total() const { return count[0] * count[1] * count[2]; }
  // The place of a band along axis i.
  PYNN_INLINE int64_t at(int64_t band, int i) const {
    return i == 0 ? band / (count[1] * count[2]) : i == 1 ? band / count[2] % count[1] : band % count[2];
  }
  PYNN_INLINE Axis cut(const Axis& axis, int i, int64_t at) const {
    const int64_t begin = smaller(at * size[i], axis.outs);
    return axis.part(begin, smaller(begin + size[i], axis.outs));
  }

  Planes planes(const AxisParts (&axes)[3], int64_t d, int64_t h, int64_t w) const {
    return {{cut(axes[0].first(), 0, d), cut(axes[1].first(), 1, h), cut(axes[2].first(), 2, w)},
            {reach(axes[0], 0, d), reach(axes[1], 1, h), reach(axes[2], 2, w)}};
  }
  Planes planes(const AxisParts (&axes)[3], int64_t band) const {
    return planes(axes, at(band, 0), at(band, 1), at(band, 2));
  }

 private:
  // To begin a band later moves what all parts read equally.
  Reach reach(const AxisParts& axis, int i, int64_t at) const {
    Reach all(axis.parts, axis.count);
    all.first += at * size[i];
    all.width += cut(axis.first(), i, at).outs - axis.first().outs;
    return all;
  }
};

}  // namespace pynn::PYNN_ISA
