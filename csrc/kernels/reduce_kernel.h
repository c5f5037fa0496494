// reduce_kernel.h — from the formula of a reduction to loops over memory, once per element type.
//
//   struct SumOfSquares : Summing {
//     template <class V> V map(V x, V shift) const { return x * x; }
//   };
//   PYNN_REDUCTION(sum_of_squares_kernel, SumOfSquares, kFloats);
//
// y = finish(fold(map(x₀), map(x₁), ...)): `map` is what each element becomes, `fold` joins two of them and
// may be applied in any order, `finish` makes the result of the total. `shift` is one number per output
// that the reduction knows beforehand (a mean, a maximum), 0 where there is none. Fields of the struct (all
// double) are its parameters.
//
// Accuracy: eight vectors are folded as they are, in a tree; only then is the result taken into a total of
// type float64 (for integers, int64). So a float32 sum costs one conversion for every eight vectors read and
// its error does not grow with the number of elements.
#pragma once
#include <stdint.h>

#include "core/elementwise_kernel.h"

namespace pynn {

// Totals lie in memory, one per output, `total_size` bytes each, in room padded to kTotalPadding elements.
struct ReduceLoops {
  int total_size;
  void (*start)(void* totals, int64_t n, const double* parameters);
  // totals[i] takes in the n contiguous elements at x + i * step, for i < count.
  void (*rows)(const void* x, int64_t step, int64_t count, int64_t n, const void* shift, void* totals,
               const double* parameters);
  // totals[c] takes in x[c], x[c + step], ... (count of them), for c < width; without a shift, the totals
  // past the width stay as they are.
  void (*columns)(const void* x, int64_t step, int64_t count, int64_t width, const void* shift, void* totals,
                  const double* parameters);
  // totals[i] takes in part[i].
  void (*merge)(void* totals, const void* part, int64_t n, const double* parameters);
  void (*finish)(const void* totals, const void* shift, void* y, int64_t n, const double* parameters);
};
inline constexpr int64_t kTotalPadding = 64;

struct ReduceKernel {
  ReduceLoops of[6];  // by DType; no `rows` where the type is not offered
};

}  // namespace pynn

namespace pynn::PYNN_ISA {

// The type in which a reduction maps and folds vectors, and the type of its totals.
enum class Totals : uint8_t {
  same,  // both the element's own: max
  wide,  // float32 is folded in itself and totalled in float64, bytes in int32 and int64; integers in int64
  wide_map,  // as wide, but mapped in float64 too: for a map that may leave float32's range
};

template <class T, Totals totals>
consteval auto mapped_type() {
  if constexpr (totals == Totals::same)
    return T();
  else if constexpr (totals == Totals::wide && sizeof(T) == 1)
    return int32_t();
  else if constexpr (!kIsFloat<T>)
    return int64_t();
  else if constexpr (totals == Totals::wide)
    return T();
  else
    return double();
}
template <class T, Totals totals>
consteval auto total_type() {
  if constexpr (totals == Totals::same)
    return T();
  else if constexpr (!kIsFloat<T>)
    return int64_t();
  else
    return double();
}
template <class F, class T>
using Mapped = decltype(mapped_type<T, F::totals>());
template <class F, class T>
using Total = decltype(total_type<T, F::totals>());

template <class T>
PYNN_INLINE T lowest() {
  if constexpr (kIsFloat<T>)
    return T(-__builtin_inf());
  else if constexpr (T(-1) < T(0))
    return T(typename IntOfSize<sizeof(T)>::Unsigned(1) << (8 * sizeof(T) - 1));
  else
    return T(0);
}
template <class T>
PYNN_INLINE T highest() {
  if constexpr (kIsFloat<T>)
    return T(__builtin_inf());
  else
    return T(~lowest<T>());
}

// ---- the ways to fold: a formula inherits one and adds its map --------------------------------------
// start: the total of nothing. A formula under whose map `start` is not neutral says `blank`, too: an element
// that maps to it, for the lanes past the end of a row.

struct Folding {
  template <class V>
  V finish(V total, V) const {
    return total;
  }
};
struct Summing : Folding {
  static constexpr Totals totals = Totals::wide;
  template <class T>
  T start() const {
    return T(0);
  }
  template <class V>
  V fold(V a, V b) const {
    return a + b;
  }
  template <class T>
  T across(Vec<T> x) const {
    return sum_lanes(x);
  }
};
struct Multiplying : Folding {
  static constexpr Totals totals = Totals::wide_map;
  template <class T>
  T start() const {
    return T(1);
  }
  template <class V>
  V fold(V a, V b) const {
    return a * b;
  }
  template <class T>
  T across(Vec<T> x) const {
    return prod_lanes(x);
  }
};
struct Largest : Folding {
  static constexpr Totals totals = Totals::same;
  template <class T>
  T start() const {
    return lowest<T>();
  }
  template <class V>
  V fold(V a, V b) const {
    return max(a, b);
  }
  template <class T>
  T across(Vec<T> x) const {
    return max_lanes(x);
  }
};
struct Smallest : Folding {
  static constexpr Totals totals = Totals::same;
  template <class T>
  T start() const {
    return highest<T>();
  }
  template <class V>
  V fold(V a, V b) const {
    return min(a, b);
  }
  template <class T>
  T across(Vec<T> x) const {
    return min_lanes(x);
  }
};

template <class F, class T>
PYNN_INLINE T blank_of(const F& f, T shift) {
  if constexpr (requires { f.blank(shift); })
    return f.blank(shift);
  else
    return f.template start<T>();
}

// The element type of the result: a formula may name it (`using Result = int64_t`).
template <class F, class T>
consteval auto result_type_of() {
  if constexpr (requires { typename F::Result; })
    return typename F::Result();
  else if constexpr (kIsFloat<T>)
    return T();
  else
    return Total<F, T>();
}
template <class F, class T>
using ResultOf = decltype(result_type_of<F, T>());

// ---- loops ---------------------------------------------------------------------------------------------

template <class To, class From>
PYNN_INLINE Vec<To> load_to(const From* p) {
  if constexpr (__is_same(To, From))
    return load(p);
  else
    return load_as<To>(p);
}
template <class To, class From>
PYNN_INLINE Vec<To> load_to(const From* p, int64_t n, From fill) {
  if constexpr (__is_same(To, From))
    return load(p, n, fill);
  else
    return load_as<To>(p, n, fill);
}

// fold of read(0), ..., read(N - 1), as a tree.
template <int N, class F, class Read>
PYNN_INLINE auto fold_tree(const F& f, const Read& read, int first = 0) {
  if constexpr (N == 1)
    return read(first);
  else
    return f.fold(fold_tree<N / 2>(f, read, first), fold_tree<N / 2>(f, read, first + N / 2));
}

// A running total in a vector, or in two where totals are wider than what is folded.
template <class F, class T>
struct RunningTotal {
  using M = Mapped<F, T>;
  using A = Total<F, T>;
  static constexpr bool kSplit = sizeof(A) > sizeof(M);
  Vec<A> low, high;

  PYNN_INLINE explicit RunningTotal(const F& f) : low(f.template start<A>()), high(f.template start<A>()) {}
  PYNN_INLINE explicit RunningTotal(const A* p) : low(load(p)) {
    if constexpr (kSplit) high = load(p + Vec<A>::lanes);
  }
  PYNN_INLINE void take(const F& f, Vec<M> x) {
    if constexpr (kSplit) {
      low = f.fold(low, widen_low(x));
      high = f.fold(high, widen_high(x));
    } else {
      low = f.fold(low, x);
    }
  }
  PYNN_INLINE void put(A* p) const {
    store(p, low);
    if constexpr (kSplit) store(p + Vec<A>::lanes, high);
  }
  PYNN_INLINE A total(const F& f) const {
    if constexpr (kSplit)
      return f.across(f.fold(low, high));
    else
      return f.across(low);
  }
};

template <class F, class T>
void start_totals(void* totals, int64_t n, const double* parameters) {
  using A = Total<F, T>;
  const Vec<A> nothing(with_parameters<F>(parameters).template start<A>());
  for (int64_t i = 0; i < n; i += Vec<A>::lanes) store(static_cast<A*>(totals) + i, nothing);
}

template <class F, class T>
void reduce_rows(const void* in, int64_t step, int64_t count, int64_t n, const void* shifts, void* totals,
                 const double* parameters) {
  using M = Mapped<F, T>;
  using A = Total<F, T>;
  constexpr int L = Vec<M>::lanes;
  const F f = with_parameters<F>(parameters);
  for (int64_t row = 0; row < count; ++row) {
    const T* x = static_cast<const T*>(in) + row * step;
    const T shift = shifts ? static_cast<const T*>(shifts)[row] : T(0);
    const Vec<M> s = Vec<M>(M(shift));
    RunningTotal<F, T> running(f);
    int64_t i = 0;
    for (; i + 8 * L <= n; i += 8 * L)
      running.take(
          f, fold_tree<8>(f, [&](int k) PYNN_LAMBDA_INLINE { return f.map(load_to<M>(x + i + k * L), s); }));
    for (; i + L <= n; i += L) running.take(f, f.map(load_to<M>(x + i), s));
    if (i < n) running.take(f, f.map(load_to<M>(x + i, n - i, blank_of(f, shift)), s));
    A& total = static_cast<A*>(totals)[row];
    total = f.fold(Vec<A>(total), Vec<A>(running.total(f)))[0];
  }
}

// One vector of columns: the running totals at `total` take in `rows` rows, eight at a time.
template <class F, class T, class Load>
PYNN_INLINE void reduce_column_vector(const F& f, const T* x, int64_t step, int64_t rows, Vec<Mapped<F, T>> s,
                                      Total<F, T>* total, const Load& load_row) {
  RunningTotal<F, T> running(total);
  const auto row = [&](int64_t r) PYNN_LAMBDA_INLINE { return f.map(load_row(x + r * step), s); };
  if (rows == 8) {
    running.take(f, fold_tree<8>(f, row));
  } else {
    for (int64_t r = 0; r < rows; ++r) running.take(f, row(r));
  }
  running.put(total);
}

template <class F, class T>
void reduce_columns(const void* in, int64_t step, int64_t count, int64_t width, const void* shifts,
                    void* totals, const double* parameters) {
  using M = Mapped<F, T>;
  constexpr int L = Vec<M>::lanes;
  const F f = with_parameters<F>(parameters);
  const T* shift = static_cast<const T*>(shifts);
  auto* total = static_cast<Total<F, T>*>(totals);
  const int64_t whole = width - width % L, rest = width % L;
  for (int64_t first = 0; first < count; first += 8) {
    const T* x = static_cast<const T*>(in) + first * step;
    const int64_t rows = count - first < 8 ? count - first : 8;
    for (int64_t c = 0; c < whole; c += L)
      reduce_column_vector(f, x + c, step, rows, shift ? load_to<M>(shift + c) : Vec<M>(M(0)), total + c,
                           [](const T* p) PYNN_LAMBDA_INLINE { return load_to<M>(p); });
    if (rest)
      reduce_column_vector(f, x + whole, step, rows,
                           shift ? load_to<M>(shift + whole, rest, T(0)) : Vec<M>(M(0)), total + whole,
                           [&](const T* p)
                               PYNN_LAMBDA_INLINE { return load_to<M>(p, rest, blank_of(f, T(0))); });
  }
}

template <class F, class T>
void merge_totals(void* totals, const void* part, int64_t n, const double* parameters) {
  using A = Total<F, T>;
  constexpr int L = Vec<A>::lanes;
  const F f = with_parameters<F>(parameters);
  A* a = static_cast<A*>(totals);
  const A* b = static_cast<const A*>(part);
  int64_t i = 0;
  for (; i + L <= n; i += L) store(a + i, f.fold(load(a + i), load(b + i)));
  if (i < n) store(a + i, f.fold(load(a + i, n - i), load(b + i, n - i)), n - i);
}

template <class F, class T>
void finish_totals(const void* totals, const void* shifts, void* out, int64_t n, const double* parameters) {
  using A = Total<F, T>;
  using R = ResultOf<F, T>;
  constexpr int L = Vec<A>::lanes;
  const F f = with_parameters<F>(parameters);
  const A* total = static_cast<const A*>(totals);
  const T* shift = static_cast<const T*>(shifts);
  R* y = static_cast<R*>(out);
  for (int64_t i = 0; i < n; i += L) {
    const int64_t m = n - i < L ? n - i : L;
    const Vec<A> s = shift ? load_to<A>(shift + i, m, T(0)) : Vec<A>(A(0));
    const Vec<A> v = f.finish(load(total + i, m), s);
    if constexpr (__is_same(A, R))
      store(y + i, v, m);
    else
      store_as(y + i, v, m);
  }
}

template <class F, class T>
consteval ReduceLoops reduce_loops() {
  return {int(sizeof(Total<F, T>)), start_totals<F, T>, reduce_rows<F, T>,
          reduce_columns<F, T>,     merge_totals<F, T>, finish_totals<F, T>};
}

template <class F, ElementTypes types>
consteval ReduceKernel reduce_kernel() {
  ReduceKernel k{};
  if constexpr (types == kAll) k.of[0] = reduce_loops<F, uint8_t>();
  if constexpr (types != kFloats) {
    k.of[1] = reduce_loops<F, uint8_t>();
    k.of[2] = reduce_loops<F, int32_t>();
    k.of[3] = reduce_loops<F, int64_t>();
  }
  k.of[4] = reduce_loops<F, float>();
  k.of[5] = reduce_loops<F, double>();
  return k;
}

}  // namespace pynn::PYNN_ISA

// Defines the loops of a reduction under `name`, for PYNN_DISPATCH(name) in the once section.
#define PYNN_REDUCTION(name, Formula, types) \
  extern const ReduceKernel name;            \
  constexpr ReduceKernel name = reduce_kernel<Formula, types>()
