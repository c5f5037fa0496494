#include "autograd/inplace.h"

#include <memory>
#include <unordered_set>
#include <utility>

#include "core/cast.h"
#include "core/watch.h"

namespace pynn {

namespace {

// A base with its axes in the order of its memory, where places of the memory are places of the row-major
// order. `back` is the part of it that is the base again.
struct InMemoryOrder {
  Tensor base;
  Part back;
};
InMemoryOrder in_memory_order(const Tensor& base) {
  const Part logical = whole(base.shape());
  if (base.is_contiguous()) return {base, logical};
  const Dims order = order_in_memory(base.strides());
  Part memory{{}, {}, base.impl()->offset}, places;
  for (int i = 0; i < base.ndim(); ++i) {
    const int axis = int(order[i]);
    memory.shape.push_back(base.shape()[axis]);
    memory.strides.push_back(base.strides()[axis]);
    places.strides.push_back(logical.strides[axis]);
  }
  places.shape = memory.shape;
  if (!is_row_major(memory.shape, memory.strides))
    throw AutogradError(
        text("a view of a tensor with gaps in its memory (shape ", base.shape(), ", strides ", base.strides(),
             ") was changed in place, and its history cannot be followed. Did you mean to start from "
             "x.contiguous()?"));
  Part back = logical;
  const Strides steps = row_major(memory.shape);
  for (int i = 0; i < base.ndim(); ++i) back.strides[int(order[i])] = steps[i];
  return {view_part(base, memory, places), back};
}

// Hooks stay with the value they were set on; a wish to retain the gradient goes with the tensor.
void take_history(TensorImpl& target, const TensorImpl& source) {
  target.node = source.node;
  target.output_index = source.output_index;
  const std::shared_ptr<Hooks> before = std::exchange(target.hooks, nullptr);
  if (!before) return;
  before->owner = nullptr;
  if (!std::exchange(before->retain_grad, false) || !target.node) return;
  target.hooks = std::make_shared<Hooks>();
  target.hooks->owner = &target;
  target.hooks->retain_grad = true;
  Node& node = *target.node;
  if (!node.output_hooks) node.output_hooks = std::make_unique<std::vector<OutputHooks>>();
  node.output_hooks->push_back({target.output_index, target.hooks});
}

// A view's history after its base got a new one: the part of the base that it is.
void refresh(TensorImpl& view) {
  if (view.requires_grad) return;  // a leaf of its own
  const Tensor base(view.base);
  view.node = {};
  if (!base.requires_grad()) return;
  const GradMode recording(true);
  const InMemoryOrder whole_base = in_memory_order(base);
  const Part memory{view.shape, view.strides, view.offset};
  Part places = memory;
  places.offset -= base.impl()->offset;
  take_history(view, *view_part(whole_base.base, memory, places).impl());
}

[[maybe_unused]] const bool refresher_is_set = (set_view_refresher(refresh), true);

// Whether a write into `target` is one that gradients have to know of.
bool changes_history(const Tensor& target) {
  const Ref<TensorImpl>& base = target.impl()->base;
  return grad_enabled() && (target.requires_grad() || (base && Tensor(base).requires_grad()));
}

void check_dtype(const Tensor& target, const Tensor& result, const char* op) {
  const auto category = [](DType t) { return is_floating(t) ? 2 : t == DType::boolean ? 0 : 1; };
  if (category(result.dtype()) <= category(target.dtype())) return;
  const char* fix = is_floating(result.dtype()) ? ".float()" : ".long()";
  throw DTypeError(text(op, "_: the result is ", result.dtype(), ", which does not fit the ", target.dtype(),
                        " elements of this tensor. Did you mean x = x", fix,
                        " before, or the out-of-place form?"));
}

}  // namespace

void check_in_place(const Tensor& target, const char* op) {
  if (!grad_enabled()) return;
  const TensorImpl& impl = *target.impl();
  const bool view_of_leaf = impl.base && impl.base->requires_grad && !impl.base->node;
  if (view_of_leaf || (impl.requires_grad && !impl.node))
    throw AutogradError(
        text(op, ": ", view_of_leaf ? "a view of a leaf tensor" : "a leaf tensor",
             " that requires a gradient cannot be changed in place while gradients are recorded: its "
             "old values would be lost to them. Did you mean `with pynn.no_grad():`?"));
  const TensorImpl& owner = impl.base ? *impl.base : impl;
  if (owner.is_view && owner.node)
    throw AutogradError(
        text(op,
             ": this tensor shares its memory with another one that it does not know (an op handed it "
             "on), so a change in place cannot be recorded. Did you mean x.clone() first?"));
}

void keep_old_values(const Tensor& target, const Tensor& result) {
  const TensorImpl& impl = *target.impl();
  if (!grad_enabled() || !result || !result.impl()->node) return;
  const Storage& memory = *impl.storage;
  if (memory.refs == 1 && impl.refs == 1) return;  // nobody kept anything
  // Nodes older than the present history of the memory cannot have kept its present values.
  const Ref<Node>& present = impl.base ? impl.base->node : impl.node;
  const uint64_t since = present ? present->sequence : 0;
  std::unordered_set<Node*> seen;
  std::vector<Node*> waiting{result.impl()->node.get()};
  while (!waiting.empty()) {
    Node* node = waiting.back();
    waiting.pop_back();
    if (node->sequence <= since || !seen.insert(node).second) continue;
    node->context.copy_before_write(memory);
    for (const Edge& edge : node->inputs)
      if (edge.node) waiting.push_back(edge.node.get());
  }
}

void give_history_of_part(const Tensor& target, const Part& memory, const Part& logical,
                          const Tensor& value) {
  if (!grad_enabled() || !is_floating(target.dtype())) return;
  TensorImpl& impl = *target.impl();
  if (!impl.base) {
    if (!target.requires_grad() && !value.requires_grad()) return;
    take_history(impl, *record_assignment(target, value, logical).impl());
    ++impl.history;
    return;
  }
  TensorImpl& base = *impl.base;
  if (!Tensor(impl.base).requires_grad() && !value.requires_grad()) return;
  const InMemoryOrder ordered = in_memory_order(Tensor(impl.base));
  Part places = memory;
  places.offset -= base.offset;
  Tensor changed = record_assignment(ordered.base, value, places);
  if (ordered.base.ref() != impl.base) changed = take_part(changed, ordered.back);
  take_history(base, *changed.impl());
  base.is_view = false;
  ++base.history;
}

void give_history(const Tensor& target, const Tensor& result) {
  if (!grad_enabled() || !is_floating(target.dtype())) return;
  TensorImpl& impl = *target.impl();
  if (impl.base) return give_history_of_part(target, memory_of(target), whole(impl.shape), result);
  if (!target.requires_grad() && !result.requires_grad()) return;
  Tensor source = cast(result, target.dtype());
  if (source.impl()->requires_grad && !source.impl()->node)
    source = take_part(source, whole(source.shape()));  // a leaf
  take_history(impl, *source.impl());
  impl.is_view = false;
  ++impl.history;
}

void assign_in_place(const Tensor& target, const Tensor& result, const char* op) {
  check_in_place(target, op);
  if (!(result.shape() == target.shape()))
    throw ShapeError(text(op, "_: the result has shape ", result.shape(), ", the tensor ", target.shape(),
                          "; an in-place op cannot change the shape"));
  check_dtype(target, result, op);
  keep_old_values(target, result);
  target.about_to_write(op);
  copy_into(target, result);
  give_history(target, result);
}

bool may_write_over(const Tensor& target, const char* op) {
  check_in_place(target, op);
  if (changes_history(target) || watcher() || !target.is_contiguous()) return false;
  target.about_to_write(op);
  return true;
}

void call_in_place(const Op& op, const Value* arguments) {
  const Tensor& target = *arguments[0].tensor;
  if (op.call_into && !changes_history(target) && op.call_into(op, arguments, target)) return;
  assign_in_place(target, op.call(op, arguments), op.name);
}

}  // namespace pynn
