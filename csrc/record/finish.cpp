// finish.cpp — the end of a recording: what outlives the call, what has to be true again before a replay.
#include <algorithm>
#include <unordered_set>

#include "record/recording.h"

namespace pynn {

// A buffer that somebody holds besides the results, the leaves' .grad and the optimizers; -1: there is none.
int Recording::unexplained(std::span<const Tensor> outputs) const {
  std::unordered_set<const TensorImpl*> known;
  std::unordered_map<const Storage*, int> holders;
  const auto explain = [&](const TensorImpl* t) {
    for (; t && known.insert(t).second; t = t->base.get()) ++holders[t->storage.get()];
  };
  for (const Tensor& t : outputs)
    if (t) explain(t.impl());
  for (const LeafState& state : leaves_) explain(state.leaf->grad.get());
  for (size_t b = 0; b < notes_.size(); ++b) {
    const Note& note = notes_[b];
    if (!note.alive || note.of_optimizer || !(note.inside || note.stands_for)) continue;
    const auto found = holders.find(note.storage);
    if (note.storage->refs != (found == holders.end() ? 0 : found->second)) return int(b);
  }
  return -1;
}

bool Recording::keeps_more_than(std::span<const Tensor> outputs) {
  drop_inside_leaves();
  return refusal_.empty() && unexplained(outputs) >= 0;
}

void Recording::settle_kept(std::span<const Tensor> outputs) {
  for (const Tensor& t : outputs)
    if (t.impl()->node && !t.impl()->node->context.released())
      refuse(text("a result of shape ", t.shape(), " still has a history (`", t.impl()->node->op->name,
                  "`) that no backward() in the step has used. Did you mean to return x.detach(), or "
                  "to record under no_grad()?"));
  const int b = refusal_.empty() ? unexplained(outputs) : -1;
  kept_something_ = b >= 0;
  if (kept_something_)
    refuse(text("a tensor that `", program_->buffers[size_t(b)].made_by,
                "` made is kept beyond the step; a replay could not put the new one there. Return it, or "
                "write it in place: kept.copy_(x)"));
}

void Recording::check_versions() {
  for (const Note& note : notes_)
    if (note.alive && !note.of_optimizer && note.version != note.storage->version)
      return refuse(text("memory was changed by `",
                         note.storage->last_writer ? note.storage->last_writer : "an op",
                         "` in a way that is not recorded"));
}

// A leaf that was made during the call and is gone needs no .grad.
void Recording::drop_inside_leaves() {
  std::erase_if(leaves_, [&](LeafState& state) {
    int ours = 1;
    for (const auto& instruction : program_->instructions)
      if (auto* set = dynamic_cast<SetGradInstruction*>(instruction.get()))
        ours += set->leaf.get() == state.leaf.get();
    if (state.leaf->refs > ours) return false;
    std::erase_if(program_->instructions, [&](const std::unique_ptr<Instruction>& instruction) {
      auto* set = dynamic_cast<SetGradInstruction*>(instruction.get());
      return set && set->leaf.get() == state.leaf.get();
    });
    return true;
  });
}

void Recording::drop_unused_views() {
  std::erase_if(program_->instructions, [](const std::unique_ptr<Instruction>& instruction) {
    auto* forward = dynamic_cast<ForwardInstruction*>(instruction.get());
    return forward && forward->only_a_view;
  });
}

// Handing a .grad over can wait until the loops around it are done, which then are one chain.
void Recording::set_grads_late() {
  std::vector<std::unique_ptr<Instruction>> ordered, waiting;
  const auto let_go = [&] {
    for (auto& set : waiting) ordered.push_back(std::move(set));
    waiting.clear();
  };
  for (auto& instruction : program_->instructions) {
    auto* set = dynamic_cast<SetGradInstruction*>(instruction.get());
    if (set && set->grad) {
      waiting.push_back(std::move(instruction));
      continue;
    }
    if (!instruction->as_loop()) let_go();
    ordered.push_back(std::move(instruction));
  }
  let_go();
  program_->instructions = std::move(ordered);
}

void Recording::set_guards() {
  for (LeafState& state : leaves_) {
    if (!state.guarded) continue;
    Storage* const storage = state.grad ? state.grad->storage.get() : nullptr;
    const bool same = storage && std::any_of(program_->buffers.begin(), program_->buffers.end(),
                                             [&](const Buffer& b) { return b.storage.get() == storage; });
    program_->guards.push_back({state.leaf, storage, same});
  }
}

std::shared_ptr<Program> Recording::finish(std::span<const Tensor> outputs) {
  if (!frames_.empty()) refuse("an optimizer's step failed, and the exception was caught");
  if (!refusal_.empty()) return nullptr;
  for (const Tensor& t : outputs) {
    if (t.impl()->grad) refuse("a result has a .grad of its own");
    if (!is_settled(t))
      refuse(text("a result of shape ", t.shape(), " was written by nothing that is recorded"));
  }
  check_versions();
  if (!refusal_.empty()) return nullptr;

  for (const Tensor& t : outputs) {
    const int b = buffer_of(t.impl()->storage);
    program_->outputs.push_back(operand(t));
    program_->output_buffers.push_back(b);
    Buffer& buffer = program_->buffers[size_t(b)];
    if (buffer.kind == Buffer::temporary) buffer.kind = Buffer::escaping;
  }
  drop_unused_views();
  set_grads_late();
  set_guards();
  for (const auto& instruction : program_->instructions) {
    if (auto* set = dynamic_cast<SetGradInstruction*>(instruction.get()); set && set->grad) {
      Buffer& buffer = program_->buffers[size_t(set->reads[0])];
      if (buffer.kind == Buffer::temporary) buffer.kind = Buffer::escaping;
      if (buffer.kind != Buffer::escaping) {
        refuse("a .grad is set to a tensor that was there before the step");
        return nullptr;
      }
      set->program = program_.get();
    }
    for (const int b : instruction->writes) {
      const Buffer::Kind kind = program_->buffers[size_t(b)].kind;
      auto& changed = program_->changed;
      if ((kind == Buffer::outside || kind == Buffer::input) &&
          std::find(changed.begin(), changed.end(), b) == changed.end())
        changed.push_back(b);
    }
  }
  notes_.clear();
  leaves_.clear();
  program_->settle();
  return std::move(program_);
}

}  // namespace pynn
