// calls.cpp — calls of ops, the backward walk, .grad and optimizers, as instructions.
#include <algorithm>

#include "record/recording.h"

namespace pynn {

void Recording::enter(Frame kind) {
  frames_.push_back({kind, notes_.size(), program_->instructions.size(), false, {}});
  if (kind == Frame::kernels) ++inside_kernels_;
}

void Recording::leave() {
  const OpenFrame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.kind == Frame::kernels) --inside_kernels_;
  if (!frame.done) refuse("an op failed, and the exception was caught");
}

// All that was made since: the kernels wrote it.
void Recording::take_memory(Instruction& instruction, size_t first_buffer) {
  for (size_t b = first_buffer; b < notes_.size(); ++b) {
    if (!notes_[b].inside) continue;
    Buffer& buffer = program_->buffers[b];
    buffer.kind = Buffer::temporary;  // a number inside of it is made anew, too
    buffer.owner = {};
    buffer.made_by = instruction.name;
    notes_[b].produced = true;
    if (notes_[b].alive) note_contents(int(b));
    instruction.memory.push_back(int(b));
    instruction.writes.push_back(int(b));
  }
}

void Recording::read_arguments(Instruction& instruction, const Op& op, const Value* v) {
  for (size_t i = 0; i < op.args.size(); ++i) {
    if (op.args[i].kind == Kind::tensor) read(instruction, *v[i].tensor);
    if (op.args[i].kind == Kind::tensors)
      for (const Tensor& t : *v[i].tensors) read(instruction, t);
  }
}

void Recording::called(const Op& op, const Value* v, std::span<const Tensor> outputs, const Node* node) {
  OpenFrame& frame = frames_.back();
  frame.done = true;
  if (!refusal_.empty()) return;
  if (frame.kind == Frame::kernels && inside_kernels_ == 1) called_kernels(frame, op, v, node);
  if (frame.kind == Frame::ops && inside_kernels_ == 0) called_ops(frame, op, v, outputs);
}

void Recording::called_kernels(OpenFrame& frame, const Op& op, const Value* v, const Node* node) {
  const auto store = [this](const Tensor& t) { return operand(t); };
  auto forward = std::make_unique<ForwardInstruction>(op, v, store);
  const size_t first_buffer = frame.first_buffer;
  read_arguments(*forward, op, v);
  take_memory(*forward, first_buffer);
  forward->only_a_view = forward->memory.empty();
  if (node) {
    forward->node = detached_twin(*node);
    node->context.for_each_tensor(
        [&](const Tensor& t) { forward->kept.push_back(buffer_of(t.impl()->storage)); });
    forwards_[node->sequence] = program_->instructions.size();
  }
  program_->instructions.push_back(std::move(forward));
}

// It is memory that an instruction wrote and nobody else changed, or that was there before.
bool Recording::is_settled(const Tensor& t) {
  if (!t || t.numel() == 0) return true;
  const int b = buffer_of(t.impl()->storage);
  return notes_[size_t(b)].produced && has_noted_contents(b);
}

// Either the ops that ran are all there is to it; or it ran kernels of its own, and is one instruction.
void Recording::called_ops(OpenFrame& frame, const Op& op, const Value* v, std::span<const Tensor> outputs) {
  if (frame.doubt.empty() &&
      std::all_of(outputs.begin(), outputs.end(), [this](const Tensor& t) { return is_settled(t); }))
    return;
  const std::string why = frame.doubt.empty() ? text("`", op.name, "` runs kernels that are not recorded")
                                              : text(frame.doubt, " (in `", op.name, "`)");
  bool has_history = false, writes_before = false;
  for (const Tensor& t : outputs) has_history |= t && t.requires_grad();
  auto& instructions = program_->instructions;
  for (size_t i = frame.first_instruction; i < instructions.size(); ++i)
    for (const int b : instructions[i]->writes) writes_before |= size_t(b) < frame.first_buffer;
  if (has_history || writes_before) return refuse(why);

  instructions.resize(frame.first_instruction);
  const OpenFrame here = std::move(frame);
  frames_.pop_back();
  auto call = std::make_unique<CallInstruction>(op, v, [this](const Tensor& t) { return operand(t); });
  read_arguments(*call, op, v);
  frames_.push_back(here);
  frames_.back().doubt.clear();
  take_memory(*call, here.first_buffer);
  instructions.push_back(std::move(call));
}

void Recording::visited(const Node& node) {
  if (node.sequence < first_sequence_)
    refuse(text("backward() goes through `", node.op->name,
                "`, which ran before the step: its forward has to be part of it"));
}

void Recording::went_back(const Node& node, std::span<const Tensor> dy) {
  OpenFrame& frame = frames_.back();
  frame.done = true;
  if (inside_kernels_ > 1 || !refusal_.empty()) return;
  const auto found = forwards_.find(node.sequence);
  if (found == forwards_.end())
    return refuse(text("the forward of `", node.op->name, "` is not recorded, its backward is"));
  auto& forward = static_cast<ForwardInstruction&>(*program_->instructions[found->second]);
  if (notes_.size() == frame.first_buffer) return;  // dx is a view of dy
  auto backward = std::make_unique<BackwardInstruction>(node.op->name);
  backward->node = forward.node;
  forward.only_a_view = false;
  std::vector<int> kept;
  node.context.for_each_tensor([&](const Tensor& t) { kept.push_back(buffer_of(t.impl()->storage)); });
  if (kept != forward.kept)
    return refuse(text("what `", node.op->name, "` keeps for its backward was replaced"));
  for (const Tensor& t : dy) {
    read(*backward, t);
    backward->dy.push_back(operand(t));
  }
  backward->reads.insert(backward->reads.end(), kept.begin(), kept.end());
  take_memory(*backward, frame.first_buffer);
  program_->instructions.push_back(std::move(backward));
}

void Recording::gave(const Node& node, std::span<const Tensor> dx) {
  if (quiet()) return;
  for (const Tensor& t : dx)
    if (!is_settled(t))
      refuse(text("the backward of `", node.op->name, "` runs kernels that are not recorded"));
}

// ---- gradients of leaves, optimizers ---------------------------------------------------------------------

Recording::LeafState& Recording::state_of(TensorImpl& leaf, bool guarded) {
  for (LeafState& state : leaves_)
    if (state.leaf.get() == &leaf) return state;
  leaves_.push_back({Ref<TensorImpl>(&leaf), leaf.grad, guarded});
  return leaves_.back();
}

void Recording::grad_seen(TensorImpl& leaf) {
  if (!quiet()) state_of(leaf, true);
}

void Recording::grad_set(TensorImpl& leaf, const Tensor& to) {
  if (quiet()) return;
  state_of(leaf, false);
  auto set = std::make_unique<SetGradInstruction>("set_grad");
  set->leaf = Ref<TensorImpl>(&leaf);
  if (to) {
    if (to.requires_grad()) refuse("a .grad with a history is set");
    read(*set, to);
    set->grad = operand(to);
  }
  program_->instructions.push_back(std::move(set));
}

void Recording::becomes_leaf(const Tensor& t) {
  if (refusal_.empty() && !notes_[size_t(buffer_of(t.impl()->storage))].inside)
    refuse("requires_grad is set on a tensor that was made before the step");
}

bool Recording::optimizer_step(std::function<void()> step) {
  enter(Frame::kernels);
  if (refusal_.empty() && inside_kernels_ == 1) {
    auto instruction = std::make_unique<StepInstruction>("optimizer step");
    instruction->step = std::move(step);
    program_->instructions.push_back(std::move(instruction));
  }
  return false;
}

void Recording::stepped(std::span<const Tensor> parameters) {
  frames_.back().done = true;
  if (refusal_.empty() && inside_kernels_ == 1) {
    for (size_t b = frames_.back().first_buffer; b < notes_.size(); ++b)
      notes_[b].of_optimizer = notes_[b].inside;
    for (const Tensor& parameter : parameters) {
      Note& note = notes_[size_t(buffer_of(parameter.impl()->storage))];
      if (note.inside) refuse("an optimizer moves a tensor that was made in the step");
      note.version = note.storage->version;
    }
  }
  leave();
}

}  // namespace pynn
