// part.h — a strided part of a tensor, as a view has it: y[k] = x.flat[offset + Σ_i strides[i] k_i].
//
// All that slicing, select, diagonal, unfold and x[...] with integers and slices can reach is such a part, so
// they share one view, one gradient (dy laid into zeros) and one way to be assigned to.
#pragma once
#include "core/node.h"

namespace pynn {

struct Part {
  Shape shape;
  Strides strides;
  int64_t offset = 0;
};

// The whole of a tensor, in places of its row-major order; and the same in places of its memory.
Part whole(const Shape& shape);
Part memory_of(const Tensor& x);

// One cut of a geometry: the same on either kind of Part.
void cut_axis(Part& part, int axis, int64_t start, int64_t step, int64_t length);  // checked by the caller
void drop_axis(Part& part, int axis, int64_t index);

// The view of x over `memory` (places of its storage), recorded as `logical` (places of its row-major order).
Tensor view_part(const Tensor& x, const Part& memory, const Part& logical);
// cut(Part&) says which part; both geometries follow from it.
template <class Cut>
Tensor cut_view(const Tensor& x, const Cut& cut) {
  Part memory = memory_of(x), logical;
  cut(memory);
  if (grad_enabled() && x.requires_grad()) cut(logical = whole(x.shape()));
  return view_part(x, memory, logical);
}

// Recorded copies: `part` of x; x with `part` replaced by `value`; zeros of `shape` to which dy is
// added at `part`, whose elements may overlap.
Tensor take_part(const Tensor& x, const Part& part);
Tensor assign_part(const Tensor& x, const Tensor& value, const Part& part);
Tensor spread_part(const Tensor& dy, const Shape& shape, const Part& part);

// Records that `part` of x was assigned `value`; x's memory holds the new values already. The result has the
// new history and x's memory.
Tensor record_assignment(const Tensor& x, const Tensor& value, const Part& part);

}  // namespace pynn
