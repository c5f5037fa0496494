// tiles.h — AMX: registers that hold a matrix, and the unit that multiplies two of them.
//
// Eight tiles of up to 16 rows of 64 bytes. With A of M rows by K units, B of K rows by N units and a unit of
// 32 bits (2 bfloat16, or 4 bytes), one instruction does, for all m < M and n < N,
//
//   C[m][n] += Σ_k A[m][k] · B[k][n]       each · the sum of the products inside two units
//
// which is 16 x 16 x 16 units in 16 cycles. How many rows and bytes a tile has is said beforehand, in a
// configuration; as long as there is one, each switch of threads saves 8 KiB more. So a kernel configures
// the tiles where it begins and releases them where it ends: a TileRegion.
//
// The assembler's own words, since the compilers' intrinsics are macros around the same. The process must
// have asked the kernel for the tiles (cpu.cpp).
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kTileRows = 16;
inline constexpr int64_t kTileUnits = 16;  // of 32 bits, in a row

template <int tile>
PYNN_INLINE void tile_zero() {
  asm volatile("tilezero %%tmm%c0" ::"i"(tile));
}
// Rows `stride` bytes apart.
template <int tile>
PYNN_INLINE void tile_load(const void* from, int64_t stride) {
  asm volatile("tileloadd (%1,%2,1), %%tmm%c0" ::"i"(tile), "r"(from), "r"(stride) : "memory");
}
template <int tile>
PYNN_INLINE void tile_store(void* to, int64_t stride) {
  asm volatile("tilestored %%tmm%c0, (%1,%2,1)" ::"i"(tile), "r"(to), "r"(stride) : "memory");
}

// sum += a b
template <int sum, int a, int b>
PYNN_INLINE void tile_dot_bf16() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sum), "i"(a), "i"(b));
}
template <int sum, int a, int b>
PYNN_INLINE void tile_dot_int8() {
  asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sum), "i"(a), "i"(b));
}
template <int sum, int a, int b>
PYNN_INLINE void tile_dot_uint8_int8() {
  asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sum), "i"(a), "i"(b));
}

// The shape of every tile, laid out as ldtilecfg reads it. A tile that no shape is given holds nothing.
struct alignas(64) TileShapes {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};

  PYNN_INLINE void set(int tile, int64_t tile_rows, int64_t units) {
    rows[tile] = uint8_t(tile_rows);
    row_bytes[tile] = uint16_t(units > 0 && tile_rows > 0 ? 4 * units : 0);
  }
};

// While it lives, this thread has tiles.
class TileRegion {
 public:
  explicit PYNN_INLINE TileRegion(const TileShapes& shapes) { use(shapes); }
  PYNN_INLINE ~TileRegion() { asm volatile("tilerelease" ::: "memory"); }
  TileRegion(const TileRegion&) = delete;
  TileRegion& operator=(const TileRegion&) = delete;

  PYNN_INLINE void use(const TileShapes& shapes) { asm volatile("ldtilecfg %0" ::"m"(shapes)); }
};

}  // namespace pynn::PYNN_ISA
