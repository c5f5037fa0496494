// gemm_narrow_tile.h — one tile of C, held in registers while all of k runs by; then biased, rounded and
// stored.
//
// Its shape is that of gemm_micro.h, for the same reasons: 12 rows by 2 vectors of sums where there are 32
// registers, 6 by 2 where there are 16.
#pragma once
#include "core/scratch.h"
#include "kernels/gemm_narrow_pack.h"

namespace pynn::PYNN_ISA {

#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int kNarrowRows = 12;
#else
inline constexpr int kNarrowRows = 6;
#endif
inline constexpr int64_t kNarrowColumns = 2 * Units::lanes;

// What becomes of the sums: C = sum + one value a column.
template <class Sum>
struct NarrowOutput {
  char* c;
  Element element;
  int64_t row;
  const Sum* addend;  // for columns from `column` on
  int64_t column;
};

PYNN_INLINE void store_sums(const NarrowOutput<float>& out, int64_t i, int64_t j, Vec<float> sums,
                            int64_t count) {
  const int64_t at = i * out.row + j;
  if (out.element == Element::bfloat16) {
    auto* c = reinterpret_cast<uint16_t*>(out.c) + at;
    const Units rounded = round_to_bf16(to_bits(sums));
    count == Units::lanes ? store_as(c, rounded) : store_as(c, rounded, count);
  } else {
    auto* c = reinterpret_cast<float*>(out.c) + at;
    count == Units::lanes ? store(c, sums) : store(c, sums, count);
  }
}
PYNN_INLINE void store_sums(const NarrowOutput<int32_t>& out, int64_t i, int64_t j, Units sums,
                            int64_t count) {
  auto* c = reinterpret_cast<int32_t*>(out.c) + i * out.row + j;
  count == Units::lanes ? store(c, sums) : store(c, sums, count);
}

struct NarrowTile {
  int64_t units;
  UnitPanel a;
  const Unit* b;
  int64_t b_pitch;
  int64_t i, j, columns;  // where in C, and how many columns of it
};

// R rows by W vectors of C.
template <class Format, int R, int W>
void narrow_tile(const NarrowTile& t, const NarrowOutput<typename Format::Sum>& out) {
  using Sums = Vec<typename Format::Sum>;
  constexpr int64_t lanes = Units::lanes;
  typename Sums::Raw sum[R][W];
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < W; ++j) sum[i][j] = typename Sums::Raw{};
  }
  const char* a = t.a.data;
  const Unit* b = t.b;
  const int64_t place_bytes = t.a.place_bytes;
  for (int64_t u = t.units; u > 0; --u, a += t.a.unit_bytes, b += t.b_pitch) {
    Units columns[W];
#pragma GCC unroll 2
    for (int j = 0; j < W; ++j) columns[j] = load(b + j * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      Unit unit;
      __builtin_memcpy(&unit, a + i * place_bytes, sizeof unit);
#pragma GCC unroll 2
      for (int j = 0; j < W; ++j) sum[i][j] = Format::multiply_add(sum[i][j], Units(unit), columns[j]).v;
    }
  }
#pragma GCC unroll 2
  for (int j = 0; j < W; ++j) {
    const int64_t left = t.columns - j * lanes, count = left < lanes ? left : lanes;
    if (count <= 0) break;
    Sums addend(0);
    if (out.addend) addend = load(out.addend + t.j - out.column + j * lanes, count);
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
      store_sums(out, t.i + i, t.j + j * lanes, out.addend ? Sums(sum[i][j]) + addend : Sums(sum[i][j]),
                 count);
  }
}

template <class Format>
struct NarrowTiles {
  using Kernel = void(const NarrowTile&, const NarrowOutput<typename Format::Sum>&);
  Kernel* by_shape[kNarrowRows][2];

  template <int R = kNarrowRows>
  static constexpr void fill(NarrowTiles& table) {
    table.by_shape[R - 1][0] = narrow_tile<Format, R, 1>;
    table.by_shape[R - 1][1] = narrow_tile<Format, R, 2>;
    if constexpr (R > 1) fill<R - 1>(table);
  }
  static constexpr NarrowTiles make() {
    NarrowTiles table{};
    fill(table);
    return table;
  }
};
template <class Format>
inline constexpr NarrowTiles<Format> kNarrowTiles = NarrowTiles<Format>::make();

struct NarrowPiece {
  int64_t row, row_end, column, column_end;
};

}  // namespace pynn::PYNN_ISA
