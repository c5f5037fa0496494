// winograd_kernels.h — the kernels g of a convolution as G g Gᵀ, in strips as wide as a tile of a product.
#pragma once
#include "kernels/winograd_tiles.h"

namespace pynn::PYNN_ISA {

// Kernels of 3 x 3 numbers in a run, and the strides between those of neighbouring rows (channels of what is
// made) and channels (of the source). `turned` by half a turn, for the gradient.
template <class T>
struct KernelsOf {
  const T* w;
  int64_t row, channel;
  bool turned;
};

// A matrix (channels, rows) for each place of the kernels, by strips as wide as a tile: strip, place,
// channel, row in the strip. Places stand a vector further apart than they need, so that they do not share
// cache sets.
template <class Way, class T>
struct PlacedKernels {
  static constexpr int64_t lanes = Vec<T>::lanes, kVectors = TileShape<T>::vectors;
  int64_t channels, rows;

  PYNN_INLINE int64_t vectors() const { return ceil_div(rows, lanes); }
  PYNN_INLINE int64_t strips() const { return ceil_div(vectors(), kVectors); }
  PYNN_INLINE int64_t width(int64_t strip) const {
    return smaller(kVectors, vectors() - strip * kVectors) * lanes;
  }
  PYNN_INLINE int64_t place(int64_t strip) const { return channels * width(strip) + lanes; }
  PYNN_INLINE int64_t start(int64_t strip) const {
    return strip * kKernelPlaces<Way> * (channels * kVectors * lanes + lanes);
  }
  PYNN_INLINE int64_t size() const { return start(strips()); }
};

// Vector `vector` of the rows, for channels begin .. end.
template <class Way, class T>
void place_kernels(const KernelsOf<T>& kernels, const PlacedKernels<Way, T>& shape, int64_t vector,
                   Range channels, T* placed) {
  constexpr int64_t lanes = Vec<T>::lanes;
  constexpr int kTaps = 9;
  const int64_t strip = vector / shape.kVectors, width = shape.width(strip), place = shape.place(strip),
                first = vector * lanes;
  T* const to = placed + shape.start(strip) + vector % shape.kVectors * lanes;
  T taps[kTaps * lanes];
  for (int64_t c = channels.begin; c < channels.end; ++c) {
    pack_transposed<T>(taps, lanes,
                       {kernels.w + first * kernels.row + c * kernels.channel,
                        smaller(lanes, shape.rows - first), kernels.row, kTaps, 1});
    transform<typename Way::Kernel, T>(
        [&](int i, int j) PYNN_LAMBDA_INLINE {
          const int tap = 3 * i + j;
          return load(taps + (kernels.turned ? kTaps - 1 - tap : tap) * lanes);
        },
        [&](int i, int j, Vec<T> value)
            PYNN_LAMBDA_INLINE { store(to + (i * Way::Kernel::to + j) * place + c * width, value); });
  }
}

}  // namespace pynn::PYNN_ISA
