// gemm_blocks.h — the loop nest around the tile: blocks that fit the caches, so that memory is read seldom.
//
//   slice of k      at most kDepth steps, so that a panel of A stays in the first-level cache
//   block of A      as many rows as fit a share of the third-level cache; packed once a slice, if at all
//   block of B      as many columns as fill half of the second-level cache; packed once a slice
//   panel, strip    the rows, the columns of one tile (gemm_micro.h)
//
// This is the nest of Goto and van de Geijn (2008) with the roles of A and B exchanged, since rows are
// contiguous here. The slices of k depend on k alone; how rows and columns are cut changes no result.
#pragma once
#include "core/cache_sizes.h"
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/gemm_micro.h"
#include "kernels/gemm_pack.h"

namespace pynn::PYNN_ISA {

constexpr PYNN_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
constexpr PYNN_INLINE int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }
constexpr PYNN_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr PYNN_INLINE int64_t larger(int64_t a, int64_t b) { return a < b ? b : a; }

struct Range {
  int64_t begin, end;
  PYNN_INLINE int64_t size() const { return end - begin; }
};

// ---- how large
// ---------------------------------------------------------------------------------------------

// The deepest slice of k: 12 rows of it take 19 KB. It must not depend on the machine's caches: where k is
// cut, a sum is rounded.
template <class T>
inline constexpr int64_t kDepth = 1600 / int64_t(sizeof(T));

// k cut into equal slices instead of full ones and a rest.
template <class T>
int64_t slice_depth(int64_t k) {
  if (k <= kDepth<T>) return k;
  return round_up(ceil_div(k, ceil_div(k, kDepth<T>)), 8);
}

// As many of `count` rows or columns, in whole tiles, as fit so many bytes with a slice of k each. (What fits
// at once is seen without a division, which would be felt in tiny products.)
template <class T>
int64_t that_fit(int64_t bytes, int64_t depth, int64_t count, int64_t tile) {
  const int64_t all = round_up(count, tile), each = depth * int64_t(sizeof(T));
  if (all * each <= bytes) return all;
  return larger(tile, bytes / each / tile * tile);
}

// A slice of B this wide fills half of the second-level cache.
template <class T>
int64_t block_width(int64_t depth, int64_t columns) {
  return that_fit<T>(cache_sizes().level2 / 2, depth, columns, TileShape<T>::columns);
}

// A slice of A this high fills a quarter of this thread's share of the third-level cache.
template <class T>
int64_t block_height(int64_t depth, int64_t rows) {
  const CacheSizes& sizes = cache_sizes();
  constexpr int64_t tile = TileShape<T>::rows;
  if (const int64_t all = that_fit<T>(sizes.level2, depth, rows, tile); all >= rows) return all;
  return that_fit<T>(larger(sizes.level3 / 4 / num_threads(), sizes.level2), depth, rows, tile);
}

// ---- whether to pack
// ---------------------------------------------------------------------------------------

// A tile of AVX-512 works so long on each row of B that it can wait for the row where it lies; packing is
// then worth its while only for many rows, or where every row of B is on a page of its own: those are more
// than the processor remembers the addresses of. The smaller tiles of 16 registers are hungrier.
template <class T>
bool pays_to_pack_b(const Gemm<T>& g, int64_t rows) {
  constexpr bool patient = TileShape<T>::rows == 12;
  const bool far_apart = g.b_row * int64_t(sizeof(T)) >= 4096;
  return g.b_col != 1 || rows >= (patient && !far_apart ? 192 : 48);
}

// Packed rows of A are neighbours, which saves instructions (gemm_micro.h), and no two of them stand a power
// of two apart and compete for the same few sets of the first-level cache. Enough columns must share the
// panel.
template <class T>
bool pays_to_pack_a(int64_t columns) {
  return columns >= 8 * TileShape<T>::columns;
}

// ---- one block of each, packed or where it lies
// ------------------------------------------------------------

// Rows `rows` of a slice of A, by panels as high as a tile.
template <class T>
class BlockOfA {
 public:
  PYNN_INLINE BlockOfA(const Gemm<T>& g, T* packed) : g_(g), packed_(packed) {}

  static constexpr int64_t kPitch = TileShape<T>::pitch;
  static PYNN_INLINE int64_t packed_size(int64_t rows, int64_t depth) {
    return ceil_div(rows, int64_t(TileShape<T>::rows)) * kPitch * depth + Vec<T>::lanes;
  }

  void take(Range rows, int64_t p, int64_t steps) {
    rows_ = rows, steps_ = steps;
    from_ = g_.a + rows.begin * g_.a_row + p * g_.a_col;
    if (!packed_) return;
    constexpr int64_t tile = TileShape<T>::rows;
    for (int64_t i = 0; i < rows.size(); i += tile)
      pack<T>(packed_ + i / tile * kPitch * steps, kPitch,
              {from_ + i * g_.a_row, smaller(tile, rows.size() - i), g_.a_row, steps, g_.a_col});
  }
  PYNN_INLINE void panel(int64_t i, Tile<T>& tile) const {
    const int64_t row = i - rows_.begin;
    if (packed_) {
      tile.a = packed_ + row / TileShape<T>::rows * kPitch * steps_;
      tile.a_row = 1, tile.a_col = kPitch;
    } else {
      tile.a = from_ + row * g_.a_row;
      tile.a_row = g_.a_row, tile.a_col = g_.a_col;
    }
  }
  // Where the panel after that of row i lies, unless it is packed and thus in the cache.
  PYNN_INLINE const T* next_panel(int64_t i) const {
    return packed_ ? nullptr : from_ + (i + TileShape<T>::rows - rows_.begin) * g_.a_row;
  }

 private:
  const Gemm<T>& g_;
  T* packed_;
  Range rows_{};
  int64_t steps_ = 0;
  const T* from_ = nullptr;
};

// Columns `columns` of a slice of B, by strips as wide as a tile.
template <class T>
class BlockOfB {
 public:
  PYNN_INLINE BlockOfB(const Gemm<T>& g, bool pack_all, T* packed)
      : g_(g), pack_all_(pack_all), packed_(packed) {}

  void take(Range columns, int64_t p, int64_t steps) {
    columns_ = columns, steps_ = steps;
    from_ = g_.b + p * g_.b_row + columns.begin * g_.b_col;
    const int64_t whole = columns.size() / kTile * kTile;
    if (pack_all_ && whole) pack_strips<T>(packed_, kTile, {from_, whole, g_.b_col, steps, g_.b_row});
    if (const int64_t rest = columns.size() - whole; rest && packs(rest))
      pack<T>(packed_ + whole * steps, round_up(rest, Vec<T>::lanes),
              {from_ + whole * g_.b_col, rest, g_.b_col, steps, g_.b_row});
  }
  PYNN_INLINE void strip(int64_t j, Tile<T>& tile) const {
    const int64_t column = j - columns_.begin;
    tile.j = j;
    tile.columns = smaller(kTile, columns_.end - j);
    if (packs(tile.columns)) {
      tile.b = packed_ + column * steps_;
      tile.b_row = round_up(tile.columns, Vec<T>::lanes);
    } else {
      tile.b = from_ + column;
      tile.b_row = g_.b_row;
    }
  }
  static PYNN_INLINE bool needs_packing(bool pack_all, int64_t columns) {
    return pack_all || (!kMaskedLoads && columns % Vec<T>::lanes != 0);
  }

 private:
  static constexpr int64_t kTile = TileShape<T>::columns;
  PYNN_INLINE bool packs(int64_t columns) const { return needs_packing(pack_all_, columns); }

  const Gemm<T>& g_;
  bool pack_all_;
  T* packed_;
  Range columns_{};
  int64_t steps_ = 0;
  const T* from_ = nullptr;
};

// ---- the nest --------------------------------------------------------------------------------------------

template <class T>
void multiply_blocks(const Gemm<T>& g, Range rows, Range columns) {
  constexpr int64_t tile_rows = TileShape<T>::rows, tile_columns = TileShape<T>::columns;
  const int64_t depth = slice_depth<T>(g.k);
  const int64_t height = block_height<T>(depth, rows.size());
  const int64_t width = block_width<T>(depth, columns.size());
  const bool pack_a = pays_to_pack_a<T>(columns.size());
  const bool pack_b = pays_to_pack_b(g, rows.size());
  const bool pack_edge = BlockOfB<T>::needs_packing(pack_b, columns.size());
  const Scratch<T> packed_a(pack_a ? BlockOfA<T>::packed_size(height, depth) : 0);
  const Scratch<T> packed_b(pack_edge ? width * depth : 0);
  BlockOfA<T> a(g, packed_a.get());
  BlockOfB<T> b(g, pack_b, packed_b.get());

  for (int64_t i0 = rows.begin; i0 < rows.end; i0 += height) {
    const Range block_rows{i0, smaller(i0 + height, rows.end)};
    int64_t p = 0;
    do {  // once even if k is 0: the epilogue is due all the same
      const int64_t steps = smaller(depth, g.k - p);
      const Output<T> out(g, p == 0, p + steps == g.k);
      a.take(block_rows, p, steps);
      for (int64_t j0 = columns.begin; j0 < columns.end; j0 += width) {
        const Range block_columns{j0, smaller(j0 + width, columns.end)};
        b.take(block_columns, p, steps);
        for (int64_t i = block_rows.begin; i < block_rows.end; i += tile_rows) {
          Tile<T> tile;
          tile.k = steps, tile.i = i;
          a.panel(i, tile);
          tile.next_a = i + tile_rows < block_rows.end ? a.next_panel(i) : nullptr;
          for (int64_t j = block_columns.begin; j < block_columns.end; j += tile_columns) {
            b.strip(j, tile);
            multiply_tile<T>(smaller(tile_rows, block_rows.end - i), tile, out);
            tile.next_a = nullptr;
          }
          if (p + steps == g.k)
            follow_up(g, i, smaller(i + tile_rows, block_rows.end), block_columns.begin, block_columns.end);
        }
      }
      p += steps;
    } while (p < g.k);
  }
}

}  // namespace pynn::PYNN_ISA
