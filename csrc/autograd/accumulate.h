// accumulate.h — the sum of two gradients of one tensor: where several paths meet, the chain rule adds.
#pragma once
#include "core/tensor.h"

namespace pynn {

// a + b; recorded if gradients are. `a` may be reused for the result when nobody else holds it.
Tensor accumulate(Tensor a, const Tensor& b);
// target += x, element by element, whoever holds the target.
void accumulate_into(const Tensor& target, const Tensor& x);

}  // namespace pynn
