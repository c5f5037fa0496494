// recording.h — watches one eager call of a step and writes down what would do the same again.
//
// What it does not understand it refuses, so that no program is ever wrong:
//   - an op reads memory that was made during the call by nothing that was written down;
//   - memory changed without a write that was written down (its version tells, or a hash of its contents);
//   - a value decides what Python, or the shape of a result, does next;
//   - a tensor that was made during the call is kept somewhere that a replay cannot reach.
// The first reason is kept; the rest of the call runs as if nobody watched.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "record/instructions.h"

namespace pynn {

class Recording final : public Watcher {
 public:
  Recording();

  // Before the call: stands for an argument, so that what comes with the call is told from what is there
  // anyway. The memory is the same.
  Tensor stand_in_for(const Tensor& argument);
  // After the call, still watching: is something held beyond it? Garbage may be.
  bool keeps_more_than(std::span<const Tensor> outputs);
  // Afterwards, no longer watching. Null when refused.
  std::shared_ptr<Program> finish(std::span<const Tensor> outputs);

  void settle_kept(std::span<const Tensor> held);  // refuses if so
  bool is_from_outside(const Tensor& t) const;     // was its memory there before the call?

  bool kept_something() const { return kept_something_; }

  const std::string& refusal() const { return refusal_; }
  std::function<std::string()> where;  // in the program that is being recorded

  Ref<Storage> take(size_t) override { return {}; }
  void made(Storage&) override;
  void imported(Storage&) override;
  void freed(Storage&) override;
  void about_to_write(Storage&) override;
  void constant(const Tensor&) override;
  void filled(const Tensor&, double) override;
  void copied(const Tensor& target, const Tensor& source) override;
  void elementwise(const char* op, ElementwiseLoop*, std::span<const Tensor* const> in,
                   std::span<const DType> types, const Tensor& out, const double* parameters) override;
  void value_read(const Tensor&, const char* by) override;
  void checked(const Tensor&, void (*check)(const Tensor&)) override;
  void enter(Frame) override;
  void leave() override;
  void called(const Op&, const Value*, std::span<const Tensor> outputs, const Node*) override;
  void visited(const Node&) override;
  void went_back(const Node&, std::span<const Tensor> dy) override;
  void gave(const Node&, std::span<const Tensor> dx) override;
  bool optimizer_step(std::function<void()>) override;
  void stepped(std::span<const Tensor> parameters) override;
  void grad_seen(TensorImpl& leaf) override;
  void grad_set(TensorImpl& leaf, const Tensor& to) override;
  void becomes_leaf(const Tensor&) override;
  void refuse(const std::string& why) override;

 private:
  struct Note {  // about a buffer, besides what the program has to know
    Storage* storage = nullptr;
    uint32_t version = 0;
    bool inside = false;    // made during the call
    bool produced = false;  // an instruction has written it
    uint64_t contents = 0;  // a hash of what that left there
    bool alive = true;
    bool of_optimizer = false;
    Tensor stands_for;
  };
  struct OpenFrame {
    Frame kind;
    size_t first_buffer, first_instruction;
    bool done = false;
    std::string doubt;  // why the ops in it are not all there is to it
  };
  struct LeafState {
    Ref<TensorImpl> leaf;
    Ref<TensorImpl> grad;  // when first seen
    bool guarded;          // it was looked at before it was set
  };

  bool quiet() const { return !refusal_.empty() || inside_kernels_ > 0; }
  void doubt(const std::string& why);
  int buffer_of(const Ref<Storage>& storage);
  Tensor operand(const Tensor& t);
  void note_leaf(const Tensor& t);
  TensorImpl* leaf_with_grad(const Tensor& t) const;
  void read(Instruction& instruction, const Tensor& t, bool as_it_was = true);
  void write(Instruction& instruction, const Tensor& t);
  void take_memory(Instruction& instruction, size_t first_buffer);
  void called_kernels(OpenFrame& frame, const Op&, const Value*, const Node*);
  void called_ops(OpenFrame& frame, const Op&, const Value*, std::span<const Tensor> outputs);
  void read_arguments(Instruction& instruction, const Op&, const Value*);
  LeafState& state_of(TensorImpl& leaf, bool guarded);
  bool is_settled(const Tensor& t);
  void note_contents(int buffer);
  bool has_noted_contents(int buffer) const;
  int unexplained(std::span<const Tensor> outputs) const;
  void check_versions();
  void drop_inside_leaves();
  void drop_unused_views();
  void set_grads_late();
  void set_guards();

  std::unique_ptr<Program> program_;
  std::vector<Note> notes_;  // one for each of the program's buffers
  std::unordered_map<const Storage*, int> ids_;
  std::unordered_map<uint64_t, size_t> forwards_;  // a node's sequence -> its instruction
  std::vector<OpenFrame> frames_;
  std::vector<LeafState> leaves_;
  std::unordered_set<const TensorImpl*> noted_;  // in the program's `leaves`
  int inside_kernels_ = 0;
  uint64_t first_sequence_;
  std::string refusal_;
  bool kept_something_ = false;
};

}  // namespace pynn
