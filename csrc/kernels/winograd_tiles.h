// winograd_tiles.h — images cut into tiles, with a channel in each lane; and outputs back in images.
//
// A row of tiles reads some rows of the image. They are turned so that the channels of a place lie side by
// side, with zeros around, as many channels at a time as a vector has lanes: whatever the size of the image,
// no lane is idle. All tiles of a batch are numbered through, row of tiles by row of tiles.
#pragma once
#include "core/scratch.h"
#include "kernels/conv_finish.h"
#include "kernels/gemm_blocks.h"
#include "kernels/winograd_transforms.h"

namespace pynn::PYNN_ISA {

// One axis: places of the source, zeros before them (or, negative, places left out), places of the output.
struct TiledAxis {
  int64_t size, before, outs, tiles;
};

// Rows begin .. end of tiles, numbered through all images.
struct RowsOfTiles {
  int64_t begin, end, high, wide;  // tiles of an image along both axes
  PYNN_INLINE int64_t count() const { return (end - begin) * wide; }
};

// What one row of tiles reads, of as many channels as a vector has lanes.
template <class T, int span, int advance>
class TileSource {
 public:
  TileSource(const TiledAxis& h, const TiledAxis& w)
      : h_(h),
        w_(w),
        width_(w.tiles * advance + again),
        inside_{smaller(larger(0, w.before), width_), 0},
        memory_(span * width_ * lanes) {
    inside_.end = larger(inside_.begin, smaller(width_, w.size + w.before));
    for (int u = 0; u < span; ++u) {
      rows_[u] = memory_.get() + u * width_ * lanes;
      set_row_to_zeros(rows_[u]);
    }
  }

  // Row `i` of the tiles of `channels` channels; `continued`: row i - 1 of the same was the last.
  void take(const T* from, int64_t channels, int64_t i, bool continued) {
    const int known = continued ? again : 0;
    for (int u = 0; u < known; ++u) {
      T* const row = rows_[u];
      rows_[u] = rows_[u + advance], rows_[u + advance] = row;
    }
    for (int u = known; u < span; ++u) {
      const int64_t y = i * advance + u - h_.before;
      if (y < 0 || y >= h_.size)
        set_row_to_zeros(rows_[u]);
      else if (inside_.size() > 0)
        pack_transposed<T>(
            rows_[u] + inside_.begin * lanes, lanes,
            {from + y * w_.size + inside_.begin - w_.before, channels, h_.size * w_.size, inside_.size(), 1});
    }
  }
  PYNN_INLINE Vec<T> get(int64_t tile, int u, int v) const {
    return load(rows_[u] + (tile * advance + v) * lanes);
  }

 private:
  static constexpr int64_t lanes = Vec<T>::lanes;
  static constexpr int again = span - advance;  // rows and columns that the next tile reads too
  void set_row_to_zeros(T* row) const { __builtin_memset(row, 0, uint64_t(width_ * lanes) * sizeof(T)); }

  const TiledAxis h_, w_;
  const int64_t width_;
  Range inside_;
  const Scratch<T> memory_;
  T* rows_[span];
};

// Transformed tiles: a matrix (tiles, channels) for each place, whose rows stand whole vectors apart.
template <class T>
struct Places {
  T* values;
  int64_t pitch;  // of rows
  int64_t place;  // from one matrix to the next: some numbers apart, so that they do not share cache sets

  static PYNN_INLINE int64_t pitch_of(int64_t channels) { return round_up(channels, Vec<T>::lanes); }
  static PYNN_INLINE int64_t place_of(int64_t tiles, int64_t channels) {
    return tiles * pitch_of(channels) + Vec<T>::lanes;
  }
  PYNN_INLINE T* at(int place_index, int64_t tile, int64_t channel) const {
    return values + place_index * place + tile * pitch + channel;
  }
};

// Channels `which` of images of `channels` channels, by Step, to columns 0 .. which.size() of `places`.
template <class Step, int advance, class T>
void tiles_to_places(const TiledAxis& h, const TiledAxis& w, const RowsOfTiles& rows, const T* images,
                     int64_t channels, Range which, const Places<T>& places) {
  constexpr int64_t lanes = Vec<T>::lanes;
  TileSource<T, Step::from, advance> source(h, w);
  const int64_t size = h.size * w.size;
  for (int64_t c = which.begin; c < which.end; c += lanes) {
    int64_t tile = 0;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const int64_t image = row / rows.high, i = row % rows.high;
      source.take(images + (image * channels + c) * size, smaller(lanes, which.end - c), i,
                  row > rows.begin && i > 0);
      for (int64_t t = 0; t < rows.wide; ++t, ++tile) {
        T* const to = places.at(0, tile, c - which.begin);
        transform<Step, T>([&](int u, int v) PYNN_LAMBDA_INLINE { return source.get(t, u, v); },
                           [&](int u, int v, Vec<T> value)
                               PYNN_LAMBDA_INLINE { store(to + (u * Step::to + v) * places.place, value); });
      }
    }
  }
}

// Outputs with a channel in each lane, turned: for each channel a run of places, `pitch` apart.
template <class T>
void write_channels(T* to, int64_t pitch, const T* from, int64_t count, int64_t channels) {
  constexpr int64_t lanes = Vec<T>::lanes;
  if (count < lanes) {
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < count; ++p) to[c * pitch + p] = from[p * lanes + c];
    return;
  }
  for (int64_t p = 0; p < count; p += lanes) {
    const int64_t at = smaller(p, count - lanes);  // the last ones perhaps twice
    pack_transposed<T>(to + at, pitch, {from + at * lanes, lanes, lanes, channels, 1});
  }
}

// The outputs of `rows`, of up to a vector of channels: column `column` of `places`, to the channels that
// begin at `target` in each image of `channels` channels. `bias` and `finish` begin with these.
template <class Step, class T>
void places_to_outs(const TiledAxis& h, const TiledAxis& w, const RowsOfTiles& rows, const Places<T>& places,
                    int64_t column, const T* bias, const Finish<T>& finish, T* target, int64_t channels,
                    int64_t count) {
  constexpr int64_t lanes = Vec<T>::lanes;
  constexpr int high = Step::to;
  const Scratch<T> outs((high * w.outs + high) * lanes);
  const int64_t size = h.outs * w.outs;
  const Vec<T> shift = bias ? load(bias, count) : Vec<T>(0);
  const FinishOfVector<T> finished(finish, 0, count);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t image = row / rows.high, y = row % rows.high * high;
    // From the right: what a tile has too much is written over by the next row's first.
    for (int64_t t = rows.wide - 1; t >= 0; --t) {
      const T* const from = places.at(0, (row - rows.begin) * rows.wide + t, column);
      T* const to = outs.get() + t * high * lanes;
      transform<Step, T>(
          [&](int u, int v) PYNN_LAMBDA_INLINE { return load(from + (u * Step::from + v) * places.place); },
          [&](int u, int v, Vec<T> value)
              PYNN_LAMBDA_INLINE { store(to + (u * w.outs + v) * lanes, finished(value + shift)); });
    }
    T* const to = target + image * channels * size + y * w.outs;
    const int64_t outputs = smaller(high, h.outs - y) * w.outs;
    write_channels(to, size, outs.get(), outputs, count);
    for (int64_t c = 0; finish.of_rows() && c < count; ++c) finish_rest(finish, to + c * size, outputs);
  }
}

}  // namespace pynn::PYNN_ISA
