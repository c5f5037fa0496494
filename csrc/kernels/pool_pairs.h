// pool_pairs.h — max pooling with windows of 2 x 2 side by side, which nearly every network has.
//
// No element is in two windows: two rows make one of the result, and the way back writes each dx once.
#pragma once
#include "kernels/pool.h"
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

// The lanes 0, 2, 4 ... of a and b as one vector, and the lanes 1, 3, 5 ...
template <int first, class T>
PYNN_INLINE Vec<T> every_other(Vec<T> a, Vec<T> b) {
  constexpr int n = Vec<T>::lanes, f = first;
  if constexpr (n == 2)
    return __builtin_shufflevector(a.v, b.v, f, f + 2);
  else if constexpr (n == 4)
    return __builtin_shufflevector(a.v, b.v, f, f + 2, f + 4, f + 6);
  else if constexpr (n == 8)
    return __builtin_shufflevector(a.v, b.v, f, f + 2, f + 4, f + 6, f + 8, f + 10, f + 12, f + 14);
  else
    return __builtin_shufflevector(a.v, b.v, f, f + 2, f + 4, f + 6, f + 8, f + 10, f + 12, f + 14, f + 16,
                                   f + 18, f + 20, f + 22, f + 24, f + 26, f + 28, f + 30);
}

// Elements 0, 2, 4 ... and 1, 3, 5 ... of a run; `n` is the length of the run, at most two vectors.
template <class T>
struct EvenOdd {
  Vec<T> even, odd;
};
template <class T>
PYNN_INLINE EvenOdd<T> load_even_odd(const T* p, int64_t n, T fill) {
  constexpr int L = Vec<T>::lanes;
  const Vec<T> a = load_part(p, n < L ? n : L, fill);
  const Vec<T> b = n > L ? load_part(p + L, n - L, fill) : Vec<T>(fill);
  return {every_other<0>(a, b), every_other<1>(a, b)};
}
template <class T>
PYNN_INLINE void store_even_odd(T* p, EvenOdd<T> x, int64_t n) {
  constexpr int L = Vec<T>::lanes;
  store_part(p, interleave_low(x.even, x.odd), n < L ? n : L);
  if (n > L) store_part(p + L, interleave_high(x.even, x.odd), n - L);
}

PYNN_INLINE bool is_pairs(const WindowAxis& w) {
  return w.kernel == 2 && w.stride == 2 && w.pad == 0 && w.dilation == 1 && 2 * w.out <= w.size;
}

// v takes the place of the maximum so far where it is larger, or NaN.
template <class T>
PYNN_INLINE Mask<T> beats(Vec<T> v, Vec<T> best) {
  return (v > best) | isnan(v);
}

template <bool coded, class T, class Code>
void max_pool_pairs(const MaxPoolPlanes<T, Code>& a) {
  using V = Vec<T>;
  using I = BitsOf<T>;
  constexpr int L = V::lanes;
  const WindowAxis h = a.h, w = a.w;
  for (int64_t plane = 0; plane < a.planes; ++plane)
    for (int64_t i = 0; i < h.out; ++i) {
      const T *const upper = a.x + (plane * h.size + 2 * i) * w.size, *const lower = upper + w.size;
      const int64_t at = (plane * h.out + i) * w.out;
      const bool last = plane == a.planes - 1 && i == h.out - 1;
      for (int64_t j = 0; j < w.out; j += L) {
        const int64_t n = w.out - j < L ? w.out - j : L;
        const EvenOdd<T> u = load_even_odd(upper + 2 * j, 2 * n, T(0)),
                         l = load_even_odd(lower + 2 * j, 2 * n, T(0));
        if constexpr (coded) {
          V best = u.even;
          Vec<I> code(0);
          const auto meet = [&](V v, int k) PYNN_LAMBDA_INLINE {
            const Mask<T> takes = beats(v, best);
            best = select(takes, v, best);
            code = select(Mask<I>(takes.v), Vec<I>(k), code);
          };
          meet(u.odd, 1);
          meet(l.even, 2);
          meet(l.odd, 3);
          store_part(a.y + at + j, best, n);
          if (n < L && last)
            store_as(a.codes + at + j, code, n);
          else
            store_as(a.codes + at + j, code);  // what goes too far is overwritten by the next row
        } else {
          store_part(a.y + at + j, max(max(u.even, u.odd), max(l.even, l.odd)), n);
        }
      }
    }
}

template <class T, class Code>
void max_unpool_pairs(const MaxUnpoolPlanes<T, Code>& a) {
  using V = Vec<T>;
  using I = BitsOf<T>;
  constexpr int L = V::lanes;
  const WindowAxis h = a.h, w = a.w;
  for (int64_t plane = 0; plane < a.planes; ++plane) {
    T* const dx = a.dx + plane * h.size * w.size;
    for (int64_t i = 0; i < h.out; ++i) {
      T *const upper = dx + 2 * i * w.size, *const lower = upper + w.size;
      const int64_t at = (plane * h.out + i) * w.out;
      for (int64_t j = 0; j < w.out; j += L) {
        const int64_t n = w.out - j < L ? w.out - j : L;
        const V g = load_part(a.dy + at + j, n, T(0));
        const Vec<I> code = load_as<I>(a.codes + at + j);
        const auto sent = [&](int k) PYNN_LAMBDA_INLINE {
          return select(Mask<T>((code == Vec<I>(k)).v), g, V(T(0)));
        };
        store_even_odd<T>(upper + 2 * j, {sent(0), sent(1)}, 2 * n);
        store_even_odd<T>(lower + 2 * j, {sent(2), sent(3)}, 2 * n);
      }
      for (int64_t j = 2 * w.out; j < w.size; ++j) upper[j] = lower[j] = T(0);
    }
    for (int64_t k = 2 * h.out * w.size; k < h.size * w.size; ++k) dx[k] = T(0);
  }
}

}  // namespace pynn::PYNN_ISA
