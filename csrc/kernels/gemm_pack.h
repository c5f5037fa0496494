// gemm_pack.h — operands copied into the order in which a tile reads them.
//
// A packed strip holds, for each step of k, `pitch` neighbours side by side: strip[p * pitch + q] is the
// element at place q and depth p. The tile then reads one short contiguous run a step, with no stride, no
// page and no cache set hit more often than another; whatever transposes and strides the operand had are
// gone after this one pass. Places past the operand's edge hold numbers that nobody reads the sums of.
#pragma once
#include "core/simd.h"

namespace pynn::PYNN_ISA {

// A piece of an operand: `count` places by `depth` steps of k.
template <class T>
struct Piece {
  const T* from;
  int64_t count, place_stride;
  int64_t depth, depth_stride;
};

// ---- a compile-time permutation of the lanes of two vectors -------------------------------------------

template <int... I>
struct Lanes {};
template <int N, int... I>
struct CountTo : CountTo<N - 1, N - 1, I...> {};
template <int... I>
struct CountTo<0, I...> {
  using type = Lanes<I...>;
};

// Within every group of `group` lanes: runs of `run` lanes of a and b in turn, from the lower (upper) half
// of the group.
template <int lanes, int group, int run, bool upper>
constexpr int interleaved_lane(int lane) {
  const int in_group = lane % group, nth = in_group / run;
  const int source = lane - in_group + (upper ? group / 2 : 0) + nth / 2 * run + in_group % run;
  return source + (nth % 2 ? lanes : 0);
}
template <int group, int run, bool upper, class Raw, int... I>
PYNN_INLINE Raw interleave(Raw a, Raw b, Lanes<I...>) {
  return __builtin_shufflevector(a, b, interleaved_lane<int(sizeof...(I)), group, run, upper>(I)...);
}

template <class Half, int... I>
PYNN_INLINE auto join(Half low, Half high, Lanes<I...>) {
  return __builtin_shufflevector(low, high, I...);
}

// ---- packing where k is contiguous: a transposition ----------------------------------------------------

// 16 bytes from each of `quads` rows, side by side in one vector. Rows are `step` pointers apart.
template <class T, int quads>
PYNN_INLINE auto gather_quads(const T* const* rows, int step, int64_t at) {
  constexpr int size = 16 / int(sizeof(T));
  if constexpr (quads == 1) {
    typename RawVector<T, size>::type quad;
    __builtin_memcpy(&quad, rows[0] + at, sizeof quad);
    return quad;
  } else {
    return join(gather_quads<T, quads / 2>(rows, step, at),
                gather_quads<T, quads / 2>(rows + quads / 2 * step, step, at),
                typename CountTo<quads * size>::type());
  }
}

// Lanes x depth to depth x lanes, 16 bytes of depth at a time. Row q * S + r of the S-row group q lands in
// 16-byte lane q of vector r, so that S x S transposes inside the lanes (which every instruction set does
// in one step each) are all that is left to do.
template <class T>
void pack_transposed(T* strip, int64_t pitch, const Piece<T>& piece) {
  using V = Vec<T>;
  constexpr int S = 16 / int(sizeof(T));
  constexpr auto kAll = typename CountTo<V::lanes>::type();
  const T* rows[V::lanes];
  for (int q = 0; q < V::lanes; ++q)
    rows[q] = piece.from + (q < piece.count ? q : piece.count - 1) * piece.place_stride;
  const auto move = [&](int64_t p) PYNN_LAMBDA_INLINE {
    T* const to = strip + p * pitch;
    typename V::Raw r[S];
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) r[s] = gather_quads<T, V::lanes / S>(rows + s, S, p);
    if constexpr (S == 4) {
      const auto low01 = interleave<4, 1, false>(r[0], r[1], kAll);
      const auto high01 = interleave<4, 1, true>(r[0], r[1], kAll);
      const auto low23 = interleave<4, 1, false>(r[2], r[3], kAll);
      const auto high23 = interleave<4, 1, true>(r[2], r[3], kAll);
      store(to, V(interleave<4, 2, false>(low01, low23, kAll)));
      store(to + pitch, V(interleave<4, 2, true>(low01, low23, kAll)));
      store(to + 2 * pitch, V(interleave<4, 2, false>(high01, high23, kAll)));
      store(to + 3 * pitch, V(interleave<4, 2, true>(high01, high23, kAll)));
    } else {
      store(to, V(interleave<2, 1, false>(r[0], r[1], kAll)));
      store(to + pitch, V(interleave<2, 1, true>(r[0], r[1], kAll)));
    }
  };
  int64_t p = 0;
  for (; p + S <= piece.depth; p += S) move(p);
  if (p == piece.depth) return;
  if (p > 0) return move(piece.depth - S);  // some of the last ones twice
  for (; p < piece.depth; ++p)
    for (int q = 0; q < V::lanes; ++q) strip[p * pitch + q] = rows[q][p];
}

// ---- the other two cases -------------------------------------------------------------------------------

template <class T>
void pack_contiguous(T* strip, int64_t pitch, const Piece<T>& piece) {
  const T* from = piece.from;
  if (piece.count >= Vec<T>::lanes) {
    for (int64_t p = 0; p < piece.depth; ++p, strip += pitch, from += piece.depth_stride)
      store(strip, load(from));
  } else {
    for (int64_t p = 0; p < piece.depth; ++p, strip += pitch, from += piece.depth_stride)
      store(strip, load(from, piece.count));
  }
}

template <class T>
void pack_strided(T* strip, int64_t pitch, const Piece<T>& piece) {
  const T* from = piece.from;
  const int64_t count = piece.count < Vec<T>::lanes ? piece.count : Vec<T>::lanes;
  for (int64_t p = 0; p < piece.depth; ++p, strip += pitch, from += piece.depth_stride) {
    for (int64_t q = 0; q < count; ++q) strip[q] = from[q * piece.place_stride];
    for (int64_t q = count; q < Vec<T>::lanes; ++q) strip[q] = T(0);
  }
}

// Packs piece.count <= pitch places, one vector of them after the other. Pitch is a multiple of the lanes, or
// less than one vector: then the vector of a step covers the end of the one before, and the last one needs
// room.
template <class T>
void pack(T* strip, int64_t pitch, Piece<T> piece) {
  auto* const pack_vector = piece.place_stride == 1   ? pack_contiguous<T>
                            : piece.depth_stride == 1 ? pack_transposed<T>
                                                      : pack_strided<T>;
  for (int64_t q = 0; q < pitch; q += Vec<T>::lanes) {
    pack_vector(strip + q, pitch, piece);
    piece.from += Vec<T>::lanes * piece.place_stride;
    piece.count -= Vec<T>::lanes;
  }
}

// Packs whole strips of `pitch` places each, one behind the other. Where the places of a row lie side by
// side it is read in long runs, a few rows at a time: strip by strip, every row would be another page.
template <class T>
void pack_strips(T* packed, int64_t pitch, const Piece<T>& piece) {
  constexpr int64_t kRows = 8;
  const int64_t rows_at_once = piece.place_stride == 1 ? kRows : piece.depth;
  for (int64_t p = 0; p < piece.depth; p += rows_at_once) {
    const int64_t rows = piece.depth - p < rows_at_once ? piece.depth - p : rows_at_once;
    for (int64_t q = 0; q < piece.count; q += pitch)
      pack<T>(packed + q * piece.depth + p * pitch, pitch,
              {piece.from + q * piece.place_stride + p * piece.depth_stride, pitch, piece.place_stride, rows,
               piece.depth_stride});
  }
}

}  // namespace pynn::PYNN_ISA
