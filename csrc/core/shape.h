// shape.h — lists of up to 8 sizes or strides, kept inline, and the rules of broadcasting.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <ostream>

#include "core/errors.h"

namespace pynn {

inline constexpr int kMaxAxes = 8;

struct Dims {
  int64_t d[kMaxAxes];
  int n = 0;

  Dims() = default;
  Dims(std::initializer_list<int64_t> values) {
    for (int64_t v : values) push_back(v);
  }
  Dims(const Dims& other) { *this = other; }
  Dims& operator=(const Dims& other) {
    n = other.n;
    for (int i = 0; i < n; ++i) d[i] = other.d[i];
    return *this;
  }

  int64_t& operator[](int i) { return d[i]; }
  int64_t operator[](int i) const { return d[i]; }
  int size() const { return n; }
  int64_t back() const { return d[n - 1]; }
  const int64_t* begin() const { return d; }
  const int64_t* end() const { return d + n; }
  int64_t* begin() { return d; }
  int64_t* end() { return d + n; }
  void push_back(int64_t v) {
    if (n == kMaxAxes) too_many();
    d[n++] = v;
  }
  [[noreturn]] void too_many() const;
  void insert(int at, int64_t v);
  void erase(int at);
  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.n != b.n) return false;
    for (int i = 0; i < a.n; ++i)
      if (a.d[i] != b.d[i]) return false;
    return true;
  }
};
using Shape = Dims;
using Strides = Dims;  // in elements

std::ostream& operator<<(std::ostream& out, const Dims& dims);  // "(32, 784)", "(7,)", "()"

// The number of elements; a negative size or a product past 2^62 is an error, before any allocation.
int64_t numel(const Shape& shape);
Strides row_major(const Shape& shape);
bool is_row_major(const Shape& shape, const Strides& strides);

// The first `count` axes by falling stride, as they lie in memory from the outside in; the others keep their
// places.
Dims order_in_memory(const Strides& strides, int count);
inline Dims order_in_memory(const Strides& strides) { return order_in_memory(strides, strides.n); }
// The inverse of an order: where each axis went.
Dims inverse_order(const Dims& order);

// NumPy's rule: align from the right; sizes must be equal or one of them 1.
Shape broadcast(const char* op, const Shape& a, const Shape& b);
// Strides that make a tensor of `from` look like `to`: 0 along every broadcast axis.
Strides broadcast_strides(const char* op, const Shape& from, const Strides& strides, const Shape& to);

// -ndim <= axis < ndim, made non-negative. A 0-d tensor accepts 0 and -1.
int check_axis(const char* op, int64_t axis, int ndim);

}  // namespace pynn
