// program.h — a recorded step: instructions over buffers, and the memory that was planned for them.
//
// A buffer is one Storage of the recorded call. Instructions refer to tensors over the program's own
// storages, so binding a buffer is setting one `data` pointer; views have vanished into offsets and strides.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/op.h"
#include "record/fusion.h"

namespace pynn {

struct Buffer {
  enum Kind : uint8_t {
    temporary,  // lives in the arena
    escaping,   // returned, or the .grad of a leaf: new memory in every replay
    outside,    // a parameter or any other tensor that was there before: its real storage
    input,      // comes with the call
    constant,   // holds the same numbers in every replay
    unused,     // known for a moment only
  };
  Ref<Storage> storage;  // what the instructions' tensors look at
  size_t bytes = 0;
  Kind kind = temporary;
  const char* made_by = "";
  int first = -1, last = -1;  // the passes between which it holds something
  size_t offset = 0;          // of a temporary, in the arena
  Ref<Storage> owner;         // of an escaping one, while a replay runs: owns the memory
};

// One thing to do again. `reads` and `writes` are buffers.
struct Instruction {
  const char* name;
  std::vector<int> reads, writes;
  std::vector<int> memory;  // the buffers that its empty() calls get, in their order

  explicit Instruction(const char* name) : name(name) {}
  virtual ~Instruction() = default;
  virtual void run() = 0;
  virtual Loop* as_loop() { return nullptr; }  // one that can be fused with its neighbours
  virtual std::string describe() const { return name; }
};

// What was true of a leaf's .grad when the recorded call began and has to be true again.
struct GradGuard {
  Ref<TensorImpl> leaf;
  Storage* storage;  // null: there was no .grad
  bool same;         // the very same memory, not just any
};

// A tensor from outside: does it want a gradient, as it did then?
struct LeafGuard {
  Ref<TensorImpl> tensor;
  bool requires_grad;
};

class Program {
 public:
  std::vector<Buffer> buffers;
  std::vector<std::unique_ptr<Instruction>> instructions;
  std::vector<int> inputs;      // buffers, in the order of the call's tensors
  std::vector<Tensor> outputs;  // over the program's storages
  std::vector<int> output_buffers;
  std::vector<GradGuard> guards;
  std::vector<LeafGuard> leaves;
  std::vector<int> changed;  // outside buffers and inputs that are written in place
  uint64_t memory_changes = 0;

  void settle();  // once, when the recording is complete: constants, passes, memory

  bool may_run(std::span<const Tensor> arguments) const;
  std::vector<Tensor> run(std::span<const Tensor> arguments);
  bool running() const { return running_; }
  std::string explain() const;
  size_t arena_bytes() const { return arena_ ? arena_->bytes : 0; }
  // The steps of optimizers, in their order: their settings may be changed between replays.
  std::vector<std::function<void()>*> optimizer_steps();

 private:
  friend class Replay;
  struct Pass {  // one instruction, or neighbouring loops as one
    std::vector<Instruction*> instructions;
    std::unique_ptr<FusedLoops> fused;
    std::vector<int> begins;  // escaping buffers that get their memory now
  };

  void keep_constants();
  void make_passes();
  void find_lifetimes();
  void place_temporaries();
  void begin(const std::vector<int>& escaping);
  void finish();

  std::vector<Pass> passes_;
  std::vector<int> unwritten_;
  Ref<Storage> arena_;
  bool running_ = false;
};

}  // namespace pynn
