// gemm.h — C = f(alpha A B + beta C + ...): the matrix product that every layer stands on.
//
// A is m x k, B is k x n, C is m x n, each a pointer with two strides counted in elements. A transpose is
// a pair of strides swapped, a reversed axis a negative stride, a broadcast axis a stride of 0; only C must
// not overlap itself or the operands. Integers wrap around.
//
// Bias, residual and activation are applied to a tile of C while it is still in registers, which saves a
// pass over memory for each. Results are bitwise the same on any number of threads.
#pragma once
#include <stdint.h>

namespace pynn {

// An elementwise function applied in place to a finished tile of C, `columns` contiguous values a row.
template <class T>
using TileFunction = void(T* tile, int64_t rows, int64_t columns, int64_t row_stride);

template <class T>
struct Gemm {
  int64_t m = 0, n = 0, k = 0;
  const T* a = nullptr;
  int64_t a_row = 0, a_col = 1;
  const T* b = nullptr;
  int64_t b_row = 0, b_col = 1;
  T* c = nullptr;
  int64_t c_row = 0, c_col = 1;

  T alpha = 1;
  T beta = 0;  // 0: what stood in C is never read, be it NaN

  const T* bias_m = nullptr;    // one value a row of C, contiguous
  const T* bias_n = nullptr;    // one value a column of C, contiguous
  const T* residual = nullptr;  // m x n with the strides of C
  bool relu = false;
  TileFunction<T>* activation = nullptr;  // any other function

  int64_t batch = 1;  // products of one shape; strides from one to the next (biases are shared)
  int64_t a_batch = 0, b_batch = 0, c_batch = 0;
};

void gemm(const Gemm<float>& product);
void gemm(const Gemm<double>& product);
void gemm(const Gemm<int32_t>& product);
void gemm(const Gemm<int64_t>& product);

}  // namespace pynn
