// gemm_narrow_amx.h — the product of narrow operands by AMX's tiles (core/tiles.h).
//
// The tiles hold 32 x 32 of C in four of the eight, and two each of A and B: a step along k loads four and
// multiplies four pairs, so each number that is loaded is used twice.
//
//            B0  B1          B, packed:  strips of 32 columns; a step of 16 units is 16 rows of 128 bytes
//       A0   C0  C1          A, packed:  panels of 32 rows;    a step is 32 rows of 64 bytes
//       A1   C2  C3
//
// Both operands are packed once, by all threads, in blocks that the caches hold; rows of A that are whole
// steps are read where they lie. k is cut into slices so that a panel is small beside the second-level cache;
// between slices the sums stand in memory, as they are. The chain of operations behind an element of C is
// therefore always the same: step after step in the order of k.
#pragma once
#include "core/cache_sizes.h"
#include "core/parallel.h"
#include "core/tiles.h"
#include "kernels/gemm_narrow_dots.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kPanelRows = 2 * kTileRows, kStripColumns = 2 * kTileUnits;
inline constexpr int64_t kPanelStep = kPanelRows * kTileUnits, kStripStep = kStripColumns * kTileUnits;
inline constexpr int64_t kSliceSteps = 32;     // a panel of 64 KiB
inline constexpr int64_t kRowBlock = 8 << 20;  // bytes of packed A

PYNN_INLINE int64_t parts_of(int64_t count, int64_t size) { return (count + size - 1) / size; }
PYNN_INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

// ---- A: rows of units ------------------------------------------------------------------------------------

// 16 units of one place, `count` elements and zeros after them.
template <class Format, class From>
PYNN_INLINE Units row_of_units(const From* from, int64_t step, int64_t count) {
  if (step == 1 && count >= kTileUnits * Format::steps) return Format::row(from);
  Unit row[kTileUnits] = {};
  narrow_row<Format>(row, from, step, lesser(count, kTileUnits * Format::steps));
  return load(row);
}

// 16 units of 16 places each, to 16 places of 16 units each.
PYNN_INLINE void turn_units(Unit* rows, const Unit* strip) {
  int64_t size = kTileUnits;
  asm("" : "+r"(size));  // known to be 16, it has the compiler warn of a rest that there is not
  pack_transposed<Unit>(rows, size, {strip, size, size, size, 1});
}

// A panel: one step after the other, each of 32 rows of 16 units. Places that are neighbours in memory are
// made columns of units first, and turned.
template <class Format>
void pack_panel(Unit* panel, const Places& x, int64_t place, int64_t count, int64_t k) {
  constexpr int64_t depth = kTileUnits * Format::steps;
  if (x.place_stride == 1 && x.depth_stride != 1) {
    Unit strip[kTileUnits * kTileUnits];
    for (int64_t p = 0; p < k; p += depth, panel += kPanelStep)
      for (int64_t q = 0; q < count; q += kTileUnits) {
        const int64_t left = lesser(k - p, depth), units = units_of(left, Format::steps);
        visit_element<Format>(x, place + q, [&](auto* from) {
          pack_neighbours<Format>(strip, kTileUnits, from + p * x.depth_stride, count - q, x.depth_stride,
                                  left);
        });
        for (int64_t u = units; u < kTileUnits; ++u) store(strip + u * kTileUnits, Units(0));
        turn_units(panel + q * kTileUnits, strip);
      }
    return;
  }
  for (int64_t q = 0; q < count; ++q)
    visit_element<Format>(x, place + q, [&](auto* from) {
      Unit* out = panel + q * kTileUnits;
      for (int64_t p = 0; p < k; p += depth, out += kPanelStep)
        store(out, row_of_units<Format>(from + p * x.depth_stride, x.depth_stride, k - p));
    });
}

// ---- B: columns of units ---------------------------------------------------------------------------------

// A strip: steps of 16 rows of 32 units.
template <class Format>
void pack_strip(Unit* strip, const Places& x, int64_t place, int64_t count, int64_t k) {
  const int64_t units = units_of(k, Format::steps);
  if (Format::floating && x.place_stride == 1 && count == kStripColumns && k % Format::steps == 0)
    visit_element<Format>(x, place, [&](auto* from) {
      for (int64_t u = 0; u < units; ++u, from += Format::steps * x.depth_stride)
        Format::interleave(strip + u * kStripColumns, from, from + x.depth_stride);
    });
  else
    pack_places<Format>(strip, kStripColumns, x, place, count, k);
  for (int64_t u = units * kStripColumns; u < parts_of(units, kTileUnits) * kStripStep; u += Units::lanes)
    store(strip + u, Units(0));
}

// ---- one panel by one strip ----------------------------------------------------------------------------

struct TilePanel {
  const char* data;
  int64_t row_bytes, step_bytes;
};

inline constexpr int64_t kStripBytes = kStripColumns * int64_t(sizeof(Unit));

template <int tile>
struct TileNumber {
  static constexpr int number = tile;
};
// body(C0, 0), body(C1, where it begins in a block of 32 x 32), ...
template <int H, int W, class Body>
PYNN_INLINE void each_sum_tile(const Body& body) {
  constexpr int64_t lower = kTileRows * kStripColumns;
  body(TileNumber<0>(), 0);
  if constexpr (W > 1) body(TileNumber<1>(), kTileUnits);
  if constexpr (H > 1) body(TileNumber<2>(), lower);
  if constexpr (H > 1 && W > 1) body(TileNumber<3>(), lower + kTileUnits);
}
template <int H, int W, class Sum>
PYNN_INLINE void store_tiles(Sum* sums) {
  each_sum_tile<H, W>([&](auto tile, int64_t at)
                          PYNN_LAMBDA_INLINE { tile_store<tile.number>(sums + at, kStripBytes); });
}

// H x W tiles of sums over `steps` steps, from nothing or from what stands in `sums`.
template <class Format, int H, int W>
PYNN_INLINE void multiply_tiles(const TilePanel& a, const Unit* b, int64_t steps, bool first,
                                const typename Format::Sum* sums) {
  if (first)
    each_sum_tile<H, W>([](auto tile, int64_t) PYNN_LAMBDA_INLINE { tile_zero<tile.number>(); });
  else
    each_sum_tile<H, W>([&](auto tile, int64_t at)
                            PYNN_LAMBDA_INLINE { tile_load<tile.number>(sums + at, kStripBytes); });
  const char* rows = a.data;
  const int64_t row_bytes = a.row_bytes, step_bytes = a.step_bytes;
#pragma GCC unroll 1
  for (; steps > 0; --steps, rows += step_bytes, b += kStripStep) {
    tile_load<4>(rows, row_bytes);
    tile_load<6>(b, kStripBytes);
    if constexpr (W > 1) tile_load<7>(b + kTileUnits, kStripBytes);
    if constexpr (H > 1) tile_load<5>(rows + kTileRows * row_bytes, row_bytes);
    Format::template dot<0, 4, 6>();
    if constexpr (W > 1) Format::template dot<1, 4, 7>();
    if constexpr (H > 1) Format::template dot<2, 5, 6>();
    if constexpr (H > 1 && W > 1) Format::template dot<3, 5, 7>();
  }
}

// Sums that are to go to C.
template <class Sum>
struct FinishedBlock {
  const Sum* sums;
  int64_t i, j, rows, columns;
};

template <class Format>
void store_block(const NarrowOutput<typename Format::Sum>& out, FinishedBlock<typename Format::Sum> block) {
  using Sums = Vec<typename Format::Sum>;
  if constexpr (Format::floating) {
    if (out.element == Element::bfloat16 && block.columns == kStripColumns) {  // a row is one vector
      const Sums left = out.addend ? load(out.addend + block.j) : Sums(0),
                 right = out.addend ? load(out.addend + block.j + Sums::lanes) : Sums(0);
      auto* c = reinterpret_cast<uint16_t*>(out.c) + block.i * out.row + block.j;
      for (; block.rows > 0; --block.rows, c += out.row, block.sums += kStripColumns) {
        const Units row = Format::rounded(load(block.sums) + left, load(block.sums + Sums::lanes) + right);
        __builtin_memcpy(c, &row.v, sizeof row.v);
      }
      return;
    }
  }
  for (int64_t q = 0; q < block.columns; q += Sums::lanes) {
    const int64_t count = lesser(block.columns - q, Sums::lanes);
    const Sums addend = out.addend ? load(out.addend + block.j + q, count) : Sums(0);
    for (int64_t r = 0; r < block.rows; ++r)
      store_sums(out, block.i + r, block.j + q, load(block.sums + r * kStripColumns + q) + addend, count);
  }
}

// ---- blocks --------------------------------------------------------------------------------------------

// What all threads share: a block of rows and one of columns, packed.
template <class Format>
struct TileBlock {
  using Finished = FinishedBlock<typename Format::Sum>;

  const NarrowGemm& g;
  Places a, b;
  int64_t steps, step_units;
  Unit *panels, *strips;  // panels: null where A is read in place
  int64_t row, rows, column, columns;

  TileShapes shapes(int64_t height) const {
    TileShapes shapes;
    const int64_t upper = lesser(height, kTileRows), lower = height - upper;
    for (int w = 0; w < 2; ++w) {
      shapes.set(w, upper, kTileUnits), shapes.set(2 + w, lower, kTileUnits);
      shapes.set(6 + w, step_units, kTileUnits);
    }
    shapes.set(4, upper, step_units), shapes.set(5, lower, step_units);
    return shapes;
  }

  void pack_rows(int64_t panel) const {
    const int64_t i = panel * kPanelRows;
    pack_panel<Format>(panels + i * kTileUnits * steps, a, row + i, lesser(rows - i, kPanelRows), g.k);
  }
  void pack_columns(int64_t strip) const {
    const int64_t j = strip * kStripColumns;
    pack_strip<Format>(strips + j * kTileUnits * steps, b, column + j, lesser(columns - j, kStripColumns),
                       g.k);
  }
  TilePanel panel_at(int64_t i, int64_t step) const {
    if (panels)
      return {reinterpret_cast<const char*>(panels + i * kTileUnits * steps + step * kPanelStep),
              kTileUnits * sizeof(Unit), kPanelStep * sizeof(Unit)};
    return {a.data + (row + i) * a.place_stride * a.size + step * kTileUnits * int64_t(sizeof(Unit)),
            a.place_stride * a.size, kTileUnits * sizeof(Unit)};
  }

  // One panel by the strips of these columns. Sums go to C a strip late: they are then long in memory, and
  // the multipliers have the next strip to work on.
  template <int H>
  void multiply_panel(int64_t i, int64_t height, int64_t j_begin, int64_t j_end, typename Format::Sum* sums,
                      Finished& finished) const {
    const bool one_slice = steps <= kSliceSteps;
    int64_t s = 0;
    do {  // once even if k is 0
      const int64_t count = lesser(steps - s, kSliceSteps);
      const TilePanel panel = panel_at(i, s);
      auto* block = sums;
      for (int64_t j = j_begin; j < j_end; j += kStripColumns) {
        const Unit* const strip = strips + j * kTileUnits * steps + s * kStripStep;
        const int64_t width = lesser(columns - j, kStripColumns);
        if (width > kTileUnits) {
          multiply_tiles<Format, H, 2>(panel, strip, count, s == 0, block);
          finish(finished);
          store_tiles<H, 2>(block);
        } else {
          multiply_tiles<Format, H, 1>(panel, strip, count, s == 0, block);
          finish(finished);
          store_tiles<H, 1>(block);
        }
        if (s + count >= steps) finished = {block, row + i, column + j, height, width};
        if (!one_slice) block += kPanelRows * kStripColumns;
      }
      s += kSliceSteps;
    } while (s < steps);
  }
  void finish(Finished& block) const {
    if (block.rows > 0)
      store_block<Format>({static_cast<char*>(g.c), g.c_element, g.c_row, Format::addends(g), 0}, block);
    block.rows = 0;
  }

  // The panels and strips of these rows and columns, counted from the block's first.
  void multiply(int64_t i_begin, int64_t i_end, int64_t j_begin, int64_t j_end) const {
    const int64_t blocks = steps <= kSliceSteps ? 1 : parts_of(j_end - j_begin, kStripColumns);
    const Scratch<typename Format::Sum> sums(blocks * kPanelRows * kStripColumns);
    Finished finished{};
    int64_t height = lesser(i_end - i_begin, kPanelRows);
    TileRegion region(shapes(height));
    for (int64_t i = i_begin; i < i_end; i += kPanelRows) {
      if (i_end - i < height) region.use(shapes(height = i_end - i));
      if (height > kTileRows)
        multiply_panel<2>(i, height, j_begin, j_end, sums.get(), finished);
      else
        multiply_panel<1>(i, height, j_begin, j_end, sums.get(), finished);
    }
    finish(finished);
  }
};

// One product, by as many tasks as it is worth.
template <class Format>
void multiply_with_tiles(const NarrowGemm& g, bool alone) {
  constexpr double kTaskWork = 4 << 20;  // multiplications
  const int64_t units = units_of(g.k, Format::steps), steps = parts_of(units, kTileUnits);
  const Places a = places_of(g.a, g.a.row, g.a.column), b = places_of(g.b, g.b.column, g.b.row);
  const int64_t step_units = units < kTileUnits ? (units < 1 ? 1 : units) : kTileUnits;
  const bool in_place = is_read_in_place<Format>(a, g.k) && units == steps * step_units &&
                        (uint64_t(a.data) | uint64_t(a.place_stride * a.size)) % 64 == 0;
  const int64_t panel_bytes = kPanelStep * steps * int64_t(sizeof(Unit)), strip_bytes = panel_bytes;
  const auto fit = [&](int64_t bytes, int64_t each) { return bytes < each ? 1 : bytes / each; };
  const int64_t row_block = in_place ? g.m : fit(kRowBlock, panel_bytes + 1) * kPanelRows;
  const int64_t column_block = fit(cache_sizes().level2 / 2, strip_bytes + 1) * kStripColumns;
  const int64_t most_rows = lesser(parts_of(g.m, kPanelRows) * kPanelRows, row_block);
  const int64_t most_columns = lesser(parts_of(g.n, kStripColumns) * kStripColumns, column_block);
  const Scratch<Unit> panels(in_place ? 0 : most_rows * kTileUnits * steps);
  const Scratch<Unit> strips(most_columns * kTileUnits * steps);
  TileBlock<Format> block{g, a, b, steps, step_units, panels.get(), strips.get(), 0, 0, 0, 0};

  for (block.row = 0; block.row < g.m; block.row += row_block) {
    block.rows = lesser(g.m - block.row, row_block);
    for (block.column = 0; block.column < g.n; block.column += column_block) {
      block.columns = lesser(g.n - block.column, column_block);
      const int64_t row_panels = parts_of(block.rows, kPanelRows),
                    column_strips = parts_of(block.columns, kStripColumns);
      const double worth = double(block.rows) * double(block.columns) * double(g.k) / kTaskWork;
      const int64_t tasks = alone || worth < 2 ? 1 : int64_t(lesser(int64_t(worth), 4 * num_threads()));
      const int64_t to_pack = block.column > 0 || in_place ? 0 : row_panels;
      parallel_for(to_pack + column_strips, parts_of(to_pack + column_strips, tasks),
                   [&](int64_t item, int64_t end) {
                     for (; item < end; ++item)
                       item < to_pack ? block.pack_rows(item) : block.pack_columns(item - to_pack);
                   });
      const int64_t row_tasks = lesser(tasks, row_panels),
                    column_tasks = lesser(parts_of(tasks, row_tasks), column_strips);
      parallel_for(row_tasks * column_tasks, 1, [&](int64_t task, int64_t end) {
        for (; task < end; ++task) {
          const int64_t r = task % row_tasks, c = task / row_tasks;
          block.multiply(row_panels * r / row_tasks * kPanelRows,
                         lesser(row_panels * (r + 1) / row_tasks * kPanelRows, block.rows),
                         column_strips * c / column_tasks * kStripColumns,
                         lesser(column_strips * (c + 1) / column_tasks * kStripColumns, block.columns));
        }
      });
    }
  }
}

// Each thread some products whole, or all of them one after the other on the same one.
template <class Format>
void multiply_narrow_by_tiles(const NarrowGemm& g) {
  if (g.m <= 0 || g.n <= 0 || g.batch <= 0) return;
  const double worth = double(g.m) * double(g.n) * double(g.k + 1) / (1 << 20);
  const int64_t together = worth < 1 ? int64_t(1 / (worth + 1e-9)) : 1;
  const bool shared = g.batch < num_threads();
  const auto multiply_one = [&](int64_t product) {
    NarrowGemm one = g;
    one.a.data = static_cast<const char*>(g.a.data) + product * g.a.batch * element_size(g.a.element);
    one.b.data = static_cast<const char*>(g.b.data) + product * g.b.batch * element_size(g.b.element);
    one.c = static_cast<char*>(g.c) + product * g.c_batch * element_size(g.c_element);
    multiply_with_tiles<Format>(one, !shared);
  };
  if (shared)
    for (int64_t product = 0; product < g.batch; ++product) multiply_one(product);
  else
    parallel_for(g.batch, together, [&](int64_t product, int64_t end) {
      for (; product < end; ++product) multiply_one(product);
    });
}

}  // namespace pynn::PYNN_ISA
