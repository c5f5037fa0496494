// narrow_product.h — between tensors and kernels/gemm_narrow.h.
#pragma once
#include "core/autocast.h"
#include "core/tensor.h"
#include "kernels/gemm_narrow.h"

namespace pynn {

// A matrix of these strides in the memory of x. float32 is rounded to bfloat16 as it is packed.
inline NarrowOperand narrow_operand(const Tensor& x, int64_t row, int64_t column) {
  const DType t = x.dtype();
  return {x.bytes(),
          t == DType::bfloat16  ? Element::bfloat16
          : t == DType::float32 ? Element::float32
          : t == DType::int8    ? Element::int8
                                : Element::uint8,
          row, column};
}

// The last two axes of x.
inline NarrowOperand narrow_operand(const Tensor& x) {
  return narrow_operand(x, x.strides()[x.ndim() - 2], x.strides()[x.ndim() - 1]);
}

// x where gemm_bf16 can read it: bfloat16 and float32 as they are.
inline Tensor for_bf16_product(const Tensor& x) {
  return x.dtype() == DType::float32 ? x : x.to(DType::bfloat16);
}

// A product of m x k and k x n whose C is y, row-major.
inline NarrowGemm narrow_product(const NarrowOperand& a, const NarrowOperand& b, int64_t m, int64_t k,
                                 int64_t n, const Tensor& y) {
  NarrowGemm product{.m = m, .n = n, .k = k, .a = a, .b = b, .c = y.bytes(), .c_row = n};
  product.c_element = y.dtype() == DType::bfloat16  ? Element::bfloat16
                      : y.dtype() == DType::float32 ? Element::float32
                                                    : Element::int32;
  return product;
}

}  // namespace pynn
