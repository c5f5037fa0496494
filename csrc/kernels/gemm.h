// gemm.h — C = A B + bias: the matrix product that every layer stands on.
//
// A is m x k, B is k x n, C is m x n, each a pointer with two strides counted in elements. A transpose is
// a pair of strides swapped, a reversed axis a negative stride, a broadcast axis a stride of 0; only C must
// not overlap itself or the operands. Integers wrap around. Results are bitwise the same on any number of
// threads.
//
// The bias is added to a tile of C while that is still in registers. An activation follows a panel of rows as
// soon as it is done, while it is in the cache: by the very loop of the activation's own op, so that each of
// them fits without a word about it here, and no bit of the result depends on where it was computed.
//
// How it is done, from the outside in; docs/guide tells it as a story:
//   gemm.cpp         which of the ways below suits the shape, and which part of C is whose thread's
//   gemm_blocks.h    the loop nest: blocks for the caches
//   gemm_pack.h      a block copied into the order in which it will be read
//   gemm_micro.h     one tile of C, in registers
//   gemm_epilogue.h  what becomes of a finished tile
//   gemm_thin.h      products with too few rows for tiles: dot products and sums of rows
//   gemm_split.h     large ones of float32 on AMX, in pieces of bfloat16 (split.h), if that is asked for
#pragma once
#include <stdint.h>

#include "core/precision.h"

namespace pynn {

// out[i] = f(in[0][i]) for n elements that lie side by side: as core/elementwise_kernel.h makes them.
using RowLoop = void(const void* const* in, void* out, int64_t n, const double* parameters);

template <class T>
struct Gemm {
  int64_t m = 0, n = 0, k = 0;
  const T* a = nullptr;
  int64_t a_row = 0, a_col = 1;
  const T* b = nullptr;
  int64_t b_row = 0, b_col = 1;
  T* c = nullptr;
  int64_t c_row = 0, c_col = 1;

  bool add = false;  // C += A B: C holds the first summand

  const T* bias_m = nullptr;  // one value a row of C, contiguous
  const T* bias_n = nullptr;  // one value a column of C, contiguous

  // then_out = then(C), laid out as C and perhaps C itself. Of one product whose C has contiguous rows.
  RowLoop* then = nullptr;
  T* then_out = nullptr;

  Precision precision = Precision::highest;  // of float32

  int64_t batch = 1;  // products of one shape; strides from one to the next (biases are shared)
  int64_t a_batch = 0, b_batch = 0, c_batch = 0;
};

void gemm(const Gemm<float>& product);
void gemm(const Gemm<double>& product);
void gemm(const Gemm<int32_t>& product);
void gemm(const Gemm<int64_t>& product);

// What large products of float32 run on below the highest precision: "AMX" or "multiply-adds".
const char* float32_products();

}  // namespace pynn
