// inplace.h — what an in-place op does to a tensor that has, or is part of, a history.
#pragma once
#include "core/tensor.h"

namespace pynn {

// Writes `result` into `target`'s memory and gives `target` the history of `result`.
void assign_in_place(const Tensor& target, Tensor result, const char* op);

}  // namespace pynn
