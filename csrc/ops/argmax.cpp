// argmax, argmin — where the largest and the smallest element stand; max and min along an axis give both.
//
// The first of equal ones is chosen. NaN counts as the largest and as the smallest: the first NaN is chosen.
#include "core/parallel.h"
#include "core/simd.h"

namespace pynn {

// Both write the best value and its index for every result. A row holds fewer than 2^31 elements.
struct BestKernel {
  void (*rows)(const void* x, int64_t rows, int64_t n, void* values, int64_t* indices);
  void (*columns)(const void* x, int64_t n, int64_t step, int64_t width, void* values, int64_t* indices);
};
struct BestKernels {
  BestKernel of[6];  // by DType
};
inline constexpr int64_t kBestColumns = 512;  // the columns that one call takes

}  // namespace pynn

namespace pynn::PYNN_ISA {

// True where v takes the place of `best`: it is beyond it, or the first NaN.
struct AboveBest {
  template <class T>
  PYNN_INLINE Mask<T> operator()(Vec<T> v, Vec<T> best) const {
    return ~(v <= best) & (best == best);
  }
};
struct BelowBest {
  template <class T>
  PYNN_INLINE Mask<T> operator()(Vec<T> v, Vec<T> best) const {
    return ~(v >= best) & (best == best);
  }
};

template <class T>
struct Best {
  using I = BitsOf<T>;
  Vec<T> value;
  Vec<I> index;

  template <class Beyond>
  PYNN_INLINE void take(Beyond beyond, Vec<T> v, Vec<I> i) {
    const Mask<T> better = beyond(v, value);
    value = select(better, v, value);
    index = select(Mask<I>(better.v), i, index);
  }
};

template <class T>
PYNN_INLINE Vec<T> lane_numbers() {
  T numbers[Vec<T>::lanes];
  for (int i = 0; i < Vec<T>::lanes; ++i) numbers[i] = T(i);
  return load(numbers);
}

template <class Beyond, class T>
void best_of_rows(const void* in, int64_t rows, int64_t n, void* values, int64_t* indices) {
  using I = BitsOf<T>;
  constexpr int L = Vec<T>::lanes;
  const Beyond beyond;
  const Vec<I> lane = lane_numbers<I>();
  for (int64_t row = 0; row < rows; ++row) {
    const T* x = static_cast<const T*>(in) + row * n;
    // Lanes past the end repeat the first element, which they cannot beat.
    Best<T> best = {n < L ? load(x, n, x[0]) : load(x), lane};
    int64_t i = L;
    for (; i + L <= n; i += L) best.take(beyond, load(x + i), Vec<I>(I(i)) + lane);
    if (i < n) best.take(beyond, load(x + i, n - i, x[0]), Vec<I>(I(i)) + lane);
    T value = best.value[0];
    int64_t index = best.index[0];
    for (int k = 1; k < L && k < n; ++k) {
      const T v = best.value[k];
      const int64_t at = best.index[k];
      const bool further = beyond(Vec<T>(v), Vec<T>(value)).v[0];
      const bool level = v == value || (v != v && value != value);
      if (further || (level && at < index)) {
        value = v;
        index = at;
      }
    }
    static_cast<T*>(values)[row] = value;
    indices[row] = index;
  }
}

template <class Beyond, class T>
void best_of_columns(const void* in, int64_t n, int64_t step, int64_t width, void* values, int64_t* indices) {
  using I = BitsOf<T>;
  constexpr int L = Vec<T>::lanes;
  const Beyond beyond;
  const T* x = static_cast<const T*>(in);
  alignas(64) T value[kBestColumns];
  alignas(64) I index[kBestColumns];
  __builtin_memcpy(value, x, uint64_t(width) * sizeof(T));
  __builtin_memset(index, 0, sizeof index);
  for (int64_t r = 1; r < n; ++r) {
    const T* row = x + r * step;
    for (int64_t c = 0; c < width; c += L) {
      Best<T> best = {load(value + c), load(index + c)};
      best.take(beyond, width - c < L ? load(row + c, width - c) : load(row + c), Vec<I>(I(r)));
      store(value + c, best.value);
      store(index + c, best.index);
    }
  }
  __builtin_memcpy(values, value, uint64_t(width) * sizeof(T));
  for (int64_t c = 0; c < width; ++c) indices[c] = index[c];
}

template <class Beyond>
consteval BestKernels best_kernels() {
  BestKernels k{};
  k.of[2] = {best_of_rows<Beyond, int32_t>, best_of_columns<Beyond, int32_t>};
  k.of[3] = {best_of_rows<Beyond, int64_t>, best_of_columns<Beyond, int64_t>};
  k.of[4] = {best_of_rows<Beyond, float>, best_of_columns<Beyond, float>};
  k.of[5] = {best_of_rows<Beyond, double>, best_of_columns<Beyond, double>};
  return k;
}
extern const BestKernels largest_kernels, smallest_kernels;
constexpr BestKernels largest_kernels = best_kernels<AboveBest>();
constexpr BestKernels smallest_kernels = best_kernels<BelowBest>();

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>

#include "ops/along_axis.h"
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(largest_kernels);
PYNN_DISPATCH(smallest_kernels);

namespace {

struct ValueAndIndex {
  Tensor value, index;
};

constexpr int64_t kRowPiece = int64_t(1) << 16;

// Long rows in pieces: the best of the pieces' bests is the best, and the first of equal ones still wins.
ValueAndIndex best_of_long_rows(const BestKernel& kernel, const Tensor& x, int64_t rows, int64_t n,
                                const Shape& shape) {
  const int64_t pieces = (n + kRowPiece - 1) / kRowPiece;
  const Tensor part = empty({rows, pieces}, x.dtype()), part_index = empty({rows, pieces}, DType::int64);
  const ValueAndIndex best = {empty(shape, x.dtype()), empty(shape, DType::int64)};
  const int size = itemsize(x.dtype());
  const char* in = x.bytes();
  char* value = part.bytes();
  int64_t* index = part_index.data<int64_t>();
  parallel_for(rows * pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t from = i % pieces * kRowPiece;
      kernel.rows(in + (i / pieces * n + from) * size, 1, std::min(kRowPiece, n - from), value + i * size,
                  index + i);
      index[i] += from;
    }
  });
  int64_t* where = best.index.data<int64_t>();
  kernel.rows(value, rows, pieces, best.value.bytes(), where);
  for (int64_t row = 0; row < rows; ++row) where[row] = index[row * pieces + where[row]];
  return best;
}

// x: contiguous, seen as (outer, n, inner).
ValueAndIndex best_along(const BestKernel& kernel, const Tensor& x, AroundAxis around, const Shape& shape) {
  const auto [outer, n, inner] = around;
  if (inner == 1 && n > 2 * kRowPiece) return best_of_long_rows(kernel, x, outer, n, shape);
  const ValueAndIndex best = {empty(shape, x.dtype()), empty(shape, DType::int64)};
  const int size = itemsize(x.dtype());
  const char* in = x.bytes();
  char* value = best.value.bytes();
  int64_t* index = best.index.data<int64_t>();
  if (inner == 1) {
    parallel_for(outer, rows_per_piece(n), [&](int64_t begin, int64_t end) {
      kernel.rows(in + begin * n * size, end - begin, n, value + begin * size, index + begin);
    });
    return best;
  }
  if (n > INT32_MAX)
    throw ValueError(text("argmax: an axis of ", n, " elements is too long unless it is the last one"));
  const int64_t tiles = (inner + kBestColumns - 1) / kBestColumns;
  parallel_for(outer * tiles, rows_per_piece(n * std::min(inner, kBestColumns)),
               [&](int64_t begin, int64_t end) {
                 for (int64_t item = begin; item < end; ++item) {
                   const int64_t o = item / tiles, c = item % tiles * kBestColumns, at = o * inner + c;
                   kernel.columns(in + (o * n * inner + c) * size, n, inner,
                                  std::min(kBestColumns, inner - c), value + at * size, index + at);
                 }
               });
  return best;
}

ValueAndIndex best(const char* op, const BestKernels& kernels, const Tensor& x, const Ints& axis,
                   bool keepdim) {
  if (axis.present && axis.size() != 1)
    throw ValueError(text(
        op, ": takes one axis, or None for the whole tensor; got axis=", static_cast<const Dims&>(axis)));
  const AxisSet axes(op, axis, x.ndim());
  check_not_empty(op, x, axes);
  const Shape shape = reduced_shape(x.shape(), axes, keepdim);
  // Lanes of one byte are too narrow for an index.
  const DType type = x.dtype() < DType::int32 ? DType::int32 : x.dtype();
  if (numel(shape) == 0) return {empty(shape, x.dtype()), empty(shape, DType::int64)};
  const Tensor in = x.to(type).contiguous();
  const AroundAxis around =
      axis.present ? AroundAxis(x.shape(), check_axis(op, axis[0], x.ndim())) : AroundAxis({x.numel()}, 0);
  ValueAndIndex found = best_along(kernels.of[int(type)], in, around, shape);
  found.value = found.value.to(x.dtype());
  return found;
}

struct Max {
  static constexpr const char* name = "max";
  static const BestKernels& kernels() { return *largest_kernels; }
};
struct Min {
  static constexpr const char* name = "min";
  static const BestKernels& kernels() { return *smallest_kernels; }
};

template <class S>
struct WithIndex {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, int64_t axis, bool keepdim) {
    const int at = check_axis(S::name, axis, x.ndim());
    const ValueAndIndex found = best(S::name, S::kernels(), x, Ints{at}, keepdim);
    context.save(found.index, x.shape(), at, keepdim);
    return {found.value, found.index};
  }
  static Gradients backward(const Context& context, const Tensor* dy) {
    const auto [index, shape, axis, keepdim] = context.load<Tensor, Shape, int, bool>();
    if (shape.size() == 0) return {dy[0]};
    Shape kept = shape;
    kept[axis] = 1;
    return {place_along(dy[0].contiguous().alias(kept, row_major(kept), dy[0].contiguous().impl()->offset),
                        index.alias(kept, row_major(kept), index.impl()->offset), shape, axis)};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dy) {
    const auto [index, shape, axis, keepdim] = context.load<Tensor, Shape, int, bool>();
    if (shape.size() == 0) return {dy[0]};
    const Tensor at = keepdim ? index : unsqueeze(index, axis), g = keepdim ? dy[0] : unsqueeze(dy[0], axis);
    return {scatter_add(zeros(shape, g.dtype()), axis, at, g)};
  }
};

Tensor argmax(const Tensor& x, const Ints& axis, bool keepdim) {
  return best("argmax", *largest_kernels, x, axis, keepdim).index;
}
Tensor argmin(const Tensor& x, const Ints& axis, bool keepdim) {
  return best("argmin", *smallest_kernels, x, axis, keepdim).index;
}

}  // namespace

static const Op& max_op = structured<WithIndex<Max>>({
    .name = "max_with_index",
    .args = {"x", "axis", {"keepdim", false}},
    .formula = "values = max x, indices = argmax x  along the axis",
    .gradient = "dx = dy at the index, 0 elsewhere",
    .reference = "(amax(x, axis, keepdims=keepdim), argmax(x, axis, keepdims=keepdim))",
    .samples = {"randn(3, 4), 1", "randn(2, 3, 65), -1, True", "randn(17, 3), 0", "randn(2, 33, 5), 1"},
    .doc =
        "The largest element along an axis, and where it stands: the first of equal ones. NaN counts as the "
        "largest.",
    .home = Home::internal,
    .outputs = {"values", "indices"},
});
static const Op& min_op = structured<WithIndex<Min>>({
    .name = "min_with_index",
    .args = {"x", "axis", {"keepdim", false}},
    .formula = "values = min x, indices = argmin x  along the axis",
    .gradient = "dx = dy at the index, 0 elsewhere",
    .reference = "(amin(x, axis, keepdims=keepdim), argmin(x, axis, keepdims=keepdim))",
    .samples = {"randn(3, 4), 1", "randn(2, 3, 65), -1, True", "randn(17, 3), 0", "randn(2, 33, 5), 1"},
    .doc =
        "The smallest element along an axis, and where it stands: the first of equal ones. NaN counts as the "
        "smallest.",
    .home = Home::internal,
    .outputs = {"values", "indices"},
});

static const Op& argmax_op = composite<&argmax>({
    .name = "argmax",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = the first i with xᵢ = max x",
    .gradient = "none: the result is an index",
    .reference = "argmax(x, axis=axis, keepdims=keepdim)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), -1, True", "randn(17, 3), 0", "randn(2, 33, 5), 1"},
    .doc = "Where the largest element stands along `axis`, as int64; without an axis, its place in the "
           "flattened "
           "tensor. Of equal ones it is the first. NaN counts as the largest.",
});
static const Op& argmin_op = composite<&argmin>({
    .name = "argmin",
    .args = {"x", {"axis", none}, {"keepdim", false}},
    .formula = "y = the first i with xᵢ = min x",
    .gradient = "none: the result is an index",
    .reference = "argmin(x, axis=axis, keepdims=keepdim)",
    .samples = {"randn(3, 4)", "randn(2, 3, 65), -1, True", "randn(17, 3), 0", "randn(2, 33, 5), 1"},
    .doc = "Where the smallest element stands along `axis`, as int64; without an axis, its place in the "
           "flattened "
           "tensor. Of equal ones it is the first. NaN counts as the smallest.",
});

}  // namespace pynn
#endif
