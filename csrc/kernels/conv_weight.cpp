// conv_weight.cpp — dw from x and dy: for every output channel and tap, a sum over all places of all images.
//
//   item     a band of some images, whose planes and whose part of dy fit the second-level cache
//   piece    some items: they add to one copy of dw, in order. Small weights have several, which are added up
//   at
//            the end, so that many threads have work where there are few channels
//   unit     some channels of x, for one piece
//
// Items and pieces depend on the shape alone, never on the threads or the machine, and neither does a bit of
// dw.
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/conv_bands.h"
#include "kernels/conv_depthwise.h"
#include "kernels/conv_pointwise.h"
#include "kernels/conv_products.h"
#include "kernels/gemm_pack.h"
#include "kernels/winograd.h"

namespace pynn::PYNN_ISA {

// Elements: what an item may hold, and what all copies of dw may.
inline constexpr int64_t kItem = 1 << 17, kCopies = 1 << 18;
inline constexpr int64_t kMostPieces = 16;

// How the work is cut.
template <class T>
struct WeightPlan {
  static constexpr int64_t lanes = Vec<T>::lanes;
  const ConvShape& s;
  const Axis axis[3];
  const AxisParts axes[3];
  const Bands<T> bands;
  int64_t k;                // weights of one output channel
  int64_t vectors, panels;  // of a group's output channels
  int64_t images, items;    // images of an item, and items of a group
  int64_t pieces;

  explicit WeightPlan(const ConvShape& shape)
      : s(shape),
        axis{forward_axis(shape, 0), forward_axis(shape, 1), forward_axis(shape, 2)},
        axes{{&axis[0], 1}, {&axis[1], 1}, {&axis[2], 1}},
        bands(axes, shape.in_channels, shape.out_channels, kItem),
        k(shape.in_channels * shape.taps()),
        vectors(ceil_div(shape.out_channels, lanes)),
        panels(ceil_div(vectors, ProductTile::vectors)) {
    const int64_t of_image = bands.planes(axes, 0).template room<T>(s.in_channels) +
                             s.out_channels * bands.size[0] * bands.size[1] * bands.size[2];
    images = smaller(larger(1, kItem / of_image), s.batch);
    items = ceil_div(s.batch, images) * bands.total();
    pieces = smaller(smaller(larger(1, kCopies / copy_size() / s.groups), kMostPieces), items);
  }
  int64_t copy_size() const { return k * vectors * lanes; }  // of one group's dw
  int64_t first_vector(int64_t panel) const { return vectors * panel / panels; }
  int64_t height(int64_t panel) const { return first_vector(panel + 1) - first_vector(panel); }
};

// Images first .. first + images of a band, with channels `which` of x: laid out for the tiles, which then
// run.
template <class T>
void multiply_item(const WeightPlan<T>& plan, const T* x, const T* dy, int64_t group, int64_t item,
                   Range which, T* dw, bool add) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const ConvShape& s = plan.s;
  const Planes p = plan.bands.planes(plan.axes, item % plan.bands.total());
  const int64_t first = item / plan.bands.total() * plan.images;
  const int64_t images = smaller(plan.images, s.batch - first);
  const int64_t deep = p.axis[0].outs, high = p.axis[1].outs, wide = p.axis[2].outs,
                outs = deep * high * wide;
  const int64_t channels = which.size(), room = p.room<T>(channels), k = channels * s.taps();

  const Scratch<int64_t> offsets(k);
  const Scratch<Run> runs(images * deep * high);
  const Scratch<T> planes(images * room), packed(images * outs * plan.vectors * lanes);
  p.set_offsets(offsets.get(), p.axis, channels);
  Run* run = runs.get();
  for (int64_t n = 0; n < images; ++n)
    for (int64_t d = 0; d < deep; ++d)
      for (int64_t h = 0; h < high; ++h) *run++ = {n * room + (d * p.rows + h) * p.pitch, wide};

  const int64_t in_size = s.in_size(), out_size = s.out_size();
  const int64_t band_start =
      (p.axis[0].first_target * s.out[1] + p.axis[1].first_target) * s.out[2] + p.axis[2].first_target;
  for (int64_t n = 0; n < images; ++n) {
    const int64_t image = (first + n) * s.groups + group;
    clear_planes(p, planes.get() + n * room, channels);
    copy_to_planes(p, planes.get() + n * room, x + (image * s.in_channels + which.begin) * in_size, channels);
    for (int64_t panel = 0; panel < plan.panels; ++panel) {
      const int64_t o = plan.first_vector(panel) * lanes, pitch = plan.height(panel) * lanes;
      pack<T>(packed.get() + o * images * outs + n * outs * pitch, pitch,
              {dy + (image * s.out_channels + o) * out_size + band_start, smaller(pitch, s.out_channels - o),
               out_size, outs, 1});
    }
  }

  const int64_t tiles = ceil_div(k, ProductTile::taps), begin = which.begin * s.taps();
  for (int64_t panel = 0; panel < plan.panels; ++panel) {
    const int64_t o = plan.first_vector(panel) * lanes, height = plan.height(panel);
    for (int64_t i = 0; i < tiles; ++i) {
      const int64_t tap = k * i / tiles, taps = k * (i + 1) / tiles - tap;
      kProductKernels<T>.by_shape[taps - 1][height - 1](
          {offsets.get() + tap, planes.get(), runs.get(), run - runs.get(), packed.get() + o * images * outs,
           dw + o * plan.k + (begin + tap) * height * lanes, add});
    }
  }
}

// The copies of dw added up in order, and the channels of each place taken apart again.
template <class T>
void join_pieces(const WeightPlan<T>& plan, T* copies, T* dw) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const int64_t all = plan.s.groups * plan.copy_size();
  parallel_for(plan.s.groups * plan.panels, larger(1, (1 << 15) / (plan.k * ProductTile::vectors * lanes)),
               [&](int64_t i, int64_t end) {
                 for (; i < end; ++i) {
                   const int64_t group = i / plan.panels, panel = i % plan.panels;
                   const int64_t o = plan.first_vector(panel) * lanes, pitch = plan.height(panel) * lanes;
                   T* const sum = copies + group * plan.copy_size() + o * plan.k;
                   for (int64_t piece = 1; piece < plan.pieces; ++piece)
                     for (int64_t j = 0; j < plan.k * pitch; j += lanes)
                       store(sum + j, load(sum + j) + load(sum + piece * all + j));
                   T* const to = dw + (group * plan.s.out_channels + o) * plan.k;
                   const int64_t channels = smaller(pitch, plan.s.out_channels - o);
                   const int64_t whole = plan.k / lanes * lanes;
                   for (int64_t j = 0; j < whole; j += lanes)
                     pack_transposed<T>(to + j, plan.k, {sum + j * pitch, lanes, pitch, channels, 1});
                   for (int64_t q = 0; q < channels; ++q)
                     for (int64_t j = whole; j < plan.k; ++j) to[q * plan.k + j] = sum[j * pitch + q];
                 }
               });
}

template <class T>
void conv_weight_kernel(const ConvShape& s, const T* x, const T* dy, T* dw) {
  if (s.in_channels == 1 && s.out_channels == 1) return multiply_depthwise(s, x, dy, dw);
  const WeightPlan<T> plan(s);
  const int64_t all = s.groups * plan.copy_size();
  const Scratch<T> copies(plan.pieces * all);
  const int64_t threads = num_threads();
  int64_t parts = 1;  // of the channels of x
  while (parts < s.in_channels && parts < 2 * threads && s.groups * plan.pieces * parts % threads != 0)
    ++parts;
  const double work =
      double(s.batch) * double(s.out_size()) * double(plan.copy_size()) / double(plan.pieces * parts);
  const int64_t together = work * 2 > (1 << 18) ? 1 : int64_t((1 << 18) / (work + 1));
  parallel_for(s.groups * plan.pieces * parts, together, [&](int64_t unit, int64_t end) {
    for (; unit < end; ++unit) {
      const int64_t part = unit % parts, piece = unit / parts % plan.pieces,
                    group = unit / parts / plan.pieces;
      const Range which{s.in_channels * part / parts, s.in_channels * (part + 1) / parts};
      const Range items{plan.items * piece / plan.pieces, plan.items * (piece + 1) / plan.pieces};
      T* const copy = copies.get() + piece * all + group * plan.copy_size();
      for (int64_t item = items.begin; item < items.end; ++item)
        multiply_item(plan, x, dy, group, item, which, copy, item > items.begin);
    }
  });
  join_pieces(plan, copies.get(), dw);
}

template <class T>
using ConvWeightKernel = void(const ConvShape&, const T*, const T*, T*);
extern const FloatKernels<ConvWeightKernel> conv_weight_kernels;
const FloatKernels<ConvWeightKernel> conv_weight_kernels = {conv_weight_kernel<float>,
                                                            conv_weight_kernel<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(conv_weight_kernels);

template <class T>
void conv_weight(const ConvShape& shape, const T* x, const T* dy, T* dw) {
  if (is_pointwise(shape)) return pointwise_weight(shape, x, dy, dw);
  if constexpr (sizeof(T) == sizeof(float))
    if (winograd_pays(shape, ConvProduct::weight)) return winograd_weight(shape, x, dy, dw);
  conv_weight_kernels->get<T>()(shape, x, dy, dw);
}
template void conv_weight(const ConvShape&, const float*, const float*, float*);
template void conv_weight(const ConvShape&, const double*, const double*, double*);

}  // namespace pynn

#endif
