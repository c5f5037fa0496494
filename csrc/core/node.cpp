#include "core/node.h"

#include "core/op.h"

namespace pynn {

namespace {

thread_local bool grad_is_enabled = true;
uint64_t next_sequence = 1;
ViewRefresher* view_refresher = nullptr;

// A view that does not know its base shares another tensor's memory. If that was written since the view was
// taken, the view's history no longer says how its values came about.
void check_view_is_current(const Op& op, const Tensor& x) {
  const TensorImpl& impl = *x.impl();
  if (impl.is_view && impl.node && impl.storage->version != impl.recorded_version)
    throw AutogradError(
        text(op.name, ": its input of shape ", x.shape(), " is a view, and the memory it looks at was ",
             "changed in place by `", impl.storage->last_writer ? impl.storage->last_writer : "an op",
             "` after the view was taken: its recorded history no longer holds. Take the view again after ",
             "the change."));
}

}  // namespace

void refresh_view(TensorImpl& view) {
  view.base_history = view.base->history;
  if (view_refresher) view_refresher(view);
}
void set_view_refresher(ViewRefresher* refresher) { view_refresher = refresher; }

Tensor view_of(const Context& context, const Tensor& x, const Shape& shape, const Strides& strides,
               int64_t offset) {
  Tensor view = x.alias(shape, strides, offset);
  if (context.records() || grad_is_enabled) {
    TensorImpl& impl = *view.impl();
    impl.base = x.impl()->base ? x.impl()->base : x.ref();
    impl.base_history = impl.base->history;
  }
  return view;
}

bool grad_enabled() { return grad_is_enabled; }
void set_grad_enabled(bool enabled) { grad_is_enabled = enabled; }

bool Context::needs(size_t i) const { return node_ && i < node_->inputs.size() && bool(node_->inputs[i]); }

// A node must not own its own future: a kept view does not hold its base, which may come to follow from this
// node.
void Context::put_view(const Tensor& t) {
  Tensor kept = t.detach();
  kept.impl()->node = t.impl()->node;
  kept.impl()->output_index = t.impl()->output_index;
  tensors_.push_back({kept, t.impl()->storage->version});
}

void Context::copy_before_write(const Storage& memory) {
  for (Saved& saved : tensors_) {
    const Tensor& t = saved.tensor;
    if (!t || t.impl()->storage.get() != &memory || saved.version != memory.version) continue;
    if (Watcher* w = watcher())
      w->refuse(text("memory that the backward of `", node_->op->name, "` needs is overwritten in place"));
    Tensor copy = empty(t.shape(), t.dtype());
    copy_into(copy, t);
    copy.impl()->node = t.impl()->node;
    copy.impl()->output_index = t.impl()->output_index;
    saved = {copy, 0, saved.output_index};
  }
}

Tensor Context::unpack(const Saved& saved) const {
  const Tensor& t = saved.tensor;
  if (!t) return t;
  const Storage& storage = *t.impl()->storage;
  if (storage.version != saved.version)
    throw AutogradError(text(node_->op->name, ": backward needs a tensor of shape ", t.shape(),
                             " as it was in forward, but `",
                             storage.last_writer ? storage.last_writer : "an in-place op",
                             "` has changed it in place since. Did you mean ",
                             "the out-of-place form, or x.clone() before the change?"));
  if (saved.output_index < 0 || !grad_enabled()) return t;
  Tensor with_history = t.detach();  // an output kept without its history gets it back
  with_history.impl()->node = Ref<Node>(node_);
  with_history.impl()->output_index = uint16_t(saved.output_index);
  return with_history;
}

std::vector<Tensor> Context::load_tensors() const {
  std::vector<Tensor> tensors;
  for (const Saved& saved : tensors_) tensors.push_back(unpack(saved));
  return tensors;
}

Edge edge_to(const Tensor& x) {
  Edge edge;
  if (!x) return edge;
  edge.dtype = x.dtype();
  x.follow_base();
  if (x.impl()->node) {
    edge.node = x.impl()->node;
    edge.output_index = x.impl()->output_index;
  } else if (x.impl()->requires_grad) {
    edge.leaf = x.ref();
  }
  return edge;
}

uint64_t next_node_sequence() { return next_sequence; }

Node::Node(const Op& op) : op(&op), sequence(next_sequence++) {}

void Node::destroy(Node* node) {
  // Freeing a node frees what it refers to, which may be the last owner of the node before it, and so on:
  // nodes freed on the way wait in a list instead of recursing.
  thread_local std::vector<Node*> waiting;
  thread_local bool draining = false;
  waiting.push_back(node);
  if (draining) return;
  draining = true;
  while (!waiting.empty()) {
    Node* next = waiting.back();
    waiting.pop_back();
    delete next;
  }
  draining = false;
}

Ref<Node> detached_twin(const Node& node) {
  Ref<Node> twin(new Node(*node.op));
  twin->context.node_ = twin.get();
  twin->outputs = node.outputs;
  for (const Edge& edge : node.inputs) {
    Edge stump;
    stump.dtype = edge.dtype;
    if (edge) stump.leaf = Ref<TensorImpl>(new TensorImpl);
    twin->inputs.push_back(stump);
  }
  return twin;
}

void Recorder::start(const Op& op, const Tensor* const* inputs, size_t count) {
  if (!op.differentiable()) return;
  // A view of a tensor that was changed in place gets a new node here: before this one takes its number.
  for (size_t i = 0; i < count; ++i)
    if (inputs[i] && *inputs[i]) inputs[i]->follow_base();
  node_ = Ref<Node>(new Node(op));
  node_->context.node_ = node_.get();
  node_->inputs.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    if (inputs[i] && *inputs[i]) check_view_is_current(op, *inputs[i]);
    node_->inputs.push_back(inputs[i] ? edge_to(*inputs[i]) : Edge{});
  }
  set_grad_enabled(false);
}

void Recorder::attach(Tensor& output, int index) {
  if (!output || !is_floating(output.dtype())) return;
  // An op may hand an input or a kept alias back: history belongs to a tensor of its own.
  if (output.impl()->node || output.impl()->requires_grad || output.impl()->python)
    output = view_of(node_->context, output, output.shape(), output.strides(), output.impl()->offset);
  TensorImpl& impl = *output.impl();
  if (!impl.base && impl.storage->refs > 1) {  // shares its memory with a tensor it does not know
    impl.is_view = true;
    impl.recorded_version = impl.storage->version;
  }
  for (Context::Saved& saved : node_->context.tensors_) {
    if (saved.tensor.ref() == output.ref()) {
      saved.tensor = output.detach();
      saved.output_index = index;
    }
  }
  impl.node = node_;
  impl.output_index = uint16_t(index);
}

Tensor Recorder::finish(Tensor output) {
  if (node_) attach(output, 0);
  return output;
}

void Recorder::finish(std::vector<Tensor>& outputs) {
  if (!node_) return;
  if (outputs.size() > 65535)
    throw ValueError(text(node_->op->name, ": at most 65535 outputs can carry a gradient"));
  node_->outputs = uint16_t(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) attach(outputs[i], int(i));
}

}  // namespace pynn
