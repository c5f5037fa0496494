// winograd.h — convolutions with 3 x 3 kernels, and a stride of 1 or 2, by a quarter or two thirds of the
// multiplications, where that pays.
//
// The same three products as conv.h, in float32, with an error of a few roundings more; how is told in
// winograd_transforms.h. A value that is not finite spreads over the tile of outputs that it meets.
#pragma once
#include "kernels/conv.h"

namespace pynn {

enum class ConvProduct { forward, input, weight };

// Whether this product is faster so, and not forbidden.
bool winograd_pays(const ConvShape& shape, ConvProduct product);
void allow_winograd(bool allowed);  // at first unless PYNN_WINOGRAD=0
bool winograd_allowed();

void winograd_forward(const ConvShape& shape, const float* x, const float* w, const float* bias, float* y,
                      const Finish<float>& finish);
void winograd_input(const ConvShape& shape, const float* dy, const float* w, const float* bias, float* dx);
void winograd_weight(const ConvShape& shape, const float* x, const float* dy, float* dw);

}  // namespace pynn
