#include "core/move.h"

#include "core/simd.h"

namespace pynn::PYNN_ISA {

template <int bytes>
PYNN_INLINE void move_bytes(const char* x, char* y) {
  typename RawVector<char, bytes>::type moved;
  __builtin_memcpy(&moved, x, bytes);
  __builtin_memcpy(y, &moved, bytes);
}

// n bytes. Whole vectors, then one more that ends with the last byte and may overlap the one before it.
PYNN_INLINE void copy_row(const char* x, char* y, int64_t n) {
  constexpr int64_t kLong = 32768;  // from here on, the C library knows best
  if (n >= kLong) {
    __builtin_memcpy(y, x, uint64_t(n));
  } else if (n >= kVectorBytes) {
    for (int64_t i = 0; i + kVectorBytes < n; i += kVectorBytes) move_bytes<kVectorBytes>(x + i, y + i);
    move_bytes<kVectorBytes>(x + n - kVectorBytes, y + n - kVectorBytes);
  } else if (n >= 16) {
    for (int64_t i = 0; i + 16 < n; i += 16) move_bytes<16>(x + i, y + i);
    move_bytes<16>(x + n - 16, y + n - 16);
  } else if (n >= 8) {
    move_bytes<8>(x, y);
    move_bytes<8>(x + n - 8, y + n - 8);
  } else if (n >= 4) {
    move_bytes<4>(x, y);
    move_bytes<4>(x + n - 4, y + n - 4);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i] = x[i];
  }
}

template <class E, int L>
PYNN_INLINE bool fill_vectors(E value, E* y, int64_t n) {
  if (n < L) return false;
  const typename RawVector<E, L>::type v = value - typename RawVector<E, L>::type{};
  for (int64_t i = 0; i + L < n; i += L) __builtin_memcpy(y + i, &v, sizeof v);
  __builtin_memcpy(y + n - L, &v, sizeof v);
  return true;
}
template <class E>
PYNN_INLINE void fill_row(E value, E* y, int64_t n) {
  if (fill_vectors<E, kVectorBytes / int(sizeof(E))>(value, y, n)) return;
  if (fill_vectors<E, 16 / int(sizeof(E))>(value, y, n)) return;
  for (int64_t i = 0; i < n; ++i) y[i] = value;
}

template <class E>
PYNN_INLINE Vec<E> reversed(Vec<E> x) {
  constexpr int n = Vec<E>::lanes;
  if constexpr (n == 2)
    return __builtin_shufflevector(x.v, x.v, 1, 0);
  else if constexpr (n == 4)
    return __builtin_shufflevector(x.v, x.v, 3, 2, 1, 0);
  else if constexpr (n == 8)
    return __builtin_shufflevector(x.v, x.v, 7, 6, 5, 4, 3, 2, 1, 0);
  else
    return __builtin_shufflevector(x.v, x.v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

// y[i] = x[-i]
template <class E>
PYNN_INLINE void reverse_row(const E* x, E* y, int64_t n) {
  int64_t i = 0;
  if constexpr (sizeof(E) >= 4) {
    constexpr int L = Vec<E>::lanes;
    for (; i + L <= n; i += L) store(y + i, reversed(load(x - i - (L - 1))));
  }
  for (; i < n; ++i) y[i] = x[-i];
}

// Rows become columns: log2(lanes) rounds, each of which shuffles row i with row i + lanes / 2.
template <class E>
PYNN_INLINE void transpose_in_registers(Vec<E>* rows) {
  constexpr int L = Vec<E>::lanes;
  Vec<E> next[L];
#pragma GCC unroll 4
  for (int round = 1; round < L; round *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < L / 2; ++i) {
      next[2 * i] = interleave_low(rows[i], rows[i + L / 2]);
      next[2 * i + 1] = interleave_high(rows[i], rows[i + L / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < L; ++i) rows[i] = next[i];
  }
}

template <class E>
PYNN_INLINE void transpose_square(const E* x, int64_t x_step, E* y, int64_t y_row) {
  constexpr int L = Vec<E>::lanes;
  Vec<E> v[L];
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i) v[i] = load(x + i * x_step);
  transpose_in_registers(v);
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i) store(y + i * y_row, v[i]);
}
template <class E>
PYNN_INLINE void transpose_part(const E* x, int64_t x_step, E* y, int64_t y_row, int64_t rows,
                                int64_t columns) {
  constexpr int L = Vec<E>::lanes;
  Vec<E> v[L];
  for (int64_t i = 0; i < columns; ++i) v[i] = load(x + i * x_step, rows);
  transpose_in_registers(v);
  for (int64_t i = 0; i < rows; ++i) store(y + i * y_row, v[i], columns);
}

// y[r, c] = x[c, r], both with steps of 1 inside.
template <class E>
void transpose(const E* x, int64_t x_step, E* y, int64_t y_row, int64_t rows, int64_t columns) {
  constexpr int64_t kLine = 64 / int64_t(sizeof(E)), kFew = 4;  // a few rows, or columns, fill no vector
  if (rows < kFew) {
    for (int64_t c = 0; c < columns; ++c)
      for (int64_t r = 0; r < rows; ++r) y[r * y_row + c] = x[c * x_step + r];
    return;
  }
  if constexpr (sizeof(E) >= 4) {
    constexpr int64_t L = Vec<E>::lanes;
    for (int64_t r0 = 0; columns >= kFew && r0 < rows; r0 += kLine) {
      const int64_t r1 = r0 + kLine < rows ? r0 + kLine : rows;
      for (int64_t c = 0; c < columns; c += L)
        for (int64_t r = r0; r < r1; r += L) {
          if (r + L <= r1 && c + L <= columns)
            transpose_square(x + c * x_step + r, x_step, y + r * y_row + c, y_row);
          else
            transpose_part(x + c * x_step + r, x_step, y + r * y_row + c, y_row, r1 - r < L ? r1 - r : L,
                           columns - c < L ? columns - c : L);
        }
    }
    if (columns >= kFew) return;
  }
  for (int64_t r0 = 0; r0 < rows; r0 += kLine)
    for (int64_t c0 = 0; c0 < columns; c0 += kLine)
      for (int64_t r = r0; r < rows && r < r0 + kLine; ++r)
        for (int64_t c = c0; c < columns && c < c0 + kLine; ++c) y[r * y_row + c] = x[c * x_step + r];
}

template <class E>
void move(const void* from, Place at_x, void* to, Place at_y, int64_t rows, int64_t columns) {
  if (at_y.step != 1 && at_y.row == 1)
    return move<E>(from, {at_x.step, at_x.row}, to, {at_y.step, 1}, columns, rows);
  const E* x = static_cast<const E*>(from);
  E* y = static_cast<E*>(to);
  const bool dense = at_y.step == 1;
  if (dense && at_x.row == 1 && at_x.step != 1 && at_x.step != 0 && rows > 1)
    return transpose(x, at_x.step, y, at_y.row, rows, columns);
  for (int64_t r = 0; r < rows; ++r, x += at_x.row, y += at_y.row) {
    if (dense && at_x.step == 1)
      copy_row(reinterpret_cast<const char*>(x), reinterpret_cast<char*>(y), columns * int64_t(sizeof(E)));
    else if (dense && at_x.step == 0)
      fill_row(*x, y, columns);
    else if (dense && at_x.step == -1)
      reverse_row(x, y, columns);
    else
      for (int64_t c = 0; c < columns; ++c) y[c * at_y.step] = x[c * at_x.step];
  }
}

struct MoveKernels {
  MoveBlock* of_size[9];
};
extern const MoveKernels move_kernels;
constexpr MoveKernels move_kernels = {{nullptr, move<uint8_t>, move<uint16_t>, nullptr, move<int32_t>,
                                       nullptr, nullptr, nullptr, move<int64_t>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
namespace pynn {

PYNN_DISPATCH(move_kernels);

MoveBlock* move_block(int itemsize) { return move_kernels->of_size[itemsize]; }

}  // namespace pynn
#endif
