// vectors.h — the loop of every optimizer's kernel: several arrays, walked side by side, a vector at a time.
#pragma once
#include "core/simd.h"
#include "optim/settings.h"

namespace pynn::PYNN_ISA {

// A place in the arrays where a whole vector fits ...
template <class T>
struct WholeVector {
  int64_t at;
  PYNN_INLINE Vec<T> load(const void* array) const {
    return PYNN_ISA::load(static_cast<const T*>(array) + at);
  }
  PYNN_INLINE void store(void* array, Vec<T> x) const { PYNN_ISA::store(static_cast<T*>(array) + at, x); }
};
// ... and the last place, where only n elements are left.
template <class T>
struct PartOfVector {
  int64_t at, n;
  PYNN_INLINE Vec<T> load(const void* array) const {
    return PYNN_ISA::load(static_cast<const T*>(array) + at, n, T(0));
  }
  PYNN_INLINE void store(void* array, Vec<T> x) const { PYNN_ISA::store(static_cast<T*>(array) + at, x, n); }
};

template <class T, class Body>
PYNN_INLINE void for_vectors(int64_t begin, int64_t end, const Body& body) {
  constexpr int L = Vec<T>::lanes;
  int64_t i = begin;
  for (; i + L <= end; i += L) body(WholeVector<T>{i});
  if (i < end) body(PartOfVector<T>{i, end - i});
}

// The gradient to descend along: turned round to maximize, and with the pull of weight decay.
template <class T, class Settings>
PYNN_INLINE Vec<T> descent(const Settings& s, Vec<T> gradient, Vec<T> parameter) {
  if (s.maximize) gradient = -gradient;
  return fma(Vec<T>(s.weight_decay), parameter, gradient);
}

// Pays the price l1 |p| in the loss: what a step made of p is brought nearer to 0 by the toll, l1 times the
// rate at which the step follows the gradient, and no further than 0. The result y makes
// (y - p)² / (2 rate) + l1 |y| least, so a parameter comes to rest where gradient and price are level, or at
// exactly 0. Duchi, Hazan & Singer 2011, equation 24; Parikh & Boyd 2014, section 6.5.2.
template <class T>
PYNN_INLINE Vec<T> shrink(Vec<T> p, Vec<T> toll) {
  return p - max(min(p, toll), -toll);
}

// The exponential moving average: a + (x - a) weight.
template <class T>
PYNN_INLINE Vec<T> toward(Vec<T> a, Vec<T> x, double weight) {
  return fma(x - a, Vec<T>(weight), a);
}

}  // namespace pynn::PYNN_ISA
