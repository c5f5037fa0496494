// winograd.cpp — y from x, and dx from dy, by winograd_transforms.h.
//
//   unit    some rows of tiles: Bᵀ d B of all their channels stays in the second-level cache
//   strip   output channels, as many as a tile of a product has columns: a product a place, then Aᵀ m A
//
// That is the way where images are large. G g Gᵀ is made first, once for all units. Where the kernels are
// many and the tiles few it would be four times the kernels, sent to memory and back: there, Bᵀ d B of all
// tiles is made first, and G g Gᵀ strip by strip in the cache, for the one use of it (`multiply_strips`).
//
// Every output is computed by the same operations in the same order however many threads there are.
#include "kernels/winograd.h"
#include "core/cache_sizes.h"
#include "core/parallel.h"
#include "kernels/winograd_kernels.h"

namespace pynn::PYNN_ISA {

template <class T>
struct TiledProduct {
  TiledAxis h, w;
  int64_t batch, channels, rows;  // channels of the source, and of what is made
  const T* source;
  KernelsOf<T> kernels;
  const T* bias;
  T* target;
  Finish<T> finish;  // of all rows

  PYNN_INLINE RowsOfTiles tiles(int64_t begin, int64_t end) const { return {begin, end, h.tiles, w.tiles}; }
  PYNN_INLINE int64_t rows_of_tiles() const { return batch * h.tiles; }
};

// How many rows of tiles are a unit's, and among how many units their strips are shared out.
template <class Way, class T>
struct TilePlan {
  int64_t rows, units, shares;

  TilePlan(const TiledProduct<T>& product, int64_t strips) {
    const int64_t all = product.rows_of_tiles(), threads = num_threads();
    const int64_t of_tile =
        kPlaces<Way> * int64_t(sizeof(T)) * (Places<T>::pitch_of(product.channels) + TileShape<T>::columns);
    rows = larger(1, smaller(all, cache_sizes().level2 / 2 / of_tile / product.w.tiles));
    units = ceil_div(all, rows);
    if (units < 4 * threads) units = smaller(all, round_up(units, threads));
    rows = ceil_div(all, units), units = ceil_div(all, rows);
    shares = units < threads ? smaller(strips, ceil_div(threads, units)) : 1;
  }
};

// sums[place] = tiles[place] kernels[place], or that added, for the columns of a strip; places of the kernels
// stand `apart`.
template <class Way, class T>
void multiply_places(const Places<T>& tiles, int64_t count, int64_t channels, const T* kernels, int64_t width,
                     int64_t apart, bool add, const Places<T>& sums) {
  const int64_t panels = ceil_div(count, int64_t(TileShape<T>::rows));
  Gemm<T> product;
  product.c_row = sums.pitch;
  for (int place = 0; place < kPlaces<Way>; ++place) {
    product.c = sums.at(place, 0, 0);
    const Output<T> out(product, !add, true);
    Tile<T> tile{channels, nullptr, tiles.pitch, 1,    kernels + kernel_place<Way>(place) * apart,
                 width,    0,       0,           width};
    for (int64_t panel = 0; panel < panels; ++panel) {
      const int64_t begin = count * panel / panels, end = count * (panel + 1) / panels;
      tile.a = tiles.at(place, begin, 0), tile.i = begin;
      multiply_tile<T>(end - begin, tile, out);
    }
  }
}

// The outputs of a strip from its sums.
template <class Way, class T>
void finish_strip(const TiledProduct<T>& product, const RowsOfTiles& rows, int64_t strip, int64_t width,
                  const Places<T>& sums) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const int64_t size = product.h.outs * product.w.outs;
  for (int64_t column = 0; column < width; column += lanes) {
    const int64_t row = strip * TileShape<T>::columns + column, channels = smaller(lanes, product.rows - row);
    places_to_outs<typename Way::Outs>(product.h, product.w, rows, sums, column,
                                       product.bias ? product.bias + row : nullptr, product.finish.from(row),
                                       product.target + row * size, product.rows, channels);
  }
}

template <class Way, class T>
void multiply_unit(const TiledProduct<T>& product, const PlacedKernels<Way, T>& kernels, const T* placed,
                   const RowsOfTiles& rows, Range strips) {
  const int64_t count = rows.count(), place = Places<T>::place_of(count, product.channels),
                sum_place = Places<T>::place_of(count, TileShape<T>::columns);
  const Scratch<T> tile_memory(kPlaces<Way> * place), sum_memory(kPlaces<Way> * sum_place);
  const Places<T> tiles{tile_memory.get(), Places<T>::pitch_of(product.channels), place};
  tiles_to_places<typename Way::Source, Way::advance, T>(product.h, product.w, rows, product.source,
                                                         product.channels, {0, product.channels}, tiles);
  for (int64_t strip = strips.begin; strip < strips.end; ++strip) {
    const int64_t width = kernels.width(strip);
    const Places<T> sums{sum_memory.get(), width, sum_place};
    multiply_places<Way>(tiles, count, product.channels, placed + kernels.start(strip), width,
                         kernels.place(strip), false, sums);
    finish_strip<Way>(product, rows, strip, width, sums);
  }
}

// Whether kernels are many and tiles few: numbers of both that go with a second-level cache of 1 or 2 MiB.
inline bool better_by_strips(int64_t tiles, int64_t channels, int64_t rows) {
  return rows >= 256 && channels >= 128 && tiles * channels <= (1 << 14);
}

// A strip at a time, of all tiles: some channels' kernels are transformed, and what they add is summed up.
template <class Way, class T>
void multiply_strips(const TiledProduct<T>& product) {
  constexpr int64_t lanes = Vec<T>::lanes, columns = TileShape<T>::columns, kChannels = 64;
  const RowsOfTiles rows = product.tiles(0, product.rows_of_tiles());
  const int64_t count = rows.count(), pitch = Places<T>::pitch_of(product.channels),
                place = Places<T>::place_of(count, product.channels),
                sum_place = Places<T>::place_of(count, columns);
  const Scratch<T> tile_memory(kPlaces<Way> * place);
  parallel_for(pitch / lanes, 1, [&](int64_t i, int64_t end) {
    for (; i < end; ++i)
      tiles_to_places<typename Way::Source, Way::advance, T>(
          product.h, product.w, rows, product.source, product.channels,
          {i * lanes, smaller((i + 1) * lanes, product.channels)},
          {tile_memory.get() + i * lanes, pitch, place});
  });
  parallel_for(ceil_div(product.rows, columns), 1, [&](int64_t strip, int64_t end) {
    for (; strip < end; ++strip) {
      const int64_t first = strip * columns;
      const PlacedKernels<Way, T> shape{kChannels, smaller(columns, product.rows - first)};
      const Scratch<T> placed(shape.size()), sum_memory(kPlaces<Way> * sum_place);
      const int64_t width = shape.width(0);
      const Places<T> sums{sum_memory.get(), width, sum_place};
      for (int64_t c = 0; c < product.channels; c += kChannels) {
        KernelsOf<T> kernels = product.kernels;
        kernels.w += first * kernels.row + c * kernels.channel;
        const int64_t channels = smaller(kChannels, product.channels - c);
        for (int64_t vector = 0; vector < shape.vectors(); ++vector)
          place_kernels(kernels, shape, vector, {0, channels}, placed.get());
        multiply_places<Way>({tile_memory.get() + c, pitch, place}, count, channels, placed.get(), width,
                             shape.place(0), c > 0, sums);
      }
      finish_strip<Way>(product, rows, strip, width, sums);
    }
  });
}

template <class Way, class T>
void multiply_tiles(const TiledProduct<T>& product) {
  if (better_by_strips(product.rows_of_tiles() * product.w.tiles, product.channels, product.rows))
    return multiply_strips<Way>(product);
  const PlacedKernels<Way, T> kernels{product.channels, product.rows};
  const Scratch<T> placed(kernels.size());
  constexpr int64_t kChannels = 16;  // of a task, for one vector of rows
  const int64_t blocks = ceil_div(product.channels, kChannels);
  parallel_for(kernels.vectors() * blocks, 4, [&](int64_t i, int64_t end) {
    for (; i < end; ++i) {
      const int64_t c = i % blocks * kChannels;
      place_kernels(product.kernels, kernels, i / blocks, {c, smaller(c + kChannels, product.channels)},
                    placed.get());
    }
  });
  const int64_t all = product.rows_of_tiles(), strips = kernels.strips();
  const TilePlan<Way, T> plan(product, strips);
  parallel_for(plan.units * plan.shares, 1, [&](int64_t i, int64_t end) {
    for (; i < end; ++i) {
      const int64_t unit = i / plan.shares, share = i % plan.shares;
      multiply_unit<Way>(product, kernels, placed.get(),
                         product.tiles(unit * plan.rows, smaller(all, (unit + 1) * plan.rows)),
                         {strips * share / plan.shares, strips * (share + 1) / plan.shares});
    }
  });
}

// The tiles along an axis of what is made, of which a tile has `outs` places.
PYNN_INLINE TiledAxis tiled(int64_t size, int64_t before, int64_t all, int outs) {
  return {size, before, all, ceil_div(all, int64_t(outs))};
}

template <class Way>
void forward_by(const ConvShape& s, const float* x, const float* w, const float* bias, float* y,
                const Finish<float>& finish) {
  multiply_tiles<Way, float>({tiled(s.in[1], s.before[1], s.out[1], Way::Outs::to),
                              tiled(s.in[2], s.before[2], s.out[2], Way::Outs::to),
                              s.batch,
                              s.in_channels,
                              s.out_channels,
                              x,
                              {w, s.in_channels * 9, 9, false},
                              bias,
                              y,
                              finish});
}
void winograd_forward_kernel(const ConvShape& s, const float* x, const float* w, const float* bias, float* y,
                             const Finish<float>& finish) {
  s.stride[1] == 1 ? forward_by<EveryPlace>(s, x, w, bias, y, finish)
                   : forward_by<EverySecond>(s, x, w, bias, y, finish);
}

// Place q of dx is met by tap k of output p if p stride + k = q + before: the kernels are turned. `before` is
// that of dy for the first tile.
template <class Way>
void input_by(const ConvShape& s, const int64_t (&before)[2], const float* dy, const float* w,
              const float* bias, float* dx) {
  multiply_tiles<Way, float>({tiled(s.out[1], before[0], s.in[1], Way::Outs::to),
                              tiled(s.out[2], before[1], s.in[2], Way::Outs::to),
                              s.batch,
                              s.out_channels,
                              s.in_channels,
                              dy,
                              {w, 9, s.in_channels * 9, true},
                              bias,
                              dx,
                              {}});
}
void winograd_input_kernel(const ConvShape& s, const float* dy, const float* w, const float* bias,
                           float* dx) {
  if (s.stride[1] == 1)
    input_by<EveryPlace>(s, {2 - s.before[1], 2 - s.before[2]}, dy, w, bias, dx);
  else
    input_by<EverySecondBack>(s, {(1 - s.before[1]) / 2, (1 - s.before[2]) / 2}, dy, w, bias, dx);
}

// The choice: cycles of a core that begins two multiply-adds of vectors in each. A vector of channels of a
// tile is transformed in some 7 for each place, whether before the products or after them. So is a vector of
// kernels that stays in the cache; one that does not takes more, for the sake of memory, and again more if
// all of them together are far from the core; and twice that where they are sums of their own for each piece
// of the batch. The direct sum has images with a stride to take apart.
template <class Way>
bool is_shorter_by(const ConvShape& s, ConvProduct product) {
  constexpr double lanes = Vec<float>::lanes, places = kPlaces<Way>, kernel_places = kKernelPlaces<Way>;
  constexpr int outs = Way::Outs::to;
  const auto vectors = [](int64_t n) { return double(ceil_div(n, Vec<float>::lanes)); };
  const bool turned = product == ConvProduct::input;
  const int64_t from = turned ? s.out_channels : s.in_channels, to = turned ? s.in_channels : s.out_channels;
  const int64_t tiles = s.batch * ceil_div(turned ? s.in[1] : s.out[1], int64_t(outs)) *
                        ceil_div(turned ? s.in[2] : s.out[2], int64_t(outs));
  const double kernels = double(from) * vectors(to);
  const double direct = double(s.batch) * double(turned && s.stride[1] == 1 ? s.in_size() : s.out_size()) *
                        9 * double(from) * double(to) / lanes / 2 * (s.stride[1] == 1 ? 1 : 1.25);
  const bool far = kernel_places * kernels * kVectorBytes > double(16 << 20);
  const bool by_strips = product != ConvProduct::weight && better_by_strips(tiles, from, to);
  const double of_kernel = (by_strips ? 7 : far ? 28 : 11) * (product == ConvProduct::weight ? 2 : 1);
  const double shorter = double(tiles) * places * (kernels / 2 + 7 * (vectors(from) + vectors(to))) +
                         of_kernel * kernel_places * kernels;
  return shorter < direct;
}
bool winograd_is_shorter(const ConvShape& s, ConvProduct product) {
  if (s.stride[1] == 1) return is_shorter_by<EveryPlace>(s, product);
  return product == ConvProduct::input ? is_shorter_by<EverySecondBack>(s, product)
                                       : is_shorter_by<EverySecond>(s, product);
}

struct WinogradKernels {
  bool (*is_shorter)(const ConvShape&, ConvProduct);
  void (*forward)(const ConvShape&, const float*, const float*, const float*, float*, const Finish<float>&);
  void (*input)(const ConvShape&, const float*, const float*, const float*, float*);
};
extern const WinogradKernels winograd_kernels;
const WinogradKernels winograd_kernels = {winograd_is_shorter, winograd_forward_kernel,
                                          winograd_input_kernel};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <atomic>
#include <cstdlib>
#include <cstring>

namespace pynn {

PYNN_DISPATCH(winograd_kernels);

namespace {
std::atomic<bool>& allowed() {
  static std::atomic<bool> value = [] {
    const char* const asked = std::getenv("PYNN_WINOGRAD");
    return !asked || std::strcmp(asked, "0") != 0;
  }();
  return value;
}
}  // namespace

bool winograd_allowed() { return allowed().load(std::memory_order_relaxed); }
void allow_winograd(bool value) { allowed().store(value, std::memory_order_relaxed); }

bool winograd_pays(const ConvShape& s, ConvProduct product) {
  for (int i = 0; i < 3; ++i)
    if (s.dilation[i] != 1 || s.kernel[i] != (i == 0 ? 1 : 3)) return false;
  const bool flat = s.in[0] == 1 && s.out[0] == 1 && s.stride[0] == 1;
  const bool dense = s.stride[1] == 1 && s.stride[2] == 1, halved = s.stride[1] == 2 && s.stride[2] == 2;
  if (!dense && !halved) return false;
  // Tiles of the gradient begin with an odd place.
  if (halved && product == ConvProduct::input && (s.before[1] % 2 == 0 || s.before[2] % 2 == 0)) return false;
  return flat && s.groups == 1 && winograd_allowed() && winograd_kernels->is_shorter(s, product);
}

void winograd_forward(const ConvShape& shape, const float* x, const float* w, const float* bias, float* y,
                      const Finish<float>& finish) {
  winograd_kernels->forward(shape, x, w, bias, y, finish);
}
void winograd_input(const ConvShape& shape, const float* dy, const float* w, const float* bias, float* dx) {
  winograd_kernels->input(shape, dy, w, bias, dx);
}

}  // namespace pynn

#endif
