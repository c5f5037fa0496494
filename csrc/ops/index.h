// index.h — what the ops that look elements up by number share: range checks, and x[i, :, j] with tensors.
#pragma once
#include "ops/ops.h"

namespace pynn {

// `index` as contiguous int64 whose values lie in 0 .. size - 1, else an error that names the first bad value
// and where it stands. With from_end, -1 is the last place, as in Python.
Tensor checked_index(const char* op, const Tensor& index, int64_t size, bool from_end = false);

// x[..., i, ..., j, ...] with integer tensors i, j (undefined entries take a whole axis; a bool tensor stands
// for the places where it is True and covers as many axes as it has). They broadcast together; their common
// axes stand at place `at` of the result's other axes, or, for -1, where NumPy puts them: in the place of the
// axes they index if those are neighbours, else in front.
Tensor index(const Tensor& x, TensorList indices, int64_t at = -1);
// A copy of x in which those elements are replaced by (or increased by) `values`, which broadcast.
Tensor index_put(const Tensor& x, TensorList indices, const Tensor& values, bool accumulate = false,
                 int64_t at = -1);
// The same on x's own memory; the result is x's memory with the new history. The caller has checked that it
// may be written, and calls give_history.
Tensor index_put_into(const Tensor& x, TensorList indices, const Tensor& values, int64_t at = -1);

}  // namespace pynn
