// attention.h — O = softmax(scale Q Kᵀ + mask) V for many heads, without ever holding a matrix of scores.
//
// Scores are made, used and forgotten a tile at a time, in memory that grows with the number of queries and
// keys, never with their product. Going over the keys, a row of scores keeps its largest score m and the sum
// l of 2^(s - m) so far; when a larger m is met, what was summed before is multiplied by 2^(m - m'). Each row
// leaves log2 Σ 2^s = m + log2 l, from which the backward pass makes the probabilities again. (Scores s are
// multiplied by log2 e once, with their scale: e^x = 2^(x log2 e).)
// (M. Rabe & C. Staats, Self-attention does not need O(n²) memory, 2021; T. Dao et al., FlashAttention, 2022,
// algorithms 1 and 4.)
//
// What is one piece of work depends on the shapes alone, and each piece sums in one order: results are
// bitwise the same on any number of threads.
//
//   attention_forward.cpp    O and log2 Σ 2^s
//   attention_one_query.h    the same for one query, as when a model writes
//   attention_backward.cpp   dQ, dK, dV
//   attention_tiles.h        what all do to a tile
#pragma once
#include <stdint.h>

namespace pynn {

// Matrices of rows whose elements lie side by side: that of head h begins at data + at[h].
template <class T>
struct HeadRows {
  T* data = nullptr;
  const int64_t* at = nullptr;
  int64_t row = 0;  // from one row to the next

  T* of(int64_t head) const { return data + at[head]; }
};

// What may attend to what: at most one of `allow` (1: yes) and `add` (added to the scaled score), any
// strides.
template <class T>
struct HeadMask {
  const uint8_t* allow = nullptr;
  const T* add = nullptr;
  const int64_t* at = nullptr;
  int64_t query = 0, key = 0;
  bool causal = false;  // query i sees keys 0 .. i
};

// Probability j of query i of head h is dropped by word ((h queries + i) row + j) of the random stream.
struct HeadDropout {
  uint64_t threshold = 0, seed = 0, counter = 0;  // dropped where the word is below the threshold
  int64_t row = 0;                                // keys, rounded up to whole counters
  double scale = 1;                               // what is kept is multiplied by
};

template <class T>
struct Attention {
  int64_t heads = 0, group = 1;  // of Q; `group` neighbours share one head of K and V
  int64_t queries = 0, keys = 0, width = 0, value_width = 0;
  double scale = 1;
  HeadRows<const T> q, k, v;
  HeadMask<T> mask;
  HeadDropout dropout;
};

// log_sum (heads, queries) is +inf for a query that may see nothing, whose row of O is zeros. It may be null.
template <class T>
void attention_forward(const Attention<T>& shape, const HeadRows<T>& o, T* log_sum);

// `delta` (heads, queries) and `parts` (attention_parts(shape) - 1, heads, queries, width) are room to work
// in.
template <class T>
int64_t attention_parts(const Attention<T>& shape);
template <class T>
void attention_backward(const Attention<T>& shape, const HeadRows<const T>& o, const HeadRows<const T>& d_o,
                        const T* log_sum, T* delta, T* parts, const HeadRows<T>& dq, const HeadRows<T>& dk,
                        const HeadRows<T>& dv);

}  // namespace pynn
