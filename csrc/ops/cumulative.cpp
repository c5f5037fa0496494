// cumsum, cumprod — running totals along an axis; with linear_recurrence and shift, in which the gradient of
// a running product is written without a division.
#include "core/simd.h"

namespace pynn {

// x and y: contiguous; float, double or int64. float32 runs in float64.
struct ScanKernel {
  void (*row)(const void* x, void* y, int64_t n, bool reverse);
  // y[i] = total of x[0], x[step], ..., x[i * step] for each of `width` columns.
  void (*columns)(const void* x, void* y, int64_t n, int64_t step, int64_t width, bool reverse);
};
struct ScanKernels {
  ScanKernel f32, f64, i64;
};
inline constexpr int64_t kScanColumns = 256;

template <class T>
using RecurrenceLoop = void(const T* a, const T* b, T* y, int64_t n, int64_t step, int64_t width,
                            bool reverse);

}  // namespace pynn

namespace pynn::PYNN_ISA {

struct CumSum {
  static constexpr int start = 0;
  template <class V>
  PYNN_INLINE V fold(V a, V b) const {
    return a + b;
  }
};
struct CumProd {
  static constexpr int start = 1;
  template <class V>
  PYNN_INLINE V fold(V a, V b) const {
    return a * b;
  }
};

template <class T>
struct TotalOf {
  using type = T;
};
template <>
struct TotalOf<float> {
  using type = double;
};

template <int... k>
struct LaneList {};
template <int n, int... k>
struct FirstLanes : FirstLanes<n - 1, n - 1, k...> {};
template <int... k>
struct FirstLanes<0, k...> {
  using type = LaneList<k...>;
};

// Lane i of the result is lane i - by of x; the first lanes are those of `fill`.
template <int by, class T, int... k>
PYNN_INLINE Vec<T> lanes_up(Vec<T> x, Vec<T> fill, LaneList<k...>) {
  return __builtin_shufflevector(fill.v, x.v, (k < by ? k : Vec<T>::lanes + k - by)...);
}
template <class T, int... k>
PYNN_INLINE Vec<T> lanes_reversed(Vec<T> x, LaneList<k...>) {
  return __builtin_shufflevector(x.v, x.v, (Vec<T>::lanes - 1 - k)...);
}

// Running totals within a vector: each step folds in the totals of twice as many lanes.
template <int by, class F, class T>
PYNN_INLINE Vec<T> scan_lanes(F f, Vec<T> x) {
  if constexpr (by < Vec<T>::lanes) {
    using All = typename FirstLanes<Vec<T>::lanes>::type;
    return scan_lanes<2 * by>(f, f.fold(lanes_up<by>(x, Vec<T>(T(F::start)), All()), x));
  } else {
    return x;
  }
}

template <class T>
PYNN_INLINE auto load_total(const T* p) {
  using A = typename TotalOf<T>::type;
  if constexpr (__is_same(T, A))
    return load(p);
  else
    return load_as<A>(p);
}
template <class T, class A>
PYNN_INLINE void store_total(T* p, Vec<A> v) {
  if constexpr (__is_same(T, A))
    store(p, v);
  else
    store_as(p, v);
}

template <class F, class T>
void scan_row(const void* in, void* out, int64_t n, bool reverse) {
  using A = typename TotalOf<T>::type;
  using All = typename FirstLanes<Vec<A>::lanes>::type;
  constexpr int L = Vec<A>::lanes;
  const F f;
  const T* x = static_cast<const T*>(in);
  T* y = static_cast<T*>(out);
  A total = A(F::start);
  int64_t i = 0;
  for (; i + L <= n; i += L) {
    const int64_t at = reverse ? n - i - L : i;
    Vec<A> v = load_total(x + at);
    if (reverse) v = lanes_reversed(v, All());
    v = f.fold(Vec<A>(total), scan_lanes<1>(f, v));
    total = v[L - 1];
    store_total(y + at, reverse ? lanes_reversed(v, All()) : v);
  }
  for (; i < n; ++i) {
    const int64_t at = reverse ? n - 1 - i : i;
    total = f.fold(Vec<A>(total), Vec<A>(A(x[at])))[0];
    y[at] = T(total);
  }
}

template <class F, class T>
void scan_columns(const void* in, void* out, int64_t n, int64_t step, int64_t width, bool reverse) {
  using A = typename TotalOf<T>::type;
  constexpr int L = Vec<A>::lanes;
  const F f;
  alignas(64) A total[kScanColumns];
  for (int64_t c = 0; c < kScanColumns; ++c) total[c] = A(F::start);
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = (reverse ? n - 1 - i : i) * step;
    const T* x = static_cast<const T*>(in) + at;
    T* y = static_cast<T*>(out) + at;
    int64_t c = 0;
    for (; c + L <= width; c += L) {
      const Vec<A> v = f.fold(load(total + c), load_total(x + c));
      store(total + c, v);
      store_total(y + c, v);
    }
    for (; c < width; ++c) {
      total[c] = f.fold(Vec<A>(total[c]), Vec<A>(A(x[c])))[0];
      y[c] = T(total[c]);
    }
  }
}

template <class F>
consteval ScanKernels scan_kernels() {
  return {{scan_row<F, float>, scan_columns<F, float>},
          {scan_row<F, double>, scan_columns<F, double>},
          {scan_row<F, int64_t>, scan_columns<F, int64_t>}};
}
extern const ScanKernels cumsum_kernels, cumprod_kernels;
constexpr ScanKernels cumsum_kernels = scan_kernels<CumSum>();
constexpr ScanKernels cumprod_kernels = scan_kernels<CumProd>();

// y[i] = a[i] y[i - 1] + b[i], where the y before the first is 0 and its a is not read.
template <class T>
void recurrence_loop(const T* a, const T* b, T* y, int64_t n, int64_t step, int64_t width, bool reverse) {
  constexpr int L = Vec<T>::lanes;
  if (reverse) {
    const int64_t last = (n - 1) * step;
    a += last, b += last, y += last, step = -step;
  }
  for (int64_t c = 0; c < width; c += L) {
    const int64_t m = width - c < L ? width - c : L;
    Vec<T> before = load(b + c, m);
    store(y + c, before, m);
    for (int64_t i = 1; i < n; ++i) {
      before = fma(load(a + i * step + c, m), before, load(b + i * step + c, m));
      store(y + i * step + c, before, m);
    }
  }
}
extern const FloatKernels<RecurrenceLoop> recurrence_kernel;
constexpr FloatKernels<RecurrenceLoop> recurrence_kernel = {recurrence_loop<float>, recurrence_loop<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>

#include "ops/along_axis.h"
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(cumsum_kernels);
PYNN_DISPATCH(cumprod_kernels);
PYNN_DISPATCH(recurrence_kernel);

namespace {

// x as the type that its running totals have: integers and bool become int64.
Tensor scanned_type(const Tensor& x, DType dtype) {
  if (dtype == DType::none) dtype = is_floating(x.dtype()) ? x.dtype() : DType::int64;
  if (!is_floating(dtype) && dtype != DType::int64)
    throw DTypeError(text("cumulative totals are float32, float64 or int64, not ", dtype));
  return x.to(dtype);
}

Tensor scan(const ScanKernels& kernels, const Tensor& x, int axis, bool reverse) {
  const Tensor in = x.contiguous(), y = empty(x.shape(), x.dtype());
  if (x.numel() == 0) return y;
  const ScanKernel& kernel = x.dtype() == DType::float32   ? kernels.f32
                             : x.dtype() == DType::float64 ? kernels.f64
                                                           : kernels.i64;
  const auto [outer, n, inner] = AroundAxis(x.shape(), axis);
  const int64_t tile = std::min(inner, kScanColumns), tiles = (inner + tile - 1) / tile;
  const int size = itemsize(x.dtype());
  const char* from = in.bytes();
  char* to = y.bytes();
  parallel_for(outer * tiles, rows_per_piece(n * tile),
               [&, n = n, inner = inner](int64_t begin, int64_t end) {
                 for (int64_t item = begin; item < end; ++item) {
                   const int64_t c = item % tiles * tile, at = (item / tiles * n * inner + c) * size;
                   if (inner == 1)
                     kernel.row(from + at, to + at, n, reverse);
                   else
                     kernel.columns(from + at, to + at, n, inner, std::min(tile, inner - c), reverse);
                 }
               });
  return y;
}

}  // namespace

static Tensor reverse_cumsum(const Tensor& x, int64_t axis);

template <bool reverse>
struct CumSum {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, DType dtype) {
    context.save(axis);
    return scan(*cumsum_kernels, scanned_type(x, dtype), check_axis("cumsum", axis, x.ndim()), reverse);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [axis] = context.load<int64_t>();
    return {reverse ? cumsum(dy, axis) : reverse_cumsum(dy, axis)};
  }
};

static const Op& cumsum_op = structured<CumSum<false>>({
    .name = "cumsum",
    .args = {"x", "axis", {"dtype", none}},
    .formula = "yᵢ = x₀ + x₁ + ... + xᵢ  along the axis",
    .gradient = "dxᵢ = dyᵢ + dyᵢ₊₁ + ...",
    .reference = "cumsum(x, axis, dtype=dtype)",
    .samples = {"randn(7), 0", "randn(3, 65), -1", "randn(5, 33), 0", "randn(2, 4, 3), 1", "randn(0, 3), 1"},
    .doc = "Running totals along an axis. bool and integers add up as int64; float32 runs in float64.",
    .autocast = Autocast::float32,
});

static const Op& reverse_cumsum_op = structured<CumSum<true>>({
    .name = "reverse_cumsum",
    .args = {"x", "axis", {"dtype", none}},
    .formula = "yᵢ = xᵢ + xᵢ₊₁ + ...  along the axis",
    .gradient = "dxᵢ = dy₀ + dy₁ + ... + dyᵢ",
    .reference = "flip(cumsum(flip(x, axis), axis, dtype=dtype), axis)",
    .samples = {"randn(7), 0", "randn(3, 65), -1", "randn(5, 33), 0", "randn(2, 4, 3), 1"},
    .doc = "Running totals from the end of an axis: the gradient of cumsum.",
    .home = Home::internal,
});

Tensor cumsum(const Tensor& x, int64_t axis) { return call(cumsum_op, x, axis, DType::none); }
static Tensor reverse_cumsum(const Tensor& x, int64_t axis) {
  return call(reverse_cumsum_op, x, axis, DType::none);
}

struct Shift {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, int64_t by, double fill) {
    context.save(axis, by);
    const int at = check_axis("shift", axis, x.ndim());
    const Tensor y = full(x.shape(), fill, x.dtype());
    const int64_t n = x.ndim() ? x.size(at) : 1, moved = n - std::min(n, by < 0 ? -by : by);
    if (moved == 0) return y;
    if (x.ndim() == 0) {
      copy_into(y, x);
      return y;
    }
    Shape part = x.shape();
    part[at] = moved;
    const int64_t from = by < 0 ? n - moved : 0, to = by < 0 ? 0 : n - moved;
    copy_into(y.alias(part, y.strides(), to * y.strides()[at]),
              x.alias(part, x.strides(), x.impl()->offset + from * x.strides()[at]));
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [axis, by] = context.load<int64_t, int64_t>();
    return {shift(dy, axis, -by, 0.0)};
  }
};

static const Op& shift_op = structured<Shift>({
    .name = "shift",
    .args = {"x", "axis", {"by", 1}, {"fill", 0.0}},
    .formula = "yᵢ = xᵢ₋ᵦ for by = β, or `fill` where there is no such element",
    .gradient = "dxᵢ = dyᵢ₊ᵦ, or 0 where there is none",
    .reference = "apply_along_axis(lambda r: array([r[i - by] if 0 <= i - by < len(r) else fill "
                 "for i in range(len(r))]), axis, x)",
    .samples = {"randn(7), 0", "randn(3, 5), -1, -2, 1.0", "randn(4, 3), 0, 1", "randn(3, 2), 1, 5"},
    .doc = "The elements moved along an axis; those pushed over the end are lost.",
    .home = Home::internal,
});

Tensor shift(const Tensor& x, int64_t axis, int64_t by, double fill) {
  return call(shift_op, x, axis, by, fill);
}

struct LinearRecurrence {
  static Tensor forward(Context& context, const Tensor& a, const Tensor& b, int64_t axis, bool reverse) {
    if (!(a.shape() == b.shape()) || a.dtype() != b.dtype())
      throw ShapeError(text("linear_recurrence: a is ", a.dtype(), " ", a.shape(), " and b ", b.dtype(), " ",
                            b.shape(), "; they must be alike"));
    const int at = check_axis("linear_recurrence", axis, a.ndim());
    const Tensor y = empty(b.shape(), b.dtype());
    context.save(a, y, axis, reverse);
    if (y.numel() == 0) return y;
    const Tensor factors = a.contiguous(), terms = b.contiguous();
    const AroundAxis around(y.shape(), at);
    visit_float("linear_recurrence", y.dtype(), [&](auto element) {
      using T = decltype(element);
      auto* loop = recurrence_kernel->get<T>();
      const T *pa = factors.data<T>(), *pb = terms.data<T>();
      T* py = y.data<T>();
      const int64_t block = around.n * around.inner;
      parallel_for(around.outer, rows_per_piece(block), [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o)
          loop(pa + o * block, pb + o * block, py + o * block, around.n, around.inner, around.inner, reverse);
      });
    });
    return y;
  }
  // gᵢ = dyᵢ + aᵢ₊₁ gᵢ₊₁: the same recurrence, run backwards.
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [a, y, axis, reverse] = context.load<Tensor, Tensor, int64_t, bool>();
    const int64_t forward = reverse ? -1 : 1;
    const Tensor g = linear_recurrence(shift(a, axis, -forward, 0.0), dy, axis, !reverse);
    return {g * shift(y, axis, forward, 0.0), g};
  }
};

static const Op& recurrence_op = structured<LinearRecurrence>({
    .name = "linear_recurrence",
    .args = {"a", "b", {"axis", -1}, {"reverse", false}},
    .formula = "yᵢ = aᵢ yᵢ₋₁ + bᵢ, y₀ = b₀  along the axis; reversed: yᵢ = aᵢ yᵢ₊₁ + bᵢ",
    .gradient = "dbᵢ = dyᵢ + aᵢ₊₁ dbᵢ₊₁, daᵢ = dbᵢ yᵢ₋₁",
    .reference = "flip(cumprod(flip(a, axis), axis) * cumsum(flip(b, axis) / cumprod(flip(a, axis), axis), "
                 "axis), axis) "
                 "if reverse else cumprod(a, axis) * cumsum(b / cumprod(a, axis), axis)",
    .samples = {"0.5 + rand(7), randn(7)", "0.5 + rand(3, 9), randn(3, 9), -1, True",
                "0.5 + rand(5, 18), randn(5, 18), 0", "0.5 + rand(2, 4, 3), randn(2, 4, 3), 1, True"},
    .doc = "A first-order linear recurrence along an axis, from the front or from the back.",
    .home = Home::internal,
});

Tensor linear_recurrence(const Tensor& a, const Tensor& b, int64_t axis, bool reverse) {
  return call(recurrence_op, a, b, axis, reverse);
}

struct CumProd {
  static Tensor forward(Context& context, const Tensor& x, int64_t axis, DType dtype) {
    const Tensor y =
        scan(*cumprod_kernels, scanned_type(x, dtype), check_axis("cumprod", axis, x.ndim()), false);
    context.save(x, y, axis);
    return y;
  }
  // dxᵢ = yᵢ₋₁ (dyᵢ + xᵢ₊₁ (dyᵢ₊₁ + xᵢ₊₂ (...)))
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, y, axis] = context.load<Tensor, Tensor, int64_t>();
    const Tensor next = shift(cast(x, dy.dtype()), axis, -1, 0.0);
    return {shift(y, axis, 1, 1.0) * linear_recurrence(next, dy, axis, true)};
  }
};

static const Op& cumprod_op = structured<CumProd>({
    .name = "cumprod",
    .args = {"x", "axis", {"dtype", none}},
    .formula = "yᵢ = x₀ x₁ ... xᵢ  along the axis",
    .gradient = "dxᵢ = Σ dyₖ x₀ ... xᵢ₋₁ xᵢ₊₁ ... xₖ  over k ≥ i, right where an x is 0 too",
    .reference = "cumprod(x, axis, dtype=dtype)",
    .samples = {"randn(7), 0", "randn(3, 19), -1", "randn(5, 33), 0", "randn(2, 4, 3), 1",
                "array([2.0, 0.0, 3.0, 0.0]), 0"},
    .doc = "Running products along an axis. bool and integers multiply as int64; float32 runs in float64.",
    .autocast = Autocast::float32,
});

Tensor cumprod(const Tensor& x, int64_t axis) { return call(cumprod_op, x, axis, DType::none); }

}  // namespace pynn
#endif
