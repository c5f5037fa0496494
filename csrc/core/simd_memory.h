// simd_memory.h — between memory and Vec<T>: whole vectors, the tail of a row, masks, other types.
//
// The tail forms take n, 0 <= n <= lanes, and touch only the first n elements: they may stand at the very
// end of a page. Included by simd.h.
#pragma once
#include "core/simd.h"

namespace pynn::PYNN_ISA {

template <class T>
PYNN_INLINE Vec<T> load(const T* p) {
  typename Vec<T>::Raw raw;
  __builtin_memcpy(&raw, p, sizeof raw);
  return raw;
}
template <class T>
PYNN_INLINE void store(T* p, Vec<T> x) {
  __builtin_memcpy(p, &x.v, sizeof x.v);
}

template <class T>
struct TypeIdentity {
  using type = T;
};
template <class T>
using NotDeduced = typename TypeIdentity<T>::type;

// The first n elements; the lanes past them hold `fill`.
template <class T>
PYNN_INLINE Vec<T> load(const T* p, int64_t n, NotDeduced<T> fill = T(0)) {
  return hardware::load_first<T>(p, n, Vec<T>(fill).v);
}
template <class T>
PYNN_INLINE void store(T* p, Vec<T> x, int64_t n) {
  hardware::store_first<T>(p, x.v, n);
}

// ---- other element types: as many elements of type From as Vec<To> has lanes -------------------------

// The same number of lanes in another type, lane by lane converted as C++ does.
template <class To, class From>
PYNN_INLINE Vec<To> convert(Vec<From> x) {
  static_assert(sizeof(To) == sizeof(From), "lane counts differ: use widen_low, widen_high, narrow");
  return __builtin_convertvector(x.v, typename Vec<To>::Raw);
}

template <class To, class From>
PYNN_INLINE Vec<To> load_as(const From* p) {
  if constexpr (sizeof(From) == 1 && sizeof(To) > 1 && !kIsFloat<To>) {
    return hardware::widen_bytes<To>(hardware::load_bytes<Vec<To>::lanes>(p));
  } else {
    typename RawVector<From, Vec<To>::lanes>::type raw;
    __builtin_memcpy(&raw, p, sizeof raw);
    return __builtin_convertvector(raw, typename Vec<To>::Raw);
  }
}
template <class To, class From>
PYNN_INLINE Vec<To> load_as(const From* p, int64_t n, NotDeduced<From> fill = From(0)) {
  From row[Vec<To>::lanes];
  for (int i = 0; i < Vec<To>::lanes; ++i) row[i] = fill;
  for (int64_t i = 0; i < n; ++i) row[i] = p[i];
  return load_as<To>(row);
}
template <class To, class From>
PYNN_INLINE void store_as(To* p, Vec<From> x) {
  typedef typename RawVector<To, Vec<From>::lanes>::type Row;
  Row row;
  if constexpr (sizeof(From) == 4 && sizeof(To) == 1 && !kIsFloat<From> &&
                kVectorBytes < 64) {  // by way of 2 bytes: faster
    typedef typename RawVector<int16_t, Vec<From>::lanes>::type Half;
    row = __builtin_convertvector(__builtin_convertvector(x.v, Half), Row);
  } else {
    row = __builtin_convertvector(x.v, Row);
  }
  __builtin_memcpy(p, &row, sizeof row);
}
template <class To, class From>
PYNN_INLINE void store_as(To* p, Vec<From> x, int64_t n) {
  To row[Vec<From>::lanes];
  store_as(row, x);
  for (int64_t i = 0; i < n; ++i) p[i] = row[i];
}

// The lower and the upper half of the lanes as a type twice as wide (float -> double, int32 -> int64), and
// two such halves joined again.
template <class From>
struct Wider;
template <>
struct Wider<float> {
  using type = double;
};
template <>
struct Wider<int32_t> {
  using type = int64_t;
};
template <class T>
struct Halves {
  typedef typename RawVector<T, Vec<T>::lanes / 2>::type Half;
  Half low, high;
};
template <class T>
PYNN_INLINE Halves<T> halves_of(Vec<T> x) {
  Halves<T> halves;
  __builtin_memcpy(&halves, &x.v, sizeof halves);
  return halves;
}
template <class T>
PYNN_INLINE Vec<T> joined(Halves<T> x) {
#if __has_builtin(__builtin_shufflevector)  // a copy would go by way of memory
  if constexpr (Vec<T>::lanes == 4)
    return __builtin_shufflevector(x.low, x.high, 0, 1, 2, 3);
  else if constexpr (Vec<T>::lanes == 8)
    return __builtin_shufflevector(x.low, x.high, 0, 1, 2, 3, 4, 5, 6, 7);
  else if constexpr (Vec<T>::lanes == 16)
    return __builtin_shufflevector(x.low, x.high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
  typename Vec<T>::Raw raw;
  __builtin_memcpy(&raw, &x, sizeof raw);
  return raw;
}

template <class From, class To = typename Wider<From>::type>
PYNN_INLINE Vec<To> widen_low(Vec<From> x) {
  if constexpr (hardware::kWidensHalves && kIsFloat<From>)
    return hardware::widen_low(x.v);
  else
    return __builtin_convertvector(halves_of(x).low, typename Vec<To>::Raw);
}
template <class From, class To = typename Wider<From>::type>
PYNN_INLINE Vec<To> widen_high(Vec<From> x) {
  if constexpr (hardware::kWidensHalves && kIsFloat<From>)
    return hardware::widen_high(x.v);
  else
    return __builtin_convertvector(halves_of(x).high, typename Vec<To>::Raw);
}
template <class To, class From>
PYNN_INLINE Vec<To> narrow(Vec<From> low, Vec<From> high) {
  if constexpr (hardware::kWidensHalves && kIsFloat<From>) return hardware::narrow(low.v, high.v);
  typedef typename Halves<To>::Half Half;
  return joined<To>({__builtin_convertvector(low.v, Half), __builtin_convertvector(high.v, Half)});
}

// ---- masks: a bool tensor holds one byte an element, 0 or 1 ------------------------------------------

template <class T>
PYNN_INLINE Mask<T> load_mask(const uint8_t* p) {
  return (load_as<BitsOf<T>>(p) != 0).v;
}
template <class T>
PYNN_INLINE Mask<T> load_mask(const uint8_t* p, int64_t n) {
  return (load_as<BitsOf<T>>(p, n) != 0).v;
}
template <class T>
PYNN_INLINE void store_mask(uint8_t* p, Mask<T> m) {
  store_as(p, Vec<BitsOf<T>>(m.v & BitsOf<T>(1)));
}
template <class T>
PYNN_INLINE void store_mask(uint8_t* p, Mask<T> m, int64_t n) {
  store_as(p, Vec<BitsOf<T>>(m.v & BitsOf<T>(1)), n);
}

}  // namespace pynn::PYNN_ISA
