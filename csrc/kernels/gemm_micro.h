// gemm_micro.h — the heart of the product: one tile of C, held in registers while k runs by.
//
// A tile of R rows by W vectors takes R * W registers. Each step of k loads W vectors of B, broadcasts R
// values of A, and does R * W fused multiply-adds: R + W loads feed R * W of them, so the larger the tile
// the less memory matters, and the registers are the bound. 12 x 2 of AVX-512's 32 registers, or 6 x 2 of
// the 16 of AVX2 and SSE, keep the multipliers busy from the first-level cache. (Goto and van de Geijn,
// "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34(3), 2008; the micro-kernel is the only
// part that knows the machine: Van Zee and van de Geijn, "BLIS", ACM TOMS 41(3), 2015.)
//
// Every element of C is one chain of multiply-adds in the order of k, in whatever tile it falls. That is
// why neither the thread count nor the place of an element in the matrix can change a bit of it.
#pragma once
#include "kernels/gemm_epilogue.h"

namespace pynn::PYNN_ISA {

template <class T>
struct TileShape {
#if defined(__AVX512F__) || defined(__aarch64__)
  static constexpr int rows = kIsFloat<T> ? 12 : 4;
#else
  static constexpr int rows = kIsFloat<T> ? 6 : 4;
#endif
  static constexpr int vectors = 2;
  static constexpr int columns = vectors * Vec<T>::lanes;
  // From one step of packed rows to the next, as close as can be: a step is stored as whole vectors, and
  // the next one covers the last lanes of one.
  static constexpr int pitch =
      rows <= Vec<T>::lanes ? rows : (rows + Vec<T>::lanes - 1) / Vec<T>::lanes * Vec<T>::lanes;
};

// How A lies: at any strides; with its steps, or its rows, side by side; or as it is packed. A distance that
// is known is part of the instructions, others take registers.
enum class Lie { anywhere, steps_abreast, rows_abreast, packed };

// The operands of one tile: A by rows at any strides, B by contiguous rows.
template <class T>
struct Tile {
  int64_t k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row;
  int64_t i, j, columns;      // where in C, and how many columns of it
  const T* next_a = nullptr;  // the panel of A that comes after this one, if it should be fetched meanwhile
};

// A cache line of elements: so many steps of k are taken between two requests for the next panel.
template <class T>
inline constexpr int64_t kLine = 64 / int64_t(sizeof(T));

// Asks for a line's worth of steps of R rows of A.
template <int R, class T>
PYNN_INLINE void fetch_panel(const T* a, int64_t a_row, int64_t a_col) {
  if (a_row == 1) {
    for (int64_t p = 0; p < kLine<T>; ++p) __builtin_prefetch(a + p * a_col + (R - 1), 0, 2);
  } else {
    for (int i = 0; i < R; ++i) __builtin_prefetch(a + i * a_row, 0, 2);
  }
}

// Whether a multiply-add can take one number from memory to all of its lanes.
#if defined(__AVX512F__)
inline constexpr bool kBroadcastsInFma = true;
#else
inline constexpr bool kBroadcastsInFma = false;
#endif

// The same address, which the compiler takes for another: what is read from it is not known from before.
template <class T>
PYNN_INLINE const T* same_address(const T* p) {
  asm("" : "+r"(p));
  return p;
}
// The address so much further on. A distance that is not known is added; compilers would rather keep its
// multiples in registers, of which there are too few.
template <bool known, class T>
PYNN_INLINE const T* advanced(const T* p, int64_t by) {
  return known ? p + by : same_address(p + by);
}

// R rows of A. Side by side they have one address; else every third of them has its own, and the two between
// are reached with the distance as an index, once and twice.
template <int R, bool abreast, class T>
struct Rows {
  const T* third[(R + 2) / 3];
  int64_t distance;

  PYNN_INLINE Rows(const T* a, int64_t a_row) : distance(a_row) {
#pragma GCC unroll 4
    for (int i = 0; i < R; i += 3) third[i / 3] = a + i * a_row;
  }
  PYNN_INLINE const T* operator[](int i) const {
    return abreast ? third[0] + i : third[i / 3] + i % 3 * distance;
  }
  template <bool known>
  PYNN_INLINE void advance(int64_t by) {
#pragma GCC unroll 4
    for (int i = 0; i < (abreast ? 1 : R); i += 3) third[i / 3] = advanced<known>(third[i / 3], by);
  }
};

// One step of k: sum[i][j] += A[i] B[vector j], A[i] being *a[i]. The shorter side waits in registers; of
// the longer one, each value is loaded once and used by all of the shorter. But where rows of A are side by
// side, two multiply-adds with the value in memory are two instructions and the load would be a third. With
// every other row of that kind, loads stay below what the first-level cache yields, and a step is 32
// instructions instead of 38: no faster on a core of one's own, but by a sixth where another program is on
// its second hyper-thread and takes half of the decoded instructions.
template <int R, int W, bool abreast, class T, class Row>
PYNN_INLINE void add_step(Sum<T> (&sum)[R][W], const Rows<R, abreast, T>& a, const T* b,
                          const Row& row_of_b) {
  using V = Vec<T>;
  if constexpr (R < W) {
    Sum<T> values[R];
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) values[i] = V(*a[i]).v;
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) {
      const V column = row_of_b.get(b, j);
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i) sum[i][j] = fma(V(values[i]), column, V(sum[i][j])).v;
    }
  } else {
    constexpr bool in_fma = abreast && kBroadcastsInFma;
    Sum<T> columns[W];
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) columns[j] = row_of_b.get(b, j).v;
    const T* const again = in_fma ? same_address(a[0]) : nullptr;
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      const V first = *a[i];
      const V others = in_fma && i % 2 ? V(again[i]) : first;
#pragma GCC unroll 8
      for (int j = 0; j < W; ++j) sum[i][j] = fma(j ? others : first, V(columns[j]), V(sum[i][j])).v;
    }
  }
}

// sum[i][j] = sum over p of A[i, p] B[p, vector j].
template <int R, int W, Lie lie, bool packed_b, class T, class Row>
PYNN_INLINE void accumulate(Sum<T> (&sum)[R][W], const Tile<T>& t, const Row& row_of_b) {
  constexpr int64_t kSteps = 4;  // without a jump
  constexpr bool packed = lie == Lie::packed, rows_abreast = packed || lie == Lie::rows_abreast;
  const int64_t a_col = packed ? TileShape<T>::pitch : lie == Lie::steps_abreast ? 1 : t.a_col;
  const int64_t b_row = packed_b ? W * Vec<T>::lanes : t.b_row;
  Rows<R, rows_abreast, T> a(t.a, t.a_row);
  const T *b = t.b, *next = packed ? nullptr : t.next_a;
  each_vector<R, W>([&](int i, int j) { sum[i][j] = Sum<T>{}; });
  const auto take_step = [&]() PYNN_LAMBDA_INLINE {
    add_step(sum, a, b, row_of_b);
    a.template advance<packed || lie == Lie::steps_abreast>(a_col);
    b = advanced<packed_b>(b, b_row);
  };
  int64_t k = t.k;
  for (; k >= kSteps; k -= kSteps) {
    if (next && k % kLine<T> < kSteps) {
      fetch_panel<R>(next, t.a_row, a_col);
      next += kLine<T> * a_col;
    }
#pragma GCC unroll 4
    for (int64_t step = 0; step < kSteps; ++step) take_step();
  }
  for (; k > 0; --k) take_step();
}

// Where a masked load costs what a whole one costs, B is not read past its last column. Elsewhere such a
// strip has been packed, with room behind its last column (gemm_blocks.h).
#if defined(__AVX2__)
inline constexpr bool kMaskedLoads = true;
#else
inline constexpr bool kMaskedLoads = false;
#endif

// The columns fill W vectors, or end within the last of them.
template <int R, int W, bool whole, Lie lie, bool packed_b, class T>
void multiply_tile(const Tile<T>& t, const Output<T>& out) {
  Sum<T> sum[R][W];
  const TileRow<T, W, whole || !kMaskedLoads> row_of_b{t.columns - (W - 1) * Vec<T>::lanes};
  if (t.k >= 64 && out.c_col == 1)  // C is wanted when k has run by: ask for it now
    for (int i = 0; i < R; ++i) {
      const T* const c = out.c + (t.i + i) * out.c_row + t.j;
      for (int j = 0; j < W; ++j) __builtin_prefetch(c + j * Vec<T>::lanes, 1);
    }
  accumulate<R, W, lie, packed_b, T>(sum, t, row_of_b);
  finish<R, W, whole, T>(sum, out, t.i, t.j, t.columns);
}

// The tiles of 1 .. TileShape::rows rows and 1 or 2 vectors, by shape.
template <class T>
using TileKernel = void(const Tile<T>&, const Output<T>&);

template <class T>
struct TileKernels {
  static constexpr int kRows = TileShape<T>::rows, kVectors = TileShape<T>::vectors;

  // Whole tiles, in which large products spend nearly all of their time: by how A lies, and whether B is
  // packed.
  TileKernel<T>* of_whole[4][2];
  TileKernel<T>* by_shape[kRows][kVectors][2];

  template <int R = kRows>
  static constexpr void fill(TileKernels& table) {
    table.by_shape[R - 1][0][0] = multiply_tile<R, 1, false, Lie::anywhere, false, T>;
    table.by_shape[R - 1][0][1] = multiply_tile<R, 1, true, Lie::anywhere, false, T>;
    table.by_shape[R - 1][1][0] = multiply_tile<R, 2, false, Lie::anywhere, false, T>;
    table.by_shape[R - 1][1][1] = multiply_tile<R, 2, true, Lie::anywhere, false, T>;
    if constexpr (R > 1) fill<R - 1>(table);
  }
  template <Lie lie>
  static constexpr void fill_whole(TileKernels& table) {
    table.of_whole[int(lie)][0] = multiply_tile<kRows, kVectors, true, lie, false, T>;
    table.of_whole[int(lie)][1] = multiply_tile<kRows, kVectors, true, lie, true, T>;
  }
  static constexpr TileKernels make() {
    TileKernels table{};
    fill(table);
    table.of_whole[0][0] = table.of_whole[0][1] = table.by_shape[kRows - 1][kVectors - 1][1];
    fill_whole<Lie::steps_abreast>(table);
    fill_whole<Lie::rows_abreast>(table);
    fill_whole<Lie::packed>(table);
    return table;
  }
};
template <class T>
inline constexpr TileKernels<T> kTileKernels = TileKernels<T>::make();

template <class T>
PYNN_INLINE Lie lie_of_a(const Tile<T>& t) {
  if (t.a_row == 1) return t.a_col == TileShape<T>::pitch && !t.next_a ? Lie::packed : Lie::rows_abreast;
  return t.a_col == 1 ? Lie::steps_abreast : Lie::anywhere;
}

template <class T>
PYNN_INLINE void multiply_tile(int64_t rows, const Tile<T>& t, const Output<T>& out) {
  using Shape = TileShape<T>;
  if (rows == Shape::rows && t.columns == Shape::columns)
    return kTileKernels<T>.of_whole[int(lie_of_a(t))][t.b_row == Shape::columns](t, out);
  kTileKernels<T>.by_shape[rows - 1][t.columns > Vec<T>::lanes][t.columns % Vec<T>::lanes == 0](t, out);
}

}  // namespace pynn::PYNN_ISA
