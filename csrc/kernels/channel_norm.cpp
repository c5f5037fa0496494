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

// dy[i ...], as far as a ReLU let it through.
template <bool rectified, class T>
PYNN_INLINE Vec<T> gradient(const T* dy, const T* kept, int64_t i, int64_t k) {
  const Vec<T> g = load_part(dy + i, k, T(0));
  if constexpr (rectified)
    return select(load_part(kept + i, k, T(0)) > Vec<T>(0), g, Vec<T>(0));
  else
    return g;
}

template <bool rectified, class T>
PYNN_INLINE Dots dots_of_row(const T* x, const T* dy, const T* kept, T mean, int64_t n) {
  using V = Vec<T>;
  const V m(mean);
  const auto total = fold_pairs<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    const V g = gradient<rectified>(dy, kept, i, k);
    return Pair<V>{g, g * (load_part(x + i, k, mean) - m)};
  });
  return {total.v.total(Summing()), total.w.total(Summing())};
}
template <class T>
Dots row_dots(const T* x, const T* dy, const T* kept, T mean, int64_t n) {
  return kept ? dots_of_row<true>(x, dy, kept, mean, n) : dots_of_row<false>(x, dy, kept, mean, n);
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
PYNN_INLINE void back_of_row(const T* x, const T* dy, const T* kept, T* dx, T mean, T a, T b, T c,
                             int64_t n) {
  using V = Vec<T>;
  const V m(mean), va(a), vb(b), vc(c);
  for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    const V d = load_part(x + i, k, T(0)) - m;
    store_part(dx + i, fma(gradient<rectified>(dy, kept, i, k), va, fma(d, vb, vc)), k);
  });
}
template <class T>
void row_back(const T* x, const T* dy, const T* kept, T* dx, T mean, T a, T b, T c, int64_t n) {
  if (kept)
    back_of_row<true>(x, dy, kept, dx, mean, a, b, c, n);
  else
    back_of_row<false>(x, dy, kept, dx, mean, a, b, c, n);
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

template <bool rectified, class T>
PYNN_INLINE void dots_of_columns(const T* x, const T* dy, const T* kept, const T* mean, int64_t step,
                                 int64_t rows, int64_t width, Dots* dots) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  for (int64_t c = 0; c < width; c += L) {
    const int64_t k = width - c < L ? width - c : L;
    const V m = load_part(mean + c, k, T(0));
    double totals[L], alongs[L];
    const auto sums = fold_columns<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      const V g = gradient<rectified>(dy, kept, r * step + c, k);
      return Pair<V>{g, g * (load_part(x + r * step + c, k, T(0)) - m)};
    });
    sums.v.put(totals);
    sums.w.put(alongs);
    for (int64_t l = 0; l < k; ++l) dots[c + l] = {totals[l], alongs[l]};
  }
}
template <class T>
void column_dots(const T* x, const T* dy, const T* kept, const T* mean, int64_t step, int64_t rows,
                 int64_t width, Dots* dots) {
  if (kept)
    dots_of_columns<true>(x, dy, kept, mean, step, rows, width, dots);
  else
    dots_of_columns<false>(x, dy, kept, mean, step, rows, width, dots);
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
PYNN_INLINE void back_of_columns(const T* x, const T* dy, const T* kept, T* dx, const T* mean, const T* a,
                                 const T* b, const T* c, int64_t step, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; ++r)
    for_each_vector<T>(width, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const Vec<T> d = load_part(x + r * step + i, k, T(0)) - load_part(mean + i, k, T(0));
      store_part(dx + r * step + i,
                 fma(gradient<rectified>(dy, kept, r * step + i, k), load_part(a + i, k, T(0)),
                     fma(d, load_part(b + i, k, T(0)), load_part(c + i, k, T(0)))),
                 k);
    });
}
template <class T>
void column_back(const T* x, const T* dy, const T* kept, T* dx, const T* mean, const T* a, const T* b,
                 const T* c, int64_t step, int64_t rows, int64_t width) {
  if (kept)
    back_of_columns<true>(x, dy, kept, dx, mean, a, b, c, step, rows, width);
  else
    back_of_columns<false>(x, dy, kept, dx, mean, a, b, c, step, rows, width);
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
