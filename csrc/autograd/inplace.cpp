#include "autograd/inplace.h"

#include "core/node.h"

namespace pynn {

void assign_in_place(const Tensor& target, Tensor result, const char* op) {
  TensorImpl& impl = *target.impl();
  if (grad_enabled() && impl.requires_grad && !impl.node)
    throw AutogradError(text(op, "_: a leaf tensor that requires a gradient cannot be changed in place while gradients ",
                             "are recorded. Did you mean `with pynn.no_grad():`?"));
  if (!(result.shape() == impl.shape))
    throw ShapeError(text(op, "_: the result has shape ", result.shape(), ", the tensor ", impl.shape,
                          "; an in-place op cannot change the shape"));
  target.about_to_write(op);
  copy_into(target, result);
  impl.node = result.impl()->node;
  impl.output_index = result.impl()->output_index;
}

}  // namespace pynn
