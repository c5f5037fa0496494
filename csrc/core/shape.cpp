#include "core/shape.h"

#include <algorithm>
#include <cstdlib>

#include "core/dtype.h"

namespace pynn {

const char* name(DType t) {
  constexpr const char* names[] = {"bool",    "uint8", "int32",    "int64", "float32",
                                   "float64", "int8",  "bfloat16", "none"};
  return names[int(t)];
}

void Dims::too_many() const {
  throw ShapeError(text("a tensor has at most ", kMaxAxes, " axes; after ", *this, " there would be more"));
}

void Dims::insert(int at, int64_t v) {
  push_back(v);
  for (int i = n - 1; i > at; --i) d[i] = d[i - 1];
  d[at] = v;
}

void Dims::erase(int at) {
  for (int i = at; i + 1 < n; ++i) d[i] = d[i + 1];
  --n;
}

std::ostream& operator<<(std::ostream& out, const Dims& dims) {
  out << '(';
  for (int i = 0; i < dims.n; ++i) out << (i ? ", " : "") << dims[i];
  return out << (dims.n == 1 ? ",)" : ")");
}

int64_t numel(const Shape& shape) {
  int64_t count = 1;
  bool overflow = false, empty = false;
  for (int64_t size : shape) {
    if (size < 0) throw ShapeError(text("a shape holds sizes of 0 or more, got ", shape));
    if (size == 0)
      empty = true;
    else if (__builtin_mul_overflow(count, size, &count) || count > (int64_t(1) << 59))
      overflow = true, count = 1;
  }
  if (empty) return 0;
  if (overflow) throw ShapeError(text("shape ", shape, " has more elements than memory can address"));
  return count;
}

Strides row_major(const Shape& shape) {
  Strides strides;
  strides.n = shape.n;
  int64_t step = 1;
  for (int i = shape.n; i-- > 0;) {
    strides[i] = step;
    step *= shape[i] > 0 ? shape[i] : 1;
  }
  return strides;
}

bool is_row_major(const Shape& shape, const Strides& strides) {
  int64_t step = 1;
  for (int i = shape.n; i-- > 0;) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != step) return false;
    step *= shape[i];
  }
  return true;
}

Dims order_in_memory(const Strides& strides, int count) {
  Dims order;
  for (int i = 0; i < strides.n; ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.begin() + count, [&](int64_t a, int64_t b) {
    return std::abs(strides[int(a)]) > std::abs(strides[int(b)]);
  });
  return order;
}
Dims inverse_order(const Dims& order) {
  Dims inverse = order;
  for (int i = 0; i < order.n; ++i) inverse[int(order[i])] = i;
  return inverse;
}

Shape broadcast(const char* op, const Shape& a, const Shape& b) {
  Shape out;
  out.n = a.n > b.n ? a.n : b.n;
  for (int i = 0; i < out.n; ++i) {
    const int ia = i - (out.n - a.n), ib = i - (out.n - b.n);
    const int64_t da = ia < 0 ? 1 : a[ia], db = ib < 0 ? 1 : b[ib];
    if (da != db && da != 1 && db != 1) {
      std::string hint;
      if (a.n == 1 && b.n == 2 && b[0] == a[0])
        hint = text(" Did you mean a.unsqueeze(1)?");
      else if (b.n == 1 && a.n == 2 && a[0] == b[0])
        hint = text(" Did you mean b.unsqueeze(1)?");
      throw ShapeError(text(op, ": shapes ", a, " and ", b,
                            " do not broadcast: aligned from the right, axis ", i - out.n, " has sizes ", da,
                            " and ", db, ", which must be equal or 1.", hint));
    }
    out[i] = da == 1 ? db : da;
  }
  return out;
}

Strides broadcast_strides(const char* op, const Shape& from, const Strides& strides, const Shape& to) {
  Strides out;
  out.n = to.n;
  const int lead = to.n - from.n;
  if (lead < 0) throw ShapeError(text(op, ": cannot expand ", from, " to ", to, ", which has fewer axes"));
  for (int i = 0; i < to.n; ++i) {
    const int j = i - lead;
    if (j < 0)
      out[i] = 0;
    else if (from[j] == to[i])
      out[i] = from[j] == 1 ? 0 : strides[j];
    else if (from[j] == 1)
      out[i] = 0;
    else
      throw ShapeError(text(op, ": cannot expand ", from, " to ", to, ": axis ", i - to.n, " has size ",
                            from[j], ", not 1"));
  }
  return out;
}

int check_axis(const char* op, int64_t axis, int ndim) {
  const int axes = ndim == 0 ? 1 : ndim;
  if (axis < -axes || axis >= axes)
    throw IndexError(text(op, ": axis ", axis, " does not exist in a tensor of ", ndim, " axes; expected ",
                          -axes, " to ", axes - 1));
  return int(axis < 0 ? axis + axes : axis);
}

}  // namespace pynn
