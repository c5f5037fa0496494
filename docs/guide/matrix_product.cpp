// matrix_product.cpp — one matrix product, six times, each faster than the last. The
// chapter beside this file, How a matrix product gets fast, compiles it and measures every
// step:
//
//   c++ -O3 -march=native -ffp-contract=fast -fopenmp -shared -fPIC matrix_product.cpp
//
// All of them compute C = A B for n x n matrices that lie row by row in memory: element (i,
// j) of A is A[i * n + j]. To keep the code about one thing at a time, n is a multiple of
// all tiles: of 96.
#include <omp.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

// [1: as written]
// Row i of A times column j of B.
void as_written(const float* A, const float* B, float* C, int n) {
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      float sum = 0;
      for (int k = 0; k < n; ++k) sum += A[i * n + k] * B[k * n + j];
      C[i * n + j] = sum;
    }
}
// [end]

// [2: along the rows]
// Row i of C is a sum of rows of B: the two inner loops have changed places.
void along_rows(const float* A, const float* B, float* __restrict C, int n) {
  std::fill(C, C + n * n, 0.0f);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < n; ++k)
      for (int j = 0; j < n; ++j) C[i * n + j] += A[i * n + k] * B[k * n + j];
}
// [end]

// [3: in blocks]
constexpr int kDepth = 384, kWidth = 192;  // a block of B: 288 KB

// All that a block of B is good for is done while it is in the cache.
void in_blocks(const float* A, const float* B, float* __restrict C, int n) {
  std::fill(C, C + n * n, 0.0f);
  for (int k0 = 0; k0 < n; k0 += kDepth)
    for (int j0 = 0; j0 < n; j0 += kWidth)
      for (int i = 0; i < n; ++i)
        for (int k = k0; k < std::min(n, k0 + kDepth); ++k)
          for (int j = j0; j < std::min(n, j0 + kWidth); ++j)
            C[i * n + j] += A[i * n + k] * B[k * n + j];
}
// [end]

// [tile]
using Vector = float __attribute__((vector_size(64)));  // 16 numbers at once
Vector load(const float* p) {
  Vector v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
void store(float* p, Vector v) { std::memcpy(p, &v, sizeof v); }

#if defined(__AVX512F__)
constexpr int kRows = 12, kVectors = 2;  // 24 of 32 registers hold sums
#else
constexpr int kRows = 6, kVectors = 1;  // a Vector takes two of 16 registers
#endif
constexpr int kColumns = 16 * kVectors;

// Two loops that the compiler is told to write out: registers have names and no index.
#define EACH_VECTOR                                        \
  _Pragma("GCC unroll 12") for (int i = 0; i < kRows; ++i) \
      _Pragma("GCC unroll 2") for (int j = 0; j < kVectors; ++j)

// kRows x kColumns of C += kRows rows of A times kColumns columns of B, `depth` of each.
void tile(const float* A, long a_row, const float* B, long b_row, float* C, long c_row,
          int depth) {
  Vector sum[kRows][kVectors];
  EACH_VECTOR sum[i][j] = Vector{};
  for (int k = 0; k < depth; ++k, ++A, B += b_row) {
    EACH_VECTOR sum[i][j] += A[i * a_row] * load(B + 16 * j);
  }
  EACH_VECTOR store(C + i * c_row + 16 * j, load(C + i * c_row + 16 * j) + sum[i][j]);
}
// [end]

// [4: in registers]
// C is written once, when all of k has run by.
void in_registers(const float* A, const float* B, float* C, int n) {
  std::fill(C, C + n * n, 0.0f);
  for (int j = 0; j < n; j += kColumns)
    for (int i = 0; i < n; i += kRows) tile(A + i * n, n, B + j, n, C + i * n + j, n, n);
}
// [end]

// [5: packed]
// `depth` rows of a strip of B, kColumns wide, copied so that they lie one behind the
// other.
void pack(const float* B, int b_row, int depth, float* packed) {
  for (int k = 0; k < depth; ++k)
    std::copy_n(B + k * b_row, kColumns, packed + k * kColumns);
}

// Rows i_begin .. i_end of C: blocks for the cache, packed, and tiles for the registers.
void packed_rows(const float* A, const float* B, float* C, int n, int i_begin, int i_end) {
  std::vector<float> block(kDepth * kWidth);
  std::fill(C + i_begin * n, C + i_end * n, 0.0f);
  for (int k0 = 0; k0 < n; k0 += kDepth)
    for (int j0 = 0; j0 < n; j0 += kWidth) {
      const int depth = std::min(kDepth, n - k0), width = std::min(kWidth, n - j0);
      for (int j = 0; j < width; j += kColumns)
        pack(B + k0 * n + j0 + j, n, depth, &block[j * depth]);
      for (int i = i_begin; i < i_end; i += kRows)
        for (int j = 0; j < width; j += kColumns)
          tile(A + i * n + k0, n, &block[j * depth], kColumns, C + i * n + j0 + j, n,
               depth);
    }
}

void packed(const float* A, const float* B, float* C, int n) {
  packed_rows(A, B, C, n, 0, n);
}
// [end]

// [6: threads]
// Each thread makes some rows of C: nobody waits, and nobody writes where another does.
void with_threads(const float* A, const float* B, float* C, int n) {
#pragma omp parallel
  {
    const int panels = n / kRows, me = omp_get_thread_num(), all = omp_get_num_threads();
    packed_rows(A, B, C, n, panels * me / all * kRows, panels * (me + 1) / all * kRows);
  }
}
// [end]

// [peak]
// Multiply-adds that need no memory: many at once, each waiting only for its own sum.
float multiply_add(int times) {
  constexpr int sums = kRows * kVectors;
  Vector sum[sums], x = Vector{} + 0.5f, y = Vector{} + 1.0f;
  for (int s = 0; s < sums; ++s) sum[s] = Vector{} + float(s);
  for (int t = 0; t < times; ++t)
#pragma GCC unroll 24
    for (int s = 0; s < sums; ++s) sum[s] = sum[s] * x + y;
  for (int s = 1; s < sums; ++s) sum[0] += sum[s];
  return sum[0][0];
}
// [end]

}  // namespace

// What Python calls.
extern "C" {

using Product = void(const float* A, const float* B, float* C, int n);

void multiply(int step, const float* A, const float* B, float* C, int n) {
  Product* const steps[] = {as_written,   along_rows, in_blocks,
                            in_registers, packed,     with_threads};
  steps[step - 1](A, B, C, n);
}

// Runs the multiply-adds on so many threads; the operations that were done.
double run_multiply_adds(int times, int threads) {
  volatile float keep = 0;
#pragma omp parallel num_threads(threads)
  {
    const float result = multiply_add(times);
#pragma omp critical
    keep = keep + result;
  }
  return 2.0 * 16 * kRows * kVectors * double(times) * threads;
}

}  // extern "C"
