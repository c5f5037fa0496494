// grid_sample — an image looked at at given places, each between four pixels.
//
// The places are turned into taps once: four pixels and their weights for each. What follows is the same for
// every channel.
#include "core/simd.h"

namespace pynn {

// Taps of the places of one sample, in four rows: upper left, upper right, lower left, lower right. A pixel
// outside the image has index -1, and counts as 0. across, down: how far a place lies from the upper left
// one.
struct GridTaps {
  const int32_t* index;
  int64_t places;
};
template <class T>
using SampleKernel = void(const GridTaps& taps, const T* weight, const T* x, T* y);
// dx, which is 0 before, takes in weight * dy.
template <class T>
using SpreadKernel = void(const GridTaps& taps, const T* weight, const T* dy, T* dx);
// sums, in four rows, takes in dy * x of each tap.
template <class T>
using CollectKernel = void(const GridTaps& taps, const T* x, const T* dy, T* sums);

struct GridKernels {
  FloatKernels<SampleKernel> sample;
  FloatKernels<SpreadKernel> spread;
  FloatKernels<CollectKernel> collect;
};

}  // namespace pynn

namespace pynn::PYNN_ISA {

// Read first and chosen afterwards: without a branch the compiler turns x[index] into gathers.
template <class T>
PYNN_INLINE T pixel(const T* x, int32_t index) {
  const T found = x[index < 0 ? 0 : index];
  return index < 0 ? T(0) : found;
}

template <class T>
void sample(const GridTaps& taps, const T* __restrict weight, const T* __restrict x, T* __restrict y) {
  const int32_t* __restrict index = taps.index;
  const int64_t n = taps.places;
  for (int64_t p = 0; p < n; ++p)
    y[p] = weight[p] * pixel(x, index[p]) + weight[n + p] * pixel(x, index[n + p]) +
           weight[2 * n + p] * pixel(x, index[2 * n + p]) + weight[3 * n + p] * pixel(x, index[3 * n + p]);
}

template <class T>
void spread(const GridTaps& taps, const T* weight, const T* dy, T* dx) {
  const int64_t n = taps.places;
  for (int64_t p = 0; p < n; ++p)
    for (int t = 0; t < 4; ++t)
      if (taps.index[t * n + p] >= 0) dx[taps.index[t * n + p]] += weight[t * n + p] * dy[p];
}

template <class T>
void collect(const GridTaps& taps, const T* __restrict x, const T* __restrict dy, T* __restrict sums) {
  const int32_t* __restrict index = taps.index;
  const int64_t n = taps.places;
  for (int t = 0; t < 4; ++t)
    for (int64_t p = 0; p < n; ++p) sums[t * n + p] += dy[p] * pixel(x, index[t * n + p]);
}

extern const GridKernels grid_kernels;
constexpr GridKernels grid_kernels = {
    {sample<float>, sample<double>}, {spread<float>, spread<double>}, {collect<float>, collect<double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "ops/ops.h"

namespace pynn {

PYNN_DISPATCH(grid_kernels);

namespace {

struct Sampling {
  bool nearest, border, align_corners;
};

Sampling checked(const Tensor& x, const Tensor& grid, std::string_view mode, std::string_view padding_mode,
                 bool align_corners) {
  if (mode != "bilinear" && mode != "nearest")
    throw ValueError(text("grid_sample: mode must be 'bilinear' or 'nearest', got '", mode, "'"));
  if (padding_mode != "zeros" && padding_mode != "border")
    throw ValueError(text("grid_sample: padding_mode must be 'zeros' or 'border', got '", padding_mode, "'"));
  if (x.ndim() != 4 || grid.ndim() != 4 || grid.size(0) != x.size(0) || grid.size(3) != 2)
    throw ShapeError(text("grid_sample: expected an input (N, C, H, W) and a grid (N, H_out, W_out, 2), got ",
                          x.shape(), " and ", grid.shape()));
  if (!is_floating(x.dtype()) || grid.dtype() != x.dtype())
    throw DTypeError(text("grid_sample: the input and the grid must be floats of one type, got ", x.dtype(),
                          " and ", grid.dtype()));
  if (x.size(2) == 0 || x.size(3) == 0 || x.size(2) * x.size(3) > INT32_MAX)
    throw ShapeError(
        text("grid_sample: an image of ", x.shape(), " has no pixels, or more than 32 bits can count"));
  return {mode == "nearest", padding_mode == "border", align_corners};
}

// (N, 4, places): taps, as the kernels read them. And, for the gradient of the grid, (N, 2, places): across
// and down; (N, 2, places): pixels for one unit of x and y of the grid, 0 where the border holds them.
struct Places {
  Tensor index, weight, offset, slope;
};

// -1 .. 1 as pixels, its slope, and the pixel at or before it.
template <class T>
struct Along {
  double at, slope, first, rest;
  Along(T u, int64_t n, const Sampling& how) {
    slope = how.align_corners ? double(n - 1) / 2 : double(n) / 2;
    at = how.align_corners ? (double(u) + 1) * slope : (double(u) + 1) * slope - 0.5;
    if (how.border && !(at > 0 && at < double(n - 1))) {
      at = std::isnan(at) ? at : std::clamp(at, 0.0, double(n - 1));
      slope = 0;
    }
    first = how.nearest ? std::nearbyint(at) : std::floor(at);
    rest = how.nearest ? 0 : at - first;
  }
};

Places places_of(const Tensor& x, const Tensor& grid, const Sampling& how) {
  const int64_t n = x.size(0), h = x.size(2), w = x.size(3), count = grid.size(1) * grid.size(2);
  const DType type = x.dtype();
  const Places all = {empty({n, 4, count}, DType::int32), empty({n, 4, count}, type),
                      empty({n, 2, count}, type), empty({n, 2, count}, type)};
  const Tensor in = grid.contiguous();
  visit_float("grid_sample", type, [&](auto element) {
    using T = decltype(element);
    const T* const from = in.data<T>();
    int32_t* const index = all.index.data<int32_t>();
    T *const weight = all.weight.data<T>(), *const offset = all.offset.data<T>(),
             *const slope = all.slope.data<T>();
    parallel_for(n * count, 1024, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t sample = i / count, p = i % count;
        const Along<T> across(from[2 * i], w, how), down(from[2 * i + 1], h, how);
        for (int t = 0; t < 4; ++t) {
          const double column = across.first + t % 2, row = down.first + t / 2;
          const bool inside =
              column >= 0 && column < double(w) && row >= 0 && row < double(h) && !(how.nearest && t > 0);
          const int64_t at = (sample * 4 + t) * count + p;
          index[at] = inside ? int32_t(int64_t(row) * w + int64_t(column)) : -1;
          weight[at] = inside
                           ? T((t % 2 ? across.rest : 1 - across.rest) * (t / 2 ? down.rest : 1 - down.rest))
                           : T(0);
        }
        const int64_t at = sample * 2 * count + p;
        offset[at] = T(across.rest);
        offset[at + count] = T(down.rest);
        slope[at] = how.nearest ? T(0) : T(across.slope);
        slope[at + count] = how.nearest ? T(0) : T(down.slope);
      }
    });
  });
  return all;
}

// dgrid = slope Σ_c dy_c ∂y_c/∂(across, down), from the sums of dy x over channels for each tap.
template <class T>
void grid_gradient(const T* sums, const T* offset, const T* slope, T* dgrid, int64_t count) {
  for (int64_t p = 0; p < count; ++p) {
    const T across = offset[p], down = offset[count + p];
    const T s[] = {sums[p], sums[count + p], sums[2 * count + p], sums[3 * count + p]};
    dgrid[2 * p] = slope[p] * ((s[1] - s[0]) * (1 - down) + (s[3] - s[2]) * down);
    dgrid[2 * p + 1] = slope[count + p] * ((s[2] - s[0]) * (1 - across) + (s[3] - s[1]) * across);
  }
}

}  // namespace

struct GridSample {
  static Tensor forward(Context& context, const Tensor& x, const Tensor& grid, std::string_view mode,
                        std::string_view padding_mode, bool align_corners) {
    const Sampling how = checked(x, grid, mode, padding_mode, align_corners);
    context.save(x, grid, how.nearest, how.border, how.align_corners);
    const int64_t planes = x.size(0) * x.size(1), channels = x.size(1), size = x.size(2) * x.size(3);
    const Tensor y = empty({x.size(0), channels, grid.size(1), grid.size(2)}, x.dtype());
    if (y.numel() == 0) return y;
    const Places places = places_of(x, grid, how);
    const int64_t count = grid.size(1) * grid.size(2);
    const Tensor in = x.contiguous();
    visit_float("grid_sample", x.dtype(), [&](auto element) {
      using T = decltype(element);
      const T *const from = in.data<T>(), *const weight = places.weight.data<T>();
      const int32_t* const index = places.index.data<int32_t>();
      T* const to = y.data<T>();
      auto* kernel = grid_kernels->sample.get<T>();
      parallel_for(planes, per_chunk(count), [=](int64_t begin, int64_t end) {
        for (int64_t plane = begin; plane < end; ++plane) {
          const int64_t taps = plane / channels * 4 * count;
          kernel({index + taps, count}, weight + taps, from + plane * size, to + plane * count);
        }
      });
    });
    return y;
  }

  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, grid, nearest, border, align_corners] = context.load<Tensor, Tensor, bool, bool, bool>();
    const Places places = places_of(x, grid, {nearest, border, align_corners});
    const int64_t samples = x.size(0), channels = x.size(1), size = x.size(2) * x.size(3),
                  count = grid.size(1) * grid.size(2);
    const DType type = x.dtype();
    const Tensor in = x.contiguous(), g = dy.contiguous();
    const Tensor dx = context.needs(0) ? zeros(x.shape(), type) : Tensor(),
                 dgrid = context.needs(1) ? empty(grid.shape(), type) : Tensor(),
                 sums = context.needs(1) ? zeros({samples, 4, count}, type) : Tensor();
    if (count == 0) return {dx, dgrid};
    visit_float("grid_sample", type, [&](auto element) {
      using T = decltype(element);
      const T *const from = in.data<T>(), *const gradient = g.data<T>(),
                     *const weight = places.weight.data<T>();
      const int32_t* const index = places.index.data<int32_t>();
      if (dx) {
        T* const to = dx.data<T>();
        auto* kernel = grid_kernels->spread.get<T>();
        parallel_for(samples * channels, per_chunk(count), [=](int64_t begin, int64_t end) {
          for (int64_t plane = begin; plane < end; ++plane) {
            const int64_t taps = plane / channels * 4 * count;
            kernel({index + taps, count}, weight + taps, gradient + plane * count, to + plane * size);
          }
        });
      }
      if (dgrid) {
        T *const totals = sums.data<T>(), *const to = dgrid.data<T>();
        const T *const offset = places.offset.data<T>(), *const slope = places.slope.data<T>();
        auto* kernel = grid_kernels->collect.get<T>();
        parallel_for(samples, per_chunk(count * std::max<int64_t>(1, channels)),
                     [=](int64_t begin, int64_t end) {
                       for (int64_t n = begin; n < end; ++n) {
                         T* const total = totals + n * 4 * count;
                         for (int64_t plane = n * channels; plane < (n + 1) * channels; ++plane)
                           kernel({index + n * 4 * count, count}, from + plane * size,
                                  gradient + plane * count, total);
                         grid_gradient(total, offset + n * 2 * count, slope + n * 2 * count,
                                       to + n * 2 * count, count);
                       }
                     });
      }
    });
    return {dx, dgrid};
  }

  // The same with taps as tensors: which pixels they are, and the slopes, depend on the grid by steps only.
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, grid, nearest, border, align_corners] = context.load<Tensor, Tensor, bool, bool, bool>();
    const Places places = places_of(x, grid, {nearest, border, align_corners});
    const int64_t samples = x.size(0), channels = x.size(1), size = x.size(2) * x.size(3),
                  count = grid.size(1) * grid.size(2);
    const DType type = x.dtype();
    // offset + slope (grid - its value): the value of `offset`, with a history that leads to the grid.
    const Tensor moved = permute(reshape(grid, {samples, count, 2}), {0, 2, 1});
    const Tensor offset = places.offset + places.slope * (moved - moved.detach());
    const Tensor across = narrow(offset, 1, 0, 1), down = narrow(offset, 1, 1, 1);
    const Tensor g = reshape(dy, {samples, channels, count}), flat = reshape(x, {samples, channels, size});
    Tensor dx = context.needs(0) ? zeros(flat.shape(), type) : Tensor(), sums[4];
    for (int64_t t = 0; t < 4; ++t) {
      const Tensor found = narrow(places.index, 1, t, 1).contiguous();
      const Tensor inside = found >= 0.0;
      const Tensor at =
          expand(cast(where(inside, found, cast(number(int64_t(0)), DType::int32)), DType::int64),
                 {samples, channels, count});
      const Tensor mask = cast(inside, type);
      if (dx) {
        const Tensor weight = mask * (t % 2 ? across : 1.0 - across) * (t / 2 ? down : 1.0 - down);
        dx = scatter_add(dx, 2, at, g * weight);
      }
      if (context.needs(1)) sums[t] = sum(g * where(inside, gather(flat, 2, at), number(0.0)), {1}, true);
    }
    if (!context.needs(1)) return {reshape(dx, x.shape()), Tensor()};
    const Tensor along_x = (sums[1] - sums[0]) * (1.0 - down) + (sums[3] - sums[2]) * down;
    const Tensor along_y = (sums[2] - sums[0]) * (1.0 - across) + (sums[3] - sums[1]) * across;
    const Tensor both[] = {along_x, along_y};
    const Tensor dgrid = permute(places.slope * concatenate(both, 1), {0, 2, 1});
    return {dx ? reshape(dx, x.shape()) : dx, reshape(dgrid, grid.shape())};
  }

 private:
  static int64_t per_chunk(int64_t work) {
    return std::max<int64_t>(1, (int64_t(1) << 14) / std::max<int64_t>(1, work));
  }
};

static const Op& op = structured<GridSample>({
    .name = "grid_sample",
    .args = {"x", "grid", {"mode", "bilinear"}, {"padding_mode", "zeros"}, {"align_corners", false}},
    .formula = "y[p] = Σ w_t(p) x[t] over the four pixels t around the place p",
    .gradient = "dx[t] = Σ w_t(p) dy[p], dgrid[p] = Σ dy[p] x[t] ∂w_t/∂p",
    .reference =
        "(lambda u, v: (lambda weights: einsum('nchw,npqhw->ncpq', x, weights))(maximum(0, 1 - abs(v[..., "
        "None] - arange(x.shape[2])))[..., :, None] * maximum(0, 1 - abs(u[..., None] - "
        "arange(x.shape[3])))[..., None, :] if mode == 'bilinear' else (rint(v)[..., None] == "
        "arange(x.shape[2]))[..., :, None] * (rint(u)[..., None] == arange(x.shape[3]))[..., None, :]))(*(("
        "lambda at, n: clip(at, 0, n - 1) if padding_mode == 'border' else at)((g + 1) * (n - 1) / 2 if "
        "align_corners else ((g + 1) * n - 1) / 2, n) for g, n in zip((grid[..., 0], grid[..., 1]), "
        "(x.shape[3], x.shape[2]))))",
    .samples = {"randn(2, 3, 4, 5), 2.4 * rand(2, 3, 2, 2) - 1.2, 'bilinear', 'zeros', False",
                "randn(2, 3, 4, 5), 2.4 * rand(2, 3, 2, 2) - 1.2, 'bilinear', 'border', False",
                "randn(1, 2, 5, 4), 2.4 * rand(1, 3, 7, 2) - 1.2, 'bilinear', 'zeros', True",
                "randn(2, 3, 4, 5), 2.4 * rand(2, 3, 2, 2) - 1.2, 'nearest', 'zeros', False",
                "randn(0, 3, 4, 5), rand(0, 3, 2, 2), 'bilinear', 'zeros', False"},
    .doc =
        "For each place of the grid (N, H_out, W_out, 2), the image (N, C, H, W) there: (N, C, H_out, "
        "W_out).\n\n"
        "The grid holds x and y, -1 at the left or upper end and 1 at the right or lower one: the edges of "
        "the outermost pixels or, with `align_corners`, their centres. The mode 'bilinear' weighs four "
        "pixels, 'nearest' takes one. Outside the image there are 'zeros', or the nearest pixels of the "
        "'border'.",
    .source = "Jaderberg et al. 2015, Spatial transformer networks, arXiv:1506.02025, equations 3 to 7",
    .home = Home::functional,
});

}  // namespace pynn
#endif
