// conv_units.h — all of a convolution: the weights packed, the way chosen, the units shared out among
// threads.
#pragma once
#include "kernels/conv_depthwise.h"
#include "kernels/conv_patches.h"

namespace pynn::PYNN_ISA {

// Multiplications that are worth a task of their own.
inline constexpr double kTaskOfTaps = 1 << 18;
// Outputs of an image that may gain from patches: windows of larger ones are nearly full.
inline constexpr int64_t kSmallImage = 1024;

// How many units together are worth a task, of so many that are equal.
inline int64_t units_of_a_task(double work, int64_t units) {
  const double of_one = work / double(units) + 1;
  return of_one > kTaskOfTaps / 2 ? 1 : int64_t(kTaskOfTaps / of_one);
}

// A unit is a share of the panels for some images.
template <class T>
void multiply_all_by_patches(const TapProduct<T>& product, const Panels<T>& panels, const BandParts<T>& band,
                             const T* packed, const PatchPlan& plan, double work) {
  const int64_t blocks = ceil_div(product.batch, plan.images), units = product.groups * blocks * plan.shares;
  parallel_for(units, units_of_a_task(work, units), [&](int64_t unit, int64_t end) {
    for (; unit < end; ++unit) {
      const int64_t share = unit % plan.shares, block = unit / plan.shares % blocks;
      const int64_t first = block * plan.images, images = smaller(plan.images, product.batch - first);
      multiply_by_patches(product, panels, band, packed, unit / plan.shares / blocks, first, images,
                          panels.share(share, plan.shares));
    }
  });
}

// A unit is a share of the panels for one band of one image.
template <class T>
void multiply_all_by_bands(const TapProduct<T>& product, const Panels<T>& panels, const T* packed,
                           double work) {
  const Bands<T> bands(product.axes, product.channels, 0, cache_sizes().level2 / 2 / int64_t(sizeof(T)));
  const BandParts<T> first(product, bands, 0);
  const int64_t images = product.batch * product.groups;
  const int64_t shares = shares_of_panels(images * bands.total(), panels.count), of_band = images * shares;
  const int64_t units = of_band * bands.total();
  parallel_for(units, units_of_a_task(work, units), [&](int64_t unit, int64_t end) {
    while (unit < end) {
      const int64_t band = unit / of_band, next = smaller(end, (band + 1) * of_band);
      const int64_t from = unit - band * of_band, to = next - band * of_band;
      if (band == 0)
        multiply_band(product, panels, first, packed, from, to, shares);
      else
        multiply_band(product, panels, BandParts<T>(product, bands, band), packed, from, to, shares);
      unit = next;
    }
  });
}

template <class T>
void multiply_taps(const TapProduct<T>& product) {
  if (product.channels == 1 && product.rows == 1) return multiply_alone(product);
  const Panels<T> panels(product.rows, product.depth());
  const Scratch<T> packed(product.groups * panels.size());
  pack_weights(product, panels, packed.get());

  const AxisParts(&axes)[3] = product.axes;
  const int64_t outs = axes[0].first().outs * axes[1].first().outs * axes[2].first().outs;
  const double work = double(product.batch) * double(product.groups) * double(product.rows) * double(outs) *
                      double(panels.k + 8 * product.parts());
  if (outs <= kSmallImage && product.channels > 0) {
    const BandParts<T> whole(product, Bands<T>(axes, 0, 0, INT64_MAX), 0);
    const PatchPlan plan(product, panels, whole);
    if (plan.images > 0) return multiply_all_by_patches(product, panels, whole, packed.get(), plan, work);
  }
  multiply_all_by_bands(product, panels, packed.get(), work);
}

}  // namespace pynn::PYNN_ISA
