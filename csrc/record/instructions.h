// instructions.h — the kinds of instruction. Every tensor in them lies over the program's own storages.
#pragma once
#include <functional>

#include "core/autocast.h"
#include "core/precision.h"
#include "record/program.h"

namespace pynn {

// A storage that does not free what it points to.
void make_borrowing(Storage& storage);
Ref<Storage> borrowing_storage(size_t bytes);
Tensor over(const Ref<Storage>& storage, const Tensor& like);  // the same geometry on other memory
std::string describe_tensor(const Tensor& t);                  // "float32 (3, 4)"

// Copies of the arguments of a call that outlive it.
class StoredArguments {
 public:
  // store(tensor) gives the tensor to keep in place of each.
  StoredArguments(const Op& op, const Value* values, const std::function<Tensor(const Tensor&)>& store);
  StoredArguments(const StoredArguments&) = delete;
  StoredArguments& operator=(const StoredArguments&) = delete;
  const Value* values() const { return values_; }

 private:
  Value values_[kMaxArgs];
  Tensor tensors_[kMaxArgs];
  std::vector<Tensor> lists_[kMaxArgs];
  TensorList views_[kMaxArgs];
  Ints ints_[kMaxArgs];
  std::string strings_[kMaxArgs];
  std::string_view string_views_[kMaxArgs];
};

struct LoopInstruction final : Instruction {  // one call of run_elementwise
  Loop loop;
  bool has_parameters = false;
  using Instruction::Instruction;
  void run() override;
  Loop* as_loop() override { return &loop; }
  std::string describe() const override;
};

struct CopyInstruction final : Instruction {  // copy_into between strided tensors
  Tensor target, source;
  using Instruction::Instruction;
  void run() override { copy_into(target, source); }
  std::string describe() const override;
};
ElementwiseLoop* copying_loop(int item_bytes);  // a contiguous copy can be part of a chain

struct FillInstruction final : Instruction {
  Tensor target;
  double value = 0;
  using Instruction::Instruction;
  void run() override;
  std::string describe() const override;
};

struct ForwardInstruction final : Instruction {  // the kernels of a structured op's forward
  const Op& op;
  StoredArguments arguments;
  Ref<Node> node;            // what backward needs, if there is one
  std::vector<int> kept;     // the buffers that the node's context refers to
  bool only_a_view = false;  // touches no element
  bool autocast = autocast_enabled();
  Precision precision = float32_precision();
  ForwardInstruction(const Op& op, const Value* v, const std::function<Tensor(const Tensor&)>& store)
      : Instruction(op.name), op(op), arguments(op, v, store) {}
  void run() override;
  std::string describe() const override;
};

struct BackwardInstruction final : Instruction {  // the kernels of an op's backward
  Ref<Node> node;
  std::vector<Tensor> dy;
  Precision precision = float32_precision();
  using Instruction::Instruction;
  void run() override;
  std::string describe() const override { return text("backward of ", name); }
};

struct CallInstruction final : Instruction {  // a whole op that runs kernels of its own and has no gradient
  const Op& op;
  StoredArguments arguments;
  bool autocast = autocast_enabled();
  Precision precision = float32_precision();
  CallInstruction(const Op& op, const Value* v, const std::function<Tensor(const Tensor&)>& store)
      : Instruction(op.name), op(op), arguments(op, v, store) {}
  void run() override;
};

struct CheckInstruction final : Instruction {  // throws if values are not as an op wants them
  void (*check)(const Tensor&) = nullptr;
  Tensor values;
  using Instruction::Instruction;
  void run() override { check(values); }
};

struct SetGradInstruction final : Instruction {  // leaf.grad = a tensor, or None
  Ref<TensorImpl> leaf;
  Tensor grad;
  const Program* program = nullptr;
  using Instruction::Instruction;
  void run() override;
  std::string describe() const override;
};

struct GradLoopInstruction final : Instruction {  // a loop in place on whatever a leaf's .grad is by then
  Ref<TensorImpl> leaf;
  Loop loop;  // of undefined tensors where that .grad goes
  using Instruction::Instruction;
  void run() override;
  std::string describe() const override {
    return text(name, " to the .grad of ", leaf->dtype, " ", leaf->shape);
  }
};

struct StepInstruction final : Instruction {  // a step of an optimizer, on the real parameters
  std::function<void()> step;
  using Instruction::Instruction;
  void run() override { step(); }
};

}  // namespace pynn
