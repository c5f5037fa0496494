// simd_hardware.h — the handful of operations that the compiler's vector types cannot spell.
//
// Everything else in simd.h is plain arithmetic on vector types and portable as it stands. Here are
// fused multiply-add, square root, rounding, "is any lane set", and loads and stores of only the first n
// elements, each for AVX-512, AVX2, SSE4.1 and, lane by lane, for every other machine. Builtins instead
// of <immintrin.h>: that header alone costs 0.8 s in each of the three passes over every kernel.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn::PYNN_ISA {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
inline constexpr int kVectorBytes = 32;
#else
inline constexpr int kVectorBytes = 16;
#endif

// Whether fma() rounds once. Where it does not (x86-64-v2), it is a product and a sum.
#if defined(__FMA__) || defined(__aarch64__)
inline constexpr bool kHasFma = true;
#else
inline constexpr bool kHasFma = false;
#endif

// A raw compiler vector of N elements of type T.
template <class T, int N>
struct RawVector {
  typedef T type __attribute__((vector_size(sizeof(T) * N)));
};
template <class T>
using RawOf = typename RawVector<T, kVectorBytes / int(sizeof(T))>::type;

namespace hardware {

using Floats = RawOf<float>;
using Doubles = RawOf<double>;
using Bytes = RawOf<char>;

enum Rounding { kNearestEven = 8, kDown = 9, kUp = 10, kTowardZero = 11 };  // bit 3: raise no flag

#if defined(__AVX512F__) && !defined(__clang__)

PYNN_INLINE Floats fma(Floats a, Floats b, Floats c) {
  return __builtin_ia32_vfmaddps512_mask(a, b, c, uint16_t(-1), 4);
}
PYNN_INLINE Doubles fma(Doubles a, Doubles b, Doubles c) {
  return __builtin_ia32_vfmaddpd512_mask(a, b, c, uint8_t(-1), 4);
}
PYNN_INLINE Floats sqrt(Floats x) { return __builtin_ia32_sqrtps512_mask(x, x, uint16_t(-1), 4); }
PYNN_INLINE Doubles sqrt(Doubles x) { return __builtin_ia32_sqrtpd512_mask(x, x, uint8_t(-1), 4); }
template <Rounding mode>
PYNN_INLINE Floats round(Floats x) {
  return __builtin_ia32_rndscaleps_mask(x, mode, x, uint16_t(-1), 4);
}
template <Rounding mode>
PYNN_INLINE Doubles round(Doubles x) {
  return __builtin_ia32_rndscalepd_mask(x, mode, x, uint8_t(-1), 4);
}

#elif defined(__AVX2__) && defined(__FMA__) && !defined(__clang__)

PYNN_INLINE Floats fma(Floats a, Floats b, Floats c) { return __builtin_ia32_vfmaddps256(a, b, c); }
PYNN_INLINE Doubles fma(Doubles a, Doubles b, Doubles c) { return __builtin_ia32_vfmaddpd256(a, b, c); }
PYNN_INLINE Floats sqrt(Floats x) { return __builtin_ia32_sqrtps256(x); }
PYNN_INLINE Doubles sqrt(Doubles x) { return __builtin_ia32_sqrtpd256(x); }
template <Rounding mode>
PYNN_INLINE Floats round(Floats x) {
  return __builtin_ia32_roundps256(x, mode);
}
template <Rounding mode>
PYNN_INLINE Doubles round(Doubles x) {
  return __builtin_ia32_roundpd256(x, mode);
}

#elif defined(__SSE4_1__) && !defined(__clang__)

PYNN_INLINE Floats fma(Floats a, Floats b, Floats c) { return a * b + c; }
PYNN_INLINE Doubles fma(Doubles a, Doubles b, Doubles c) { return a * b + c; }
PYNN_INLINE Floats sqrt(Floats x) { return __builtin_ia32_sqrtps(x); }
PYNN_INLINE Doubles sqrt(Doubles x) { return __builtin_ia32_sqrtpd(x); }
template <Rounding mode>
PYNN_INLINE Floats round(Floats x) {
  return __builtin_ia32_roundps(x, mode);
}
template <Rounding mode>
PYNN_INLINE Doubles round(Doubles x) {
  return __builtin_ia32_roundpd(x, mode);
}

#elif defined(__clang__)

template <class Raw>
PYNN_INLINE Raw fma(Raw a, Raw b, Raw c) {
  if constexpr (kHasFma)
    return __builtin_elementwise_fma(a, b, c);
  else
    return a * b + c;
}
template <class Raw>
PYNN_INLINE Raw sqrt(Raw x) {
  return __builtin_elementwise_sqrt(x);
}
template <Rounding mode, class Raw>
PYNN_INLINE Raw round(Raw x) {
  if constexpr (mode == kDown)
    return __builtin_elementwise_floor(x);
  else if constexpr (mode == kUp)
    return __builtin_elementwise_ceil(x);
  else if constexpr (mode == kTowardZero)
    return __builtin_elementwise_trunc(x);
  else
    return __builtin_elementwise_roundeven(x);
}

#else

// One lane at a time: the compiler has vector forms of these builtins where the machine has.
template <class Raw, class F>
PYNN_INLINE Raw each_lane(Raw x, F f) {
  for (int i = 0; i < int(sizeof(Raw) / sizeof(x[0])); ++i) x[i] = f(i);
  return x;
}
PYNN_INLINE Floats fma(Floats a, Floats b, Floats c) {
  if constexpr (!kHasFma) return a * b + c;
  return each_lane(a, [&](int i) { return __builtin_fmaf(a[i], b[i], c[i]); });
}
PYNN_INLINE Doubles fma(Doubles a, Doubles b, Doubles c) {
  if constexpr (!kHasFma) return a * b + c;
  return each_lane(a, [&](int i) { return __builtin_fma(a[i], b[i], c[i]); });
}
PYNN_INLINE Floats sqrt(Floats x) {
  return each_lane(x, [&](int i) { return __builtin_sqrtf(x[i]); });
}
PYNN_INLINE Doubles sqrt(Doubles x) {
  return each_lane(x, [&](int i) { return __builtin_sqrt(x[i]); });
}
template <Rounding mode>
PYNN_INLINE double round_scalar(double x) {
  if constexpr (mode == kDown)
    return __builtin_floor(x);
  else if constexpr (mode == kUp)
    return __builtin_ceil(x);
  else if constexpr (mode == kTowardZero)
    return __builtin_trunc(x);
  else
    return __builtin_rint(x);
}
template <Rounding mode, class Raw>
PYNN_INLINE Raw round(Raw x) {
  return each_lane(x, [&](int i) { return round_scalar<mode>(x[i]); });
}

#endif

// ---- the larger of two: b where they are equal or either is NaN ------------------------------------------

#if defined(__x86_64__) && \
    !defined(__clang__)  // the compiler makes a comparison and a selection of a > b ? a : b
#if defined(__AVX512F__)
PYNN_INLINE Floats max(Floats a, Floats b) { return __builtin_ia32_maxps512_mask(a, b, a, uint16_t(-1), 4); }
PYNN_INLINE Floats min(Floats a, Floats b) { return __builtin_ia32_minps512_mask(a, b, a, uint16_t(-1), 4); }
PYNN_INLINE Doubles max(Doubles a, Doubles b) {
  return __builtin_ia32_maxpd512_mask(a, b, a, uint8_t(-1), 4);
}
PYNN_INLINE Doubles min(Doubles a, Doubles b) {
  return __builtin_ia32_minpd512_mask(a, b, a, uint8_t(-1), 4);
}
#elif defined(__AVX2__)
PYNN_INLINE Floats max(Floats a, Floats b) { return __builtin_ia32_maxps256(a, b); }
PYNN_INLINE Floats min(Floats a, Floats b) { return __builtin_ia32_minps256(a, b); }
PYNN_INLINE Doubles max(Doubles a, Doubles b) { return __builtin_ia32_maxpd256(a, b); }
PYNN_INLINE Doubles min(Doubles a, Doubles b) { return __builtin_ia32_minpd256(a, b); }
#else
PYNN_INLINE Floats max(Floats a, Floats b) { return __builtin_ia32_maxps(a, b); }
PYNN_INLINE Floats min(Floats a, Floats b) { return __builtin_ia32_minps(a, b); }
PYNN_INLINE Doubles max(Doubles a, Doubles b) { return __builtin_ia32_maxpd(a, b); }
PYNN_INLINE Doubles min(Doubles a, Doubles b) { return __builtin_ia32_minpd(a, b); }
#endif
#endif
template <class Raw>
PYNN_INLINE Raw max(Raw a, Raw b) {
  return a > b ? a : b;
}
template <class Raw>
PYNN_INLINE Raw min(Raw a, Raw b) {
  return a < b ? a : b;
}

// ---- float to double and back, half a vector at a time ----------------------------------------------

// Written out for AVX-512, where GCC converts a quarter at a time.
#if defined(__AVX512F__) && !defined(__clang__)
inline constexpr bool kWidensHalves = true;
using HalfFloats = RawVector<float, 8>::type;
PYNN_INLINE Doubles widen_low(Floats x) {
  const HalfFloats half = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
  return __builtin_ia32_cvtps2pd512_mask(half, Doubles{}, uint8_t(-1), 4);
}
PYNN_INLINE Doubles widen_high(Floats x) {
  const HalfFloats half = __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_ia32_cvtps2pd512_mask(half, Doubles{}, uint8_t(-1), 4);
}
PYNN_INLINE Floats narrow(Doubles low, Doubles high) {
  const HalfFloats a = __builtin_ia32_cvtpd2ps512_mask(low, HalfFloats{}, uint8_t(-1), 4),
                   b = __builtin_ia32_cvtpd2ps512_mask(high, HalfFloats{}, uint8_t(-1), 4);
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#else
inline constexpr bool kWidensHalves = false;
Doubles widen_low(Floats x);
Doubles widen_high(Floats x);
Floats narrow(Doubles low, Doubles high);
#endif

// ---- the first n elements of a row, 0 <= n <= lanes; memory past them is not touched ----------------

#if defined(__AVX512BW__)
PYNN_INLINE uint64_t first_bits(int64_t n) { return n >= 64 ? ~uint64_t(0) : (uint64_t(1) << n) - 1; }
#elif defined(__AVX2__)
PYNN_INLINE auto first_lanes32(int64_t n) { return RawOf<int32_t>{0, 1, 2, 3, 4, 5, 6, 7} < int32_t(n); }
PYNN_INLINE auto first_lanes64(int64_t n) { return RawOf<long long>(RawOf<int64_t>{0, 1, 2, 3} < n); }
#endif

// The masked moves do not look at what they move, so every type of 4 bytes travels as float, of 8 as double.
template <class T>
PYNN_INLINE RawOf<T> load_first(const T* p, int64_t n, RawOf<T> rest) {
#if defined(__AVX512BW__)
  if constexpr (sizeof(T) == 4)
    return RawOf<T>(__builtin_ia32_loadups512_mask((const float*)p, Floats(rest), uint16_t(first_bits(n))));
  else if constexpr (sizeof(T) == 8)
    return RawOf<T>(__builtin_ia32_loadupd512_mask((const double*)p, Doubles(rest), uint8_t(first_bits(n))));
  else
    return RawOf<T>(__builtin_ia32_loaddquqi512_mask((const char*)p, Bytes(rest), first_bits(n)));
#else
#if defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    const auto first = first_lanes32(n);
    return first ? RawOf<T>(__builtin_ia32_maskloadps256((const Floats*)p, first)) : rest;
  } else if constexpr (sizeof(T) == 8) {
    const auto first = first_lanes64(n);
    return first ? RawOf<T>(__builtin_ia32_maskloadpd256((const Doubles*)p, first)) : rest;
  }
#endif
  for (int64_t i = 0; i < n; ++i) rest[i] = p[i];
  return rest;
#endif
}

template <class T>
PYNN_INLINE void store_first(T* p, RawOf<T> x, int64_t n) {
#if defined(__AVX512BW__)
  if constexpr (sizeof(T) == 4)
    __builtin_ia32_storeups512_mask((float*)p, Floats(x), uint16_t(first_bits(n)));
  else if constexpr (sizeof(T) == 8)
    __builtin_ia32_storeupd512_mask((double*)p, Doubles(x), uint8_t(first_bits(n)));
  else
    __builtin_ia32_storedquqi512_mask((char*)p, Bytes(x), first_bits(n));
#else
#if defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    return __builtin_ia32_maskstoreps256((Floats*)p, first_lanes32(n), Floats(x));
  } else if constexpr (sizeof(T) == 8) {
    return __builtin_ia32_maskstorepd256((Doubles*)p, first_lanes64(n), Doubles(x));
  }
#endif
  for (int64_t i = 0; i < n; ++i) p[i] = x[i];
#endif
}

// ---- exponents -------------------------------------------------------------------------------------

// AVX-512 takes numbers apart and puts them together in one instruction each, denormal ones included;
// elsewhere core/math/exponent.h does it on the bits.
#if defined(__AVX512F__) && !defined(__clang__)
inline constexpr bool kHasExponents = true;
// x 2^n
PYNN_INLINE Floats scale(Floats x, Floats n) {
  return __builtin_ia32_scalefps512_mask(x, n, x, uint16_t(-1), 4);
}
PYNN_INLINE Doubles scale(Doubles x, Doubles n) {
  return __builtin_ia32_scalefpd512_mask(x, n, x, uint8_t(-1), 4);
}
// x = 2^e m with 1 <= m < 2: e
PYNN_INLINE Floats exponent(Floats x) { return __builtin_ia32_getexpps512_mask(x, x, uint16_t(-1), 4); }
PYNN_INLINE Doubles exponent(Doubles x) { return __builtin_ia32_getexppd512_mask(x, x, uint8_t(-1), 4); }
// x = 2^e m with 3/4 <= m < 3/2: m
PYNN_INLINE Floats mantissa(Floats x) { return __builtin_ia32_getmantps512_mask(x, 3, x, uint16_t(-1), 4); }
PYNN_INLINE Doubles mantissa(Doubles x) { return __builtin_ia32_getmantpd512_mask(x, 3, x, uint8_t(-1), 4); }
#else
inline constexpr bool kHasExponents = false;
template <class Raw>
Raw scale(Raw x, Raw n);
template <class Raw>
Raw exponent(Raw x);
template <class Raw>
Raw mantissa(Raw x);
#endif

// ---- bytes as wider integers, and back: the compiler would move them one by one --------------------

using SixteenBytes = RawVector<char, 16>::type;

// n bytes, and zeros after them.
template <int n>
PYNN_INLINE SixteenBytes load_bytes(const void* p) {
  static_assert(n == 16 || n == 8 || n == 4 || n == 2);
  if constexpr (n == 16) {
    SixteenBytes bytes;
    __builtin_memcpy(&bytes, p, n);
    return bytes;
  } else {
    uint64_t word = 0;
    __builtin_memcpy(&word, p, n);
    return SixteenBytes(RawVector<uint64_t, 2>::type{word, 0});
  }
}
// The first bytes of `bytes`, as many as RawOf<To> has lanes, without a sign.
template <class To>
PYNN_INLINE RawOf<To> widen_bytes(SixteenBytes bytes) {
#if defined(__AVX512F__) && !defined(__clang__)
  if constexpr (sizeof(To) == 4)
    return RawOf<To>(__builtin_ia32_pmovzxbd512_mask(bytes, RawOf<int>{}, uint16_t(-1)));
  else
    return RawOf<To>(__builtin_ia32_pmovzxbq512_mask(bytes, RawOf<long long>{}, uint8_t(-1)));
#elif defined(__AVX2__) && !defined(__clang__)
  if constexpr (sizeof(To) == 4)
    return RawOf<To>(__builtin_ia32_pmovzxbd256(bytes));
  else
    return RawOf<To>(__builtin_ia32_pmovzxbq256(bytes));
#elif defined(__SSE4_1__) && !defined(__clang__)
  if constexpr (sizeof(To) == 4)
    return RawOf<To>(__builtin_ia32_pmovzxbd128(bytes));
  else
    return RawOf<To>(__builtin_ia32_pmovzxbq128(bytes));
#else
  RawOf<To> wide{};
  for (int i = 0; i < kVectorBytes / int(sizeof(To)); ++i) wide[i] = To(uint8_t(bytes[i]));
  return wide;
#endif
}

// ---- lanes of 0 or -1 ------------------------------------------------------------------------------

// Whether any bit of a vector of 0 / -1 lanes is set.
template <class Raw>
PYNN_INLINE bool any_lane(Raw bits) {
#if defined(__clang__)
  return __builtin_reduce_or(bits) != 0;
#elif defined(__AVX512F__)
  return __builtin_ia32_ptestmd512(RawOf<int>(bits), RawOf<int>(bits), uint16_t(-1)) != 0;
#elif defined(__AVX2__)
  return __builtin_ia32_pmovmskb256(Bytes(bits)) != 0;
#elif defined(__SSE2__)
  return __builtin_ia32_pmovmskb128(Bytes(bits)) != 0;
#else
  typedef uint64_t Words __attribute__((vector_size(16)));
  return (Words(bits)[0] | Words(bits)[1]) != 0;
#endif
}

}  // namespace hardware
}  // namespace pynn::PYNN_ISA
