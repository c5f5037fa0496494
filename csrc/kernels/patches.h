// patches.h — all patches of an image that a kernel looks at, as columns of a matrix; and back, summed.
//
// columns[n, (c, k), p] = x[n, c, p stride + k dilation − before]: `unfold` and `fold` of pynn.nn.
#pragma once
#include "kernels/conv.h"

namespace pynn {

// x (batch, groups * in_channels, in...), columns (batch, groups * in_channels * taps, out...).
template <class T>
void patches_of(const ConvShape& shape, const T* x, T* columns);
// The transpose: every element of x is the sum of the places it went to.
template <class T>
void sum_of_patches(const ConvShape& shape, const T* columns, T* x);

}  // namespace pynn
