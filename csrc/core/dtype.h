// dtype.h — what one element is, and what two kinds of element become together.
#pragma once
#include <cstdint>
#include <ostream>

#include "core/bfloat16.h"
#include "core/errors.h"

namespace pynn {

// Loops are compiled for the first six, and number them so. The others are there to be stored: what is
// computed with them is computed in a wider type and rounded to them once.
enum class DType : uint8_t { boolean, uint8, int32, int64, float32, float64, int8, bfloat16, none };
inline constexpr int kDTypes = 8;
inline constexpr int kLoopTypes = 6;

inline bool is_narrow(DType t) { return t == DType::int8 || t == DType::bfloat16; }
// The type in which elements of type t are computed with.
inline DType compute_type(DType t) {
  return t == DType::bfloat16 ? DType::float32 : t == DType::int8 ? DType::int32 : t;
}

inline int itemsize(DType t) {
  constexpr int sizes[] = {1, 1, 4, 8, 4, 8, 1, 2, 0};
  return sizes[int(t)];
}
const char* name(DType t);  // "float32"
inline std::ostream& operator<<(std::ostream& out, DType t) { return out << name(t); }

inline bool is_floating(DType t) {
  return t == DType::float32 || t == DType::float64 || t == DType::bfloat16;
}
// The types of floats that kernels compute in; bfloat16 is only stored.
inline bool is_wide_float(DType t) { return t == DType::float32 || t == DType::float64; }
inline bool is_integral(DType t) { return t != DType::boolean && t < DType::none && !is_floating(t); }

// The common type of two tensors of equal standing, as PyTorch has it: the one that stands further right in
// bool, uint8, int8, int32, int64, bfloat16, float32, float64. (uint8 and int8 meet in int32: no int16 here.)
inline DType promote(DType a, DType b) {
  constexpr int ranks[] = {0, 1, 3, 4, 6, 7, 2, 5, 8};
  if (ranks[int(a)] + ranks[int(b)] == 3 && a != DType::boolean && b != DType::boolean) return DType::int32;
  return ranks[int(a)] > ranks[int(b)] ? a : b;
}
inline DType to_floating(DType t) { return is_floating(t) ? t : DType::float32; }

template <class T>
inline constexpr DType dtype_of = DType::none;
template <>
inline constexpr DType dtype_of<bool> = DType::boolean;
template <>
inline constexpr DType dtype_of<uint8_t> = DType::uint8;
template <>
inline constexpr DType dtype_of<int32_t> = DType::int32;
template <>
inline constexpr DType dtype_of<int64_t> = DType::int64;
template <>
inline constexpr DType dtype_of<float> = DType::float32;
template <>
inline constexpr DType dtype_of<double> = DType::float64;
template <>
inline constexpr DType dtype_of<int8_t> = DType::int8;
template <>
inline constexpr DType dtype_of<bfloat16> = DType::bfloat16;

// body(T{}) for the C++ type behind a dtype.
template <class Body>
decltype(auto) visit_float(const char* op, DType t, Body&& body) {
  if (t == DType::float32) return body(float());
  if (t == DType::float64) return body(double());
  throw DTypeError(text(op, ": expected a floating-point tensor, got ", t, ". Did you mean x.float()?"));
}
template <class Body>
decltype(auto) visit(DType t, Body&& body) {
  switch (t) {
    case DType::boolean:
      return body(bool());
    case DType::uint8:
      return body(uint8_t());
    case DType::int32:
      return body(int32_t());
    case DType::int64:
      return body(int64_t());
    case DType::float32:
      return body(float());
    case DType::int8:
      return body(int8_t());
    case DType::bfloat16:
      return body(bfloat16());
    default:
      return body(double());
  }
}

}  // namespace pynn
