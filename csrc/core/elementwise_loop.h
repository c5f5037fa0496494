// elementwise_loop.h — what the loop of an elementwise op looks like to those who call it.
#pragma once
#include <stdint.h>

namespace pynn {

// in: one pointer per operand, contiguous; out: contiguous, and may be one of them. parameters: the
// formula's fields.
using ElementwiseLoop = void(const void* const* in, void* out, int64_t n, const double* parameters);

}  // namespace pynn
