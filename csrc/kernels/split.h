// split.h — float32 numbers as pieces of bfloat16, so that AMX multiplies them (core/tiles.h).
//
// A float32 has 24 bits and a bfloat16 has eight, so x = x₀ + x₁ + x₂ without any error: x₀ is x rounded to
// bfloat16, x₁ is what is left, rounded, and x₂ the rest. Of the nine products of the pieces of a and b, six
// are taken, the small ones first:
//
//   a b ≈ a₀b₂ + a₀b₁ + a₁b₁ + a₁b₀ + a₂b₀ + a₀b₀       (G. Henry, P. Tang & A. Heinecke, Leveraging the
//                                                       bfloat16 artificial intelligence datatype, 2019)
//
// or, with one piece, a₀b₀ alone. Since |x₁| <= 2^-8 |x| and |x₂| <= 2^-16 |x|, what three pieces leave out
// is at most 2^-23 |a b|, and what one does 2^-7 |a b|. The sums are float32: an instruction adds 32 products
// in two chains of 16 before they join the rest. So, with u = 2^-24 and k >= 32 terms,
//
//   three pieces:  |error| <= k u Σ |a| |b|       one:  |error| <= (2^-7 + k u) Σ |a| |b|
//
// the first being that of a chain of multiply-adds, in less than half the time: an instruction does 8192
// multiplications in 16 cycles, of which a sixth counts, against 32 a cycle.
//
// AMX takes operands, products and sums below 2^-126 for 0, rounding can turn the largest numbers into
// infinities, and an infinity minus itself is NaN. So the moduli are watched while they are split: numbers
// for which one of these could matter are multiplied in another way (`may_be_split`).
#pragma once
#include "core/simd_bf16.h"
#include "core/tiles.h"
#include "kernels/gemm_pack.h"

namespace pynn::PYNN_ISA {

// Two bfloat16, of an even and the next odd k.
using SplitUnit = int32_t;
using SplitUnits = Vec<int32_t>;

inline constexpr int64_t kSplitDepth = 2 * kTileUnits;  // numbers along k in a step

// ---- which numbers ---------------------------------------------------------------------------------------

// The smallest modulus but 0 and the largest, which is NaN if there is one.
struct Moduli {
  float smallest, largest;
};

// They are compared as bits, in the order of which NaN comes after infinity.
struct WatchedBits {
  SplitUnits less_one = SplitUnits(0x7fffffff), largest = SplitUnits(0);  // 0 less one is the largest of all
  PYNN_INLINE void see(Vec<float> x) {
    const SplitUnits bits = to_bits(x) & SplitUnits(0x7fffffff);
    largest = max_fast(largest, bits);
    less_one = min_fast(less_one, (bits - 1) & SplitUnits(0x7fffffff));
  }
  Moduli moduli() const {
    SplitUnit low[SplitUnits::lanes], high[SplitUnits::lanes];
    store(low, less_one), store(high, largest);
    for (int i = 1; i < SplitUnits::lanes; ++i) {
      low[0] = low[i] < low[0] ? low[i] : low[0];
      high[0] = high[i] > high[0] ? high[i] : high[0];
    }
    return {low[0] == 0x7fffffff ? 1.0f : __builtin_bit_cast(float, low[0] + 1),
            __builtin_bit_cast(float, high[0])};
  }
};

// Whether the bounds above hold for sums of k products of such numbers. From 2^-103 on every piece is 0 or a
// normal number; a product that is taken for 0 is below 2^-30 |a b| if |a b| >= 2^-96; and no sum of any of
// the products comes near the largest float32.
PYNN_INLINE bool may_be_split(Moduli a, Moduli b, int64_t k) {
  return a.smallest >= 0x1p-103f && b.smallest >= 0x1p-103f &&
         double(a.smallest) * double(b.smallest) >= 0x1p-96 && a.largest <= 0x1p127f &&
         b.largest <= 0x1p127f && double(k) * double(a.largest) * double(b.largest) <= 0x1p126;
}

// ---- into pieces -----------------------------------------------------------------------------------------

// The pieces stand in the upper halves; the lower ones are 0. One piece is rounded as bfloat16 is anywhere;
// of three, in which no bit is lost, a tie may go either way.
template <int pieces>
PYNN_INLINE void split(Vec<float> x, SplitUnits (&piece)[pieces]) {
  if constexpr (pieces == 1) {
    piece[0] = round_to_bf16(to_bits(x)) << 16;
  } else {
    const auto rounded = [](Vec<float> v) PYNN_LAMBDA_INLINE {
      return (to_bits(v) + 0x8000) & SplitUnits(int32_t(0xffff0000));
    };
    piece[0] = rounded(x);
    const Vec<float> rest = x - Vec<float>::from_bits(piece[0]);
    piece[1] = rounded(rest);
    piece[2] = to_bits(rest - Vec<float>::from_bits(piece[1]));
  }
}

using Halfwords = RawVector<int16_t, 2 * SplitUnits::lanes>::type;
// The upper halves of two vectors, one after the other.
template <int... I>
PYNN_INLINE SplitUnits upper_halves(SplitUnits a, SplitUnits b, Lanes<I...>) {
  return SplitUnits::Raw(__builtin_shufflevector(Halfwords(a.v), Halfwords(b.v), (2 * I + 1)...));
}

// A matrix of units for each piece, and how far apart their rows and they themselves are.
struct SplitBlock {
  SplitUnit* units;
  int64_t row, piece;
};

// 32 neighbours along k, of which the first `k` are there, as a row of 16 units.
template <int pieces>
PYNN_INLINE void split_row(const SplitBlock& to, const float* from, int64_t k, WatchedBits& watched) {
  constexpr int64_t lanes = SplitUnits::lanes;
  const auto part = [&](int64_t p) PYNN_LAMBDA_INLINE {
    return k >= p + lanes ? load(from + p) : k > p ? load(from + p, k - p) : Vec<float>(0);
  };
  const Vec<float> low = part(0), high = part(lanes);
  watched.see(low), watched.see(high);
  SplitUnits a[pieces], b[pieces];
  split(low, a), split(high, b);
#pragma GCC unroll 3
  for (int i = 0; i < pieces; ++i)
    store(to.units + i * to.piece, upper_halves(a[i], b[i], typename CountTo<2 * lanes>::type()));
}

// Up to 16 places that are neighbours in memory, `k` steps of 32 of them: rows of 16 places.
template <int pieces>
PYNN_INLINE void split_columns(SplitBlock to, const float* from, int64_t depth_stride, int64_t count,
                               int64_t k, WatchedBits& watched) {
  constexpr int64_t lanes = SplitUnits::lanes;
  const auto row = [&](int64_t p) PYNN_LAMBDA_INLINE {
    const float* const at = from + p * depth_stride;
    return p >= k ? Vec<float>(0) : count >= lanes ? load(at) : load(at, count);
  };
  for (int64_t u = 0; u < kTileUnits; ++u, to.units += to.row) {
    const Vec<float> even = row(2 * u), odd = row(2 * u + 1);
    watched.see(even), watched.see(odd);
    SplitUnits a[pieces], b[pieces];
    split(even, a), split(odd, b);
#pragma GCC unroll 3
    for (int i = 0; i < pieces; ++i)
      store(to.units + i * to.piece,
            ((a[i] >> 16) & SplitUnits(0xffff)) | (b[i] & SplitUnits(int32_t(0xffff0000))));
  }
}

// An operand seen along its rows (A) or its columns (B): `count` places, each a run of `depth` numbers.
using SplitOperand = Piece<float>;

// The other way round. A matrix of 16 x 16 units at a time.
template <int pieces>
PYNN_INLINE void turn(const SplitBlock& to, const SplitUnit* from) {
  int64_t size = kTileUnits;
  asm("" : "+r"(size));  // known to be 16, it has the compiler warn of a rest that there is not
  for (int i = 0; i < pieces; ++i)
    pack_transposed<SplitUnit>(to.units + i * to.piece, to.row,
                               {from + i * kTileUnits * kTileUnits, size, size, size, 1});
}

// Up to 16 places by up to 32 of k. Rows of units: a row a place, as A wants them; else a row a unit, as B
// does.
template <int pieces, bool rows>
void split_block(const SplitBlock& to, const SplitOperand& x, WatchedBits& watched) {
  constexpr int64_t size = kTileUnits * kTileUnits;
  SplitUnit turned[pieces * size];
  const SplitBlock aside{turned, kTileUnits, size};
  if (x.place_stride == 1) {
    split_columns<pieces>(rows ? aside : to, x.from, x.depth_stride, x.count, x.depth, watched);
    if (rows) turn<pieces>(to, turned);
    return;
  }
  float dense[kSplitDepth];
  for (int64_t q = 0; q < kTileRows; ++q) {
    SplitBlock row = rows ? to : aside;
    row.units += q * row.row;
    const float* from = x.from + (q < x.count ? q : x.count - 1) * x.place_stride;
    if (x.depth_stride != 1) {
      for (int64_t p = 0; p < x.depth; ++p) dense[p] = from[p * x.depth_stride];
      from = dense;
    }
    split_row<pieces>(row, from, x.depth, watched);
  }
  if (!rows) turn<pieces>(to, turned);
}

// ---- panels of A, strips of B ----------------------------------------------------------------------------
//
// A panel has 32 rows, a strip 32 columns, and either for each step of k a matrix of 512 units for each
// piece.

inline constexpr int64_t kSplitTile = 32, kSplitPiece = kSplitTile * kTileUnits;

// `count` <= 32 places from x.from on.
template <int pieces, bool rows>
Moduli split_places(SplitUnit* to, const SplitOperand& x) {
  WatchedBits watched;
  for (int64_t p = 0; p < x.depth; p += kSplitDepth, to += pieces * kSplitPiece)
    for (int64_t q = 0; q < x.count; q += kTileRows)
      split_block<pieces, rows>(
          {to + q * (rows ? kTileUnits : 1), rows ? kTileUnits : kSplitTile, kSplitPiece},
          {x.from + q * x.place_stride + p * x.depth_stride,
           x.count - q < kTileRows ? x.count - q : kTileRows, x.place_stride,
           x.depth - p < kSplitDepth ? x.depth - p : kSplitDepth, x.depth_stride},
          watched);
  return watched.moduli();
}

// ---- one panel by one strip ------------------------------------------------------------------------------

PYNN_INLINE TileShapes split_shapes() {
  TileShapes shapes;
  for (int tile = 0; tile < 8; ++tile) shapes.set(tile, kTileRows, kTileUnits);
  return shapes;
}

// Tiles 0 .. 3 hold 32 x 32 sums, or the left or upper ones of them; 4 and 5 a piece of A, 6 and 7 one of B.
template <int H, int W>
PYNN_INLINE void multiply_pieces() {
  tile_dot_bf16<0, 4, 6>();
  if constexpr (W > 1) tile_dot_bf16<1, 4, 7>();
  if constexpr (H > 1) tile_dot_bf16<2, 5, 6>();
  if constexpr (H > 1 && W > 1) tile_dot_bf16<3, 5, 7>();
}
template <int H>
PYNN_INLINE void load_rows(const SplitUnit* piece) {
  tile_load<4>(piece, 4 * kTileUnits);
  if constexpr (H > 1) tile_load<5>(piece + kTileRows * kTileUnits, 4 * kTileUnits);
}
template <int W>
PYNN_INLINE void load_columns(const SplitUnit* piece) {
  tile_load<6>(piece, 4 * kSplitTile);
  if constexpr (W > 1) tile_load<7>(piece + kTileUnits, 4 * kSplitTile);
}

// sums (32 x 32) = A B over `steps` steps of k. Between two products one operand changes.
template <int pieces, int H, int W>
void multiply_split_tile(const SplitUnit* a, const SplitUnit* b, int64_t steps, float* sums) {
  tile_zero<0>(), tile_zero<1>(), tile_zero<2>(), tile_zero<3>();
#pragma GCC unroll 1
  for (; steps > 0; --steps, a += pieces * kSplitPiece, b += pieces * kSplitPiece) {
    load_rows<H>(a), load_columns<W>(b + (pieces - 1) * kSplitPiece);
    multiply_pieces<H, W>();
    if constexpr (pieces == 3) {
      load_columns<W>(b + kSplitPiece);
      multiply_pieces<H, W>();
      load_rows<H>(a + kSplitPiece);
      multiply_pieces<H, W>();
      load_columns<W>(b);
      multiply_pieces<H, W>();
      load_rows<H>(a + 2 * kSplitPiece);
      multiply_pieces<H, W>();
      load_rows<H>(a);
      multiply_pieces<H, W>();
    }
  }
  constexpr int64_t row = 4 * kSplitTile;
  tile_store<0>(sums, row);
  if constexpr (W > 1) tile_store<1>(sums + kTileUnits, row);
  if constexpr (H > 1) tile_store<2>(sums + kTileRows * kSplitTile, row);
  if constexpr (H > 1 && W > 1) tile_store<3>(sums + kTileRows * kSplitTile + kTileUnits, row);
}

}  // namespace pynn::PYNN_ISA
