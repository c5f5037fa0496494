// inplace.h — what an in-place op does to a tensor that has, or is part of, a history.
//
// A history belongs to values. When values are overwritten, the tensor gets the history of what was written;
// and where the tensor is a view, its base gets that of "the base, with this part replaced", from which the
// histories of all its views follow (Tensor::follow_base).
#pragma once
#include "autograd/part.h"
#include "core/op.h"
#include "core/tensor.h"

namespace pynn {

// Refuses a leaf that requires a gradient (or a view of one) while gradients are recorded.
void check_in_place(const Tensor& target, const char* op);

// Writes `result` into `target`'s memory and gives `target` its history: x.exp_(), x += y, x.copy_(y).
// `op` is the name without the underscore.
void assign_in_place(const Tensor& target, const Tensor& result, const char* op);

// x.op_(...), where x is the first of the arguments: straight into x's memory, or by assign_in_place.
void call_in_place(const Op& op, const Value* arguments);

// Before somebody writes numbers into x's memory that depend on no tensor. False where x has a history to
// change, holes, or a watcher: then the numbers are to be made first and given to assign_in_place.
bool may_write_over(const Tensor& target, const char* op);

// The pieces of assign_in_place, for those who write themselves:
//   keep_old_values before the write: what the history of `result` keeps of target's memory becomes a copy
//   give_history    after it: target holds the values of `result` now
//   give_history_of_part: the part of target at `memory` (places of its storage) or `logical` (places of its
//                   row-major order) holds `value` now, which has the part's shape
void keep_old_values(const Tensor& target, const Tensor& result);
void give_history(const Tensor& target, const Tensor& result);
void give_history_of_part(const Tensor& target, const Part& memory, const Part& logical, const Tensor& value);

}  // namespace pynn
