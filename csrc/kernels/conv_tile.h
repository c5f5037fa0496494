// conv_tile.h — the heart of a convolution: R channels by W windows of outputs, held in registers.
//
// It is the tile of a matrix product (gemm_micro.h) with one difference: row k of B is not at b + k pitch but
// at b + offset[k], an address in the planes. A step takes W loads of B and R single values of the packed
// weights, for R * W fused multiply-adds. 8 x 3 of AVX-512's 32 registers, 4 x 3 of 16, keep the multipliers
// busy even though the loads are not aligned; and most numbers of channels are multiples of 8.
//
// Every output is one chain of multiply-adds in the order of (channel, tap), in whatever tile it falls.
#pragma once
#include "kernels/conv_finish.h"
#include "kernels/conv_windows.h"

namespace pynn::PYNN_ISA {

struct ConvTile {
#if defined(__AVX512F__) || defined(__aarch64__)
  static constexpr int rows = 8;
#else
  static constexpr int rows = 4;
#endif
  static constexpr int windows = 3;
};

// Weights of one step of k stand so far from those of the next (conv_weights.h).
template <class T>
inline constexpr int64_t kWeightPitch = round_up(ConvTile::rows, Vec<T>::lanes);

template <class T>
struct TileOfTaps {
  int64_t k;
  const int64_t* offsets;
  const T* weights;  // k x R, at their pitch
  const T* planes;
  const Window* windows;
  const T* bias;  // R values, or null
  T* y;
  int64_t y_row;
  bool add = false;  // to what is in y, where every lane of the windows is an output
  Finish<T> finish;  // of R channels
};

template <int R, int W, class T>
void convolve_tile(const TileOfTaps<T>& t) {
  using V = Vec<T>;
  Sum<T> sum[R][W];
  each_vector<R, W>([&](int i, int j) {
    sum[i][j] = t.add ? load(t.y + i * t.y_row + t.windows[j].target).v : t.bias ? V(t.bias[i]).v : Sum<T>{};
  });
  const T* source[W];
  for (int j = 0; j < W; ++j) source[j] = t.planes + t.windows[j].source;
  const T* weights = t.weights;
  for (int64_t k = 0; k < t.k; ++k, weights += kWeightPitch<T>) {
    const int64_t offset = t.offsets[k];
    Sum<T> columns[W];
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) columns[j] = load(source[j] + offset).v;
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      const V weight = weights[i];
#pragma GCC unroll 8
      for (int j = 0; j < W; ++j) sum[i][j] = fma(weight, V(columns[j]), V(sum[i][j])).v;
    }
  }
  if (t.finish.of_sums()) {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      const FinishOfVector<T> finished(t.finish, i);
#pragma GCC unroll 8
      for (int j = 0; j < W; ++j) sum[i][j] = finished(V(sum[i][j])).v;
    }
  }
  each_vector<R, W>([&](int i, int j) { store_window(t.y + i * t.y_row, V(sum[i][j]), t.windows[j]); });
}

template <class T>
using ConvTileKernel = void(const TileOfTaps<T>&);

template <class T>
struct ConvTileKernels {
  ConvTileKernel<T>* by_shape[ConvTile::rows][ConvTile::windows];

  template <int R = ConvTile::rows>
  static constexpr void fill(ConvTileKernels& table) {
    table.by_shape[R - 1][0] = convolve_tile<R, 1, T>;
    table.by_shape[R - 1][1] = convolve_tile<R, 2, T>;
    table.by_shape[R - 1][2] = convolve_tile<R, 3, T>;
    if constexpr (R > 1) fill<R - 1>(table);
  }
  static constexpr ConvTileKernels make() {
    ConvTileKernels table{};
    fill(table);
    return table;
  }
};
template <class T>
inline constexpr ConvTileKernels<T> kConvTileKernels = ConvTileKernels<T>::make();

}  // namespace pynn::PYNN_ISA
