// gemm_narrow.h — C = A B + bias with factors of one or two bytes and sums of four.
//
// A is m x k, B is k x n; each a pointer with two strides counted in elements, any strides. The rows of C are
// contiguous. Results are bitwise the same on any number of threads.
//
//   gemm_bf16   A and B of bfloat16, or of float32 that is rounded to it on the way; sums in float32;
//               C is float32, or bfloat16 rounded once.
//   gemm_int8   A of uint8 or int8, B of int8; C is int32: exact, modulo 2^32.
//
// With u = 2^-24, each sum of gemm_bf16 differs from the exact one by at most k u Σ_p |a_p b_p| (1 + k u),
// and rounding it to bfloat16 adds at most 2^-8 of it. Where AMX or AVX512_BF16 does the work, products, sums
// and operands below 2^-126 in modulus count as 0, whatever the control register says: their instructions
// know no denormals.
#pragma once
#include <stdint.h>

namespace pynn {

enum class Element : uint8_t { bfloat16, float32, int8, uint8, int32 };

struct NarrowOperand {
  const void* data = nullptr;
  Element element = Element::bfloat16;
  int64_t row = 0, column = 1, batch = 0;
};

struct NarrowGemm {
  int64_t m = 0, n = 0, k = 0;
  NarrowOperand a, b;
  void* c = nullptr;
  Element c_element = Element::bfloat16;
  int64_t c_row = 0, c_batch = 0;
  const float* bias = nullptr;  // gemm_bf16: one value a column of C, contiguous
  int64_t batch = 1;            // products of one shape
};

void gemm_bf16(const NarrowGemm& product);
void gemm_int8(const NarrowGemm& product);

// What this process multiplies with: "AMX", "AVX512_BF16" or "AVX512_VNNI", or "widened" where the CPU has
// neither and the factors are widened to four bytes.
const char* bf16_products();
const char* int8_products();

}  // namespace pynn
