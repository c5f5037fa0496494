// recording.cpp — memory and loops: what becomes of the buffers of a call, and the instructions that are one
// loop each. Calls and gradients: calls.cpp. The end: finish.cpp.
#include "record/recording.h"

#include <algorithm>
#include <cstring>

namespace pynn {

Recording::Recording() : program_(std::make_unique<Program>()), first_sequence_(next_node_sequence()) {
  program_->memory_changes = pynn::memory_changes;
}

Tensor Recording::stand_in_for(const Tensor& argument) {
  Storage* const owner = argument.impl()->storage.get();
  ++owner->refs;  // given back when the last one that looks at the stand-in is gone
  Tensor t = from_memory(
      argument.bytes(), argument.shape(), argument.strides(), argument.dtype(), owner,
      [](void* held) {
        auto* storage = static_cast<Storage*>(held);
        if (--storage->refs == 0) Storage::destroy(storage);
      },
      owner->read_only);
  const Ref<Storage>& storage = t.impl()->storage;
  storage->bytes = argument.impl()->storage->bytes;
  Buffer buffer;
  buffer.kind = Buffer::input;
  buffer.storage = borrowing_storage(storage->bytes);
  buffer.made_by = "the call";
  program_->inputs.push_back(int(program_->buffers.size()));
  ids_[storage.get()] = int(program_->buffers.size());
  program_->buffers.push_back(std::move(buffer));
  Note note;
  note.storage = storage.get();
  note.produced = true;
  note.stands_for = argument;
  notes_.push_back(std::move(note));
  return t;
}

bool Recording::is_from_outside(const Tensor& t) const {
  const auto found = ids_.find(t.impl()->storage.get());
  return found == ids_.end() || program_->buffers[size_t(found->second)].kind == Buffer::outside;
}

void Recording::refuse(const std::string& why) {
  if (refusal_.empty()) refusal_ = why + (where ? where() : "");
}

// Inside a function written in ops, what they do not explain may still be explained as one instruction.
void Recording::doubt(const std::string& why) {
  const auto around = std::find_if(frames_.rbegin(), frames_.rend(),
                                   [](const OpenFrame& frame) { return frame.kind == Frame::ops; });
  if (around == frames_.rend())
    refuse(why);
  else if (around->doubt.empty())
    around->doubt = why;
}

// ---- memory --------------------------------------------------------------------------------------------

void Recording::made(Storage& storage) {
  if (!refusal_.empty()) return;
  Buffer buffer;
  buffer.bytes = storage.bytes;
  buffer.storage = borrowing_storage(storage.bytes);
  ids_[&storage] = int(program_->buffers.size());
  program_->buffers.push_back(std::move(buffer));
  Note note;
  note.storage = &storage;
  note.inside = true;
  notes_.push_back(std::move(note));
}

void Recording::imported(Storage& storage) {
  if (refusal_.empty()) {
    made(storage);
    program_->buffers.back().made_by = "Python or NumPy data";
  }
}

void Recording::freed(Storage& storage) {
  const auto found = ids_.find(&storage);
  if (found == ids_.end()) return;
  notes_[size_t(found->second)].alive = false;
  ids_.erase(found);
}

int Recording::buffer_of(const Ref<Storage>& storage) {
  const auto [at, is_new] = ids_.try_emplace(storage.get(), int(program_->buffers.size()));
  if (is_new) {
    Buffer buffer;
    buffer.kind = Buffer::outside;
    buffer.storage = storage;
    buffer.bytes = storage->bytes;
    program_->buffers.push_back(std::move(buffer));
    Note note;
    note.storage = storage.get();
    note.version = storage->version;
    note.produced = true;
    notes_.push_back(std::move(note));
  }
  return at->second;
}

void Recording::about_to_write(Storage& storage) {
  if (refusal_.empty()) buffer_of(Ref<Storage>(&storage));
}

Tensor Recording::operand(const Tensor& t) {
  if (!t) return t;
  note_leaf(t);
  return over(program_->buffers[size_t(buffer_of(t.impl()->storage))].storage, t);
}

// Whether a tensor from outside wants a gradient decides what runs.
void Recording::note_leaf(const Tensor& t) {
  if (t.impl()->node || program_->buffers[size_t(buffer_of(t.impl()->storage))].kind != Buffer::outside)
    return;
  if (!noted_.insert(t.impl()).second) return;
  program_->leaves.push_back({t.ref(), t.impl()->requires_grad});
}

namespace {
// Of all bytes, at the speed of memory: four sums that depend on the place of every word.
uint64_t hash_of(const Storage& storage) {
  uint64_t sums[4] = {1, 2, 3, 4};
  size_t at = 0;
  for (; at + 32 <= storage.bytes; at += 32) {
    uint64_t words[4];
    std::memcpy(words, storage.data + at, 32);
    for (int k = 0; k < 4; ++k) sums[k] = (sums[k] ^ words[k]) * 0x9E3779B97F4A7C15u + (sums[k] >> 29);
  }
  for (; at < storage.bytes; ++at) sums[at % 4] = (sums[at % 4] ^ uint8_t(storage.data[at])) * 0x100000001B3u;
  return sums[0] ^ (sums[1] * 3) ^ (sums[2] * 5) ^ (sums[3] * 7);
}
}  // namespace

void Recording::note_contents(int b) { notes_[size_t(b)].contents = hash_of(*notes_[size_t(b)].storage); }

// What was there before the call may be large, and is only written through doors that change its version.
bool Recording::has_noted_contents(int b) const {
  const Note& note = notes_[size_t(b)];
  return !note.inside || note.contents == hash_of(*note.storage);
}

// as_it_was: no instruction has written it since it was noted, not even this one.
void Recording::read(Instruction& instruction, const Tensor& t, bool as_it_was) {
  if (!t) return;
  const int b = buffer_of(t.impl()->storage);
  Note& note = notes_[size_t(b)];
  if (!note.produced && t.numel() > 0 && *program_->buffers[size_t(b)].made_by)
    doubt(text("a tensor is made from ", program_->buffers[size_t(b)].made_by,
               ": pass it as an argument, or make it before"));
  else if (!note.produced && t.numel() > 0)
    doubt(text("`", instruction.name, "` reads a tensor of shape ", t.shape(),
               " that nothing recorded has written"));
  if (as_it_was && note.version != note.storage->version)
    refuse(text("`", instruction.name, "` reads a tensor of shape ", t.shape(), " that `",
                note.storage->last_writer ? note.storage->last_writer : "an op",
                "` changed in a way that is not recorded"));
  else if (as_it_was && note.produced && !has_noted_contents(b))
    doubt(text("`", instruction.name, "` reads a tensor of shape ", t.shape(),
               " that was changed by a kernel that is not recorded"));
  instruction.reads.push_back(b);
}

void Recording::write(Instruction& instruction, const Tensor& t) {
  const int b = buffer_of(t.impl()->storage);
  Note& note = notes_[size_t(b)];
  Buffer& buffer = program_->buffers[size_t(b)];
  if (buffer.kind == Buffer::constant) refuse("a number that Python made is written in place");
  const uint32_t steps = note.storage->version - note.version;
  if (steps > 1)
    refuse(text("memory of shape ", t.shape(), " was changed in a way that is not recorded, before `",
                instruction.name, "`"));
  note.version = note.storage->version;
  if (!note.produced) buffer.made_by = instruction.name;
  note.produced = true;
  if (note.inside) note_contents(b);
  instruction.writes.push_back(b);
}

// ---- values and loops ------------------------------------------------------------------------------------

void Recording::constant(const Tensor& t) {
  if (quiet()) return;
  const int b = buffer_of(t.impl()->storage);
  Buffer& buffer = program_->buffers[size_t(b)];
  buffer.kind = Buffer::constant;
  buffer.made_by = "a number";
  const WatchedBy nobody(nullptr);
  const Tensor values = empty({t.numel()}, t.dtype());
  std::memcpy(values.bytes(), t.bytes(), buffer.bytes);
  buffer.owner = values.impl()->storage;
  buffer.storage->data = buffer.owner->data;
  notes_[size_t(b)].produced = true;
  note_contents(b);
}

void Recording::filled(const Tensor& t, double value) {
  if (quiet() || t.numel() == 0) return;
  auto fill = std::make_unique<FillInstruction>("fill");
  fill->target = operand(t);
  fill->value = value;
  write(*fill, t);
  program_->instructions.push_back(std::move(fill));
}

void Recording::copied(const Tensor& target, const Tensor& source) {
  if (quiet() || target.numel() == 0) return;
  if (target.is_contiguous() && source.is_contiguous()) {
    auto copy = std::make_unique<LoopInstruction>("copy");
    copy->loop.name = "copy";
    copy->loop.loop = copying_loop(itemsize(target.dtype()));
    read(*copy, source, source.impl()->storage != target.impl()->storage);
    copy->loop.in = {operand(source)};
    copy->loop.types = {target.dtype()};
    copy->loop.out = operand(target);
    write(*copy, target);
    program_->instructions.push_back(std::move(copy));
    return;
  }
  auto copy = std::make_unique<CopyInstruction>("copy");
  read(*copy, source, source.impl()->storage != target.impl()->storage);
  copy->source = operand(source);
  copy->target = operand(target);
  write(*copy, target);
  program_->instructions.push_back(std::move(copy));
}

// The leaf whose .grad this tensor was before the call began: backward() adds to it in place.
TensorImpl* Recording::leaf_with_grad(const Tensor& t) const {
  for (const LeafState& state : leaves_)
    if (state.grad.get() == t.impl() && state.leaf->grad.get() == t.impl()) return state.leaf.get();
  return nullptr;
}

void Recording::elementwise(const char* op, ElementwiseLoop* loop, std::span<const Tensor* const> in,
                            std::span<const DType> types, const Tensor& out, const double* parameters) {
  if (quiet() || out.numel() == 0) return;
  if (TensorImpl* leaf = parameters ? nullptr : leaf_with_grad(out); leaf && is_from_outside(out)) {
    auto add = std::make_unique<GradLoopInstruction>(op);
    add->leaf = Ref<TensorImpl>(leaf);
    add->loop.loop = loop;
    for (const Tensor* x : in) {
      const bool is_grad = x->impl() == out.impl();
      if (!is_grad) read(*add, *x);
      add->loop.in.push_back(is_grad ? Tensor() : operand(*x));
    }
    add->loop.types.assign(types.begin(), types.end());
    program_->instructions.push_back(std::move(add));
    return;
  }
  auto instruction = std::make_unique<LoopInstruction>(op);
  instruction->loop.name = op;
  instruction->loop.loop = loop;
  for (const Tensor* x : in) {
    read(*instruction, *x, x->impl()->storage != out.impl()->storage);
    instruction->loop.in.push_back(operand(*x));
  }
  instruction->loop.types.assign(types.begin(), types.end());
  instruction->loop.out = operand(out);
  if (parameters) {
    instruction->has_parameters = true;
    std::copy(parameters, parameters + kMaxParameters, instruction->loop.parameters.begin());
  }
  write(*instruction, out);
  program_->instructions.push_back(std::move(instruction));
}

void Recording::checked(const Tensor& t, void (*check)(const Tensor&)) {
  OpenFrame& frame = frames_.back();
  frame.done = true;
  if (inside_kernels_ > 1 || !refusal_.empty()) return;
  const size_t first_buffer = frame.first_buffer;
  auto instruction = std::make_unique<CheckInstruction>("check");
  instruction->check = check;
  instruction->values = operand(t);
  read(*instruction, t);
  take_memory(*instruction, first_buffer);
  program_->instructions.push_back(std::move(instruction));
}

void Recording::value_read(const Tensor& t, const char* by) {
  if (!refusal_.empty()) return;
  if (program_->buffers[size_t(buffer_of(t.impl()->storage))].kind == Buffer::constant) return;
  refuse(text("a value of a tensor of shape ", t.shape(), " is read by ", by,
              ": a replay would not read it again. Did you mean to return the tensor?"));
}

}  // namespace pynn
