// conv_pointwise.h — 1 x 1 convolutions of stride 1 as what they are: one matrix product for each image.
#pragma once
#include "kernels/conv.h"

namespace pynn {

// Whether this is one, of images with places enough to fill the tiles of a product.
bool is_pointwise(const ConvShape& shape);

template <class T>
void pointwise_forward(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y,
                       const Finish<T>& finish);
template <class T>
void pointwise_input(const ConvShape& shape, const T* dy, const T* w, const T* bias, T* dx);
template <class T>
void pointwise_weight(const ConvShape& shape, const T* x, const T* dy, T* dw);

}  // namespace pynn
