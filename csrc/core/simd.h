// simd.h — the number type every kernel is written in: Vec<T>, as wide as the instruction set allows.
//
// Vec<float> is 4, 8 or 16 floats (v2, v3, v4), and a formula reads the same for all. A comparison gives
// a Mask<T>, and select(mask, a, b) takes the place of ?: . Scalars join in anywhere: 0.5 * x, max(x, 0).
//
//   arithmetic   + - * /  unary -  += -= *= /=  fma(a, b, c)  sqrt  abs  sign  min  max  copysign
//   rounding     floor  ceil  trunc  round
//   questions    < <= > >= == !=  isnan  isinf  isfinite;  & | ^ ~ select any all
//   integers     & | ^ ~ << >>
//   memory       simd_memory.h: load, store, load_mask, store_mask, load_as, store_as, conversions
//   across lanes simd_lanes.h: sum_lanes, prod_lanes, max_lanes, min_lanes
//   functions    simd_math.h: exp, log, tanh, erf, pow ...
//
// Everything here lives in the namespace of the instruction set being compiled, so the AVX-512 `exp` and
// the AVX2 `exp` are different functions and the linker cannot mix them up. For the same reason no
// standard C++ header is included.
#pragma once
#include <stdint.h>

#include "core/isa.h"
#include "core/simd_hardware.h"

namespace pynn::PYNN_ISA {

// The integers as wide as T: what comparisons yield, and what the bits of T are.
template <int bytes>
struct IntOfSize;
template <>
struct IntOfSize<1> {
  typedef int8_t Signed;
  typedef uint8_t Unsigned;
};
template <>
struct IntOfSize<4> {
  typedef int32_t Signed;
  typedef uint32_t Unsigned;
};
template <>
struct IntOfSize<8> {
  typedef int64_t Signed;
  typedef uint64_t Unsigned;
};
template <class T>
using BitsOf = typename IntOfSize<sizeof(T)>::Signed;

template <class T>
inline constexpr bool kIsFloat = T(0.5) != T(0);

template <class S, class T>
concept ScalarFor = requires(S s) { T(s); };

template <class T>
struct Vec;

// One truth value a lane: -1 for yes, 0 for no.
template <class T>
struct Mask {
  static constexpr int lanes = kVectorBytes / int(sizeof(T));
  using Raw = RawOf<BitsOf<T>>;
  Raw v;

  PYNN_INLINE Mask() : v{} {}
  PYNN_INLINE Mask(Raw raw) : v(raw) {}
  PYNN_INLINE Mask(bool all) : v(BitsOf<T>(-int(all)) + Raw{}) {}

  friend PYNN_INLINE Mask operator&(Mask a, Mask b) { return a.v & b.v; }
  friend PYNN_INLINE Mask operator|(Mask a, Mask b) { return a.v | b.v; }
  friend PYNN_INLINE Mask operator^(Mask a, Mask b) { return a.v ^ b.v; }
  friend PYNN_INLINE Mask operator~(Mask a) { return ~a.v; }
  friend PYNN_INLINE Mask operator!(Mask a) { return ~a.v; }
  friend PYNN_INLINE bool any(Mask a) { return hardware::any_lane(a.v); }
  friend PYNN_INLINE bool all(Mask a) { return !hardware::any_lane(~a.v); }

  // Lane by lane: yes ? a : b.
  friend PYNN_INLINE Vec<T> select(Mask yes, Vec<T> a, Vec<T> b) { return yes.v ? a.v : b.v; }
};

template <class T>
struct Vec {
  using Scalar = T;
  using Raw = RawOf<T>;
  // Signed overflow is undefined in C++; integers are added and multiplied as unsigned, which wraps.
  static constexpr bool kFloat = kIsFloat<T>;
  static constexpr int lanes = kVectorBytes / int(sizeof(T));

  Raw v;

  PYNN_INLINE Vec() : v{} {}
  PYNN_INLINE Vec(Raw raw) : v(raw) {}
  // Every lane is s. Subtracting 0 leaves even -0 as it is, so the compiler drops it and one broadcast
  // instruction remains; adding 0 would turn -0 into +0 and stays in the program as an addition.
  template <ScalarFor<T> S>
  PYNN_INLINE Vec(S s) : v(T(s) - Raw{}) {}

  PYNN_INLINE T operator[](int lane) const { return v[lane]; }

  friend PYNN_INLINE Vec operator+(Vec a, Vec b) { return Raw(a.wrapping() + b.wrapping()); }
  friend PYNN_INLINE Vec operator-(Vec a, Vec b) { return Raw(a.wrapping() - b.wrapping()); }
  friend PYNN_INLINE Vec operator*(Vec a, Vec b) { return Raw(a.wrapping() * b.wrapping()); }
  friend PYNN_INLINE Vec operator/(Vec a, Vec b) {
    if constexpr (kFloat)
      return a.v / b.v;
    else
      return divide_integers(a, b);
  }
  friend PYNN_INLINE Vec operator-(Vec a) { return Raw(-a.wrapping()); }
  PYNN_INLINE Vec& operator+=(Vec b) { return *this = *this + b; }
  PYNN_INLINE Vec& operator-=(Vec b) { return *this = *this - b; }
  PYNN_INLINE Vec& operator*=(Vec b) { return *this = *this * b; }
  PYNN_INLINE Vec& operator/=(Vec b) { return *this = *this / b; }

  friend PYNN_INLINE Mask<T> operator<(Vec a, Vec b) { return MaskRaw(a.v < b.v); }
  friend PYNN_INLINE Mask<T> operator<=(Vec a, Vec b) { return MaskRaw(a.v <= b.v); }
  friend PYNN_INLINE Mask<T> operator>(Vec a, Vec b) { return MaskRaw(a.v > b.v); }
  friend PYNN_INLINE Mask<T> operator>=(Vec a, Vec b) { return MaskRaw(a.v >= b.v); }
  friend PYNN_INLINE Mask<T> operator==(Vec a, Vec b) { return MaskRaw(a.v == b.v); }
  friend PYNN_INLINE Mask<T> operator!=(Vec a, Vec b) { return MaskRaw(a.v != b.v); }

  friend PYNN_INLINE Vec operator&(Vec a, Vec b)
    requires(!kFloat)
  {
    return Raw(a.v & b.v);
  }
  friend PYNN_INLINE Vec operator|(Vec a, Vec b)
    requires(!kFloat)
  {
    return Raw(a.v | b.v);
  }
  friend PYNN_INLINE Vec operator^(Vec a, Vec b)
    requires(!kFloat)
  {
    return Raw(a.v ^ b.v);
  }
  friend PYNN_INLINE Vec operator~(Vec a)
    requires(!kFloat)
  {
    return Raw(~a.v);
  }
  friend PYNN_INLINE Vec operator<<(Vec a, Vec b)
    requires(!kFloat)
  {
    return Raw(a.wrapping() << b.wrapping());
  }
  friend PYNN_INLINE Vec operator>>(Vec a, Vec b)
    requires(!kFloat)
  {
    return Raw(a.v >> b.v);
  }
  friend PYNN_INLINE Vec operator<<(Vec a, int n)
    requires(!kFloat)
  {
    return Raw(a.wrapping() << n);
  }
  friend PYNN_INLINE Vec operator>>(Vec a, int n)
    requires(!kFloat)
  {
    return Raw(a.v >> n);
  }

  // a where either is NaN is undetermined in the fast ones: a NaN in b comes out, one in a does not.
  friend PYNN_INLINE Vec max_fast(Vec a, Vec b) { return Raw(hardware::max(a.v, b.v)); }
  friend PYNN_INLINE Vec min_fast(Vec a, Vec b) { return Raw(hardware::min(a.v, b.v)); }
  // NaN if either is NaN.
  friend PYNN_INLINE Vec max(Vec a, Vec b) {
    if constexpr (kFloat)
      return select(isnan(a), a, max_fast(a, b));
    else
      return max_fast(a, b);
  }
  friend PYNN_INLINE Vec min(Vec a, Vec b) {
    if constexpr (kFloat)
      return select(isnan(a), a, min_fast(a, b));
    else
      return min_fast(a, b);
  }

  // a * b + c, rounded once wherever the machine can (kHasFma).
  friend PYNN_INLINE Vec fma(Vec a, Vec b, Vec c) {
    if constexpr (kFloat)
      return hardware::fma(a.v, b.v, c.v);
    else
      return a * b + c;
  }

  friend PYNN_INLINE Vec abs(Vec a) {
    if constexpr (kFloat)
      return from_bits(to_bits(a) & ~kSignBit);
    else if constexpr (T(-1) < T(0))
      return max_fast(a, -a);
    else
      return a;
  }
  // -1, 0 or 1; 0 for NaN, as PyTorch has it.
  friend PYNN_INLINE Vec sign(Vec a) {
    return select(a > Vec(0), Vec(1), select(a < Vec(0), Vec(T(-1)), Vec(0)));
  }
  // |a| with the sign of b.
  friend PYNN_INLINE Vec copysign(Vec a, Vec b)
    requires(kFloat)
  {
    return from_bits((to_bits(a) & ~kSignBit) | (to_bits(b) & kSignBit));
  }
  friend PYNN_INLINE Mask<T> signbit(Vec a)
    requires(kFloat)
  {
    return MaskRaw(to_bits(a).v < BitsOf<T>(0));
  }

  friend PYNN_INLINE Vec sqrt(Vec a)
    requires(kFloat)
  {
    return hardware::sqrt(a.v);
  }
  friend PYNN_INLINE Vec floor(Vec a) { return rounded<hardware::kDown>(a); }
  friend PYNN_INLINE Vec ceil(Vec a) { return rounded<hardware::kUp>(a); }
  friend PYNN_INLINE Vec trunc(Vec a) { return rounded<hardware::kTowardZero>(a); }
  friend PYNN_INLINE Vec round(Vec a) { return rounded<hardware::kNearestEven>(a); }  // half to even

  friend PYNN_INLINE Mask<T> isnan(Vec a) { return MaskRaw(a.v != a.v); }
  friend PYNN_INLINE Mask<T> isinf(Vec a)
    requires(kFloat)
  {
    return abs(a) == Vec(__builtin_inf());
  }
  friend PYNN_INLINE Mask<T> isfinite(Vec a)
    requires(kFloat)
  {
    return abs(a) < Vec(__builtin_inf());
  }

  // The same bits as integers, and back.
  friend PYNN_INLINE Vec<BitsOf<T>> to_bits(Vec a) { return RawOf<BitsOf<T>>(a.v); }
  static PYNN_INLINE Vec from_bits(Vec<BitsOf<T>> bits) { return Raw(bits.v); }

 private:
  using MaskRaw = typename Mask<T>::Raw;
  static constexpr BitsOf<T> kSignBit =
      BitsOf<T>(typename IntOfSize<sizeof(T)>::Unsigned(1) << (8 * sizeof(T) - 1));

  PYNN_INLINE auto wrapping() const {
    if constexpr (kFloat)
      return v;
    else
      return RawOf<typename IntOfSize<sizeof(T)>::Unsigned>(v);
  }

  template <hardware::Rounding mode>
  static PYNN_INLINE Vec rounded(Vec a) {
    if constexpr (kFloat)
      return hardware::round<mode>(a.v);
    else
      return a;
  }

  // Toward zero, and never a trap: x / 0 is 0, and the most negative integer over -1 is itself.
  static PYNN_INLINE Vec divide_integers(Vec a, Vec b) {
    for (int i = 0; i < lanes; ++i) {
      if (b.v[i] == 0)
        a.v[i] = 0;
      else if (b.v[i] == T(-1) && T(-1) < T(0))
        a.v[i] = (-a)[i];
      else
        a.v[i] = T(a.v[i] / b.v[i]);
    }
    return a;
  }
};

}  // namespace pynn::PYNN_ISA

#include "core/simd_lanes.h"
#include "core/simd_memory.h"
