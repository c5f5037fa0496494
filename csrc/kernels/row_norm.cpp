#include "kernels/row_norm.h"

#include "kernels/row_pairs.h"

namespace pynn::PYNN_ISA {

// x̂ = (x - mean) / √(variance + ε), y = x̂ w + b. Not centred: mean = 0, and the variance is Σ x² / n.
template <bool centred, class T>
void norm_forward(const NormForward<T>& a) {
  using V = Vec<T>;
  const Summing sum;
  const int64_t n = a.n;
  const T *const weight = a.weight, *const bias = a.bias;
  for (int64_t row = 0; row < a.rows; ++row) {
    const T* x = a.x + row * n;
    T* const y = a.y + row * n;
    if (a.residual) {
      const T* const residual = a.residual + row * n;
      T* const total = a.sum + row * n;
      for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
        store_part(total + i, load_part(x + i, k, T(0)) + load_part(residual + i, k, T(0)), k);
      });
      x = total;
    }
    T m = T(0);
    if constexpr (centred) {
      const auto all = fold_row<Summing, T>(
          sum, n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE { return load_part(x + i, k, T(0)); });
      m = T(all.total(sum) / double(n));
      a.mean[row] = m;
    }
    const double squares = fold_row<Summing, T>(sum, n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
                             const V d = load_part(x + i, k, m) - V(m);
                             return d * d;
                           }).total(sum);
    const T s = T(1 / __builtin_sqrt(squares / double(n) + a.eps));
    a.scale[row] = s;
    for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      V v = (load_part(x + i, k, T(0)) - V(m)) * V(s);
      if (weight) v = v * load_part(weight + i, k, T(0));
      if (bias) v = v + load_part(bias + i, k, T(0));
      store_part(y + i, v, k);
    });
  }
}

// With g = dy w:  dx = s (g - x̂ Σ(g x̂)/n - Σg/n), the last term only if centred;  dw = Σ dy x̂, db = Σ dy.

// What is constant along a row.
template <class T>
struct RowFactors {
  T mean, scale, mean_along, mean_of_g;  // of x; of g x̂ and of g
};
template <bool centred, class T>
PYNN_INLINE RowFactors<T> row_factors(const NormBackward<T>& a, int64_t row) {
  using V = Vec<T>;
  const int64_t n = a.n;
  const T *const x = a.x + row * n, *const dy = a.dy + row * n, *const weight = a.weight;
  RowFactors<T> f = {centred ? a.mean[row] : T(0), a.scale[row], T(0), T(0)};
  const V m = V(f.mean), s = V(f.scale);
  const auto sums = fold_pairs<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    V g = load_part(dy + i, k, T(0));
    if (weight) g = g * load_part(weight + i, k, T(0));
    return Pair<V>{g * ((load_part(x + i, k, T(0)) - m) * s), g};
  });
  f.mean_along = T(sums.v.total(Summing()) / double(n));
  if (centred) f.mean_of_g = T(sums.w.total(Summing()) / double(n));
  return f;
}

// dw and db join the second pass: the first, which waits for memory, has room in the cache for x and dy only.
template <bool centred, class T>
void norm_backward(const NormBackward<T>& a) {
  using V = Vec<T>;
  const int64_t n = a.n;
  const T* const weight = a.weight;
  T *const dweight = a.dweight, *const dbias = a.dbias;
  for (int64_t row = 0; row < a.rows; ++row) {
    const RowFactors<T> f = row_factors<centred>(a, row);
    const V m = V(f.mean), s = V(f.scale), mean_along = V(f.mean_along), mean_of_g = V(f.mean_of_g);
    const T *const x = a.x + row * n, *const dy = a.dy + row * n;
    const T* const dsum = a.dsum ? a.dsum + row * n : nullptr;
    T* const dx = a.dx ? a.dx + row * n : nullptr;
    for_each_vector<T>(n, [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const V d = load_part(dy + i, k, T(0)), h = (load_part(x + i, k, T(0)) - m) * s;
      if (dweight) store_part(dweight + i, fma(d, h, load_part(dweight + i, k, T(0))), k);
      if (dbias) store_part(dbias + i, d + load_part(dbias + i, k, T(0)), k);
      if (!dx) return;
      const V g = weight ? d * load_part(weight + i, k, T(0)) : d;
      V result = s * (g - h * mean_along - mean_of_g);
      if (dsum) result = result + load_part(dsum + i, k, T(0));
      store_part(dx + i, result, k);
    });
  }
}

extern const NormKernels layer_norm_kernels, rms_norm_kernels;
constexpr NormKernels layer_norm_kernels = {{norm_forward<true, float>, norm_forward<true, double>},
                                            {norm_backward<true, float>, norm_backward<true, double>}};
constexpr NormKernels rms_norm_kernels = {{norm_forward<false, float>, norm_forward<false, double>},
                                          {norm_backward<false, float>, norm_backward<false, double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
namespace pynn {

PYNN_DISPATCH(layer_norm_kernels);
PYNN_DISPATCH(rms_norm_kernels);

const NormKernels& norm_kernels(bool centred) { return centred ? *layer_norm_kernels : *rms_norm_kernels; }

}  // namespace pynn
#endif
