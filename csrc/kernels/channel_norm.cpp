#include "kernels/channel_norm.h"

#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

template <class T>
Moments row_moments(const T* x, int64_t n) {
  using V = Vec<T>;
  const Summing sum;
  const auto total = fold_row<Summing, T>(
      sum, n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE { return load_part(x + i, k, T(0)); });
  const double mean = total.total(sum) / double(n);
  const T m = T(mean);
  const double squares = fold_row<Summing, T>(sum, n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
                           const V d = load_part(x + i, k, m) - V(m);
                           return d * d;
                         }).total(sum);
  const double off = mean - double(m);  // of the rounded mean
  return {double(n), mean, squares - double(n) * off * off};
}

// Two sums at a time.
template <class V>
struct Pair {
  V total, along;
};
struct PairSum {
  template <class V>
  PYNN_INLINE Pair<V> fold(Pair<V> a, Pair<V> b) const {
    return {a.total + b.total, a.along + b.along};
  }
};

template <class T>
Dots row_dots(const T* x, const T* dy, T mean, int64_t n) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  const Summing sum;
  const V m(mean);
  RunningTotal<Summing, T> total(sum), along(sum);
  const auto read = [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    const V g = load_part(dy + i, k, T(0));
    return Pair<V>{g, g * (load_part(x + i, k, mean) - m)};
  };
  const auto take = [&](Pair<V> p) PYNN_LAMBDA_INLINE {
    total.take(sum, p.total);
    along.take(sum, p.along);
  };
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L)
    take(fold_tree<4>(PairSum(), [&](int q) PYNN_LAMBDA_INLINE { return read(i + q * L, int64_t(L)); }));
  for_each_vector<T>(n - i, [&](int64_t j, int64_t k) PYNN_LAMBDA_INLINE { take(read(i + j, k)); });
  return {total.total(sum), along.total(sum)};
}

template <class T>
void row_affine(const T* x, T* y, T mean, T a, T c, int64_t n) {
  using V = Vec<T>;
  const V m(mean), va(a), vc(c);
  for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    store_part(y + i, fma(load_part(x + i, k, T(0)) - m, va, vc), k);
  });
}

template <class T>
void row_back(const T* x, const T* dy, T* dx, T mean, T a, T b, T c, int64_t n) {
  using V = Vec<T>;
  const V m(mean), va(a), vb(b), vc(c);
  for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    const V d = load_part(x + i, k, T(0)) - m;
    store_part(dx + i, fma(load_part(dy + i, k, T(0)), va, fma(d, vb, vc)), k);
  });
}

// ---- columns -----------------------------------------------------------------------------------------

// Totals of a vector of columns, in float64: eight rows at a time are added up as they are.
template <class T, class Read>
PYNN_INLINE RunningTotal<Summing, T> fold_column(int64_t rows, const Read& read) {
  const Summing sum;
  RunningTotal<Summing, T> total(sum);
  int64_t r = 0;
  for (; r + 8 <= rows; r += 8)
    total.take(sum, fold_tree<8>(sum, [&](int q) PYNN_LAMBDA_INLINE { return read(r + q); }));
  for (; r < rows; ++r) total.take(sum, read(r));
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
    fold_column<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      return load_part(x + r * step + c, k, T(0));
    }).put(totals);
    for (int l = 0; l < L; ++l) means[l] = T(totals[l] / double(rows));
    const V m = load(means);
    fold_column<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      const V d = load_part(x + r * step + c, k, T(0)) - m;
      return d * d;
    }).put(squares);
    for (int64_t l = 0; l < k; ++l) {
      const double mean = totals[l] / double(rows), off = mean - double(means[l]);
      moments[c + l] = {double(rows), mean, squares[l] - double(rows) * off * off};
    }
  }
}

template <class T>
void column_dots(const T* x, const T* dy, const T* mean, int64_t step, int64_t rows, int64_t width,
                 Dots* dots) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  for (int64_t c = 0; c < width; c += L) {
    const int64_t k = width - c < L ? width - c : L;
    const V m = load_part(mean + c, k, T(0));
    double totals[L], alongs[L];
    fold_column<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      return load_part(dy + r * step + c, k, T(0));
    }).put(totals);
    fold_column<T>(rows, [=](int64_t r) PYNN_LAMBDA_INLINE {
      return load_part(dy + r * step + c, k, T(0)) * (load_part(x + r * step + c, k, T(0)) - m);
    }).put(alongs);
    for (int64_t l = 0; l < k; ++l) dots[c + l] = {totals[l], alongs[l]};
  }
}

template <class T>
void column_affine(const T* x, T* y, const T* mean, const T* a, const T* c, int64_t step, int64_t rows,
                   int64_t width) {
  for (int64_t r = 0; r < rows; ++r)
    for_each_vector<T>(width, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const Vec<T> d = load_part(x + r * step + i, k, T(0)) - load_part(mean + i, k, T(0));
      store_part(y + r * step + i, fma(d, load_part(a + i, k, T(0)), load_part(c + i, k, T(0))), k);
    });
}

template <class T>
void column_back(const T* x, const T* dy, T* dx, const T* mean, const T* a, const T* b, const T* c,
                 int64_t step, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; ++r)
    for_each_vector<T>(width, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const Vec<T> d = load_part(x + r * step + i, k, T(0)) - load_part(mean + i, k, T(0));
      store_part(dx + r * step + i,
                 fma(load_part(dy + r * step + i, k, T(0)), load_part(a + i, k, T(0)),
                     fma(d, load_part(b + i, k, T(0)), load_part(c + i, k, T(0)))),
                 k);
    });
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
