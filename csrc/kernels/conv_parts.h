// conv_parts.h — the addresses of a band: for each part of the product, where its taps read and its windows
// lie.
//
// A convolution has one part. The gradient for the input of one with strides (2, 2) has 2 x 2: the places of
// dx with even and with odd row and column. All read the same planes, by different taps.
#pragma once
#include "core/scratch.h"
#include "kernels/conv_bands.h"
#include "kernels/conv_weights.h"

namespace pynn::PYNN_ISA {

template <class T>
struct TapProduct {
  AxisParts axes[3];
  int64_t batch, groups;
  int64_t channels, rows;  // of the source, and of what is made, in each group
  const T* source;
  Weights<T> weights;
  const T* bias;  // groups * rows values, or null
  T* target;
  int64_t target_size[3];
  Finish<T> finish = {};  // where there is one part; of groups * rows channels

  PYNN_INLINE int64_t parts() const { return axes[0].count * axes[1].count * axes[2].count; }
  PYNN_INLINE int64_t source_size() const {
    return axes[0].first().size * axes[1].first().size * axes[2].first().size;
  }
  PYNN_INLINE int64_t target_count() const { return target_size[0] * target_size[1] * target_size[2]; }
  // Steps of the sum, of all parts together.
  int64_t depth() const {
    int64_t all = channels;
    for (const AxisParts& axis : axes) {
      int64_t taps = 0;
      for (int64_t i = 0; i < axis.count; ++i) taps += axis.parts[i].taps;
      all *= taps;
    }
    return all;
  }
};

struct Part {
  Axis axis[3];               // of this band
  int64_t k, k_before;        // steps of the sum, and those of the parts before
  int64_t outs, outs_before;  // outputs
  const int64_t* offsets;
  const Window* windows;
  int64_t window_count;
};

// Visits the axes of each part.
template <class T, class Visit>
PYNN_INLINE void each_part(const TapProduct<T>& product, const Visit& visit) {
  for (int64_t d = 0; d < product.axes[0].count; ++d)
    for (int64_t h = 0; h < product.axes[1].count; ++h)
      for (int64_t w = 0; w < product.axes[2].count; ++w)
        visit(product.axes[0].parts[d], product.axes[1].parts[h], product.axes[2].parts[w]);
}

template <class T>
class BandParts {
 public:
  BandParts(const TapProduct<T>& product, const Bands<T>& bands, int64_t band)
      : planes(bands.planes(product.axes, band)),
        count(product.parts()),
        parts_(count),
        offsets_(product.depth()),
        windows_(count * most_windows<T>(planes.axis[0].outs, planes.axis[1].outs, planes.axis[2].outs)) {
    int64_t* offsets = offsets_.get();
    Window* windows = windows_.get();
    Part* next = parts_.get();
    each_part(product, [&](const Axis& d, const Axis& h, const Axis& w) {
      Part part{{bands.cut(d, 0, bands.at(band, 0)), bands.cut(h, 1, bands.at(band, 1)),
                 bands.cut(w, 2, bands.at(band, 2))},
                product.channels * d.taps * h.taps * w.taps,
                depth,
                0,
                outs,
                offsets,
                windows,
                0};
      const Axis(&axis)[3] = part.axis;
      planes.set_offsets(offsets, axis, product.channels);
      part.outs = axis[0].outs * axis[1].outs * axis[2].outs;
      part.window_count = set_windows<T>(windows, planes, axis[0].outs, axis[1].outs, axis[2].outs);
      offsets += part.k, windows += part.window_count;
      depth += part.k, outs += part.outs;
      *next++ = part;
    });
  }
  PYNN_INLINE const Part& operator[](int64_t i) const { return parts_.get()[i]; }

  const Planes planes;
  const int64_t count;
  int64_t depth = 0, outs = 0;  // of all parts

 private:
  const Scratch<Part> parts_;
  const Scratch<int64_t> offsets_;
  const Scratch<Window> windows_;
};

// ---- the parts of one row put in turns --------------------------------------------------------------------

// to[2 i] = even[i], to[2 i + 1] = odd[i]; there may be one even more than odds.
template <class T>
PYNN_INLINE void interleave(T* to, const T* even, const T* odd, int64_t evens, int64_t odds) {
  using V = Vec<T>;
  constexpr int64_t lanes = V::lanes;
  int64_t i = 0;
  for (; i + lanes <= odds; i += lanes) {
    const V a = load(even + i), b = load(odd + i);
    store(to + 2 * i, interleave_low(a, b));
    store(to + 2 * i + lanes, interleave_high(a, b));
  }
  if (i == evens) return;
  const V a = load(even + i, smaller(lanes, evens - i)), b = load(odd + i, odds - i);
  const int64_t rest = evens + odds - 2 * i;
  store(to + 2 * i, interleave_low(a, b), smaller(rest, lanes));
  if (rest > lanes) store(to + 2 * i + lanes, interleave_high(a, b), rest - lanes);
}

// One channel of a band: `from` holds the parts one behind the other, `to` is the channel of the target.
template <class T>
void join_parts(const TapProduct<T>& product, const BandParts<T>& band, const T* from, T* to) {
  const int64_t across = product.axes[2].count;
  for (int64_t first = 0; first < band.count; first += across) {
    const Part& part = band[first];
    const Axis &d = part.axis[0], &h = part.axis[1], &w = part.axis[2];
    for (int64_t i = 0; i < d.outs; ++i)
      for (int64_t j = 0; j < h.outs; ++j) {
        T* const row = to +
                       ((d.first_target + i * d.target_step) * product.target_size[1] + h.first_target +
                        j * h.target_step) *
                           product.target_size[2] +
                       w.first_target;
        const auto row_of = [&](int64_t r) {
          const Part& other = band[first + r];
          return from + other.outs_before + (i * h.outs + j) * other.axis[2].outs;
        };
        if (across == 1)
          copy_every(row, row_of(0), 1, w.outs);
        else if (across == 2)
          interleave(row, row_of(0), row_of(1), w.outs, band[first + 1].axis[2].outs);
        else
          for (int64_t r = 0; r < across; ++r) {
            const T* const values = row_of(r);
            for (int64_t k = 0; k < band[first + r].axis[2].outs; ++k) row[k * across + r] = values[k];
          }
      }
  }
}

}  // namespace pynn::PYNN_ISA
