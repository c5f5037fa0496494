// row_pairs.h — two sums at a time over what is read once, as the passes of a normalisation want them.
#pragma once
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

template <class V>
struct Pair {
  V v, w;
};
struct PairSum {
  template <class V>
  PYNN_INLINE Pair<V> fold(Pair<V> a, Pair<V> b) const {
    return {a.v + b.v, a.w + b.w};
  }
};
template <class T>
struct PairTotal {
  RunningTotal<Summing, T> v{Summing()}, w{Summing()};
  PYNN_INLINE void take(Pair<Vec<T>> p) {
    v.take(Summing(), p.v);
    w.take(Summing(), p.w);
  }
};

// read(i, k) for the vectors of a row, four at a time in a tree.
template <class T, class Read>
PYNN_INLINE PairTotal<T> fold_pairs(int64_t n, const Read& read) {
  constexpr int L = Vec<T>::lanes;
  PairTotal<T> total;
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L)
    total.take(
        fold_tree<4>(PairSum(), [&](int q) PYNN_LAMBDA_INLINE { return read(i + q * L, int64_t(L)); }));
  for_each_vector<T>(n - i, [&](int64_t j, int64_t k) PYNN_LAMBDA_INLINE { total.take(read(i + j, k)); });
  return total;
}

}  // namespace pynn::PYNN_ISA
