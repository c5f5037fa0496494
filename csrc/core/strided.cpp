#include "core/strided.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/bf16_rows.h"

namespace pynn {

namespace {

template <class From, class To>
To cast(From value) {
  if constexpr (std::is_same_v<From, To>)
    return value;
  else if constexpr (std::is_same_v<From, bfloat16>)
    return cast<float, To>(value);
  else if constexpr (std::is_same_v<To, bfloat16>)
    return bfloat16(float(value));
  else if constexpr (std::is_same_v<To, bool>)
    return value != From(0);
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // C++ leaves a float that does not fit undefined; NaN and overflow become the lowest value, as on x86.
    if (!(value >= From(-9.2233720368547758e18) && value < From(9.2233720368547758e18)))
      return To(std::numeric_limits<int64_t>::min());
    return To(int64_t(value));
  } else
    return To(value);
}

template <class From, class To>
void convert_run(const char* in, int64_t in_step, char* out, int64_t out_step, int64_t n) {
  const From* x = reinterpret_cast<const From*>(in);
  To* y = reinterpret_cast<To*>(out);
  if (in_step == 0 && out_step == 1) {
    if (n > 0) std::fill_n(y, n, cast<From, To>(*x));
  } else if (in_step == 1 && out_step == 1) {
    if constexpr (std::is_same_v<From, To>)
      std::memcpy(y, x, size_t(n) * sizeof(To));
    else if constexpr (std::is_same_v<From, bfloat16> && std::is_same_v<To, float>)
      widen_bf16_row(&x->bits, y, n);
    else if constexpr (std::is_same_v<From, float> && std::is_same_v<To, bfloat16>)
      round_bf16_row(x, &y->bits, n);
    else
      for (int64_t i = 0; i < n; ++i) y[i] = cast<From, To>(x[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i * out_step] = cast<From, To>(x[i * in_step]);
  }
}

}  // namespace

void convert(const char* in, DType from, int64_t in_step, char* out, DType to, int64_t out_step, int64_t n) {
  visit(from, [&](auto source) {
    visit(to, [&](auto target) {
      convert_run<decltype(source), decltype(target)>(in, in_step, out, out_step, n);
    });
  });
}

StridedRun::StridedRun(const Shape& shape, const Strides& strides, DType dtype) : dtype_(dtype) {
  for (int i = 0; i < shape.n; ++i) {
    if (shape[i] == 1) continue;
    if (axes_ > 0 && stride_[axes_ - 1] == strides[i] * shape[i]) {  // one run with the axis before
      size_[axes_ - 1] *= shape[i];
      stride_[axes_ - 1] = strides[i];
    } else {
      size_[axes_] = shape[i];
      stride_[axes_++] = strides[i];
    }
  }
}

int64_t StridedRun::period() const {
  if (axes_ == 0 || stride_[0] != 0) return 0;
  int64_t inner = 1;
  for (int i = 1; i < axes_; ++i) inner *= size_[i];
  return inner;
}

// visit(rows) for every run along the last axis; as many whole ones as follow one another go together.
template <class Visit>
void StridedRun::walk(int64_t begin, int64_t n, Visit&& visit) const {
  if (axes_ == 0) {
    if (n > 0) visit(Rows{0, 1, n, {0, 0}});
    return;
  }
  const int last = axes_ - 1;
  int64_t index[kMaxAxes], offset = 0, rest = begin;
  for (int i = last; i >= 0; --i) {
    index[i] = rest % size_[i];
    rest /= size_[i];
    offset += index[i] * stride_[i];
  }
  while (n > 0) {
    int64_t rows = 1, columns = std::min(n, size_[last] - index[last]);
    if (last > 0 && index[last] == 0 && n >= 2 * size_[last])
      rows = std::min(n / size_[last], size_[last - 1] - index[last - 1]);
    visit(Rows{offset, rows, columns, {last > 0 ? stride_[last - 1] : 0, stride_[last]}});
    n -= rows * columns;
    offset -= index[last] * stride_[last];
    index[last] = 0;
    for (int i = last - 1; i >= 0; --i, rows = 1) {  // carry into the axes to the left
      offset += rows * stride_[i];
      if ((index[i] += rows) < size_[i]) break;
      offset -= index[i] * stride_[i];
      index[i] = 0;
    }
  }
}

void StridedRun::gather(const char* base, int64_t begin, int64_t n, char* out, DType to) const {
  const int size = itemsize(dtype_), out_size = itemsize(to);
  MoveBlock* const move = dtype_ == to ? move_block(size) : nullptr;
  walk(begin, n, [&](const Rows& x) {
    if (move) {
      move(base + x.offset * size, x.place, out, {x.columns, 1}, x.rows, x.columns);
    } else {
      for (int64_t r = 0; r < x.rows; ++r)
        convert(base + (x.offset + r * x.place.row) * size, dtype_, x.place.step,
                out + r * x.columns * out_size, to, 1, x.columns);
    }
    out += x.rows * x.columns * out_size;
  });
}

}  // namespace pynn
