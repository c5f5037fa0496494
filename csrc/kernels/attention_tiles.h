// attention_tiles.h — what the forward and the backward pass of attention do to a tile: copy, multiply, mask.
#pragma once
#include "core/math/quick.h"
#include "core/simd_math.h"
#include "kernels/attention.h"
#include "kernels/gemm_blocks.h"
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

// ---- products of blocks --------------------------------------------------------------------------------

// Rows of whole vectors.
template <class T>
constexpr int64_t padded(int64_t columns) {
  return round_up(columns, Vec<T>::lanes);
}

// The left factor: element (i, p) is at data[i * row + p * step].
template <class T>
struct Left {
  const T* data;
  int64_t row, step;
};

// The right factor: rows that lie one after the other, `pitch` apart, padded to whole vectors ...
template <class T>
struct RightRows {
  const T* data;
  int64_t pitch;
  PYNN_INLINE void strip(int64_t j, Tile<T>& tile) const { tile.b = data + j, tile.b_row = pitch; }
};
// ... or `count` columns packed by strips as wide as a tile (gemm_pack.h).
template <class T>
struct RightStrips {
  const T* data;
  int64_t depth, count;
  PYNN_INLINE void strip(int64_t j, Tile<T>& tile) const {
    tile.b = data + j * depth;
    tile.b_row = smaller(TileShape<T>::columns, padded<T>(count - j));
  }
};

// C = A B, or C += A B: `rows` x `columns`, summed over k.
template <class T, class Right>
PYNN_INLINE void multiply_block(int64_t rows, int64_t columns, int64_t k, const Left<T>& a, const Right& b,
                                T* c, int64_t pitch, bool add) {
  constexpr int64_t tile_rows = TileShape<T>::rows, tile_columns = TileShape<T>::columns;
  Gemm<T> whole;
  whole.c = c, whole.c_row = pitch;
  const Output<T> out(whole, !add, true);
  for (int64_t i = 0; i < rows; i += tile_rows) {
    Tile<T> tile;
    tile.k = k, tile.i = i;
    tile.a = a.data + i * a.row, tile.a_row = a.row, tile.a_col = a.step;
    for (int64_t j = 0; j < columns; j += tile_columns) {
      b.strip(j, tile);
      tile.j = j, tile.columns = smaller(tile_columns, columns - j);
      multiply_tile<T>(smaller(tile_rows, rows - i), tile, out);
    }
  }
}

// ---- operands copied to where they are read often ------------------------------------------------------

// Rows side by side, times a factor; zeros behind their ends.
template <class T>
void copy_rows(T* to, int64_t pitch, const T* from, int64_t row, int64_t rows, int64_t columns, T factor) {
  for (int64_t i = 0; i < rows; ++i, to += pitch, from += row)
    for (int64_t j = 0; j < columns; j += Vec<T>::lanes)
      store(to + j, factor * load_part(from + j, smaller(Vec<T>::lanes, columns - j), T(0)));
}

// The transposed of some rows, by strips.
template <class T>
void pack_rows(T* to, const T* from, int64_t row, int64_t rows, int64_t columns) {
  constexpr int64_t tile = TileShape<T>::columns;
  const int64_t whole = rows / tile * tile;
  if (whole) pack_strips<T>(to, tile, {from, whole, row, columns, 1});
  if (whole < rows)
    pack<T>(to + whole * columns, padded<T>(rows - whole),
            {from + whole * row, rows - whole, row, columns, 1});
}

// ---- scores --------------------------------------------------------------------------------------------

void fill_kept(uint8_t* out, int64_t n, uint64_t seed, uint64_t counter, uint64_t threshold);  // random.cpp

template <class T>
inline constexpr T kImpossible = T(-__builtin_inf());

// How many of the keys begin .. begin + count query i may see, as far as causality goes.
template <class T>
PYNN_INLINE int64_t visible_keys(const Attention<T>& p, int64_t i, int64_t begin, int64_t count) {
  return p.mask.causal ? larger(0, smaller(count, i + 1 - begin)) : count;
}

// A score and what is added to it, times log2 e as the score is. The lowest number does not become infinite.
template <class T>
PYNN_INLINE Vec<T> masked_score(Vec<T> score, Vec<T> mask) {
  using V = Vec<T>;
  constexpr T lowest = sizeof(T) == sizeof(float) ? T(-__FLT_MAX__) : T(-__DBL_MAX__);
  return select(mask == V(kImpossible<T>), mask, max_fast(V(lowest), fma(mask, V(kLog2E), score)));
}

// The mask laid over n scores of query i, from key j on.
template <class T>
void lay_mask(const Attention<T>& p, int64_t head, int64_t i, int64_t j, T* scores, int64_t n) {
  using V = Vec<T>;
  const HeadMask<T>& mask = p.mask;
  const int64_t at = mask.at[head] + i * mask.query + j * mask.key;
  if (mask.key == 1 && mask.allow) {
    for_each_vector<T>(n, [&, from = mask.allow + at](int64_t c, int64_t k) PYNN_LAMBDA_INLINE {
      const Mask<T> allowed = k == V::lanes ? load_mask<T>(from + c) : load_mask<T>(from + c, k);
      store_part(scores + c, select(allowed, load_part(scores + c, k, T(0)), V(kImpossible<T>)), k);
    });
  } else if (mask.key == 1) {
    for_each_vector<T>(n, [&, from = mask.add + at](int64_t c, int64_t k) PYNN_LAMBDA_INLINE {
      store_part(scores + c, masked_score(load_part(scores + c, k, T(0)), load_part(from + c, k, T(0))), k);
    });
  } else if (mask.allow) {
    for (int64_t c = 0; c < n; ++c)
      if (!mask.allow[at + c * mask.key]) scores[c] = kImpossible<T>;
  } else {
    for (int64_t c = 0; c < n; ++c) scores[c] = masked_score(V(scores[c]), V(mask.add[at + c * mask.key]))[0];
  }
}

template <class T>
PYNN_INLINE void mask_scores(const Attention<T>& p, int64_t head, int64_t i, int64_t j, T* scores,
                             int64_t n) {
  if (p.mask.allow || p.mask.add) lay_mask(p, head, i, j, scores, n);
}

// What is left of n probabilities, or of their gradients, from key j on (a multiple of four).
template <class T>
void drop_some(const Attention<T>& p, int64_t head, int64_t i, int64_t j, T* values, int64_t n) {
  using V = Vec<T>;
  constexpr int64_t kPart = 256;
  uint8_t kept[kPart];
  const V scale = T(p.dropout.scale);
  const uint64_t word = uint64_t((head * p.queries + i) * p.dropout.row + j);
  for (int64_t c = 0; c < n; c += kPart) {
    const int64_t size = smaller(kPart, n - c);
    fill_kept(kept, size, p.dropout.seed, p.dropout.counter + (word + uint64_t(c)) / 4, p.dropout.threshold);
    for_each_vector<T>(size, [&, at = values + c](int64_t q, int64_t k) PYNN_LAMBDA_INLINE {
      const Mask<T> keep = k == V::lanes ? load_mask<T>(kept + q) : load_mask<T>(kept + q, k);
      store_part(at + q, select(keep, scale * load_part(at + q, k, T(0)), V(0)), k);
    });
  }
}

// ---- probabilities -------------------------------------------------------------------------------------

// Scores are multiplied by log2 e where the scale is, so that powers of 2 take the place of powers of e.
template <class T>
PYNN_INLINE T score_factor(const Attention<T>& p) {
  return T(p.scale * kLog2E);
}

// 2^x for x <= 0, as exactly as x itself is known; exactly 1 at 0 and 0 at -inf.
template <class T>
PYNN_INLINE Vec<T> exp2_of_difference(Vec<T> x) {
  using V = Vec<T>;
  if constexpr (!kSingle<V>) {
    return exp2(x);
  } else {
    // What has underflowed is 0 by a choice, or because the bits of 2^-127 are those of 0: hardware that
    // scales works a hundred cycles on a number too small for its exponents.
    constexpr double lowest = hardware::kHasExponents ? -126 : -127;
    const V power = max_fast(V(lowest), x), n = round_small(power), f = power - n;
    const V result = times_power_of_two(fma(f, exp2_slope(f), V(1)), n);
    return hardware::kHasExponents ? select(x < V(lowest), V(0), result) : result;
  }
}

// Rows of scores have room for whole vectors, and are read and written in these: a masked load has to wait
// until what was stored before has left the core. Lanes past the end of a row are impossible.
template <class T, int... I>
PYNN_INLINE Mask<T> first_lanes(int64_t n, Lanes<I...>) {
  return typename Mask<T>::Raw(RawOf<BitsOf<T>>{BitsOf<T>(I)...} < BitsOf<T>(n));
}
template <class T>
PYNN_INLINE Mask<T> first_lanes(int64_t n) {
  return first_lanes<T>(n, typename CountTo<Vec<T>::lanes>::type());
}
// visit(j, vector): the vectors of n scores.
template <class T, class Visit>
PYNN_INLINE void for_scores(const T* scores, int64_t n, const Visit& visit) {
  constexpr int L = Vec<T>::lanes;
  int64_t j = 0;
  for (; j + L <= n; j += L) visit(j, load(scores + j));
  if (j < n) visit(j, select(first_lanes<T>(n - j), load(scores + j), Vec<T>(kImpossible<T>)));
}

template <class T>
PYNN_INLINE T largest_score(const T* scores, int64_t n) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  V a = kImpossible<T>, b = a;  // two chains of comparisons side by side
  int64_t j = 0;
  for (; j + 2 * L <= n; j += 2 * L) a = max_fast(load(scores + j), a), b = max_fast(load(scores + j + L), b);
  for_scores(scores + j, n - j, [&](int64_t, V x) PYNN_LAMBDA_INLINE { a = max_fast(x, a); });
  return fold_lanes(max_fast(a, b), [](auto x, auto y) { return x > y ? x : y; });
}

template <class T>
PYNN_INLINE void fill_zeros(T* to, int64_t begin, int64_t end) {
  for (; begin < end; begin += Vec<T>::lanes) store(to + begin, Vec<T>(0));
}

// What was summed up to now, brought to a larger top.
template <class T>
PYNN_INLINE void raise_top(T largest, T& top, T& total, T* sums, int64_t columns) {
  if (!(largest > top)) return;
  if (total > 0) {
    const Vec<T> shrink = exp2_of_difference(Vec<T>(top - largest));
    total *= shrink[0];
    for (int64_t j = 0; j < columns; j += Vec<T>::lanes) store(sums + j, shrink * load(sums + j));
  }
  top = largest;
}

// n scores become probabilities times 2^-top, with zeros behind them up to `end`; gives their sum.
template <class T>
PYNN_INLINE T take_powers(T* scores, int64_t n, int64_t end, T top) {
  using V = Vec<T>;
  const V origin = top == kImpossible<T> ? T(0) : top;
  V sum = 0;
  for_scores(scores, n, [&](int64_t j, V x) PYNN_LAMBDA_INLINE {
    const V e = exp2_of_difference(x - origin);
    store(scores + j, e);
    sum += e;
  });
  fill_zeros(scores, padded<T>(n), end);
  return sum_lanes(sum);
}

// The mean of the values, from their sums.
template <class T>
PYNN_INLINE void write_mean(T* out, const T* sums, T total, int64_t columns) {
  const Vec<T> share = total == 0 ? T(0) : 1 / total;
  for_each_vector<T>(columns, [&](int64_t j, int64_t k)
                                  PYNN_LAMBDA_INLINE { store_part(out + j, share * load(sums + j), k); });
}
// log2 Σ 2^s, or +inf for a query that may see nothing.
template <class T>
PYNN_INLINE Vec<T> log_of_total(Vec<T> top, Vec<T> total) {
  return select(total == Vec<T>(0), Vec<T>(-kImpossible<T>), top + log2(total));
}

}  // namespace pynn::PYNN_ISA
