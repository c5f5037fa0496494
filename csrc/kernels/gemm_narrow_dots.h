// gemm_narrow_dots.h — a handful of rows times a matrix that is contiguous along k: y = x Wᵀ for a few
// samples.
//
// Each element of B is used a few times only, so such a product runs at the speed at which B comes from
// memory. It is read once, in order; nothing is transposed. Lane l sums the units l, l + lanes, ..., and the
// lanes are added at the end.
#pragma once
#include "kernels/gemm_narrow_tile.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kDotMaxRows = 4;
inline constexpr int64_t kDotColumns = Units::lanes >= 16 ? 4 : 2;

template <class Format>
bool fits_dots(const NarrowGemm& g) {
  return Format::floating && g.m <= kDotMaxRows && g.b.row == 1 && g.k >= 2 * Units::lanes * Format::steps;
}

// Rows of units, the first at `data`.
struct UnitRows {
  const Unit* data;
  int64_t pitch_bytes;
  PYNN_INLINE const Unit* row(int64_t i) const {
    return reinterpret_cast<const Unit*>(reinterpret_cast<const char*>(data) + i * pitch_bytes);
  }
};

// Places as rows of units: where they lie, or in `room` where they are not yet of whole units.
template <class Format>
UnitRows unit_rows(const Places& x, int64_t place, int64_t count, int64_t k, Unit* room, int64_t pitch) {
  if (is_whole_units<Format>(x, k))
    return {reinterpret_cast<const Unit*>(x.data + place * x.place_stride * x.size), x.place_stride * x.size};
  for (int64_t q = 0; q < count; ++q)
    visit_element<Format>(x, place + q,
                          [&](auto* from) { narrow_row<Format>(room + q * pitch, from, x.depth_stride, k); });
  return {room, pitch * int64_t(sizeof(Unit))};
}

template <class Format, int R, int S>
void narrow_dot(const UnitRows& a, const UnitRows& b, int64_t units, const NarrowOutput<float>& out,
                int64_t i, int64_t j) {
  using Sums = Vec<float>;
  constexpr int64_t lanes = Units::lanes;
  Sums sum[R][S];
  const auto step = [&](const auto& get, int64_t u) PYNN_LAMBDA_INLINE {
    Units column[S];
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) column[s] = get(b.row(s) + u);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const Units row = get(a.row(r) + u);
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) sum[r][s] = Format::multiply_add(sum[r][s], row, column[s]);
    }
  };
  int64_t u = 0;
  for (; u + lanes <= units; u += lanes) step([](const Unit* p) PYNN_LAMBDA_INLINE { return load(p); }, u);
  if (u < units) step([&](const Unit* p) PYNN_LAMBDA_INLINE { return load(p, units - u); }, u);
  for (int r = 0; r < R; ++r)
    for (int s = 0; s < S; ++s) {
      const float total = sum_lanes(sum[r][s]) + (out.addend ? out.addend[j + s] : 0.0f);
      store_sums(out, i + r, j + s, Sums(total), 1);
    }
}

template <class Format, int S, int R = int(kDotMaxRows)>
PYNN_INLINE void narrow_dots(int64_t rows, const UnitRows& a, const UnitRows& b, int64_t units,
                             const NarrowOutput<float>& out, int64_t i, int64_t j) {
  if (rows == R) return narrow_dot<Format, R, S>(a, b, units, out, i, j);
  if constexpr (R > 1) narrow_dots<Format, S, R - 1>(rows, a, b, units, out, i, j);
}

template <class Format>
void multiply_narrow_by_dots(const NarrowGemm& g, const NarrowPiece& piece) {
  const int64_t units = units_of(g.k, Format::steps), pitch = row_pitch(units);
  const Places a = places_of(g.a, g.a.row, g.a.column), b = places_of(g.b, g.b.column, g.b.row);
  const int64_t rows = piece.row_end - piece.row;
  const Scratch<Unit> room_a(is_whole_units<Format>(a, g.k) ? 0 : rows * pitch);
  const Scratch<Unit> room_b(is_whole_units<Format>(b, g.k) ? 0 : kDotColumns * pitch);
  const NarrowOutput<float> out{static_cast<char*>(g.c), g.c_element, g.c_row, g.bias, 0};
  const UnitRows left = unit_rows<Format>(a, piece.row, rows, g.k, room_a.get(), pitch);
  int64_t j = piece.column;
  for (; j + kDotColumns <= piece.column_end; j += kDotColumns)
    narrow_dots<Format, int(kDotColumns)>(
        rows, left, unit_rows<Format>(b, j, kDotColumns, g.k, room_b.get(), pitch), units, out, piece.row, j);
  for (; j < piece.column_end; ++j)
    narrow_dots<Format, 1>(rows, left, unit_rows<Format>(b, j, 1, g.k, room_b.get(), pitch), units, out,
                           piece.row, j);
}

}  // namespace pynn::PYNN_ISA
