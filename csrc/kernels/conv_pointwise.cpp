// conv_pointwise.cpp — with one tap, x[n] is a matrix (channels, places) of each image:
//
//   y[n] = w x[n]        dx[n] = wᵀ dy[n]        dw = Σ_n dy[n] x[n]ᵀ
#include "kernels/conv_pointwise.h"
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/conv_finish.h"
#include "kernels/gemm.h"

namespace pynn::PYNN_ISA {

// sum[i] = copies[0][i] + copies[1][i] + ..., in this order.
template <class T>
void add_copies_kernel(T* sum, const T* copies, int64_t count, int64_t size) {
  using V = Vec<T>;
  parallel_for(size, 1 << 14, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += V::lanes) {
      const int64_t n = end - i < V::lanes ? end - i : V::lanes;
      V total = load(copies + i, n);
      for (int64_t c = 1; c < count; ++c) total += load(copies + c * size + i, n);
      store(sum + i, total, n);
    }
  });
}
template <class T>
using AddCopies = void(T*, const T*, int64_t, int64_t);
template <class T>
using FinishRow = void(const Finish<T>&, int64_t, T*, int64_t);
struct PointwiseKernels {
  FloatKernels<AddCopies> add_copies;
  FloatKernels<FinishRow> finish_row;
};
extern const PointwiseKernels pointwise_kernels;
const PointwiseKernels pointwise_kernels = {{add_copies_kernel<float>, add_copies_kernel<double>},
                                            {finish_row<float>, finish_row<double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>

namespace pynn {

PYNN_DISPATCH(pointwise_kernels);

// Fewer places fill less than two columns of tiles, and each image would read all weights for them.
static constexpr int64_t kLeastPlaces = 64;

bool is_pointwise(const ConvShape& s) {
  for (int i = 0; i < ConvShape::kAxes; ++i)
    if (s.kernel[i] != 1 || s.stride[i] != 1 || s.before[i] != 0 || s.in[i] != s.out[i]) return false;
  return s.out_size() >= kLeastPlaces && s.in_channels > 1 && s.out_channels > 1;
}

// made[n] = weights from[n] + bias, for one group after the other.
template <class T>
static void multiply_images(const ConvShape& s, int64_t rows, int64_t channels, const T* w, int64_t w_row,
                            int64_t w_col, const T* from, const T* bias, T* made) {
  const int64_t places = s.out_size();
  for (int64_t group = 0; group < s.groups; ++group) {
    Gemm<T> product;
    product.m = rows, product.n = places, product.k = channels;
    product.a = w + group * s.in_channels * s.out_channels, product.a_row = w_row, product.a_col = w_col;
    product.b = from + group * channels * places, product.b_row = places;
    product.c = made + group * rows * places, product.c_row = places;
    product.bias_m = bias ? bias + group * rows : nullptr;
    product.batch = s.batch;
    product.b_batch = s.groups * channels * places, product.c_batch = s.groups * rows * places;
    gemm(product);
  }
}

// Finished image by image, as long as it is in the cache.
template <class T>
void pointwise_forward(const ConvShape& s, const T* x, const T* w, const T* bias, T* y,
                       const Finish<T>& finish) {
  if (!finish.any())
    return multiply_images(s, s.out_channels, s.in_channels, w, s.in_channels, 1, x, bias, y);
  ConvShape one = s;
  one.batch = 1;
  const int64_t channels = s.groups * s.out_channels, places = s.out_size();
  auto* const finish_row = pointwise_kernels->finish_row.template get<T>();
  const auto multiply = [&](int64_t n) {
    multiply_images(one, s.out_channels, s.in_channels, w, s.in_channels, 1,
                    x + n * s.groups * s.in_channels * places, bias, y + n * channels * places);
  };
  const auto finish_channels = [&](int64_t n, int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) finish_row(finish, o, y + (n * channels + o) * places, places);
  };
  if (s.batch > 1) {
    const int64_t work = channels * places * s.in_channels;
    parallel_for(s.batch, 1 + (1 << 18) / (1 + work), [&](int64_t n, int64_t end) {
      for (; n < end; ++n) multiply(n), finish_channels(n, 0, channels);
    });
  } else {
    multiply(0);
    parallel_for(channels, 1 + (1 << 14) / places,
                 [&](int64_t begin, int64_t end) { finish_channels(0, begin, end); });
  }
}
template <class T>
void pointwise_input(const ConvShape& s, const T* dy, const T* w, const T* bias, T* dx) {
  multiply_images(s, s.in_channels, s.out_channels, w, 1, s.in_channels, dy, bias, dx);
}

// dw is cut into parts, and the images into pieces: a unit adds up a part for the images of a piece while it
// stays in the cache. There are as many pieces as give some threads work, and each has its copy of dw; how
// all is cut depends on the shape alone.
template <class T>
void pointwise_weight(const ConvShape& s, const T* x, const T* dy, T* dw) {
  constexpr int64_t kRows = 132, kColumns = 128, kUnits = 16, kCopies = 1 << 20, kUnitWork = 1 << 19;
  const int64_t places = s.out_size(), size = s.in_channels * s.out_channels;
  const int64_t down = (s.out_channels + kRows - 1) / kRows,
                across = (s.in_channels + kColumns - 1) / kColumns;
  const int64_t parts = s.groups * down * across;
  const int64_t work = s.groups * size * places;  // of an image
  const int64_t wanted = (kUnits + parts - 1) / parts;
  const int64_t pieces = std::max<int64_t>(
      1, std::min({wanted, s.batch, kCopies / (s.groups * size), s.batch * work / parts / kUnitWork}));
  const Scratch<T> copies(pieces > 1 ? pieces * s.groups * size : 0);
  T* const sums = pieces > 1 ? copies.get() : dw;
  const int64_t units = parts * pieces, together = 1 + kUnitWork / (1 + s.batch * work / units);
  parallel_for(units, together, [&](int64_t unit, int64_t end) {
    for (; unit < end; ++unit) {
      const int64_t piece = unit / parts, group = unit % parts / (down * across);
      const int64_t row = unit % down * kRows, column = unit / down % across * kColumns;
      Gemm<T> product;
      product.m = row + kRows < s.out_channels ? kRows : s.out_channels - row;
      product.n = column + kColumns < s.in_channels ? kColumns : s.in_channels - column;
      product.k = places;
      product.a_row = places, product.b_row = 1, product.b_col = places;
      product.c = sums + (piece * s.groups + group) * size + row * s.in_channels + column;
      product.c_row = s.in_channels;
      const int64_t first = s.batch * piece / pieces, last = s.batch * (piece + 1) / pieces;
      for (int64_t n = first; n < last; ++n) {
        product.a = dy + ((n * s.groups + group) * s.out_channels + row) * places;
        product.b = x + ((n * s.groups + group) * s.in_channels + column) * places;
        product.add = n > first;
        gemm(product);
      }
    }
  });
  if (pieces > 1) pointwise_kernels->add_copies.template get<T>()(dw, sums, pieces, s.groups * size);
}

#define PYNN_POINTWISE(T)                                                                                \
  template void pointwise_forward(const ConvShape&, const T*, const T*, const T*, T*, const Finish<T>&); \
  template void pointwise_input(const ConvShape&, const T*, const T*, const T*, T*);                     \
  template void pointwise_weight(const ConvShape&, const T*, const T*, T*)
PYNN_POINTWISE(float);
PYNN_POINTWISE(double);

}  // namespace pynn

#endif
