// gemm_split.h — blocks of C = A B in float32 on AMX (split.h), where the CPU has it, the product is large,
// and less than the highest precision is asked for: three pieces for each number if it is high, one if it is
// medium.
//
// The nest is that of gemm_blocks.h, with tiles of 32 x 32: a slice of k is at most 512 steps, a strip of it
// takes 96 KiB in three pieces, and as many of them as fill half of the second-level cache stay there while
// one panel after the other is brought into pieces and multiplied. A tile whose panel or strip holds numbers
// too small, too large, infinite or NaN is left to the multiply-adds. Tiles begin at multiples of 32 and
// slices depend on k alone, so no thread makes a difference.
#pragma once
#include "core/isa_extensions.h"
#include "kernels/gemm_blocks.h"
#include "kernels/split.h"

namespace pynn::PYNN_ISA {

template <class T>
PYNN_INLINE bool pays_to_split(const Gemm<T>&) {
  return false;
}
template <class T>
void multiply_split(const Gemm<T>&, Range, Range) {}

#if defined(__AVX512F__) && defined(__linux__)

// Whether the multiplications saved are worth bringing both operands into pieces.
PYNN_INLINE bool pays_to_split(const Gemm<float>& g) {
  constexpr double least = 1 << 20;
  return g.precision != Precision::highest && g.k >= kSplitDepth && g.m * g.n >= 40 * (g.m + g.n) &&
         double(g.m) * double(g.n) * double(g.k) >= least && runs_tiles();
}

inline constexpr int64_t kSplitSlice = 512;

// Sums on their way to C.
struct SplitSums {
  const float* sums = nullptr;
  int64_t i = 0, j = 0, rows = 0, columns = 0;

  // Ask for the place in C, which is wanted when the next tile is done.
  PYNN_INLINE void ask(const Output<float>& out) const {
    if (out.c_col != 1) return;
    const float* c = out.c + i * out.c_row + j;
    for (int64_t r = 0; r < rows; ++r, c += out.c_row)
      __builtin_prefetch(c, 1), __builtin_prefetch(c + 16, 1);
  }
  PYNN_INLINE void finish(const Output<float>& out) const {
    using V = Vec<float>;
    if (out.c_col != 1 || columns != kSplitTile)
      return finish_from_memory<float>(sums, kSplitTile, out, i, j, rows, columns);
    float* c = out.c + i * out.c_row + j;
    const float* from = sums;
    for (int64_t r = 0; r < rows; ++r, c += out.c_row, from += kSplitTile)
      for (int64_t q = 0; q < kSplitTile; q += V::lanes) {
        V value = load(from + q);
        if (out.add) value += load(c + q);
        if (out.bias_m) value += V(out.bias_m[i + r]);
        if (out.bias_n) value += load(out.bias_n + j + q);
        store(c + q, value);
      }
  }
};

// One slice of k of some rows and columns, by multiply-adds.
PYNN_INLINE void multiply_unsplit(const Gemm<float>& g, const Output<float>& out, int64_t p, int64_t k,
                                  Range rows, Range columns) {
  Gemm<float> slice = g;
  slice.a += p * g.a_col, slice.b += p * g.b_row, slice.k = k, slice.add = out.add;
  slice.bias_m = out.bias_m, slice.bias_n = out.bias_n, slice.then = nullptr;
  multiply_blocks(slice, rows, columns);
}

template <int pieces>
PYNN_INLINE auto* split_kernel(int64_t rows, int64_t columns) {
  return rows > kTileRows
             ? columns > kTileUnits ? multiply_split_tile<pieces, 2, 2> : multiply_split_tile<pieces, 2, 1>
         : columns > kTileUnits ? multiply_split_tile<pieces, 1, 2>
                                : multiply_split_tile<pieces, 1, 1>;
}

template <int pieces>
void multiply_in_pieces(const Gemm<float>& g, Range rows, Range columns) {
  const int64_t depth = round_up(ceil_div(g.k, ceil_div(g.k, kSplitSlice)), kSplitDepth);
  const int64_t strip = depth / kSplitDepth * pieces * kSplitPiece;
  const int64_t that_fit = cache_sizes().level2 / 2 / (strip * int64_t(sizeof(SplitUnit)));
  const int64_t strips_at_once = larger(1, smaller(ceil_div(columns.size(), kSplitTile), that_fit));
  const int64_t width = kSplitTile * strips_at_once;
  const Scratch<SplitUnit> strips(strips_at_once * strip), panel(strip);
  const Scratch<Moduli> moduli(strips_at_once);
  const Scratch<float> sums(2 * kSplitTile * kSplitTile);
  const TileRegion region(split_shapes());

  for (int64_t p = 0; p < g.k; p += depth) {
    const int64_t k = smaller(depth, g.k - p), steps = ceil_div(k, kSplitDepth);
    const Output<float> out(g, p == 0, p + k == g.k);
    for (int64_t j0 = columns.begin; j0 < columns.end; j0 += width) {
      const int64_t wide = smaller(width, columns.end - j0);
      for (int64_t j = 0; j < wide; j += kSplitTile)
        moduli.get()[j / kSplitTile] = split_places<pieces, false>(
            strips.get() + j / kSplitTile * strip,
            {g.b + p * g.b_row + (j0 + j) * g.b_col, smaller(kSplitTile, wide - j), g.b_col, k, g.b_row});
      // Sums go to C a tile late: they are then in memory, and the multipliers have the next tile to work on.
      SplitSums waiting;
      const auto finish = [&] {
        if (waiting.sums) waiting.finish(out);
        waiting.sums = nullptr;
      };
      int64_t tile = 0;
      for (int64_t i = rows.begin; i < rows.end; i += kSplitTile) {
        const int64_t high = smaller(kSplitTile, rows.end - i);
        const Moduli of_panel = split_places<pieces, true>(
            panel.get(), {g.a + i * g.a_row + p * g.a_col, high, g.a_row, k, g.a_col});
        for (int64_t j = 0; j < wide; j += kSplitTile) {
          const int64_t across = smaller(kSplitTile, wide - j);
          if (!may_be_split(of_panel, moduli.get()[j / kSplitTile], g.k)) {
            multiply_unsplit(g, out, p, k, {i, i + high}, {j0 + j, j0 + j + across});
            continue;
          }
          float* const to = sums.get() + tile++ % 2 * kSplitTile * kSplitTile;
          split_kernel<pieces>(high, across)(panel.get(), strips.get() + j / kSplitTile * strip, steps, to);
          finish();
          waiting = {to, i, j0 + j, high, across};
          waiting.ask(out);
        }
        if (g.then && p + k == g.k) {
          finish();
          follow_up(g, i, i + high, j0, j0 + wide);
        }
      }
      finish();
    }
  }
}

PYNN_INLINE void multiply_split(const Gemm<float>& g, Range rows, Range columns) {
  g.precision == Precision::high ? multiply_in_pieces<3>(g, rows, columns)
                                 : multiply_in_pieces<1>(g, rows, columns);
}

#endif

}  // namespace pynn::PYNN_ISA
