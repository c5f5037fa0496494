// row_kernel.h — for kernels that pass over one row several times while it stays in the cache.
#pragma once
#include "kernels/reduce_kernel.h"

namespace pynn::PYNN_ISA {

// read(i, n) for whole vectors four at a time (folded as a tree), then one at a time, the last with n <
// lanes.
template <class F, class T, class Read>
PYNN_INLINE RunningTotal<F, T> fold_row(F f, int64_t n, const Read& read) {
  constexpr int L = Vec<T>::lanes;
  RunningTotal<F, T> running(f);
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L)
    running.take(f, fold_tree<4>(f, [&](int k) PYNN_LAMBDA_INLINE { return read(i + k * L, int64_t(L)); }));
  for (; i + L <= n; i += L) running.take(f, read(i, int64_t(L)));
  if (i < n) running.take(f, read(i, n - i));
  return running;
}
template <class T>
PYNN_INLINE Vec<T> load_part(const T* p, int64_t n, T fill) {
  return n == Vec<T>::lanes ? load(p) : load(p, n, fill);
}
template <class T>
PYNN_INLINE void store_part(T* p, Vec<T> v, int64_t n) {
  if (n == Vec<T>::lanes)
    store(p, v);
  else
    store(p, v, n);
}
template <class T, class Visit>
PYNN_INLINE void for_each_vector(int64_t n, const Visit& visit) {
  constexpr int L = Vec<T>::lanes;
  int64_t i = 0;
  for (; i + L <= n; i += L) visit(i, int64_t(L));
  if (i < n) visit(i, n - i);
}

}  // namespace pynn::PYNN_ISA
