#include "optim/group.h"

#include <algorithm>

#include "core/watch.h"

namespace pynn {

Group::Group(std::vector<Tensor> parameters) {
  for (Tensor& parameter : parameters) {
    if (!parameter) throw TypeError("an optimizer's parameters must be tensors, got None");
    members_.push_back({std::move(parameter), 0, 1, {}});
  }
}

void Group::zero_grad(bool set_to_none) {
  for (Member& member : members_) {
    TensorImpl& leaf = *member.parameter.impl();
    Ref<TensorImpl>& grad = leaf.grad;
    if (set_to_none) {
      if (Watcher* w = watcher()) w->grad_set(leaf, {});
      grad = Ref<TensorImpl>();
      continue;
    }
    if (Watcher* w = watcher()) w->grad_seen(leaf);
    if (grad) {
      const Tensor gradient = Tensor(grad).detach();
      gradient.about_to_write("zero_grad");
      copy_into(gradient, zeros(gradient.shape(), gradient.dtype()));
      grad = gradient.ref();
    }
  }
}

void Group::check(const char* op) const {
  for (size_t m = 0; m < members_.size(); ++m) {
    const Tensor& parameter = members_[m].parameter;
    if (!is_floating(parameter.dtype()))
      throw DTypeError(
          text(op, ": parameter ", m, " holds ", parameter.dtype(), "; only floats can be trained"));
    if (!parameter.impl()->grad) continue;
    if (parameter.impl()->grad->shape != parameter.shape())
      throw ShapeError(text(op, ": parameter ", m, " is ", parameter.shape(), " but its gradient ",
                            parameter.impl()->grad->shape));
    for (const Tensor& slot : members_[m].slots)
      if (slot && (slot.shape() != parameter.shape() || slot.dtype() != compute_type(parameter.dtype())))
        throw ShapeError(text(op, ": the state of parameter ", m, " is ", slot.shape(), " ", slot.dtype(),
                              ", the parameter ", parameter.shape(), " ", parameter.dtype(),
                              ". Was it resized or converted after the optimizer's first step?"));
  }
}

int64_t Group::gather(const char* op, DType dtype, std::array<bool, kMaxSlots> slots, double initial) {
  pieces_.clear();
  moving_.clear();
  held_.clear();
  copies_.clear();
  int64_t total = 0;
  for (size_t m = 0; m < members_.size(); ++m) {
    Member& member = members_[m];
    const Tensor& parameter = member.parameter;
    if (compute_type(parameter.dtype()) != dtype || !parameter.impl()->grad) continue;
    held_.push_back(Tensor(parameter.impl()->grad).to(dtype).contiguous());
    parameter.about_to_write(op);
    Tensor target = parameter;
    if (!parameter.is_contiguous() || parameter.dtype() != dtype) {
      target = parameter.to(dtype).contiguous();
      copies_.emplace_back(parameter, target);
    }
    Piece piece{};
    piece.start = total;
    piece.n = parameter.numel();
    piece.parameter = target.bytes();
    piece.gradient = held_.back().bytes();
    piece.steps = ++member.steps;
    for (int k = 0; k < kMaxSlots; ++k) {
      if (!slots[k]) continue;
      Tensor& slot = member.slots[k];
      if (!slot) {
        slot = full(parameter.shape(), initial, dtype);
        if (k == 0) piece.fresh = true;
      }
      piece.slots[k] = slot.bytes();
    }
    total += piece.n;
    moving_.push_back(m);
    pieces_.push_back(piece);
  }
  return total;
}

void Group::scatter() {
  for (auto& [parameter, copy] : copies_) copy_into(parameter, copy);
  copies_.clear();
  held_.clear();
}

const Piece* Group::piece_at(int64_t element) const {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), element,
                                      [](int64_t e, const Piece& piece) { return e < piece.start; });
  return &*(after - 1);
}

}  // namespace pynn
