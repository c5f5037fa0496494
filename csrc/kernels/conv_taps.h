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
#include "kernels/conv_parts.h"

namespace pynn::PYNN_ISA {

// All weights of all groups, packed.
template <class T>
void pack_weights(const TapProduct<T>& product, const Panels<T>& panels, T* packed) {
  const int64_t bundles = panels.bundles();
  parallel_for(product.groups * bundles, larger(1, (1 << 16) / (panels.k * kWeightPitch<T> + 1)),
               [&](int64_t i, int64_t end) {
                 for (; i < end; ++i) {
                   const int64_t group = i / bundles, bundle = i % bundles;
                   Weights<T> weights = product.weights;
                   weights.w += group * weights.group;
                   T* to = packed + group * panels.size() + bundle * panels.k * kWeightPitch<T>;
                   each_part(product, [&](const Axis& d, const Axis& h, const Axis& w) {
                     const Axis axis[3] = {d, h, w};
                     pack_bundle(to, weights, axis, product.channels, panels.rows_of(bundle));
                     to += product.channels * d.taps * h.taps * w.taps * kWeightPitch<T>;
                   });
                 }
               });
}

// The panels `which` of one band of one image and group, whose channels are in `planes`.
template <class T>
void multiply_panels(const TapProduct<T>& product, const Panels<T>& panels, const BandParts<T>& band,
                     const T* planes, const T* packed, int64_t image, Range which) {
  const int64_t group = image % product.groups;
  const bool in_turns = band.count > 1;  // outputs of several parts are joined when all are there
  const Scratch<T> separate(in_turns ? ConvTile::rows * band.outs : 0);
  for (int64_t panel = which.begin; panel < which.end; ++panel) {
    const int64_t row = panels.begin(panel), height = panels.height(panel);
    T* const target = product.target + (image * product.rows + row) * product.target_count();
    T* first_output = target;
    const T* const weights = packed + group * panels.size() + panels.start(panel);
    for (int64_t i = 0; i < band.count; ++i) {
      const Part& part = band[i];
      const Axis(&axis)[3] = part.axis;
      TileOfTaps<T> tile{part.k,
                         part.offsets,
                         weights + part.k_before * kWeightPitch<T>,
                         planes,
                         nullptr,
                         product.bias ? product.bias + group * product.rows + row : nullptr,
                         separate.get() + part.outs_before,
                         band.outs,
                         false,
                         product.finish.from(group * product.rows + row)};
      if (!in_turns) {
        first_output =
            target +
            (axis[0].first_target * product.target_size[1] + axis[1].first_target) * product.target_size[2] +
            axis[2].first_target;
        tile.y = first_output, tile.y_row = product.target_count();
      }
      const int64_t tiles = ceil_div(part.window_count, ConvTile::windows);
      for (int64_t j = 0; j < tiles; ++j) {
        const int64_t begin = part.window_count * j / tiles, end = part.window_count * (j + 1) / tiles;
        tile.windows = part.windows + begin;
        kConvTileKernels<T>.by_shape[height - 1][end - begin - 1](tile);
      }
    }
    for (int64_t i = 0; product.finish.of_rows() && i < height; ++i)
      finish_rest(product.finish, first_output + i * product.target_count(), band.outs);
    for (int64_t i = 0; in_turns && i < height; ++i)
      join_parts(product, band, separate.get() + i * band.outs, target + i * product.target_count());
  }
}

// Where there are few images and bands, the panels of one are shared out too, until no thread waits long for
// the last.
inline int64_t shares_of_panels(int64_t units, int64_t panels) {
  const int64_t threads = num_threads();
  int64_t shares = 1;
  while (shares < panels && shares < 4 * threads) {
    const int64_t rounds = ceil_div(units * shares, threads);
    if (10 * rounds * threads <= 11 * units * shares) break;
    ++shares;
  }
  return shares;
}

// Units begin .. end of one band: (image, share of the panels).
template <class T>
void multiply_band(const TapProduct<T>& product, const Panels<T>& panels, const BandParts<T>& band,
                   const T* packed, int64_t begin, int64_t end, int64_t shares) {
  const Scratch<T> planes(band.planes.template room<T>(product.channels));
  clear_planes(band.planes, planes.get(), product.channels);
  int64_t filled = -1;
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t image = unit / shares, share = unit % shares;
    if (filled != image)
      copy_to_planes(band.planes, planes.get(),
                     product.source + image * product.channels * product.source_size(), product.channels);
    filled = image;
    multiply_panels(product, panels, band, planes.get(), packed, image, panels.share(share, shares));
  }
}

}  // namespace pynn::PYNN_ISA
