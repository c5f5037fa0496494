// conv_patches.h — small images: the outputs of several are put side by side without gaps.
//
// In an image of 7 x 7 a quarter of what windows hold belongs to no output, which costs a quarter of the
// time. Where there are enough output channels to pay for it, the rows of the matrix that im2col would make
// are written after all, but for a few channels at a time and into the cache: row (c, t) is a copy of the
// rows of a plane. Then all windows are full. Sums wait in memory from one block of channels to the next;
// each still is one chain in the order of (channel, tap).
#pragma once
#include "kernels/conv_taps.h"

namespace pynn::PYNN_ISA {

// How many images share patches, and among how many units their panels are shared out.
struct PatchPlan {
  int64_t images = 0, shares = 1;  // no images: windows are better as they are

  // The time that a step of the sum takes in each panel, where a window's multiply-adds are 1: a tile has
  // something to do beside them; and to move a row costs some three instructions, once for all panels.
  template <class T>
  PatchPlan(const TapProduct<T>& product, const Panels<T>& panels, const BandParts<T>& band) {
    constexpr int64_t lanes = Vec<T>::lanes;
    const auto time_of = [](int64_t windows) {
      return double(windows) + 0.25 * double(ceil_div(windows, ConvTile::windows));
    };
    double least = 0, moves = 0;
    for (int64_t i = 0; i < band.count; ++i) {
      const Axis(&axis)[3] = band[i].axis;
      least += 0.95 * time_of(band[i].window_count);
      moves += 0.4 * double(most_windows<T>(axis[0].outs, axis[1].outs, axis[2].outs));
    }
    for (int64_t n = 1; n <= smaller(product.batch, 8); ++n) {
      const int64_t units = product.groups * ceil_div(product.batch, n);
      const int64_t parts = shares_of_panels(units, panels.count),
                    panels_each = ceil_div(panels.count, parts);
      int64_t windows = 0;
      double time = moves / double(panels_each);
      for (int64_t i = 0; i < band.count; ++i) {
        const int64_t full = ceil_div(n * band[i].outs, lanes);
        windows += full;
        time += time_of(full) / double(n);
      }
      const int64_t sums = panels_each * ConvTile::rows * windows * lanes * int64_t(sizeof(T));
      if (time < least && sums <= cache_sizes().level2 / 2) least = time, images = n, shares = parts;
    }
  }
};

// For some channels of the source, the patches of every part: rows (c, t), in each the outputs of all images.
template <class T>
class Patches {
 public:
  Patches(const BandParts<T>& band, int64_t channels, int64_t images)
      : band_(band),
        channels_(channels),
        images_(images),
        block_(block_of_channels()),
        parts_(band.count),
        planes_(band.planes.template room<T>(block_)),
        memory_(block_ * of_channel()),
        offsets_(block_ * band.depth / channels),
        windows_(ceil_div(images * band[0].outs, lanes)) {
    T* memory = memory_.get();
    int64_t* offsets = offsets_.get();
    for (int64_t i = 0; i < band.count; ++i) {
      parts_.get()[i] = {memory, offsets, row_};
      row_ += pitch(i);
      for (int64_t k = 0; k < block_ * taps(i); ++k) *offsets++ = k * pitch(i);
      memory += block_ * taps(i) * pitch(i);
    }
    for (int64_t j = 0; j < ceil_div(images * band[0].outs, lanes); ++j)
      windows_.get()[j] = {j * lanes, j * lanes, uint32_t((uint64_t(1) << lanes) - 1), int32_t(lanes)};
    clear_planes(band.planes, planes_.get(), block_);
    for (int64_t i = 0; i < band.count; ++i) {  // what is behind the last output is read, too
      const int64_t used = images * band[i].outs;
      for (int64_t k = 0; used < pitch(i) && k < block_ * taps(i); ++k)
        set_zeros(parts_.get()[i].patches + k * pitch(i) + used, pitch(i) - used);
    }
  }

  PYNN_INLINE int64_t block() const { return block_; }
  PYNN_INLINE int64_t row() const { return row_; }  // of sums: the parts one behind the other
  PYNN_INLINE int64_t taps(int64_t part) const { return band_[part].k / channels_; }
  PYNN_INLINE int64_t pitch(int64_t part) const { return round_up(images_ * band_[part].outs, lanes); }
  PYNN_INLINE int64_t start(int64_t part) const { return parts_.get()[part].sums; }

  // Image `n` of those side by side, of which `channels` channels begin at `source`.
  void take(int64_t n, const T* source, int64_t channels) const {
    copy_to_planes(band_.planes, planes_.get(), source, channels);
    for (int64_t i = 0; i < band_.count; ++i) {
      const Part& part = band_[i];
      T* to = parts_.get()[i].patches + n * part.outs;
      for (int64_t k = 0; k < channels * taps(i); ++k, to += pitch(i))
        move_rows(part, planes_.get() + part.offsets[k], to);
    }
  }

  // Adds the channels that were taken, from channel `first` on, to `height` rows of sums.
  void multiply(int64_t first, int64_t channels, const T* weights, const T* bias, int64_t height,
                T* sums) const {
    for (int64_t i = 0; i < band_.count; ++i) {
      const OfPart& of_part = parts_.get()[i];
      const int64_t count = pitch(i) / lanes, tiles = ceil_div(count, ConvTile::windows);
      TileOfTaps<T> tile{channels * taps(i),
                         of_part.offsets,
                         weights + (band_[i].k_before + first * taps(i)) * kWeightPitch<T>,
                         of_part.patches,
                         nullptr,
                         bias,
                         sums + of_part.sums,
                         row_,
                         first > 0,
                         {}};
      for (int64_t j = 0; j < tiles; ++j) {
        const int64_t begin = count * j / tiles, end = count * (j + 1) / tiles;
        tile.windows = windows_.get() + begin;
        kConvTileKernels<T>.by_shape[height - 1][end - begin - 1](tile);
      }
    }
  }

 private:
  static constexpr int64_t lanes = Vec<T>::lanes;
  struct OfPart {
    T* patches;
    const int64_t* offsets;
    int64_t sums;  // where its sums begin in a row of them
  };

  // Whole vectors, as long as what is too much will be written over by the next ones.
  void move_rows(const Part& part, const T* from, T* to) const {
    const int64_t deep = part.axis[0].outs, high = part.axis[1].outs, wide = part.axis[2].outs;
    const T* const end = to + part.outs;
    for (int64_t d = 0; d < deep; ++d)
      for (int64_t h = 0; h < high; ++h, to += wide) {
        const T* const row = from + (d * band_.planes.rows + h) * band_.planes.pitch;
        for (int64_t w = 0; w < wide; w += lanes) {
          if (to + w + lanes <= end)
            store(to + w, load(row + w));
          else
            store(to + w, load(row + w), smaller(wide - w, lanes));
        }
      }
  }
  int64_t of_channel() const {
    int64_t all = 0;
    for (int64_t i = 0; i < band_.count; ++i) all += taps(i) * pitch(i);
    return all;
  }
  // A quarter of the second-level cache holds the patches: weights and sums pass through the rest.
  int64_t block_of_channels() const {
    return smaller(channels_,
                   larger(1, cache_sizes().level2 / 4 / int64_t(sizeof(T)) / larger(1, of_channel())));
  }

  const BandParts<T>& band_;
  const int64_t channels_, images_, block_;
  int64_t row_ = 0;
  const Scratch<OfPart> parts_;
  const Scratch<T> planes_, memory_;
  const Scratch<int64_t> offsets_;
  const Scratch<Window> windows_;
};

// The panels `which` of images first .. first + images of one group.
template <class T>
void multiply_by_patches(const TapProduct<T>& product, const Panels<T>& panels, const BandParts<T>& band,
                         const T* packed, int64_t group, int64_t first, int64_t images, Range which) {
  const Patches<T> patches(band, product.channels, images);
  const int64_t top = panels.begin(which.begin), rows = panels.begin(which.end) - top;
  const Scratch<T> sums(rows * patches.row()), separate(band.outs);
  const auto image = [&](int64_t n) { return (first + n) * product.groups + group; };

  for (int64_t c = 0; c < product.channels; c += patches.block()) {
    const int64_t channels = smaller(patches.block(), product.channels - c);
    for (int64_t n = 0; n < images; ++n)
      patches.take(n, product.source + (image(n) * product.channels + c) * product.source_size(), channels);
    for (int64_t panel = which.begin; panel < which.end; ++panel) {
      const int64_t row = panels.begin(panel);
      patches.multiply(c, channels, packed + group * panels.size() + panels.start(panel),
                       product.bias ? product.bias + group * product.rows + row : nullptr,
                       panels.height(panel), sums.get() + (row - top) * patches.row());
    }
  }

  for (int64_t n = 0; n < images; ++n)
    for (int64_t row = 0; row < rows; ++row) {
      T* const target = product.target + (image(n) * product.rows + top + row) * product.target_count();
      T* const together = band.count == 1 ? target : separate.get();
      for (int64_t i = 0; i < band.count; ++i)
        copy_every(together + band[i].outs_before,
                   sums.get() + row * patches.row() + patches.start(i) + n * band[i].outs, 1, band[i].outs);
      if (band.count > 1) join_parts(product, band, separate.get(), target);
      if (product.finish.any())
        finish_row(product.finish, group * product.rows + top + row, target, band.outs);
    }
}

}  // namespace pynn::PYNN_ISA
