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

// Where the operands of a tile lie: at any strides; A with its rows side by side; or both as they are packed,
// at distances that are part of the instructions and take no registers.
enum class Lie { anywhere, rows_abreast, packed };

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

// One step of k: sum[i][j] += A[i] B[vector j]. A value of A is loaded into a register once, for W
// multiply-adds. But where rows are `neighbours` in memory, two multiply-adds with the value in memory are
// two instructions and the load would be a third. With every other row of that kind, loads stay below what
// the first-level cache yields, and a step is 32 instructions instead of 38: no faster on a core of one's
// own, but by a sixth where another program is on its second hyper-thread and takes half of the decoded
// instructions.
template <int R, int W, bool neighbours, class T, class Row>
PYNN_INLINE void add_step(Sum<T> (&sum)[R][W], const T* a, int64_t a_row, const T* b, const Row& row_of_b) {
  using V = Vec<T>;
  Sum<T> columns[W];
#pragma GCC unroll 8
  for (int j = 0; j < W; ++j) columns[j] = row_of_b.get(b, j).v;
  const T* const again = neighbours ? same_address(a) : a;
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
    const V first = a[neighbours ? i : i * a_row];
    const V others = neighbours && i % 2 ? V(again[i]) : first;
#pragma GCC unroll 8
    for (int j = 0; j < W; ++j) sum[i][j] = fma(j ? others : first, V(columns[j]), V(sum[i][j])).v;
  }
}

// sum[i][j] = sum over p of A[i, p] B[p, vector j].
template <int R, int W, Lie lie, class T, class Row>
PYNN_INLINE void accumulate(Sum<T> (&sum)[R][W], const Tile<T>& t, const Row& row_of_b) {
  constexpr int64_t kSteps = 4;  // without a jump
  constexpr bool packed = lie == Lie::packed, in_fma = lie != Lie::anywhere && kBroadcastsInFma;
  const int64_t a_row = lie == Lie::anywhere ? t.a_row : 1;
  const int64_t a_col = packed ? TileShape<T>::pitch : t.a_col;
  const int64_t b_row = packed ? TileShape<T>::columns : t.b_row;
  const T *a = t.a, *b = t.b, *next = packed ? nullptr : t.next_a;
  each_vector<R, W>([&](int i, int j) { sum[i][j] = Sum<T>{}; });
  int64_t k = t.k;
  for (; k >= kSteps; k -= kSteps) {
    if (next && k % kLine<T> < kSteps) {
      fetch_panel<R>(next, a_row, a_col);
      next += kLine<T> * a_col;
    }
#pragma GCC unroll 4
    for (int64_t step = 0; step < kSteps; ++step, a += a_col, b += b_row)
      add_step<R, W, in_fma, T>(sum, a, a_row, b, row_of_b);
  }
  for (; k > 0; --k, a += a_col, b += b_row) add_step<R, W, in_fma, T>(sum, a, a_row, b, row_of_b);
}

// Where a masked load costs what a whole one costs, B is not read past its last column. Elsewhere such a
// strip has been packed, with room behind its last column (gemm_blocks.h).
#if defined(__AVX2__)
inline constexpr bool kMaskedLoads = true;
#else
inline constexpr bool kMaskedLoads = false;
#endif

// The columns fill W vectors, or end within the last of them.
template <int R, int W, bool whole, Lie lie, class T>
void multiply_tile(const Tile<T>& t, const Output<T>& out) {
  Sum<T> sum[R][W];
  const TileRow<T, W, whole || !kMaskedLoads> row_of_b{t.columns - (W - 1) * Vec<T>::lanes};
  if (t.k >= 64 && out.c_col == 1)  // C is wanted when k has run by: ask for it now
    for (int i = 0; i < R; ++i) {
      const T* const c = out.c + (t.i + i) * out.c_row + t.j;
      for (int j = 0; j < W; ++j) __builtin_prefetch(c + j * Vec<T>::lanes, 1);
    }
  accumulate<R, W, lie, T>(sum, t, row_of_b);
  finish<R, W, whole, T>(sum, out, t.i, t.j, t.columns);
}

// The tiles of 1 .. TileShape::rows rows and 1 or 2 vectors, by shape.
template <class T>
using TileKernel = void(const Tile<T>&, const Output<T>&);

template <class T>
struct TileKernels {
  // Whole tiles, in which large products spend nearly all of their time.
  TileKernel<T>* of_packed = multiply_tile<TileShape<T>::rows, TileShape<T>::vectors, true, Lie::packed, T>;
  TileKernel<T>* of_rows_abreast =
      multiply_tile<TileShape<T>::rows, TileShape<T>::vectors, true, Lie::rows_abreast, T>;
  TileKernel<T>* by_shape[TileShape<T>::rows][TileShape<T>::vectors][2];

  template <int R = TileShape<T>::rows>
  static constexpr void fill(TileKernels& table) {
    table.by_shape[R - 1][0][0] = multiply_tile<R, 1, false, Lie::anywhere, T>;
    table.by_shape[R - 1][0][1] = multiply_tile<R, 1, true, Lie::anywhere, T>;
    table.by_shape[R - 1][1][0] = multiply_tile<R, 2, false, Lie::anywhere, T>;
    table.by_shape[R - 1][1][1] = multiply_tile<R, 2, true, Lie::anywhere, T>;
    if constexpr (R > 1) fill<R - 1>(table);
  }
  static constexpr TileKernels make() {
    TileKernels table{};
    fill(table);
    return table;
  }
};
template <class T>
inline constexpr TileKernels<T> kTileKernels = TileKernels<T>::make();

template <class T>
PYNN_INLINE void multiply_tile(int64_t rows, const Tile<T>& t, const Output<T>& out) {
  using Shape = TileShape<T>;
  const auto& kernels = kTileKernels<T>;
  if (t.a_row == 1 && rows == Shape::rows && t.columns == Shape::columns) {
    const bool packed = t.a_col == Shape::pitch && t.b_row == Shape::columns && !t.next_a;
    return (packed ? kernels.of_packed : kernels.of_rows_abreast)(t, out);
  }
  kernels.by_shape[rows - 1][t.columns > Vec<T>::lanes][t.columns % Vec<T>::lanes == 0](t, out);
}

}  // namespace pynn::PYNN_ISA
