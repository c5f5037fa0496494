// winograd_transforms.h — the 3 x 3 convolution with a quarter of the multiplications.
//
// Four neighbouring outputs of a kernel with 3 taps are 12 products. Both can be read as polynomials, whose
// product is known from its values at 6 points: so 6 products suffice, and in two axes 36 rather than 144.
//
//   Y = Aᵀ [ Σ over channels of (G g Gᵀ) ⊙ (Bᵀ d B) ] A        (Lavin and Gray 2015, equation 8)
//
// with g the 3 x 3 kernel, d the 6 x 6 places that a tile of 4 x 4 outputs Y reads. At each of the 36 places
// of ⊙, the sum over channels is a matrix product. With the points 0, ±a, ±b and ∞:
//
//        1                                     1   ·    ·    ·           a²b²   ·   −a²−b²   ·    1   ·
//        1   a   a²    all / N_a               1   a    a²   a³          ·   −ab²   −b²      a    1   ·
//   G =  1  −a   a²    all / N_a          A =  1  −a    a²  −a³     Bᵀ = ·    ab²   −b²     −a    1   ·
//        1   b   b²    all / N_b               1   b    b²   b³          ·   −a²b   −a²      b    1   ·
//        1  −b   b²    all / N_b               1  −b    b²  −b³          ·    a²b   −a²     −b    1   ·
//        ·   ·   1                             ·   ·    ·    1           ·   a²b²   ·   −a²−b²   ·    1
//
//   N_a = 2a²(a² − b²),  N_b = 2b²(b² − a²)                    (Toom 1963; Cook 1966)
//
// a = √½ and b = √2, each the other's inverse, keep the numbers in every matrix near 1: float32 sums of
// random numbers come out with two to three times the error of the direct ones, where the usual 1 and 2 have
// ten times (tests/nn/test_winograd.py states the bound).
//
// As y is linear in d and g, the gradients are the transposed maps: that for the kernel is
//
//   dg = Gᵀ [ Σ over tiles of (A dY Aᵀ) ⊙ (Bᵀ d B) ] G
//
// Every transform runs over vectors with a channel in each lane. Its pairs of rows for a and −a have the same
// even and, but for the sign, the same odd part.
//
// With a stride of 2 there are two convolutions along an axis: the taps 0 and 2 meet the even places, tap 1
// the odd ones. For two outputs the first is one of stride 1 with two taps, which takes three products
// (points 0, −1 and ∞), and the second two:
//
//   y0 = d0 g0 + d1 g1 + d2 g2 = (d0 − d2) g0 + d2 (g0 + g2) + d1 g1
//   y1 = d2 g0 + d3 g1 + d4 g2 = d2 (g0 + g2) − (d2 − d4) g2 + d3 g1
//
// So five rather than six, in two axes 25 rather than 36, and nothing but sums in the matrices. Tap 1 serves
// two of the five: kernels have only four places along an axis. The gradient for d has the same two
// convolutions, and puts its outputs in turns.
#pragma once
#include "kernels/gemm_epilogue.h"

namespace pynn::PYNN_ISA {

namespace points {
inline constexpr double a = 0.70710678118654752440, b = 1.41421356237309504880;
inline constexpr double a2 = 0.5, b2 = 2.0;
inline constexpr double of_a = 1 / (2 * a2 * (a2 - b2)), of_b = 1 / (2 * b2 * (b2 - a2));  // 1 / N
}  // namespace points

// ---- stride 1: tiles of 4 outputs along an axis, which read 6 places, by 6 products

// Bᵀ
struct ImageToPlaces {
  static constexpr int from = 6, to = 6;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&d)[from], Raw (&t)[to]) {
    using namespace points;
    const V sum = a2 + b2;
    const V even_a = fma(V(-b2), V(d[2]), V(d[4])), odd_a = fma(V(-b2), V(d[1]), V(d[3]));
    const V even_b = fma(V(-a2), V(d[2]), V(d[4])), odd_b = fma(V(-a2), V(d[1]), V(d[3]));
    t[0] = fma(-sum, V(d[2]), V(d[0]) + V(d[4])).v;  // a²b² = 1
    t[1] = fma(V(a), odd_a, even_a).v;
    t[2] = fma(V(-a), odd_a, even_a).v;
    t[3] = fma(V(b), odd_b, even_b).v;
    t[4] = fma(V(-b), odd_b, even_b).v;
    t[5] = fma(-sum, V(d[3]), V(d[1]) + V(d[5])).v;
  }
};

// G
struct KernelToPlaces {
  static constexpr int from = 3, to = 6;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&g)[from], Raw (&t)[to]) {
    using namespace points;
    const V even_a = fma(V(a2), V(g[2]), V(g[0])) * V(of_a), odd_a = V(a * of_a) * V(g[1]);
    const V even_b = fma(V(b2), V(g[2]), V(g[0])) * V(of_b), odd_b = V(b * of_b) * V(g[1]);
    t[0] = g[0];
    t[1] = (even_a + odd_a).v;
    t[2] = (even_a - odd_a).v;
    t[3] = (even_b + odd_b).v;
    t[4] = (even_b - odd_b).v;
    t[5] = g[2];
  }
};

// Aᵀ
struct PlacesToOuts {
  static constexpr int from = 6, to = 4;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&m)[from], Raw (&y)[to]) {
    using namespace points;
    const V even_a = V(m[1]) + V(m[2]), odd_a = V(m[1]) - V(m[2]);
    const V even_b = V(m[3]) + V(m[4]), odd_b = V(m[3]) - V(m[4]);
    y[0] = (V(m[0]) + even_a + even_b).v;
    y[1] = fma(V(a), odd_a, V(b) * odd_b).v;
    y[2] = fma(V(a2), even_a, V(b2) * even_b).v;
    y[3] = fma(V(a * a2), odd_a, fma(V(b * b2), odd_b, V(m[5]))).v;
  }
};

// A
struct OutsToPlaces {
  static constexpr int from = 4, to = 6;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&y)[from], Raw (&t)[to]) {
    using namespace points;
    const V even_a = fma(V(a2), V(y[2]), V(y[0])), odd_a = fma(V(a2), V(y[3]), V(y[1]));
    const V even_b = fma(V(b2), V(y[2]), V(y[0])), odd_b = fma(V(b2), V(y[3]), V(y[1]));
    t[0] = y[0];
    t[1] = fma(V(a), odd_a, even_a).v;
    t[2] = fma(V(-a), odd_a, even_a).v;
    t[3] = fma(V(b), odd_b, even_b).v;
    t[4] = fma(V(-b), odd_b, even_b).v;
    t[5] = y[3];
  }
};

// Gᵀ
struct PlacesToKernel {
  static constexpr int from = 6, to = 3;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&m)[from], Raw (&g)[to]) {
    using namespace points;
    const V even_a = (V(m[1]) + V(m[2])) * V(of_a), odd_a = V(m[1]) - V(m[2]);
    const V even_b = (V(m[3]) + V(m[4])) * V(of_b), odd_b = V(m[3]) - V(m[4]);
    g[0] = (V(m[0]) + even_a + even_b).v;
    g[1] = fma(V(a * of_a), odd_a, V(b * of_b) * odd_b).v;
    g[2] = fma(V(a2), even_a, fma(V(b2), even_b, V(m[5]))).v;
  }
};

// ---- stride 2: tiles of 2 outputs, which read 5 places, by 5 products with 4 places of the kernels

struct SparseImageToPlaces {
  static constexpr int from = 5, to = 5;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&d)[from], Raw (&t)[to]) {
    t[0] = (V(d[0]) - V(d[2])).v;
    t[1] = d[2];
    t[2] = (V(d[2]) - V(d[4])).v;
    t[3] = d[1];
    t[4] = d[3];
  }
};

struct SparseKernelToPlaces {
  static constexpr int from = 3, to = 4;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&g)[from], Raw (&t)[to]) {
    t[0] = g[0];
    t[1] = (V(g[0]) + V(g[2])).v;
    t[2] = g[2];
    t[3] = g[1];
  }
};

struct SparsePlacesToOuts {
  static constexpr int from = 5, to = 2;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&m)[from], Raw (&y)[to]) {
    y[0] = (V(m[0]) + V(m[1]) + V(m[3])).v;
    y[1] = (V(m[1]) - V(m[2]) + V(m[4])).v;
  }
};

struct SparseOutsToPlaces {
  static constexpr int from = 2, to = 5;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&y)[from], Raw (&t)[to]) {
    t[0] = y[0];
    t[1] = (V(y[0]) + V(y[1])).v;
    t[2] = (-V(y[1])).v;
    t[3] = y[0];
    t[4] = y[1];
  }
};

struct SparsePlacesToKernel {
  static constexpr int from = 4, to = 3;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&m)[from], Raw (&g)[to]) {
    g[0] = (V(m[0]) + V(m[1])).v;
    g[1] = m[3];
    g[2] = (V(m[1]) + V(m[2])).v;
  }
};

// For the gradient: from three places of dy, by turned kernels, to four of dx, of which the first is odd.
struct SparseGradientToPlaces {
  static constexpr int from = 3, to = 5;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&d)[from], Raw (&t)[to]) {
    t[0] = (V(d[0]) - V(d[1])).v;
    t[1] = d[1];
    t[2] = (V(d[1]) - V(d[2])).v;
    t[3] = d[0];
    t[4] = d[1];
  }
};

struct PlacesToSparseGradient {
  static constexpr int from = 5, to = 4;
  template <class V, class Raw>
  static PYNN_INLINE void apply(const Raw (&m)[from], Raw (&x)[to]) {
    x[0] = m[3];
    x[1] = (V(m[0]) + V(m[1])).v;
    x[2] = m[4];
    x[3] = (V(m[1]) - V(m[2])).v;
  }
};

// ---- what belongs together

// `advance`: from one tile to the next, along an axis of the source.
struct EveryPlace {
  static constexpr int advance = 4;
  using Source = ImageToPlaces;
  using Kernel = KernelToPlaces;
  using Outs = PlacesToOuts;
  using FromOuts = OutsToPlaces;
  using ToKernel = PlacesToKernel;
};
struct EverySecond {
  static constexpr int advance = 4;
  using Source = SparseImageToPlaces;
  using Kernel = SparseKernelToPlaces;
  using Outs = SparsePlacesToOuts;
  using FromOuts = SparseOutsToPlaces;
  using ToKernel = SparsePlacesToKernel;
};
struct EverySecondBack {
  static constexpr int advance = 2;
  using Source = SparseGradientToPlaces;
  using Kernel = SparseKernelToPlaces;
  using Outs = PlacesToSparseGradient;
};

// The places of ⊙, those of the kernels, and which of these meets a place.
template <class Way>
inline constexpr int kPlaces = Way::Source::to * Way::Source::to;
template <class Way>
inline constexpr int kKernelPlaces = Way::Kernel::to * Way::Kernel::to;
template <class Way>
PYNN_INLINE int kernel_place(int place) {
  constexpr int all = Way::Source::to, last = Way::Kernel::to - 1;
  const int i = place / all, j = place % all;
  return (i < last ? i : last) * (last + 1) + (j < last ? j : last);
}

// S x Sᵀ for a square x of vectors: `get(i, j)` gives x[i, j], `put(i, j, value)` takes the result.
template <class Step, class T, class Get, class Put>
PYNN_INLINE void transform(const Get& get, const Put& put) {
  using V = Vec<T>;
  Sum<T> half[Step::to][Step::from];
#pragma GCC unroll 6
  for (int j = 0; j < Step::from; ++j) {
    Sum<T> column[Step::from], out[Step::to];
#pragma GCC unroll 6
    for (int i = 0; i < Step::from; ++i) column[i] = get(i, j).v;
    Step::template apply<V>(column, out);
#pragma GCC unroll 6
    for (int i = 0; i < Step::to; ++i) half[i][j] = out[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < Step::to; ++i) {
    Sum<T> row[Step::from], out[Step::to];
#pragma GCC unroll 6
    for (int j = 0; j < Step::from; ++j) row[j] = half[i][j];
    Step::template apply<V>(row, out);
#pragma GCC unroll 6
    for (int j = 0; j < Step::to; ++j) put(i, j, V(out[j]));
  }
}

}  // namespace pynn::PYNN_ISA
