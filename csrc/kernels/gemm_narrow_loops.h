// gemm_narrow_loops.h — the product of narrow operands: pieces for threads, blocks for the second-level
// cache, tiles for registers, as in gemm.cpp.
//
// The whole of k runs through a tile before it is left: its sums are then final, take the bias and are
// rounded in registers, once. Every element of C is one chain of operations in the order of k, in whatever
// tile it falls. A few rows go by dot products instead, which is decided by the shape alone.
#pragma once
#include "core/cache_sizes.h"
#include "core/parallel.h"
#include "kernels/gemm_narrow_dots.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kNarrowStrips = 32;

// Columns of B whose units fill three quarters of the second-level cache, in whole tiles.
PYNN_INLINE int64_t narrow_block(int64_t units) {
  const int64_t strip = kNarrowColumns * int64_t(sizeof(Unit)) * (units < 1 ? 1 : units);
  const int64_t strips = cache_sizes().level2 / 4 * 3 / strip;
  return kNarrowColumns * (strips < 1 ? 1 : strips > kNarrowStrips ? kNarrowStrips : strips);
}

template <class Format>
void multiply_narrow_piece(const NarrowGemm& g, const NarrowPiece& piece) {
  using Sum = typename Format::Sum;
  if constexpr (Format::floating) {
    if (fits_dots<Format>(g)) return multiply_narrow_by_dots<Format>(g, piece);
  }
  const int64_t units = units_of(g.k, Format::steps), width = narrow_block(units);
  const Places a = places_of(g.a, g.a.row, g.a.column), b = places_of(g.b, g.b.column, g.b.row);
  const int64_t a_places = (kNarrowRows + Units::lanes - 1) / Units::lanes * Units::lanes;
  const Scratch<Unit> room_a(is_read_in_place<Format>(a, g.k) ? 0 : a_places * row_pitch(units));
  const Scratch<Unit> room_b(width * (units + 1));
  const Scratch<Sum> addends(Format::has_addend(g) ? width : 0);

  for (int64_t j0 = piece.column; j0 < piece.column_end; j0 += width) {
    const int64_t columns = piece.column_end - j0 < width ? piece.column_end - j0 : width;
    const NarrowOutput<Sum> out{static_cast<char*>(g.c), g.c_element, g.c_row, addends.get(), j0};
    for (int64_t j = 0; j < columns; j += kNarrowColumns) {
      const int64_t count = columns - j < kNarrowColumns ? columns - j : kNarrowColumns;
      const int64_t pitch = count > Units::lanes ? kNarrowColumns : Units::lanes;
      Unit* const strip = room_b.get() + j * units;
      pack_places<Format>(strip, pitch, b, j0 + j, count, g.k);
      if (addends.get()) Format::set_addends(addends.get() + j, g, strip, pitch, units, j0 + j, count);
    }
    for (int64_t i = piece.row; i < piece.row_end; i += kNarrowRows) {
      const int64_t rows = piece.row_end - i < kNarrowRows ? piece.row_end - i : kNarrowRows;
      const UnitPanel panel = panel_of<Format>(a, i, rows, g.k, room_a.get());
      for (int64_t j = 0; j < columns; j += kNarrowColumns) {
        const int64_t count = columns - j < kNarrowColumns ? columns - j : kNarrowColumns;
        const bool two = count > Units::lanes;
        kNarrowTiles<Format>.by_shape[rows - 1][two](
            {units, panel, room_b.get() + j * units, two ? kNarrowColumns : Units::lanes, i, j0 + j, count},
            out);
      }
    }
  }
}

// C cut into about `parts` pieces, as nearly square as whole tiles allow, for each product of the batch.
template <class Format>
void multiply_narrow(const NarrowGemm& g) {
  if (g.m <= 0 || g.n <= 0 || g.batch <= 0) return;
  constexpr double kPieceWork = 1 << 20;  // multiplications worth a task
  const auto up = [](int64_t x, int64_t to) { return (x + to - 1) / to * to; };
  const double worth = double(g.m) * double(g.n) * double(g.k + 1) / kPieceWork;
  const double wanted = double(4 * num_threads()) / double(g.batch);
  const int64_t parts = num_threads() == 1 ? 1 : int64_t(worth < wanted ? worth : wanted);
  int64_t rows = up(g.m, kNarrowRows), columns = up(g.n, kNarrowColumns);
  const auto count = [](int64_t n, int64_t size) { return (n + size - 1) / size; };
  while (count(g.m, rows) * count(g.n, columns) < parts && (rows > kNarrowRows || columns > kNarrowColumns)) {
    if (columns >= rows ? columns > kNarrowColumns : rows <= kNarrowRows)
      columns = up(columns / 2, kNarrowColumns);
    else
      rows = up(rows / 2, kNarrowRows);
  }
  const int64_t row_parts = count(g.m, rows), pieces = row_parts * count(g.n, columns);
  const int64_t together = worth * double(pieces) < 1 ? int64_t(1 / (worth + 1e-9)) : 1;
  parallel_for(g.batch * pieces, together, [&](int64_t task, int64_t end) {
    for (; task < end; ++task) {
      const int64_t product = task / pieces, part = task % pieces;
      NarrowGemm one = g;
      one.a.data = static_cast<const char*>(g.a.data) + product * g.a.batch * element_size(g.a.element);
      one.b.data = static_cast<const char*>(g.b.data) + product * g.b.batch * element_size(g.b.element);
      one.c = static_cast<char*>(g.c) + product * g.c_batch * element_size(g.c_element);
      const int64_t i = part % row_parts * rows, j = part / row_parts * columns;
      multiply_narrow_piece<Format>(
          one, {i, i + rows < g.m ? i + rows : g.m, j, j + columns < g.n ? j + columns : g.n});
    }
  });
}

}  // namespace pynn::PYNN_ISA
