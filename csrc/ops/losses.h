// losses.h — what the losses share: strict shapes, and the reduction at the end.
#pragma once
#include <string_view>

#include "ops/ops.h"

namespace pynn {

// Broadcasting in a loss is nearly always a mistake: (N, 1) against (N,) would compare all pairs.
inline void check_same_shape(const char* op, const Tensor& input, const Tensor& target) {
  if (input.shape() == target.shape()) return;
  const bool column = input.numel() == target.numel();
  throw ShapeError(text(op, ": input ", input.shape(), " and target ", target.shape(),
                        " must have the same shape",
                        column ? ". Did you mean target.reshape(input.shape), or input.squeeze(-1)?" : ""));
}

inline void check_reduction(const char* op, std::string_view reduction) {
  if (reduction != "mean" && reduction != "sum" && reduction != "none")
    throw ValueError(text(op, ": reduction must be 'mean', 'sum' or 'none', got '", reduction, "'"));
}

inline Tensor reduce_loss(const char* op, const Tensor& each, std::string_view reduction) {
  check_reduction(op, reduction);
  return reduction == "mean" ? mean(each) : reduction == "sum" ? sum(each) : each;
}

}  // namespace pynn
