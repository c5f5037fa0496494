// recurrent_product.h — the product of every step: the rows of h times one weight that never changes.
//
// The weight is packed once, in the order in which tiles read it, and then used in all steps. A strip holds,
// for each k, the same `width` vectors of units for every gate, so that a tile has all of a unit's sums at
// once and the cell follows while they are in the first-level cache. The sums of a row are the same to the
// last bit in whatever tile, on whatever thread it falls: each is one chain of multiply-adds in the order of
// k.
#pragma once
#include "kernels/gemm_blocks.h"

namespace pynn::PYNN_ISA {

// ---- tiles -----------------------------------------------------------------------------------------------

// Rows of a tile of so many vectors: the accumulators of a tile of the matrix product, shared out anew.
template <class T>
inline constexpr int kAccumulators = TileShape<T>::rows * TileShape<T>::vectors;

template <int R, int W, class T>
void sum_tile(const Tile<T>& t, T* sums) {
  Sum<T> sum[R][W];
  accumulate<R, W, Lie::steps_abreast, true, T>(sum, t, TileRow<T, W, true>{0});
  each_vector<R, W>([&](int i, int j) { store(sums + (i * W + j) * Vec<T>::lanes, Vec<T>(sum[i][j])); });
}

template <class T>
using SumTile = void(const Tile<T>&, T* sums);

template <int W, class T>
struct SumTiles {
  SumTile<T>* of_rows[kAccumulators<T> / W];

  template <int R = kAccumulators<T> / W>
  static constexpr void fill(SumTiles& table) {
    table.of_rows[R - 1] = sum_tile<R, W, T>;
    if constexpr (R > 1) fill<R - 1>(table);
  }
  static constexpr SumTiles make() {
    SumTiles table{};
    fill(table);
    return table;
  }
};
template <int W, class T>
inline constexpr SumTiles<W, T> kSumTiles = SumTiles<W, T>::make();

template <class T>
PYNN_INLINE SumTile<T>* const* sum_tiles(int64_t vectors) {
  return vectors == 2   ? kSumTiles<2, T>.of_rows
         : vectors == 3 ? kSumTiles<3, T>.of_rows
                        : kSumTiles<4, T>.of_rows;
}

// ---- the product
// -------------------------------------------------------------------------------------------

// B (depth, gates * units): element (k, g, u) is from[k * depth_step + (g * units + u) * unit_step].
template <class T>
struct StepWeight {
  const T* from;
  int64_t gates, units, unit_step, depth, depth_step;
};

template <class T>
class StepProduct {
 public:
  static constexpr int64_t lanes = Vec<T>::lanes;

  // packed: whether the weight is to be packed; for one step or two it is not worth its while.
  StepProduct(const StepWeight<T>& weight, bool packed)
      : w_(weight),
        packed_(packed),
        width_(weight.gates > 2            ? 1
               : weight.units <= 2 * lanes ? 2
                                           : 4) {}

  int64_t vectors() const { return w_.gates * width_; }
  int64_t strips() const { return ceil_div(w_.units, width_ * lanes); }
  int64_t strip_units() const { return width_ * lanes; }
  int64_t strip_size() const { return vectors() * lanes * w_.depth; }
  // Numbers of working memory, for so many rows.
  int64_t size(int64_t rows) const { return packed_ ? strips() * strip_size() : rows * w_.gates * w_.units; }

  void prepare(T* memory) {
    memory_ = memory;
    if (!packed_) return;
    parallel_for(strips(), larger(1, (int64_t(1) << 15) / larger(1, strip_size())),
                 [&](int64_t s, int64_t end) {
                   for (; s < end; ++s) pack_strip(s);
                 });
  }

  // use(row, u, n, sums, gate_step) for n units from u of each row: the sums of gate g are at sums + g *
  // gate_step. Row r of A is at a + r * pitch.
  template <class Use>
  PYNN_INLINE void multiply(const T* a, int64_t pitch, Range rows, Range strips, const Use& use) const {
    if (rows.size() <= 0) return;
    if (!packed_) return multiply_whole(a, pitch, rows, use);
    const int64_t tallest = kAccumulators<T> / vectors();
    const int64_t tiles = ceil_div(rows.size(), tallest), step = vectors() * lanes;
    SumTile<T>* const* kernels = sum_tiles<T>(vectors());
    alignas(64) T sums[kAccumulators<T> * lanes];
    for (int64_t s = strips.begin; s < strips.end; ++s) {
      Tile<T> tile{};
      tile.k = w_.depth, tile.a_row = pitch, tile.a_col = 1;
      tile.b = memory_ + s * strip_size(), tile.b_row = step;
      for (int64_t i = 0; i < tiles; ++i) {
        const int64_t r0 = rows.begin + rows.size() * i / tiles,
                      r1 = rows.begin + rows.size() * (i + 1) / tiles;
        tile.a = a + r0 * pitch;
        kernels[r1 - r0 - 1](tile, sums);
        for (int64_t r = r0; r < r1; ++r)
          for (int64_t v = 0; v < width_; ++v) {
            const int64_t u = (s * width_ + v) * lanes;
            if (u < w_.units)
              use(r, u, smaller(lanes, w_.units - u), sums + (r - r0) * step + v * lanes, width_ * lanes);
          }
      }
    }
  }

 private:
  void pack_strip(int64_t s) const {
    T* const strip = memory_ + s * strip_size();
    const int64_t pitch = vectors() * lanes;
    for (int64_t g = 0; g < w_.gates; ++g)
      for (int64_t v = 0; v < width_; ++v) {
        const int64_t u = (s * width_ + v) * lanes;
        T* const to = strip + (g * width_ + v) * lanes;
        if (u >= w_.units) {
          for (int64_t k = 0; k < w_.depth; ++k) store(to + k * pitch, Vec<T>(0));
          continue;
        }
        const Piece<T> piece{w_.from + (g * w_.units + u) * w_.unit_step, smaller(lanes, w_.units - u),
                             w_.unit_step, w_.depth, w_.depth_step};
        if (w_.unit_step == 1)
          pack_contiguous<T>(to, pitch, piece);
        else
          pack_transposed<T>(to, pitch, piece);
      }
  }

  template <class Use>
  void multiply_whole(const T* a, int64_t pitch, Range rows, const Use& use) const {
    const int64_t n = w_.gates * w_.units;
    Gemm<T> product;
    product.m = rows.size(), product.n = n, product.k = w_.depth;
    product.a = a + rows.begin * pitch, product.a_row = pitch;
    product.b = w_.from, product.b_row = w_.depth_step, product.b_col = w_.unit_step;
    product.c = memory_, product.c_row = n;
    pynn::gemm(product);
    for (int64_t r = rows.begin; r < rows.end; ++r)
      for (int64_t u = 0; u < w_.units; u += lanes)
        use(r, u, smaller(lanes, w_.units - u), memory_ + (r - rows.begin) * n + u, w_.units);
  }

  StepWeight<T> w_;
  bool packed_;
  int64_t width_;  // vectors of units in a strip
  T* memory_ = nullptr;
};

}  // namespace pynn::PYNN_ISA
