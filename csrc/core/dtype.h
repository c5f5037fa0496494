// dtype.h — what one element is, and what two kinds of element become together.
#pragma once
#include <cstdint>
#include <ostream>

#include "core/errors.h"

namespace pynn {

// In order of promotion: the type of a mixed expression is never below either side's.
enum class DType : uint8_t { boolean, uint8, int32, int64, float32, float64, none };
inline constexpr int kDTypes = 6;

inline int itemsize(DType t) {
  constexpr int sizes[] = {1, 1, 4, 8, 4, 8, 0};
  return sizes[int(t)];
}
const char* name(DType t);  // "float32"
inline std::ostream& operator<<(std::ostream& out, DType t) { return out << name(t); }

inline bool is_floating(DType t) { return t == DType::float32 || t == DType::float64; }
inline bool is_integral(DType t) { return t == DType::uint8 || t == DType::int32 || t == DType::int64; }

// The common type of two tensors of equal standing (PyTorch's table, without its 8- and 16-bit kinds).
inline DType promote(DType a, DType b) { return a > b ? a : b; }
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
    default:
      return body(double());
  }
}

}  // namespace pynn
