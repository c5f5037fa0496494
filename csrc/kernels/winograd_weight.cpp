// winograd_weight.cpp — dw from x and dy, by winograd_transforms.h: Gᵀ [ Σ (A dY Aᵀ) ⊙ (Bᵀ d B) ] G.
//
//   block   some rows of tiles, whose transforms fit the second-level cache
//   piece   some blocks: they add, in order, to one copy of the matrices (channels of x, channels of dy), of
//           which there is one for each place of the kernels
//   unit    some channels of x, for one piece
//
// Blocks and pieces depend on the shape alone, never on the threads or the machine, and neither does a bit of
// dw.
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/winograd.h"
#include "kernels/winograd_tiles.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kTilesOfBlock = 64;
inline constexpr int64_t kPlacesOfCopies = 1 << 20;  // numbers that all copies may take
inline constexpr int64_t kPiecesAtMost = 16;

template <class Way, class T>
struct TiledWeight {
  static constexpr int64_t lanes = Vec<T>::lanes;
  const int64_t batch, channels, outputs;
  const T *x, *dy;
  const int64_t high, wide;                        // tiles
  const TiledAxis h, w, dy_h, dy_w;                // dy's tiles are those of the outputs, without zeros
  const int64_t all, rows, blocks, pitch, pieces;  // rows of tiles: all of them and a block's

  TiledWeight(const ConvShape& s, const T* x, const T* dy)
      : batch(s.batch),
        channels(s.in_channels),
        outputs(s.out_channels),
        x(x),
        dy(dy),
        high(ceil_div(s.out[1], int64_t(Way::Outs::to))),
        wide(ceil_div(s.out[2], int64_t(Way::Outs::to))),
        h{s.in[1], s.before[1], s.out[1], high},
        w{s.in[2], s.before[2], s.out[2], wide},
        dy_h{s.out[1], 0, s.out[1], high},
        dy_w{s.out[2], 0, s.out[2], wide},
        all(s.batch * high),
        rows(larger(1, smaller(all, kTilesOfBlock / wide))),
        blocks(ceil_div(all, rows)),
        pitch(Places<T>::pitch_of(outputs)),
        pieces(smaller(smaller(blocks, kPiecesAtMost), larger(1, kPlacesOfCopies / copy_size()))) {}

  int64_t copy_size() const { return kKernelPlaces<Way> * channels * pitch; }
};

// Rows begin .. end of tiles, for some channels of x, added to a copy.
template <class Way, class T>
void multiply_block(const TiledWeight<Way, T>& product, const RowsOfTiles& rows, Range which, T* copy,
                    bool add) {
  const int64_t count = rows.count(), channels = which.size();
  const int64_t x_place = Places<T>::place_of(count, channels),
                dy_place = Places<T>::place_of(count, product.outputs);
  const Scratch<T> x_memory(kPlaces<Way> * x_place), dy_memory(kPlaces<Way> * dy_place);
  const Places<T> x{x_memory.get(), Places<T>::pitch_of(channels), x_place};
  const Places<T> dy{dy_memory.get(), product.pitch, dy_place};
  tiles_to_places<typename Way::Source, Way::advance, T>(product.h, product.w, rows, product.x,
                                                         product.channels, which, x);
  tiles_to_places<typename Way::FromOuts, Way::Outs::to, T>(product.dy_h, product.dy_w, rows, product.dy,
                                                            product.outputs, {0, product.outputs}, dy);

  constexpr int64_t columns = TileShape<T>::columns;
  const int64_t panels = ceil_div(channels, int64_t(TileShape<T>::rows));
  Gemm<T> gemm;
  gemm.c_row = product.pitch;
  for (int place = 0; place < kPlaces<Way>; ++place) {
    const int sum = kernel_place<Way>(place);
    gemm.c = copy + (sum * product.channels + which.begin) * product.pitch;
    constexpr int all = Way::Source::to, of_kernel = Way::Kernel::to;
    const bool again = place / all >= of_kernel || place % all >= of_kernel;  // the sum has been begun
    const Output<T> out(gemm, !add && !again, true);
    for (int64_t j = 0; j < product.pitch; j += columns) {
      Tile<T> tile{count,
                   nullptr,
                   1,
                   x.pitch,
                   dy.at(place, 0, j),
                   dy.pitch,
                   0,
                   j,
                   smaller(columns, product.pitch - j)};
      for (int64_t panel = 0; panel < panels; ++panel) {
        const int64_t begin = channels * panel / panels, end = channels * (panel + 1) / panels;
        tile.a = x.at(place, 0, begin), tile.i = begin;
        multiply_tile<T>(end - begin, tile, out);
      }
    }
  }
}

// The copies added up in order, and Gᵀ m G of the sums: a vector of outputs, for some channels.
template <class Way, class T>
void join_copies(const TiledWeight<Way, T>& product, const T* copies, int64_t output, Range channels, T* dw) {
  constexpr int64_t lanes = Vec<T>::lanes, kTaps = 9;
  const int64_t of_output = product.channels * kTaps, k = channels.size() * kTaps,
                count = smaller(lanes, product.outputs - output);
  const Scratch<T> taps(k * lanes);
  for (int64_t c = channels.begin; c < channels.end; ++c) {
    const T* const from = copies + c * product.pitch + output;
    T* const to = taps.get() + (c - channels.begin) * kTaps * lanes;
    transform<typename Way::ToKernel, T>(
        [&](int i, int j) PYNN_LAMBDA_INLINE {
          const T* const place = from + (i * Way::Kernel::to + j) * product.channels * product.pitch;
          Vec<T> sum = load(place);
          for (int64_t piece = 1; piece < product.pieces; ++piece)
            sum += load(place + piece * product.copy_size());
          return sum;
        },
        [&](int i, int j, Vec<T> value) PYNN_LAMBDA_INLINE { store(to + (3 * i + j) * lanes, value); });
  }
  write_channels(dw + output * of_output + channels.begin * kTaps, of_output, taps.get(), k, count);
}

template <class Way, class T>
void weight_by(const ConvShape& s, const T* x, const T* dy, T* dw) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const TiledWeight<Way, T> product(s, x, dy);
  const Scratch<T> copies(product.pieces * product.copy_size());
  const int64_t threads = num_threads(), vectors = ceil_div(product.channels, lanes);
  int64_t parts = 1;  // of the channels of x
  while (parts < vectors && parts < 2 * threads && product.pieces * parts % threads != 0) ++parts;
  parallel_for(product.pieces * parts, 1, [&](int64_t unit, int64_t end) {
    for (; unit < end; ++unit) {
      const int64_t part = unit % parts, piece = unit / parts;
      const Range which{vectors * part / parts * lanes,
                        smaller(product.channels, vectors * (part + 1) / parts * lanes)};
      const Range blocks{product.blocks * piece / product.pieces,
                         product.blocks * (piece + 1) / product.pieces};
      T* const copy = copies.get() + piece * product.copy_size();
      for (int64_t block = blocks.begin; block < blocks.end; ++block)
        multiply_block(product,
                       {block * product.rows, smaller(product.all, (block + 1) * product.rows), product.high,
                        product.wide},
                       which, copy, block > blocks.begin);
    }
  });
  constexpr int64_t kChannels = 16;  // of a task
  const int64_t groups = ceil_div(product.channels, kChannels);
  parallel_for(ceil_div(product.outputs, lanes) * groups, 4, [&](int64_t i, int64_t end) {
    for (; i < end; ++i) {
      const int64_t c = i % groups * kChannels;
      join_copies(product, copies.get(), i / groups * lanes, {c, smaller(c + kChannels, product.channels)},
                  dw);
    }
  });
}

void winograd_weight_kernel(const ConvShape& s, const float* x, const float* dy, float* dw) {
  s.stride[1] == 1 ? weight_by<EveryPlace>(s, x, dy, dw) : weight_by<EverySecond>(s, x, dy, dw);
}

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(winograd_weight_kernel);

void winograd_weight(const ConvShape& shape, const float* x, const float* dy, float* dw) {
  winograd_weight_kernel(shape, x, dy, dw);
}

}  // namespace pynn

#endif
