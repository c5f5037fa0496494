// conv_taps.h — all of one convolution: cut into units of work that fit the second-level cache, and run.
//
//   band    some rows of an image's outputs; the planes of all its channels, once copied, stay in the cache
//   panel   channels of the output that share a tile (conv_weights.h)
//   tile    a panel by up to three windows (conv_tile.h)
//
// Every output is computed by the same operations in the same order however the work is cut.
#pragma once
#include "core/cache_sizes.h"
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/conv_bands.h"
#include "kernels/conv_weights.h"

namespace pynn::PYNN_ISA {

template <class T>
struct TapProduct {
  Axis axis[3];
  int64_t batch, groups;
  int64_t channels, rows;  // of the source, and of what is made, in each group
  const T* source;
  Weights<T> weights;
  const T* bias;  // groups * rows values, or null
  T* target;
  int64_t target_size[3];

  PYNN_INLINE int64_t source_size() const { return axis[0].size * axis[1].size * axis[2].size; }
  PYNN_INLINE int64_t target_count() const { return target_size[0] * target_size[1] * target_size[2]; }
  PYNN_INLINE bool has_gaps() const {
    return axis[0].target_step != 1 || axis[1].target_step != 1 || axis[2].target_step != 1;
  }
};

// Offsets and windows of a band: most bands share those of the first.
template <class T>
class Addresses {
 public:
  Addresses(const Planes& p, int64_t channels)
      : planes(p), k(channels * p.taps()), offsets_(k), windows_(most_windows<T>(p)) {
    if (k > 0) p.set_offsets(offsets_.get(), channels);
    count = set_windows<T>(windows_.get(), p);
  }
  PYNN_INLINE bool fits(const Planes& p) const {
    return p.axis[0].outs == planes.axis[0].outs && p.axis[1].outs == planes.axis[1].outs &&
           p.axis[2].outs == planes.axis[2].outs;
  }
  PYNN_INLINE const int64_t* offsets() const { return offsets_.get(); }
  PYNN_INLINE const Window* windows() const { return windows_.get(); }

  const Planes planes;
  const int64_t k;
  int64_t count;  // of windows

 private:
  const Scratch<int64_t> offsets_;
  const Scratch<Window> windows_;
};

// ---- a unit of work --------------------------------------------------------------------------------------

// From rows without gaps to the places between which other phases write.
template <class T>
void spread_rows(const TapProduct<T>& product, const Planes& p, const T* from, T* to) {
  const Axis &d = p.axis[0], &h = p.axis[1], &w = p.axis[2];
  for (int64_t i = 0; i < d.outs; ++i)
    for (int64_t j = 0; j < h.outs; ++j, from += w.outs) {
      T* const row = to +
                     ((d.first_target + i * d.target_step) * product.target_size[1] + h.first_target +
                      j * h.target_step) *
                         product.target_size[2] +
                     w.first_target;
      for (int64_t k = 0; k < w.outs; ++k) row[k * w.target_step] = from[k];
    }
}

// Panels begin .. end of one band of one image and group; `planes` hold its channels.
template <class T>
void multiply_panels(const TapProduct<T>& product, const Planes& p, const Addresses<T>& addresses,
                     const T* planes, const T* packed, int64_t image_group, Range which) {
  const Panels<T> panels(product.rows, addresses.k);
  const int64_t group = image_group % product.groups, outs = p.axis[0].outs * p.axis[1].outs * p.axis[2].outs;
  const bool has_gaps = product.has_gaps();
  const Scratch<T> dense(has_gaps ? ConvTile::rows * outs : 0);
  const int64_t tiles = ceil_div(addresses.count, ConvTile::windows);
  for (int64_t panel = which.begin; panel < which.end; ++panel) {
    const int64_t row = panels.begin(panel), height = panels.height(panel);
    T* const target = product.target + (image_group * product.rows + row) * product.target_count();
    TileOfTaps<T> tile{addresses.k,
                       addresses.offsets(),
                       packed + (group * panels.count + panel) * panels.size(),
                       planes,
                       nullptr,
                       product.bias ? product.bias + group * product.rows + row : nullptr,
                       dense.get(),
                       outs};
    if (!has_gaps) {
      tile.y = target +
               (p.axis[0].first_target * product.target_size[1] + p.axis[1].first_target) *
                   product.target_size[2] +
               p.axis[2].first_target;
      tile.y_row = product.target_count();
    }
    for (int64_t i = 0; i < tiles; ++i) {
      const int64_t begin = addresses.count * i / tiles, end = addresses.count * (i + 1) / tiles;
      tile.windows = addresses.windows() + begin;
      kConvTileKernels<T>.by_shape[height - 1][end - begin - 1](tile);
    }
    for (int64_t i = 0; has_gaps && i < height; ++i)
      spread_rows(product, p, dense.get() + i * outs, target + i * product.target_count());
  }
}

// Where there are few images and bands, the panels of one are shared out too, until no thread waits long for
// the last.
inline int64_t parts_of_panels(int64_t units, int64_t panels) {
  const int64_t threads = num_threads();
  int64_t parts = 1;
  while (parts < panels && parts < 4 * threads) {
    const int64_t rounds = ceil_div(units * parts, threads);
    if (10 * rounds * threads <= 11 * units * parts) break;
    ++parts;
  }
  return parts;
}

template <class T>
void multiply_taps(const TapProduct<T>& product) {
  const Bands<T> bands(product.axis, product.channels, 0, cache_sizes().level2 / 2 / int64_t(sizeof(T)));
  const Planes first = bands.part(product.axis, 0);
  const Addresses<T> addresses(first, product.channels);
  const Panels<T> panels(product.rows, addresses.k);
  const Scratch<T> packed(product.groups * panels.count * panels.size());
  const int64_t work_of_panel = addresses.k * ConvTile::rows;
  parallel_for(product.groups * panels.count, larger(1, (1 << 16) / larger(1, work_of_panel)),
               [&](int64_t i, int64_t end) {
                 for (; i < end; ++i) {
                   Weights<T> weights = product.weights;
                   weights.w += i / panels.count * weights.group;
                   const int64_t panel = i % panels.count;
                   pack_panel(packed.get() + i * panels.size(), weights, first, product.channels,
                              panels.begin(panel), panels.height(panel));
                 }
               });

  const int64_t images = product.batch * product.groups;
  const int64_t parts = parts_of_panels(images * bands.total(), panels.count);
  const int64_t units = images * bands.total() * parts;
  const double work = double(product.rows) / double(parts) * double(addresses.k + 2) *
                      double(addresses.count) * Vec<T>::lanes;
  const int64_t together = work * 2 > (1 << 18) ? 1 : int64_t((1 << 18) / (work + 1));
  parallel_for(units, together, [&](int64_t unit, int64_t end) {
    for (; unit < end; ++unit) {
      const int64_t part = unit % parts, band = unit / parts % bands.total(),
                    image = unit / parts / bands.total();
      const Planes p = bands.part(product.axis, band);
      const Scratch<T> planes(p.room<T>(product.channels));
      fill_planes(p, planes.get(), product.source + image * product.channels * product.source_size(),
                  product.channels);
      const Range which{panels.count * part / parts, panels.count * (part + 1) / parts};
      if (addresses.fits(p)) {
        multiply_panels(product, p, addresses, planes.get(), packed.get(), image, which);
      } else {
        const Addresses<T> own(p, product.channels);
        multiply_panels(product, p, own, planes.get(), packed.get(), image, which);
      }
    }
  });
}

}  // namespace pynn::PYNN_ISA
