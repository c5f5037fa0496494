#include "record/program.h"

#include <algorithm>
#include <cstring>

#include "core/allocator.h"
#include "record/instructions.h"

namespace pynn {

// Watches a replay: what an op asks for in the way of memory is what was planned for it.
class Replay final : public Watcher {
 public:
  explicit Replay(Program& program) : program_(program) {}

  Ref<Storage> take(size_t bytes) override {
    if (!instruction_) return {};
    const std::vector<int>& memory = instruction_->memory;
    if (next_ == memory.size() || program_.buffers[size_t(memory[next_])].bytes != bytes) fail();
    return program_.buffers[size_t(memory[next_++])].storage;
  }

  void run(Instruction& instruction) {
    if (instruction.memory.empty()) return instruction.run();
    instruction_ = &instruction;
    next_ = 0;
    instruction.run();
    if (next_ != instruction.memory.size()) fail();
    instruction_ = nullptr;
  }

 private:
  [[noreturn]] void fail() const {
    throw std::logic_error(
        text("recorded step: `", instruction_->name, "` asks for other memory than when it was recorded"));
  }

  Program& program_;
  Instruction* instruction_ = nullptr;
  size_t next_ = 0;
};

void Program::settle() {
  keep_constants();
  make_passes();
  find_lifetimes();
  place_temporaries();
}

bool Program::may_run(std::span<const Tensor> arguments) const {
  if (running_ || memory_changes != pynn::memory_changes) return false;
  for (const GradGuard& guard : guards) {
    const TensorImpl* grad = guard.leaf->grad.get();
    if (bool(grad) != bool(guard.storage)) return false;
    if (!grad) continue;
    if (guard.same && grad->storage.get() != guard.storage) return false;
    if (!grad->contiguous || grad->storage->read_only || grad->requires_grad || grad->node) return false;
  }
  for (const LeafGuard& guard : leaves) {
    const TensorImpl& tensor = *guard.tensor;
    if (tensor.requires_grad != guard.requires_grad || (tensor.hooks && !tensor.hooks->entries.empty()))
      return false;
  }
  for (const int b : changed) {
    const Buffer& buffer = buffers[size_t(b)];
    if (buffer.kind == Buffer::outside && buffer.storage->read_only) return false;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i] == b && arguments[i].impl()->storage->read_only) return false;
  }
  return true;
}

std::vector<Tensor> Program::run(std::span<const Tensor> arguments) {
  struct Running {
    Program& program;
    explicit Running(Program& p) : program(p) { program.running_ = true; }
    ~Running() {
      program.finish();
      program.running_ = false;
    }
  } const running(*this);
  for (size_t i = 0; i < inputs.size(); ++i) buffers[size_t(inputs[i])].storage->data = arguments[i].bytes();
  for (const int b : changed) {
    Storage* written = buffers[size_t(b)].storage.get();
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i] == b) written = arguments[i].impl()->storage.get();
    ++written->version;
    written->last_writer = "a recorded step";
  }

  const GradMode no_grad(false);
  Replay replay(*this);
  const WatchedBy watched(&replay);
  begin(unwritten_);
  for (const Pass& pass : passes_) {
    begin(pass.begins);
    if (pass.fused)
      pass.fused->run();
    else
      replay.run(*pass.instructions.front());
  }

  std::vector<Tensor> results;
  results.reserve(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& y = outputs[i];
    const int b = output_buffers[i];
    const Buffer& buffer = buffers[size_t(b)];
    Tensor result = y.detach();
    if (buffer.kind == Buffer::escaping) {
      result.impl()->storage = buffer.owner;
    } else if (buffer.kind == Buffer::constant) {
      result = empty(y.shape(), y.dtype());
      copy_into(result, y);
    } else if (buffer.kind == Buffer::input) {
      const size_t at = size_t(std::find(inputs.begin(), inputs.end(), b) - inputs.begin());
      const TensorImpl& argument = *arguments[at].impl();
      result.impl()->storage = argument.storage;
      result.impl()->offset += argument.offset * itemsize(argument.dtype) / itemsize(y.dtype());
    }
    results.push_back(std::move(result));
  }
  return results;
}

void Program::begin(const std::vector<int>& escaping) {
  for (const int b : escaping) {
    Buffer& buffer = buffers[size_t(b)];
    Ref<Storage> owner(new Storage);
    owner->data = static_cast<char*>(allocate(buffer.bytes));
    owner->bytes = buffer.bytes;
    buffer.storage->data = owner->data;
    buffer.owner = std::move(owner);
  }
}

void Program::finish() {
  for (const Pass& pass : passes_)
    for (const int b : pass.begins) buffers[size_t(b)].owner = {};
  for (const int b : unwritten_) buffers[size_t(b)].owner = {};
}

std::vector<std::function<void()>*> Program::optimizer_steps() {
  std::vector<std::function<void()>*> steps;
  for (const auto& instruction : instructions)
    if (auto* step = dynamic_cast<StepInstruction*>(instruction.get())) steps.push_back(&step->step);
  return steps;
}

std::string Program::explain() const {
  std::string out = text(instructions.size(), " instructions in ", passes_.size(), " passes, ", arena_bytes(),
                         " bytes for what lives in between\n");
  for (size_t p = 0; p < passes_.size(); ++p) {
    const Pass& pass = passes_[p];
    out += text(p, pass.fused ? ": fused, one pass over memory\n" : ": ");
    for (const Instruction* instruction : pass.instructions)
      out += text(pass.fused ? "     " : "", instruction->describe(), "\n");
  }
  return out;
}

}  // namespace pynn
