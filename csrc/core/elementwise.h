// elementwise.h — the executor of elementwise loops: type promotion, broadcasting and strides, once for all.
//
// A loop (elementwise_kernel.h) sees contiguous memory of one type. What is strided, broadcast or of
// another type is brought into tiles that stay in the first-level cache, as DuckDB and numexpr do.
#pragma once
#include <span>

#include "core/elementwise_kernel.h"
#include "core/tensor.h"

namespace pynn {

// PyTorch's rule: tensors with axes decide the type; a 0-d tensor, then a Python number, can only lift it
// to a higher category (bool < integer < float).
DType result_type(std::span<const Tensor* const> tensors);

// How many of `total` contiguous elements go to a thread at a time.
int64_t elementwise_grain(int64_t total);

// out[i] = loop(in0[i], in1[i], ...) over the shape of `out` (row-major, freshly made); each input is
// broadcast to it and converted to types[k]. parameters: kMaxParameters numbers, or null. For a type without
// loops of its own (bfloat16, int8) the loop is the one of its compute_type, and each tile of the result is
// rounded as it is written.
inline constexpr int kMaxParameters = 4;
void run_elementwise(const char* op, ElementwiseLoop* loop, std::span<const Tensor* const> in,
                     std::span<const DType> types, const Tensor& out, const double* parameters = nullptr);

}  // namespace pynn
