// conv_depthwise.h — convolutions where every channel is alone.
//
//   y[c, p] = Σ_t w[c, t] x[c, p + offset(t)]          dw[c, t] = Σ_p dy[c, p] x[c, p + offset(t)]
//
// With no other channel to sum over there is little to compute with what is read, and no matrix product in
// it: places stand in the lanes, and as many taps as there are registers for are added up in one sweep over
// the columns of an image (conv_columns.h). Along a first of three axes, slices are added one by one.
//
// The gradient for x is the same sum as y. With a stride it falls into parts, which are put in turns.
#pragma once
#include "core/parallel.h"
#include "kernels/conv_columns.h"
#include "kernels/conv_parts.h"
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kTapsOfSweep = 9;

// What is worth a task of its own: outputs times taps.
inline constexpr int64_t kTaskOfPlaces = 1 << 18;

// ---- y --------------------------------------------------------------------------------------------------

// Images side by side, each with its own weights, which come again after the last group.
template <class T>
struct Alone {
  int64_t images, first_group, groups;
  int64_t source_apart, y_apart, weights_apart;
};

template <class T>
struct SweepOfSums {
  const T* source;
  const int64_t *offsets, *places;  // of R taps: in the source, and in
  const T* weights;
  const T* bias;  // what the sums begin with, one for each group, or null for 0,
  bool add;       // unless it is what is in y
  T* y;
  int64_t count;  // outputs of an image
  Alone<T> images;
};

template <int R, class T>
void sweep_sums(const SweepOfSums<T>& s) {
  using V = Vec<T>;
  const T* taps[R];
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) taps[i] = s.source + s.offsets[i];
  const Alone<T> images = s.images;
  const T* of_group = s.weights + images.first_group * images.weights_apart;
  T* y = s.y;
  int64_t at = 0;
  for (int64_t n = 0, group = images.first_group; n < images.images; ++n) {
    Sum<T> weights[R];
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) weights[i] = V(of_group[s.places[i]]).v;
    const V first = s.bias ? V(s.bias[group]) : V(0);
    const bool add = s.add;
    for_each_vector<T>(s.count, [&](int64_t p, int64_t lanes) PYNN_LAMBDA_INLINE {
      V sum = add ? load_part(y + p, lanes, T(0)) : first;
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i) sum = fma(V(weights[i]), load(taps[i] + at + p), sum);
      store_part(y + p, sum, lanes);
    });
    at += images.source_apart, y += images.y_apart, of_group += images.weights_apart;
    if (++group == images.groups) group = 0, of_group = s.weights;
  }
}

template <class T>
PYNN_INLINE void fill_row(T* y, int64_t count, T value) {
  for_each_vector<T>(count,
                     [&](int64_t p, int64_t n) PYNN_LAMBDA_INLINE { store_part(y + p, Vec<T>(value), n); });
}

// ---- dw -------------------------------------------------------------------------------------------------

// The images of one channel.
template <class T>
struct SweepOfProducts {
  const T* source;
  const int64_t* offsets;  // of R taps
  const T* dy;
  int64_t count;
  T* sums;  // R vectors, which are added to
  int64_t images, source_apart, dy_apart;
};

template <int R, class T>
void sweep_products(const SweepOfProducts<T>& s) {
  using V = Vec<T>;
  const T* taps[R];
  Sum<T> sums[R];
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) taps[i] = s.source + s.offsets[i], sums[i] = load(s.sums + i * V::lanes).v;
  const T* of_image = s.dy;
  int64_t at = 0;
  for (int64_t n = 0; n < s.images; ++n, at += s.source_apart, of_image += s.dy_apart)
    for_each_vector<T>(s.count, [&](int64_t p, int64_t lanes) PYNN_LAMBDA_INLINE {
      const V dy = load_part(of_image + p, lanes, T(0));
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i) sums[i] = fma(dy, load(taps[i] + at + p), V(sums[i])).v;
    });
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) store(s.sums + i * V::lanes, V(sums[i]));
}

template <class T>
struct SweepKernels {
  void (*sums)(const SweepOfSums<T>&);
  void (*products)(const SweepOfProducts<T>&);
};
template <class T>
inline constexpr SweepKernels<T> kSweepKernels[kTapsOfSweep] = {
    {sweep_sums<1, T>, sweep_products<1, T>}, {sweep_sums<2, T>, sweep_products<2, T>},
    {sweep_sums<3, T>, sweep_products<3, T>}, {sweep_sums<4, T>, sweep_products<4, T>},
    {sweep_sums<5, T>, sweep_products<5, T>}, {sweep_sums<6, T>, sweep_products<6, T>},
    {sweep_sums<7, T>, sweep_products<7, T>}, {sweep_sums<8, T>, sweep_products<8, T>},
    {sweep_sums<9, T>, sweep_products<9, T>}};

// visit(first, count) for equal shares of the taps that one sweep can take.
template <class Visit>
PYNN_INLINE void each_sweep(int64_t taps, const Visit& visit) {
  const int64_t sweeps = ceil_div(taps, kTapsOfSweep);
  for (int64_t i = 0; i < sweeps; ++i) visit(taps * i / sweeps, taps * (i + 1) / sweeps - taps * i / sweeps);
}

// ---- all of y, or of dx -----------------------------------------------------------------------------------

// A part of the outputs of a band: those of one remainder, where a gradient has several.
struct PartAlone {
  Axis h, w;
  int64_t taps, outs;               // outs: h.outs rows of columns
  const int64_t *offsets, *places;  // of the taps: in the columns, in the weights
};

// The images first .. last of one band, of which each is one channel of one sample.
template <class T>
class BandAlone {
 public:
  BandAlone(const TapProduct<T>& product, const ColumnBands<T>& bands, int64_t band)
      : product_(product),
        columns_(bands, band),
        count_(product.axes[1].count * product.axes[2].count),
        parts_(count_),
        offsets_(product.depth()),
        places_(product.depth()) {
    int64_t *offsets = offsets_.get(), *places = places_.get();
    PartAlone* part = parts_.get();
    for (int64_t i = 0; i < product.axes[1].count; ++i)
      for (int64_t j = 0; j < product.axes[2].count; ++j, ++part) {
        const Axis h = bands.h_of(band, i), w = bands.w_of(band, j);
        *part = {h, w, h.taps * w.taps, h.outs * columns_.wide(), offsets, places};
        columns_.set_offsets(offsets, i, j);
        for (int64_t th = 0; th < h.taps; ++th)
          for (int64_t tw = 0; tw < w.taps; ++tw)
            *places++ = (h.first_place + th * h.place_step) * product.weights.axis[1] +
                        (w.first_place + tw * w.place_step) * product.weights.axis[2];
        offsets += part->taps, outs_ += part->outs;
      }
  }

  void multiply(int64_t begin, int64_t end) const {
    const int64_t together = smaller(columns_.together(), end - begin);
    const Scratch<T> columns(together * columns_.size()), separate(count_ > 1 ? together * outs_ : 0);
    set_zeros(columns.get(), together * columns_.size());
    const T* const source_end = product_.source + product_.batch * product_.groups * product_.source_size();
    const int64_t slice = product_.axes[1].first().size * product_.axes[2].first().size;
    const AxisParts& depth = product_.axes[0];
    for (int64_t image = begin; image < end; image += together) {
      const int64_t images = smaller(together, end - image);
      for (int64_t d = 0; d < product_.target_size[0]; ++d) {
        T* const to = count_ > 1 ? separate.get() : target(image, d);
        const int64_t apart = count_ > 1 ? outs_ : product_.target_count();
        const Axis& axis = depth.parts[d % depth.count];
        bool add = false;
        for (int64_t td = 0; td < axis.taps; ++td) {
          const int64_t place = d / depth.count * axis.step + axis.shift(td);
          if (place < 0 || place >= axis.size) continue;
          columns_.fill(columns.get(), product_.source + image * product_.source_size() + place * slice,
                        images, product_.source_size(), product_.source, source_end);
          const int64_t weights = (axis.first_place + td * axis.place_step) * product_.weights.axis[0];
          add_slice(columns.get(), weights, add, to,
                    {images, image % product_.groups, product_.groups, columns_.size(), apart,
                     product_.weights.group});
          add = true;
        }
        for (int64_t i = 0; i < images; ++i) {
          if (!add) fill_row(to + i * apart, outs_, bias(image + i));
          if (count_ > 1) put_in_turns(to + i * apart, target(image + i, d));
          if (product_.finish.any())
            finish_row(product_.finish, (image + i) % product_.groups, to + i * apart, outs_);
        }
      }
    }
  }

 private:
  PYNN_INLINE T bias(int64_t n) const { return product_.bias ? product_.bias[n % product_.groups] : T(0); }
  // A slice of channel n; and its first output of this band, where there is one part.
  PYNN_INLINE T* target(int64_t n, int64_t d) const {
    T* const to =
        product_.target + n * product_.target_count() + d * product_.target_size[1] * product_.target_size[2];
    const PartAlone& first = parts_.get()[0];
    return count_ > 1 ? to : to + first.h.first_target * product_.target_size[2] + first.w.first_target;
  }

  // Adds what a slice of the kernel makes of the columns.
  void add_slice(const T* columns, int64_t slice, bool add, T* to, const Alone<T>& images) const {
    for (int64_t i = 0; i < count_; ++i) {
      const PartAlone& part = parts_.get()[i];
      for (int64_t n = 0; n < images.images && part.taps == 0 && !add; ++n)
        fill_row(to + n * images.y_apart, part.outs, bias(images.first_group + n));
      each_sweep(part.taps, [&](int64_t first, int64_t taps) {
        kSweepKernels<T>[taps - 1].sums({columns, part.offsets + first, part.places + first,
                                         product_.weights.w + slice, product_.bias, add || first > 0, to,
                                         part.outs, images});
      });
      to += part.outs;
    }
  }

  void put_in_turns(const T* from, T* slice) const {
    const int64_t across = product_.axes[2].count, wide = columns_.wide();
    for (int64_t i = 0; i < count_; i += across) {
      const PartAlone& part = parts_.get()[i];
      T* to = slice + part.h.first_target * product_.target_size[2] + part.w.first_target;
      const T* rows[2] = {from, from + part.outs};
      for (int64_t j = 0; j < part.h.outs; ++j, to += part.h.target_step * product_.target_size[2]) {
        if (across == 1)
          copy_every(to, from + j * wide, 1, part.w.outs);
        else if (across == 2)
          interleave(to, rows[0] + j * wide, rows[1] + j * wide, part.w.outs, parts_.get()[i + 1].w.outs);
        else
          for (int64_t r = 0; r < across; ++r)
            for (int64_t k = 0; k < parts_.get()[i + r].w.outs; ++k)
              to[k * across + r] = from[r * part.outs + j * wide + k];
      }
      from += across * part.outs;
    }
  }

  const TapProduct<T>& product_;
  const Columns<T> columns_;
  const int64_t count_;
  int64_t outs_ = 0;  // of all parts
  const Scratch<PartAlone> parts_;
  const Scratch<int64_t> offsets_, places_;
};

template <class T>
void multiply_alone(const TapProduct<T>& product) {
  const ColumnBands<T> bands(product.axes[1], product.axes[2]);
  const int64_t images = product.batch * product.groups;
  const int64_t work = bands.rows * bands.wide * product.target_size[0] * (product.depth() + 3);
  parallel_for(bands.all * images, larger(1, kTaskOfPlaces / larger(1, work)),
               [&](int64_t unit, int64_t end) {
                 while (unit < end) {
                   const int64_t band = unit / images, next = smaller(end, (band + 1) * images);
                   BandAlone<T>(product, bands, band).multiply(unit - band * images, next - band * images);
                   unit = next;
                 }
               });
}

// ---- all of dw --------------------------------------------------------------------------------------------

// The sum for one channel and tap, over nothing but what is there: where dy is infinite, a zero around x
// makes it NaN.
template <class T>
T sum_of_tap(const ConvShape& s, const Axis (&axis)[3], const T* x, const T* dy, int64_t c, int64_t tap) {
  const int64_t at[3] = {tap / s.kernel[2] / s.kernel[1], tap / s.kernel[2] % s.kernel[1], tap % s.kernel[2]};
  T sum = 0;
  for (int64_t n = 0; n < s.batch; ++n) {
    const T* const image = x + (n * s.groups + c) * s.in_size();
    const T* next = dy + (n * s.groups + c) * s.out_size();
    for (int64_t p = 0; p < s.out_size(); ++p, ++next) {
      const int64_t out[3] = {p / s.out[2] / s.out[1], p / s.out[2] % s.out[1], p % s.out[2]};
      int64_t place = 0;
      bool inside = true;
      for (int i = 0; i < 3; ++i) {
        const int64_t in = out[i] * axis[i].step + axis[i].shift(at[i]);
        inside = inside && in >= 0 && in < s.in[i];
        place = place * s.in[i] + in;
      }
      if (inside) sum += *next * image[place];
    }
  }
  return sum;
}

// Channels begin .. end. Every one is a chain of additions over bands, images and slices.
template <class T>
void multiply_channels(const ConvShape& s, const Axis (&axis)[3], const ColumnBands<T>& bands, const T* x,
                       const T* dy, T* dw, int64_t begin, int64_t end) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const int64_t of_slice = s.kernel[1] * s.kernel[2], slice = s.in[1] * s.in[2];
  const Scratch<int64_t> offsets(of_slice);
  const Scratch<T> sums((end - begin) * s.taps() * lanes);
  set_zeros(sums.get(), (end - begin) * s.taps() * lanes);
  for (int64_t band = 0; band < bands.all; ++band) {
    const Columns<T> columns(bands, band);
    const Axis h = bands.h_of(band, 0), w = bands.w_of(band, 0);
    const int64_t outs = h.outs * w.outs, together = smaller(columns.together(), s.batch);
    const Scratch<T> memory(together * columns.size());
    set_zeros(memory.get(), together * columns.size());
    columns.set_offsets(offsets.get(), 0, 0);
    for (int64_t c = begin; c < end; ++c)
      for (int64_t first = 0; first < s.batch; first += together)
        for (int64_t d = 0; d < s.out[0]; ++d)
          for (int64_t td = 0; td < s.kernel[0]; ++td) {
            const int64_t place = d * axis[0].step + axis[0].shift(td);
            if (place < 0 || place >= s.in[0]) continue;
            const int64_t images = smaller(together, s.batch - first);
            const int64_t image = first * s.groups + c;
            columns.fill(memory.get(), x + image * s.in_size() + place * slice, images,
                         s.groups * s.in_size(), x, x + s.batch * s.groups * s.in_size());
            const T* const from =
                dy + image * s.out_size() + (d * s.out[1] + h.first_target) * s.out[2] + w.first_target;
            T* const of_channel = sums.get() + ((c - begin) * s.taps() + td * of_slice) * lanes;
            each_sweep(of_slice, [&](int64_t tap, int64_t taps) {
              kSweepKernels<T>[taps - 1].products({memory.get(), offsets.get() + tap, from, outs,
                                                   of_channel + tap * lanes, images, columns.size(),
                                                   s.groups * s.out_size()});
            });
          }
  }
  for (int64_t i = 0; i < (end - begin) * s.taps(); ++i) {
    const T sum = sum_lanes(load(sums.get() + i * lanes));
    const bool finite = sum - sum == T(0);
    dw[begin * s.taps() + i] = finite ? sum : sum_of_tap(s, axis, x, dy, begin + i / s.taps(), i % s.taps());
  }
}

template <class T>
void multiply_depthwise(const ConvShape& s, const T* x, const T* dy, T* dw) {
  const Axis axis[3] = {forward_axis(s, 0), forward_axis(s, 1), forward_axis(s, 2)};
  const ColumnBands<T> bands({&axis[1], 1}, {&axis[2], 1});
  const int64_t work = s.batch * s.out_size() * (s.taps() + 3);
  parallel_for(s.groups, larger(1, kTaskOfPlaces / larger(1, work)),
               [&](int64_t begin, int64_t end) { multiply_channels(s, axis, bands, x, dy, dw, begin, end); });
}

}  // namespace pynn::PYNN_ISA
