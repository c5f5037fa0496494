#include "kernels/channel_norm.h"

#include "kernels/row_pairs.h"

namespace pynn::PYNN_ISA {

// From a first mean m, and Σ (x - m) and Σ (x - m)²: what the rounding of m and of its sum took is put right.
PYNN_INLINE Moments around(double m, double n, double total, double squares) {
  const double off = total / n;
  return {n, m + off, squares - n * off * off};
}

template <class T>
Moments row_moments(const T* x, int64_t n) {
  using V = Vec<T>;
  const Summing sum;
  const auto first = fold_row<Summing, T>(
      sum, n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE { return load_part(x + i, k, T(0)); });
  const T m = T(first.total(sum) / double(n));
  const auto second = fold_pairs<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    const V d = load_part(x + i, k, m) - V(m);
    return Pair<V>{d, d * d};
  });
  return around(double(m), double(n), second.v.total(sum), second.w.total(sum));
}

// g, where a ReLU let (x - mean) a + c through; d = x - mean.
template <bool rectified, class V>
PYNN_INLINE V let_through(V g, V d, V a, V c) {
  if constexpr (rectified)
    return select(fma(d, a, c) > V(0), g, V(0));
  else
    return g;
}

template <bool rectified, class T>
PYNN_INLINE Dots dots_of_row(const T* x, const T* dy, const Rectified<T>& relu, T mean, int64_t n) {
  using V = Vec<T>;
  const V m(mean), ra(relu.a), rc(relu.c);
  const auto total = fold_pairs<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    const V d = load_part(x + i, k, mean) - m;
    const V g = let_through<rectified>(load_part(dy + i, k, T(0)), d, ra, rc);
    return Pair<V>{g, g * d};
  });
  return {total.v.total(Summing()), total.w.total(Summing())};
}
template <class T>
Dots row_dots(const T* x, const T* dy, const Rectified<T>& relu, T mean, int64_t n) {
  return relu.any ? dots_of_row<true>(x, dy, relu, mean, n) : dots_of_row<false>(x, dy, relu, mean, n);
}

template <class T>
void row_affine(const T* x, T* y, T mean, T a, T c, T least, int64_t n) {
  using V = Vec<T>;
  const V m(mean), va(a), vc(c), floor(least);
  for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    store_part(y + i, max_fast(floor, fma(load_part(x + i, k, T(0)) - m, va, vc)), k);
  });
}

template <bool rectified, class T>
PYNN_INLINE void back_of_row(const T* x, const T* dy, const Rectified<T>& relu, T* dx, T mean, T a, T b, T c,
                             int64_t n) {
  using V = Vec<T>;
  const V m(mean), va(a), vb(b), vc(c), ra(relu.a), rc(relu.c);
  for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    const V d = load_part(x + i, k, T(0)) - m;
    const V g = let_through<rectified>(load_part(dy + i, k, T(0)), d, ra, rc);
    store_part(dx + i, fma(g, va, fma(d, vb, vc)), k);
  });
}
template <class T>
void row_back(const T* x, const T* dy, const Rectified<T>& relu, T* dx, T mean, T a, T b, T c, int64_t n) {
  if (relu.any)
    back_of_row<true>(x, dy, relu, dx, mean, a, b, c, n);
  else
    back_of_row<false>(x, dy, relu, dx, mean, a, b, c, n);
}

// ---- columns -----------------------------------------------------------------------------------------

// The same down a vector of columns, eight rows at a time.
template <class T, class Read>
PYNN_INLINE PairTotal<T> fold_columns(int64_t rows, const Read& read) {
  PairTotal<T> total;
  int64_t r = 0;
  for (; r + 8 <= rows; r += 8)
    total.take(fold_tree<8>(PairSum(), [&](int q) PYNN_LAMBDA_INLINE { return read(r + q); }));
  for (; r < rows; ++r) total.take(read(r));
  return total;
}

template <class T>
void column_moments(const T* x, int64_t step, int64_t rows, int64_t width, Moments* moments) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  for (int64_t c = 0; c < width; c += L) {
    const int64_t k = width - c < L ? width - c : L;
    double totals[L], squares[L];
    T means[L];
    const auto row = [=](int64_t r) PYNN_LAMBDA_INLINE { return load_part(x + r * step + c, k, T(0)); };
    fold_columns<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      return Pair<V>{row(r), V(T(0))};
    }).v.put(totals);
    for (int l = 0; l < L; ++l) means[l] = T(totals[l] / double(rows));
    const V m = load(means);
    const auto second = fold_columns<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      const V d = row(r) - m;
      return Pair<V>{d, d * d};
    });
    second.v.put(totals);
    second.w.put(squares);
    for (int64_t l = 0; l < k; ++l)
      moments[c + l] = around(double(means[l]), double(rows), totals[l], squares[l]);
  }
}

// Factor i ... of a column's ReLU; nobody looks at it where there is none.
template <bool rectified, class T>
PYNN_INLINE Vec<T> factor_of(const T* factors, int64_t i, int64_t k) {
  if constexpr (rectified)
    return load_part(factors + i, k, T(0));
  else
    return Vec<T>(0);
}

template <bool rectified, class T>
PYNN_INLINE void dots_of_columns(const T* x, const T* dy, const RectifiedColumns<T>& relu, const T* mean,
                                 int64_t step, int64_t rows, int64_t width, Dots* dots) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  for (int64_t c = 0; c < width; c += L) {
    const int64_t k = width - c < L ? width - c : L;
    const V m = load_part(mean + c, k, T(0)), ra = factor_of<rectified>(relu.a, c, k),
            rc = factor_of<rectified>(relu.c, c, k);
    double totals[L], alongs[L];
    const auto sums = fold_columns<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      const V d = load_part(x + r * step + c, k, T(0)) - m;
      const V g = let_through<rectified>(load_part(dy + r * step + c, k, T(0)), d, ra, rc);
      return Pair<V>{g, g * d};
    });
    sums.v.put(totals);
    sums.w.put(alongs);
    for (int64_t l = 0; l < k; ++l) dots[c + l] = {totals[l], alongs[l]};
  }
}
template <class T>
void column_dots(const T* x, const T* dy, const RectifiedColumns<T>& relu, const T* mean, int64_t step,
                 int64_t rows, int64_t width, Dots* dots) {
  if (relu.a)
    dots_of_columns<true>(x, dy, relu, mean, step, rows, width, dots);
  else
    dots_of_columns<false>(x, dy, relu, mean, step, rows, width, dots);
}

template <class T>
void column_affine(const T* x, T* y, const T* mean, const T* a, const T* c, T least, int64_t step,
                   int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; ++r)
    for_each_vector<T>(width, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const Vec<T> d = load_part(x + r * step + i, k, T(0)) - load_part(mean + i, k, T(0));
      const Vec<T> value = fma(d, load_part(a + i, k, T(0)), load_part(c + i, k, T(0)));
      store_part(y + r * step + i, max_fast(Vec<T>(least), value), k);
    });
}

template <bool rectified, class T>
PYNN_INLINE void back_of_columns(const T* x, const T* dy, const RectifiedColumns<T>& relu, T* dx,
                                 const T* mean, const T* a, const T* b, const T* c, int64_t step,
                                 int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; ++r)
    for_each_vector<T>(width, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const Vec<T> d = load_part(x + r * step + i, k, T(0)) - load_part(mean + i, k, T(0));
      const Vec<T> g =
          let_through<rectified>(load_part(dy + r * step + i, k, T(0)), d, factor_of<rectified>(relu.a, i, k),
                                 factor_of<rectified>(relu.c, i, k));
      store_part(
          dx + r * step + i,
          fma(g, load_part(a + i, k, T(0)), fma(d, load_part(b + i, k, T(0)), load_part(c + i, k, T(0)))), k);
    });
}
template <class T>
void column_back(const T* x, const T* dy, const RectifiedColumns<T>& relu, T* dx, const T* mean, const T* a,
                 const T* b, const T* c, int64_t step, int64_t rows, int64_t width) {
  if (relu.a)
    back_of_columns<true>(x, dy, relu, dx, mean, a, b, c, step, rows, width);
  else
    back_of_columns<false>(x, dy, relu, dx, mean, a, b, c, step, rows, width);
}

extern const ChannelNormKernels channel_norm_table;
constexpr ChannelNormKernels channel_norm_table = {
    {row_moments<float>, row_moments<double>},       {row_dots<float>, row_dots<double>},
    {row_affine<float>, row_affine<double>},         {row_back<float>, row_back<double>},
    {column_moments<float>, column_moments<double>}, {column_dots<float>, column_dots<double>},
    {column_affine<float>, column_affine<double>},   {column_back<float>, column_back<double>},
};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
namespace pynn {

PYNN_DISPATCH(channel_norm_table);

const ChannelNormKernels& channel_norm_kernels() { return *channel_norm_table; }

}  // namespace pynn
#endif
