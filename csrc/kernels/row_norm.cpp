#include "kernels/row_norm.h"

#include "kernels/row_kernel.h"

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

// Two sums at a time.
template <class V>
struct Pair {
  V along, total;
};
struct PairSum {
  template <class V>
  PYNN_INLINE Pair<V> fold(Pair<V> a, Pair<V> b) const {
    return {a.along + b.along, a.total + b.total};
  }
};

// With g = dy w:  dx = s (g - x̂ Σ(g x̂)/n - Σg/n), the last term only if centred;  dw = Σ dy x̂, db = Σ dy.
template <bool centred, class T>
void norm_backward(const NormBackward<T>& a) {
  using V = Vec<T>;
  const Summing sum;
  const int64_t n = a.n;
  const T* const weight = a.weight;
  T *const dweight = a.dweight, *const dbias = a.dbias;
  for (int64_t row = 0; row < a.rows; ++row) {
    const T *const x = a.x + row * n, *const dy = a.dy + row * n;
    const V s = V(a.scale[row]), m = V(centred ? a.mean[row] : T(0));
    const auto normal = [=](int64_t i, int64_t k)
                            PYNN_LAMBDA_INLINE { return (load_part(x + i, k, T(0)) - m) * s; };
    const auto weighted = [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const V g = load_part(dy + i, k, T(0));
      return weight ? g * load_part(weight + i, k, T(0)) : g;
    };
    RunningTotal<Summing, T> along(sum), total(sum);
    const auto visit = [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const V h = normal(i, k), d = load_part(dy + i, k, T(0)), g = weighted(i, k);
      if (dweight) store_part(dweight + i, fma(d, h, load_part(dweight + i, k, T(0))), k);
      if (dbias) store_part(dbias + i, d + load_part(dbias + i, k, T(0)), k);
      return Pair<V>{g * h, g};
    };
    const auto take = [&](Pair<V> p) PYNN_LAMBDA_INLINE {
      along.take(sum, p.along);
      if (centred) total.take(sum, p.total);
    };
    int64_t done = 0;
    for (constexpr int L = V::lanes; done + 4 * L <= n; done += 4 * L)
      take(
          fold_tree<4>(PairSum(), [&](int q) PYNN_LAMBDA_INLINE { return visit(done + q * L, int64_t(L)); }));
    for_each_vector<T>(n - done, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE { take(visit(done + i, k)); });
    const V mean_along = V(T(along.total(sum) / double(n))),
            mean_of_g = V(centred ? T(total.total(sum) / double(n)) : T(0));
    if (!a.dx) continue;
    T* const dx = a.dx + row * n;
    const T* const dsum = a.dsum ? a.dsum + row * n : nullptr;
    for_each_vector<T>(n, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      V g = s * (weighted(i, k) - normal(i, k) * mean_along - mean_of_g);
      if (dsum) g = g + load_part(dsum + i, k, T(0));
      store_part(dx + i, g, k);
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
