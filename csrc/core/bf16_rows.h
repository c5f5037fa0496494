// bf16_rows.h — rows of bfloat16 from and to float32, by vectors: what reading and rounding a tile comes to.
#pragma once
#include <stdint.h>

namespace pynn {

void widen_bf16_row(const uint16_t* x, float* y, int64_t n);
void round_bf16_row(const float* x, uint16_t* y, int64_t n);

}  // namespace pynn
