// conv_finish.h — the end of a convolution (Finish in conv.h), on vectors of sums.
#pragma once
#include "core/simd.h"
#include "kernels/conv.h"
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

// For a vector of outputs: `mean`, `a` and `c` are those of one channel in all lanes, or of as many channels.
// The arithmetic is that of batch_norm_evaluation and relu, so the values are the same to the last bit.
template <class T>
struct FinishOfVector {
  Vec<T> mean, a, c, least;
  bool scales;

  // All lanes are channel o.
  PYNN_INLINE FinishOfVector(const Finish<T>& finish, int64_t o)
      : mean(finish.a ? finish.mean[o] : T(0)),
        a(finish.a ? finish.a[o] : T(1)),
        c(finish.a ? finish.c[o] : T(0)),
        least(finish.relu && !finish.residual ? T(0) : -T(__builtin_inf())),
        scales(finish.a) {}
  // The lanes are the channels o .. o + n.
  PYNN_INLINE FinishOfVector(const Finish<T>& finish, int64_t o, int64_t n)
      : FinishOfVector({nullptr, nullptr, nullptr, finish.relu, finish.residual}, 0) {
    scales = finish.a;
    if (scales)
      mean = load_part(finish.mean + o, n, T(0)), a = load_part(finish.a + o, n, T(0)),
      c = load_part(finish.c + o, n, T(0));
  }

  PYNN_INLINE Vec<T> operator()(Vec<T> sum) const {
    return max_fast(least, scales ? fma(sum - mean, a, c) : sum);
  }
};

// The rest of it, for `count` outputs of a channel that have been through the above, and are still in the
// cache.
template <class T>
void finish_rest(const Finish<T>& finish, T* y, int64_t count) {
  if (finish.residual) {
    const T* const residual = finish.residual + (y - finish.y);
    const Vec<T> least = finish.relu ? T(0) : -T(__builtin_inf());
    for_each_vector<T>(count, [&](int64_t p, int64_t n) PYNN_LAMBDA_INLINE {
      store_part(y + p, max_fast(least, load_part(y + p, n, T(0)) + load_part(residual + p, n, T(0))), n);
    });
  }
  if (finish.then) {
    const void* const in[] = {y};
    finish.then(in, y, count, &finish.parameter);
  }
}

// All of it, for `count` sums of channel o that were just stored.
template <class T>
void finish_row(const Finish<T>& finish, int64_t o, T* y, int64_t count) {
  if (finish.of_sums()) {
    const FinishOfVector<T> finished(finish, o);
    for_each_vector<T>(count, [&](int64_t p, int64_t n) PYNN_LAMBDA_INLINE {
      store_part(y + p, finished(load_part(y + p, n, T(0))), n);
    });
  }
  finish_rest(finish, y, count);
}

}  // namespace pynn::PYNN_ISA
