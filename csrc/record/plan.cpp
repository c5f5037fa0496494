// plan.cpp — what is done once with a complete recording: constants are computed for good, loops joined,
// and every temporary gets its place in one arena, shared by those that never live at the same time.
#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "record/instructions.h"
#include "record/program.h"

namespace pynn {

namespace {

constexpr size_t kLargestConstant = 4096;  // bytes; more is cheaper to fill again in the cache
constexpr size_t kLine = 64;

bool is_external(const Buffer& buffer) {
  return buffer.kind == Buffer::outside || buffer.kind == Buffer::input;
}

}  // namespace

// A small tensor that is filled once and never written again holds the same numbers in every replay.
void Program::keep_constants() {
  std::vector<int> writers(buffers.size());
  for (const auto& instruction : instructions)
    for (const int b : instruction->writes) ++writers[size_t(b)];
  std::erase_if(instructions, [&](const std::unique_ptr<Instruction>& instruction) {
    auto* fill = dynamic_cast<FillInstruction*>(instruction.get());
    if (!fill) return false;
    Buffer& buffer = buffers[size_t(fill->writes[0])];
    if (buffer.kind != Buffer::temporary || writers[size_t(fill->writes[0])] > 1 ||
        buffer.bytes > kLargestConstant)
      return false;
    buffer.kind = Buffer::constant;
    buffer.owner = empty({int64_t(buffer.bytes)}, DType::uint8).impl()->storage;
    buffer.storage->data = buffer.owner->data;
    fill->run();
    return true;
  });
}

void Program::make_passes() {
  // How many instructions touch each buffer: one that only its own pass touches needs no memory.
  std::vector<int> touches(buffers.size());
  for (const auto& instruction : instructions) {
    for (const int b : instruction->reads) ++touches[size_t(b)];
    for (const int b : instruction->writes) ++touches[size_t(b)];
  }
  // Memory that is not the program's own may overlap in ways that nobody told us: a chain that writes such
  // memory reads none but the same.
  const auto externals_are_apart = [&](const std::vector<Instruction*>& chain) {
    int written = -1;
    for (const Instruction* instruction : chain)
      for (const int b : instruction->writes)
        if (is_external(buffers[size_t(b)])) written = b;
    if (written < 0) return true;
    for (const Instruction* instruction : chain) {
      for (const int b : instruction->reads)
        if (is_external(buffers[size_t(b)]) && b != written) return false;
      for (const int b : instruction->writes)
        if (is_external(buffers[size_t(b)]) && b != written) return false;
    }
    return true;
  };
  const auto close = [&](std::vector<Instruction*>& chain) {
    if (chain.empty()) return;
    Pass pass;
    pass.instructions = std::move(chain);
    chain.clear();
    std::vector<const Loop*> loops;
    for (Instruction* instruction : pass.instructions) loops.push_back(instruction->as_loop());
    std::vector<bool> is_private;
    for (const Instruction* instruction : pass.instructions) {
      const int b = instruction->writes[0];
      int here = 0;
      for (const Instruction* other : pass.instructions)
        here += int(std::count(other->reads.begin(), other->reads.end(), b) +
                    std::count(other->writes.begin(), other->writes.end(), b));
      is_private.push_back(buffers[size_t(b)].kind == Buffer::temporary && here == touches[size_t(b)]);
    }
    pass.fused = std::make_unique<FusedLoops>(loops, is_private);
    for (size_t i = 0; i < is_private.size(); ++i)
      if (is_private[i]) buffers[size_t(pass.instructions[i]->writes[0])].kind = Buffer::unused;
    passes_.push_back(std::move(pass));
  };
  std::vector<Instruction*> chain;
  for (const auto& owned : instructions) {
    Instruction* const instruction = owned.get();
    const Loop* loop = instruction->as_loop();
    if (!loop || !is_fusable(*loop)) {
      close(chain);
      passes_.push_back({{instruction}, nullptr, {}});
      continue;
    }
    if (!chain.empty()) {
      std::vector<const Loop*> loops;
      for (Instruction* before : chain) loops.push_back(before->as_loop());
      std::vector<Instruction*> longer = chain;
      longer.push_back(instruction);
      if (!may_join(loops, *loop) || !externals_are_apart(longer)) close(chain);
    }
    chain.push_back(instruction);
    if (!externals_are_apart(chain)) {  // one instruction alone reads other memory than it writes
      passes_.push_back({{instruction}, nullptr, {}});
      chain.clear();
    }
  }
  close(chain);
}

void Program::find_lifetimes() {
  for (size_t p = 0; p < passes_.size(); ++p) {
    const auto touch = [&](int b) {
      Buffer& buffer = buffers[size_t(b)];
      if (buffer.kind == Buffer::escaping && buffer.first < 0) passes_[p].begins.push_back(b);
      if (buffer.first < 0) buffer.first = int(p);
      buffer.last = int(p);
    };
    for (const Instruction* instruction : passes_[p].instructions) {
      for (const int b : instruction->reads) touch(b);
      for (const int b : instruction->memory) touch(b);
      for (const int b : instruction->writes) touch(b);
    }
  }
  for (size_t b = 0; b < buffers.size(); ++b)  // what holds no element is written by nobody
    if (buffers[b].kind == Buffer::escaping && buffers[b].first < 0) unwritten_.push_back(int(b));
}

// Largest first, each at the lowest place that is free for as long as it lives.
void Program::place_temporaries() {
  std::vector<Buffer*> waiting, placed;
  for (Buffer& buffer : buffers)
    if (buffer.kind == Buffer::temporary && buffer.first >= 0) waiting.push_back(&buffer);
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const Buffer* a, const Buffer* b) { return a->bytes > b->bytes; });
  const auto room = [](const Buffer* b) { return std::max((b->bytes + kLine - 1) / kLine * kLine, kLine); };
  size_t end = 0;
  for (Buffer* buffer : waiting) {
    size_t at = 0;
    for (const Buffer* other : placed) {  // in the order of their places
      if (other->last < buffer->first || other->first > buffer->last) continue;
      if (at + room(buffer) <= other->offset) break;
      at = std::max(at, other->offset + room(other));
    }
    buffer->offset = at;
    end = std::max(end, at + room(buffer));
    placed.insert(std::upper_bound(placed.begin(), placed.end(), buffer,
                                   [](const Buffer* a, const Buffer* b) { return a->offset < b->offset; }),
                  buffer);
  }
  if (end == 0) return;
  arena_ = empty({int64_t(end)}, DType::uint8).impl()->storage;
  for (Buffer* buffer : waiting) buffer->storage->data = arena_->data + buffer->offset;
}

}  // namespace pynn
