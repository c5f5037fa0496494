// along_axis.h — what the ops that run along one axis have in common.
#pragma once
#include "core/op.h"
#include "core/parallel.h"

namespace pynn {

// A shape seen as (outer, n, inner) around one axis. A 0-d tensor is one row of one element.
struct AroundAxis {
  int64_t outer = 1, n = 1, inner = 1;
  AroundAxis(const Shape& shape, int axis) {
    for (int i = 0; i < shape.size(); ++i) (i < axis ? outer : i > axis ? inner : n) *= shape[i];
  }
};

// How many rows of n elements make a piece of work that a second thread is worth.
inline int64_t rows_per_piece(int64_t n, int64_t elements = int64_t(1) << 14) {
  return n < elements ? elements / (n < 1 ? 1 : n) : 1;
}

// The way back of choosing along an axis: zeros of `shape`, with dy where `index` (int64, as dy, each
// position at most once) says along `axis`. Records nothing.
Tensor place_along(const Tensor& dy, const Tensor& index, const Shape& shape, int axis);

}  // namespace pynn
