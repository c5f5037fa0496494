// conv_weights.h — the weights in the order in which tiles read them.
//
// A panel holds R channels of what is made: for each k = (channel of the source, tap), R weights side by
// side. The panels are as equal as they can be: 20 channels are 7 + 7 + 6, not 8 + 8 + 4.
#pragma once
#include "kernels/conv_tile.h"
#include "kernels/gemm_pack.h"

namespace pynn::PYNN_ISA {

// Where the weights lie: strides of what is made (rows), of the source's channels and along each axis of the
// kernel.
template <class T>
struct Weights {
  const T* w;
  int64_t group, row, channel;
  int64_t axis[3];
};

template <class T>
struct Panels {
  int64_t rows, count, k;
  Panels(int64_t rows, int64_t k) : rows(rows), count(ceil_div(rows, ConvTile::rows)), k(k) {}

  PYNN_INLINE int64_t begin(int64_t panel) const { return rows * panel / count; }
  PYNN_INLINE int64_t height(int64_t panel) const { return begin(panel + 1) - begin(panel); }
  PYNN_INLINE Range share(int64_t i, int64_t shares) const {
    return {count * i / shares, count * (i + 1) / shares};
  }
  // Packing writes whole vectors, so there is room for one more behind each panel.
  PYNN_INLINE int64_t size() const { return k * ConvTile::rows + Vec<T>::lanes; }
};

// One panel of `rows` rows from row `first`, for the taps of these axes.
template <class T>
void pack_panel(T* to, const Weights<T>& weights, const Axis (&axis)[3], int64_t channels, int64_t first,
                int64_t rows) {
  const Axis &d = axis[0], &h = axis[1], &w = axis[2];
  const int64_t taps = d.taps * h.taps * w.taps;
  const T* const from = weights.w + first * weights.row;
  const int64_t steps[3] = {d.place_step * weights.axis[0], h.place_step * weights.axis[1],
                            w.place_step * weights.axis[2]};
  const T* const first_tap = from + d.first_place * weights.axis[0] + h.first_place * weights.axis[1] +
                             w.first_place * weights.axis[2];
  const bool in_one_run =
      steps[2] == 1 && (h.taps == 1 || steps[1] == w.taps) && (d.taps == 1 || steps[0] == w.taps * h.taps);
  if (in_one_run && weights.channel == taps) {
    // A vector of rows at a time, the last one first: it writes beyond its rows, where the others write then.
    for (int64_t i = (rows - 1) / Vec<T>::lanes * Vec<T>::lanes; i >= 0; i -= Vec<T>::lanes)
      pack_transposed<T>(to + i, rows,
                         {first_tap + i * weights.row, rows - i, weights.row, channels * taps, 1});
    return;
  }
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t td = 0; td < d.taps; ++td)
      for (int64_t th = 0; th < h.taps; ++th)
        for (int64_t tw = 0; tw < w.taps; ++tw, to += rows) {
          const T* const tap =
              first_tap + c * weights.channel + td * steps[0] + th * steps[1] + tw * steps[2];
          for (int64_t i = 0; i < rows; ++i) to[i] = tap[i * weights.row];
        }
}

}  // namespace pynn::PYNN_ISA
