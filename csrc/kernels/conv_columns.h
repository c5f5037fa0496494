// conv_columns.h — an image as the columns of a kernel see it, for convolutions where each channel is alone.
//
// For output (h, w), tap (th, tw) reads place (h step + shift(th), w step + shift(tw)). All that the taps of
// column tw read is written out as an image of its own, exactly as wide as the output, with zeros where the
// column falls outside of the source. Its rows follow each other without a gap, so what tap (th, tw) reads
// for output p = h wide + w is at
//
//   p  +  offset(th, tw)
//
// and vectors run on over the ends of rows: no lane is idle, however narrow an image is.
//
//       a b c        0 a b    a b c    b c 0     kernel 3, padding 1: the columns tw = 0, 1, 2,
//       d e f   -->  0 d e    d e f    e f 0     each with a row of zeros above and below
//       g h i        0 g h    g h i    h i 0
#pragma once
#include "core/scratch.h"
#include "kernels/conv_bands.h"

namespace pynn::PYNN_ISA {

// Elements that are to stay in the first-level cache.
template <class T>
inline constexpr int64_t kColumnRoom = (24 << 10) / int64_t(sizeof(T));

// How the outputs are cut, so that the columns of a band fit there: between rows, and if even one row is too
// long, within it. The outputs of a band thus lie in one run of memory.
template <class T>
struct ColumnBands {
  AxisParts h, w;
  int64_t columns;  // of all parts: one for each tap, and one for each phase of the rows
  int64_t phases;
  int64_t rows, wide;   // of a band, at most
  int64_t across, all;  // bands in a row, and in total

  ColumnBands(const AxisParts& h, const AxisParts& w) : h(h), w(w), columns(0), phases(h.first().phases()) {
    for (int64_t i = 0; i < w.count; ++i) columns += w.parts[i].taps;
    const int64_t each = larger(1, columns * phases), outs_h = h.first().outs, outs_w = w.first().outs;
    const int64_t shared = Reach(h.parts, h.count).width - outs_h;  // rows, with the next band
    const int64_t fit = larger(1, kColumnRoom<T> / (each * outs_w) - shared);
    rows = ceil_div(outs_h, ceil_div(outs_h, fit));
    wide = outs_w;
    if (rows == 1) {
      const int64_t of_row = larger(8 * Vec<T>::lanes, kColumnRoom<T> / (each * (1 + shared)));
      wide = ceil_div(outs_w, ceil_div(outs_w, of_row));
    }
    across = ceil_div(outs_w, wide);
    all = across * ceil_div(outs_h, rows);
  }

  // What the band has of part i. The first has the most outputs.
  Axis h_of(int64_t band, int64_t i) const { return cut(h.parts[i], band / across * rows, rows); }
  Axis w_of(int64_t band, int64_t i) const { return cut(w.parts[i], band % across * wide, wide); }
  Reach reach(int64_t band) const {
    const Scratch<Axis> parts(h.count);
    for (int64_t i = 0; i < h.count; ++i) parts.get()[i] = h_of(band, i);
    return Reach(parts.get(), h.count);
  }

 private:
  static Axis cut(const Axis& axis, int64_t begin, int64_t size) {
    begin = smaller(begin, axis.outs);
    return axis.part(begin, smaller(begin + size, axis.outs));
  }
};

template <class T>
class Columns {
 public:
  Columns(const ColumnBands<T>& bands, int64_t band)
      : bands_(bands),
        band_(band),
        reach_(bands.reach(band)),
        wide_(bands.w_of(band, 0).outs),
        plane_(reach_.width * wide_),
        columns_(bands.columns),
        phases_(bands.phases),
        masks_(mask_count()) {
    const Axis h = bands.h_of(band, 0);
    for (int64_t f = 0; f < bands.phases; ++f) {
      const Range rows = reach_.inside(h, f);
      phases_.get()[f] = {rows.begin, rows.size(),
                          ((reach_.first + rows.begin) * h.step + h.remainder(f)) * bands.w.first().size};
    }
    Column* next = columns_.get();
    for (int64_t i = 0; i < bands.w.count; ++i) {
      const Axis w = bands.w_of(band, i);
      for (int64_t t = 0; t < w.taps; ++t) {
        const int64_t shift = w.shift(t), first = smaller(w.outs, ceil_div(larger(0, -shift), w.step));
        const int64_t end = smaller(w.outs, floor_div(w.size - 1 - shift, w.step) + 1);
        *next++ = {first, larger(0, end - first), first * w.step + shift};
      }
    }
    if (in_one_run()) set_masks();
  }

  // Elements of one image, with a gap behind it: vectors may be read from any output, and written to any.
  PYNN_INLINE int64_t size() const {
    return round_up(bands_.columns * bands_.phases * plane_, lanes) + lanes;
  }
  // Images whose columns fit the cache together.
  PYNN_INLINE int64_t together() const { return larger(1, smaller(16, kColumnRoom<T> / larger(1, size()))); }
  PYNN_INLINE int64_t wide() const { return wide_; }

  // What the taps of parts (i, j) read for their first output.
  void set_offsets(int64_t* offsets, int64_t i, int64_t j) const {
    int64_t before = 0;
    for (int64_t k = 0; k < j; ++k) before += bands_.w.parts[k].taps;
    const Axis h = bands_.h_of(band_, i);
    for (int64_t th = 0; th < h.taps; ++th)
      for (int64_t tw = 0; tw < bands_.w.parts[j].taps; ++tw)
        *offsets++ =
            ((before + tw) * bands_.phases + th % bands_.phases) * plane_ + (h.q(th) - reach_.first) * wide_;
  }

  // The columns of some images, which lie so far apart; `to` has been cleared. The array that holds them, and
  // maybe others beside them, is begin .. end.
  void fill(T* to, const T* image, int64_t images, int64_t apart, const T* begin, const T* end) const {
    const int64_t phases = bands_.phases, wide = wide_, size = this->size();
    const int64_t step = bands_.w.first().step, row_step = bands_.h.first().step * bands_.w.first().size;
    const int64_t run = in_one_run() ? round_up(phases_.get()[0].rows * wide, lanes) : 0;
    for (int64_t k = 0; k < bands_.columns; ++k) {
      const Column column = columns_.get()[k];
      for (int64_t f = 0; f < phases; ++f) {
        const Phase phase = phases_.get()[f];
        T* place = to + (k * phases + f) * plane_ + phase.first * wide;
        const T* row = image + phase.source + column.source;
        for (int64_t i = 0; i < images; ++i, place += size, row += apart) {
          if (run > 0 && row - column.first >= begin && row - column.first + run <= end)
            move_masked(place, row - column.first, masks_.get() + k * run, run);
          else if (step == 1)
            move_rows<1>(place + column.first, wide, row, row_step, phase.rows, column.count);
          else if (step == 2)
            move_rows<2>(place + column.first, wide, row, row_step, phase.rows, column.count);
          else
            for (int64_t j = 0; j < phase.rows; ++j)
              copy_every(place + column.first + j * wide, row + j * row_step, step, column.count);
        }
      }
    }
  }

 private:
  static constexpr int64_t lanes = Vec<T>::lanes;
  using Bits = BitsOf<T>;
  struct Column {
    int64_t first, count;  // the outputs w that read the source
    int64_t source;        // where the first of them does
  };
  struct Phase {
    int64_t first, rows;  // the rows of a column that are in the source
    int64_t source;       // where the first of them is
  };

  // Rows that follow each other in the source do so in a column, too: it is the source moved by some places,
  // less those that came from the row before or behind. A mask says which, the same for every image.
  PYNN_INLINE bool in_one_run() const {
    const Axis &h = bands_.h.first(), &w = bands_.w.first();
    return h.step == 1 && w.step == 1 && w.size == wide_ && wide_ < 4 * lanes;
  }
  int64_t mask_count() const { return in_one_run() ? bands_.columns * round_up(plane_, lanes) : 0; }
  void set_masks() {
    const int64_t rows = phases_.get()[0].rows, run = round_up(rows * wide_, lanes);
    set_zeros(masks_.get(), mask_count());
    for (int64_t k = 0; k < bands_.columns; ++k)
      for (int64_t j = 0; j < rows; ++j) {
        Bits* const row = masks_.get() + k * run + j * wide_ + columns_.get()[k].first;
        for (int64_t i = 0; i < columns_.get()[k].count; ++i) row[i] = Bits(-1);
      }
  }
  // Rows of one vector have the same mask each.
  template <int step>
  static void move_rows(T* to, int64_t wide, const T* from, int64_t row_step, int64_t rows, int64_t count) {
    if (count > lanes) {
      for (int64_t j = 0; j < rows; ++j, to += wide, from += row_step) copy_every(to, from, step, count);
    } else if (count > 0) {
      for (int64_t j = 0; j < rows; ++j, to += wide, from += row_step)
        store(to, first_of_every<step>(from, count), count);
    }
  }
  static void move_masked(T* to, const T* from, const Bits* mask, int64_t count) {
    for (int64_t p = 0; p < count; p += lanes)
      store(to + p, Vec<T>::from_bits(to_bits(load(from + p)) & load(mask + p)));
  }

  const ColumnBands<T>& bands_;
  const int64_t band_;
  const Reach reach_;
  const int64_t wide_, plane_;
  const Scratch<Column> columns_;
  const Scratch<Phase> phases_;
  const Scratch<Bits> masks_;
};

}  // namespace pynn::PYNN_ISA
