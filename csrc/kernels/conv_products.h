// conv_products.h — the heart of the gradient for the weights: R taps by V vectors of output channels.
//
//   dw[o, (c, t)] = Σ_p dy[o, p] plane[offset(c, t) + p]
//
// dy is packed so that the channels of one place lie side by side. A step takes V vectors of it and, for each
// tap, the one number that it reads at this place, for R * V fused multiply-adds. Places that belong to no
// output never come up: the sum runs over the rows of outputs.
#pragma once
#include "kernels/conv_planes.h"

namespace pynn::PYNN_ISA {

struct ProductTile {
#if defined(__AVX512F__) || defined(__aarch64__)
  static constexpr int taps = 12, unrolled = 2;
#else
  static constexpr int taps = 6, unrolled = 1;
#endif
  static constexpr int vectors = 2;
};

// Outputs that are neighbours in the planes' numbering.
struct Run {
  int64_t source, count;
};

template <class T>
struct TileOfProducts {
  const int64_t* offsets;  // of R taps
  const T* planes;
  const Run* runs;
  int64_t run_count;
  const T* dy;  // places x V vectors
  T* dw;        // R x V vectors
  bool add;     // to what is in dw
};

// `U` places at once: the pointers are read once for them all.
template <int R, int V, int U, class T>
PYNN_INLINE void add_products(Sum<T> (&sum)[R][V], const T* const* taps, int64_t at, const T* dy) {
  Sum<T> channels[U][V];
  each_vector<U, V>([&](int u, int j) { channels[u][j] = load(dy + (u * V + j) * Vec<T>::lanes).v; });
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
    const T* const tap = taps[i] + at;
#pragma GCC unroll 2
    for (int u = 0; u < U; ++u) {
      const Vec<T> value = tap[u];
#pragma GCC unroll 8
      for (int j = 0; j < V; ++j) sum[i][j] = fma(value, Vec<T>(channels[u][j]), Vec<T>(sum[i][j])).v;
    }
  }
}

template <int R, int V, class T>
void multiply_products(const TileOfProducts<T>& t) {
  constexpr int U = ProductTile::unrolled, lanes = Vec<T>::lanes;
  Sum<T> sum[R][V];
  each_vector<R, V>([&](int i, int j) { sum[i][j] = t.add ? load(t.dw + (i * V + j) * lanes).v : Sum<T>{}; });
  const T* taps[R];
  for (int i = 0; i < R; ++i) taps[i] = t.planes + t.offsets[i];
  const T* dy = t.dy;
  for (int64_t r = 0; r < t.run_count; ++r) {
    int64_t at = t.runs[r].source;
    const int64_t end = at + t.runs[r].count;
    for (; at + U <= end; at += U, dy += U * V * lanes) add_products<R, V, U, T>(sum, taps, at, dy);
    for (; at < end; ++at, dy += V * lanes) add_products<R, V, 1, T>(sum, taps, at, dy);
  }
  each_vector<R, V>([&](int i, int j) { store(t.dw + (i * V + j) * lanes, Vec<T>(sum[i][j])); });
}

template <class T>
using ProductKernel = void(const TileOfProducts<T>&);

template <class T>
struct ProductKernels {
  ProductKernel<T>* by_shape[ProductTile::taps][ProductTile::vectors];

  template <int R = ProductTile::taps>
  static constexpr void fill(ProductKernels& table) {
    table.by_shape[R - 1][0] = multiply_products<R, 1, T>;
    table.by_shape[R - 1][1] = multiply_products<R, 2, T>;
    if constexpr (R > 1) fill<R - 1>(table);
  }
  static constexpr ProductKernels make() {
    ProductKernels table{};
    fill(table);
    return table;
  }
};
template <class T>
inline constexpr ProductKernels<T> kProductKernels = ProductKernels<T>::make();

}  // namespace pynn::PYNN_ISA
