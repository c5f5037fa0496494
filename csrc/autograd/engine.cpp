#include "autograd/engine.h"

#include <algorithm>
#include <queue>

#include "autograd/accumulate.h"
#include "core/cast.h"
#include "core/op.h"

namespace pynn {

namespace {

// One backward pass. Nodes are taken in the order opposite to their creation: all consumers of a node's
// outputs were made after it, so when its turn comes its gradients are complete. A queue instead of
// recursion: the length of a chain costs no stack.
class BackwardPass {
 public:
  BackwardPass(std::span<const Tensor> captured, bool accumulate_leaves, BackwardOptions options)
      : captured_(captured),
        captures_(captured.size()),
        accumulate_leaves_(accumulate_leaves),
        options_(options) {
    if (live_passes_++ > 0) ++overlaps_;
  }
  ~BackwardPass() {
    --live_passes_;
    if (Watcher* w = watcher()) w->walk_ended();
  }
  BackwardPass(const BackwardPass&) = delete;
  BackwardPass& operator=(const BackwardPass&) = delete;

  void seed(const Tensor& output, const Tensor& gradient) { send(edge_to(output), gradient); }

  void run() {
    while (!queue_.empty()) {
      const size_t slot = queue_.top().slot;
      queue_.pop();
      Pending pending = std::move(pending_[slot]);
      pending_[slot] = {};
      free_slots_.push_back(slot);
      visit(*pending.node, pending.gradients);
    }
    for (HookedLeaf& hooked : hooked_leaves_) {
      run_hooks(*hooked.leaf->hooks, hooked.gradient);
      deliver(hooked.leaf, std::move(hooked.gradient));
    }
  }

  std::vector<Tensor> take_captures() { return std::move(captures_); }

 private:
  struct Pending {  // a node whose turn will come, and what has arrived for its outputs
    Ref<Node> node;
    InlineVector<Tensor, 1> gradients;
  };
  struct HookedLeaf {  // its hooks see the whole gradient, once
    Ref<TensorImpl> leaf;
    Tensor gradient;
  };
  struct Turn {
    uint64_t sequence;
    size_t slot;
    bool operator<(const Turn& other) const { return sequence < other.sequence; }
  };

  void visit(Node& node, InlineVector<Tensor, 1>& dy) {
    const Op& op = *node.op;
    if (Watcher* w = watcher()) w->visited(node);
    run_output_hooks(node, dy);
    capture_outputs(node, dy);
    if (node.context.released())
      throw AutogradError(text(
          "backward: it already ran through `", op.name,
          "`, and what its forward kept is gone. Did you mean backward(retain_graph=True) the first time?"));
    Op::Backward* run = options_.create_graph ? op.backward_in_ops
                        : op.backward         ? op.backward
                                              : op.backward_in_ops;
    if (!run)
      throw AutogradError(text(op.name,
                               ": create_graph=True needs the gradient of a gradient, and the backward of `",
                               op.name, "` has none."));
    Gradients dx;
    {
      const GradMode mode(options_.create_graph);
      if (Watcher* w = watcher()) w->goes_back(node, {dy.data(), dy.size()});
      if (run == op.backward && !op.kernel) {
        const Watched watched(Frame::kernels);
        dx = run(op, node.context, dy.data());
        if (watched) watched->went_back(node, {dy.data(), dy.size()});
      } else {
        dx = run(op, node.context, dy.data());
      }
      if (Watcher* w = watcher()) w->gave(node, {dx.data(), dx.size()});
    }
    dy.clear();
    if (!options_.retain_graph) node.context.release();
    for (size_t i = 0; i < node.inputs.size() && i < dx.size(); ++i)
      if (dx[i] && node.inputs[i]) send(node.inputs[i], std::move(dx[i]));
  }

  void send(const Edge& edge, Tensor gradient) {
    if (edge.dtype != DType::none && gradient.dtype() != edge.dtype) {
      const GradMode mode(options_.create_graph);
      gradient = cast(gradient, edge.dtype);
    }
    if (edge.leaf) return arrive_at_leaf(edge.leaf, std::move(gradient));
    if (!edge.node) return;
    Pending& pending = pending_[slot_of(edge.node)];
    Tensor& sum = pending.gradients[edge.output_index];
    if (sum) {
      const GradMode mode(options_.create_graph);
      sum = accumulate(std::move(sum), gradient);
    } else {
      sum = std::move(gradient);
    }
  }

  // The place of a node in this pass, made at its first gradient. Node::slot is a hint that only this pass
  // writes, unless passes overlap (a hook or a Function calls backward, or another thread): then we look.
  size_t slot_of(const Ref<Node>& node) {
    if (node->slot < pending_.size() && pending_[node->slot].node == node) return node->slot;
    if (overlaps_ != overlaps_before_) {
      for (size_t i = 0; i < pending_.size(); ++i)
        if (pending_[i].node == node) return node->slot = i;
    }
    size_t slot = pending_.size();
    if (free_slots_.empty()) {
      pending_.emplace_back();
    } else {
      slot = free_slots_.back();
      free_slots_.pop_back();
    }
    node->slot = slot;
    pending_[slot].node = node;
    pending_[slot].gradients.resize(node->outputs);
    queue_.push({node->sequence, slot});
    return slot;
  }

  void run_output_hooks(Node& node, InlineVector<Tensor, 1>& dy) {
    if (!node.output_hooks) return;
    for (const OutputHooks& watched : *node.output_hooks) {
      Tensor& gradient = dy[watched.output_index];
      if (!gradient) continue;
      run_hooks(*watched.hooks, gradient);
      TensorImpl* owner = watched.hooks->owner;
      if (watched.hooks->retain_grad && owner && accumulate_leaves_) keep(*owner, gradient);
    }
  }

  static void run_hooks(Hooks& hooks, Tensor& gradient) {
    if (Watcher* w = watcher(); w && !hooks.entries.empty()) w->refuse("a gradient hook is called");
    const std::vector<Hooks::Entry> entries = hooks.entries;  // a hook may add or remove hooks
    for (const Hooks::Entry& entry : entries)
      if (Tensor replaced = entry.call(gradient)) gradient = std::move(replaced);
  }

  void capture_outputs(const Node& node, const InlineVector<Tensor, 1>& dy) {
    for (size_t i = 0; i < captured_.size(); ++i) {
      const TensorImpl& wanted = *captured_[i].impl();
      if (wanted.node.get() == &node && dy[wanted.output_index]) captures_[i] = dy[wanted.output_index];
    }
  }

  void arrive_at_leaf(const Ref<TensorImpl>& leaf, Tensor gradient) {
    if (!(gradient.shape() == leaf->shape))
      throw ShapeError(text("backward: a gradient of shape ", gradient.shape(),
                            " arrived at a tensor of shape ", leaf->shape, "; they must be equal."));
    if (leaf->hooks && !leaf->hooks->entries.empty()) {
      wait_for_hooks(leaf, std::move(gradient));
    } else {
      deliver(leaf, std::move(gradient));
    }
  }

  void wait_for_hooks(const Ref<TensorImpl>& leaf, Tensor gradient) {
    for (HookedLeaf& hooked : hooked_leaves_) {
      if (hooked.leaf != leaf) continue;
      const GradMode mode(options_.create_graph);
      hooked.gradient = accumulate(std::move(hooked.gradient), gradient);
      return;
    }
    hooked_leaves_.push_back({leaf, std::move(gradient)});
  }

  void deliver(const Ref<TensorImpl>& leaf, Tensor gradient) {
    for (size_t i = 0; i < captured_.size(); ++i) {
      if (captured_[i].ref() != leaf) continue;
      const GradMode mode(options_.create_graph);
      captures_[i] = captures_[i] ? accumulate(captures_[i], gradient) : gradient;
    }
    if (accumulate_leaves_) keep(*leaf, std::move(gradient));
  }

  // impl.grad += gradient
  void keep(TensorImpl& impl, Tensor gradient) {
    Watcher* const w = watcher();
    if (w) w->grad_seen(impl);
    if (options_.create_graph) {
      if (w) w->refuse("backward(create_graph=True) writes a .grad that has a history");
      const GradMode mode(true);
      impl.grad = impl.grad ? accumulate(Tensor(impl.grad), gradient).ref() : gradient.ref();
    } else if (impl.grad) {
      const Tensor sum(impl.grad);
      if (sum.requires_grad() || sum.impl()->storage->read_only) {
        const GradMode mode(false);
        impl.grad = accumulate(sum, gradient).ref();
        if (w) w->grad_set(impl, Tensor(impl.grad));
      } else {
        accumulate_into(sum, gradient);
      }
    } else {
      const bool ours = gradient.impl()->refs == 1 && gradient.impl()->storage->refs == 1 &&
                        gradient.is_contiguous() && !gradient.requires_grad();
      if (!ours) {
        Tensor copy = empty(gradient.shape(), gradient.dtype());
        copy_into(copy, gradient);
        gradient = copy;
      }
      impl.grad = gradient.ref();
      if (w) w->grad_set(impl, gradient);
    }
  }

  std::span<const Tensor> captured_;
  std::vector<Tensor> captures_;
  bool accumulate_leaves_;
  BackwardOptions options_;
  std::vector<Pending> pending_;
  std::vector<HookedLeaf> hooked_leaves_;
  std::vector<size_t> free_slots_;
  std::priority_queue<Turn> queue_;
  uint64_t overlaps_before_ = overlaps_;
  static inline uint64_t overlaps_ = 0;
  static inline int live_passes_ = 0;
};

void seed_all(BackwardPass& pass, std::span<const Tensor> outputs, std::span<const Tensor> output_gradients) {
  for (size_t k = 0; k < outputs.size(); ++k) {
    const Tensor& y = outputs[k];
    if (!y.requires_grad())
      throw AutogradError(
          text("backward: a tensor of shape ", y.shape(),
               " has no history: nothing it was computed from has requires_grad=True, or it was made ",
               "under no_grad or detached."));
    Tensor dy = k < output_gradients.size() ? output_gradients[k] : Tensor();
    if (!dy) {
      if (y.numel() != 1)
        throw AutogradError(
            text("backward: a tensor of shape ", y.shape(),
                 " needs the gradient of what follows it; only a one-element tensor can start from 1. ",
                 "Did you mean y.sum().backward() or y.backward(gradient)?"));
      dy = full(y.shape(), 1, y.dtype());
    } else if (!(dy.shape() == y.shape())) {
      throw ShapeError(text("backward: the gradient has shape ", dy.shape(), ", the tensor ", y.shape(),
                            "; they must be equal."));
    }
    pass.seed(y, dy);
  }
}

}  // namespace

void backward(std::span<const Tensor> outputs, std::span<const Tensor> output_gradients,
              BackwardOptions options) {
  BackwardPass pass({}, true, options);
  seed_all(pass, outputs, output_gradients);
  pass.run();
}

std::vector<Tensor> gradients_of(std::span<const Tensor> outputs, std::span<const Tensor> output_gradients,
                                 std::span<const Tensor> inputs, BackwardOptions options) {
  BackwardPass pass(inputs, false, options);
  seed_all(pass, outputs, output_gradients);
  pass.run();
  return pass.take_captures();
}

}  // namespace pynn
