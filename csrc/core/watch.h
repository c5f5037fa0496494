// watch.h — the doors at which a recorded step (csrc/record/) or a trace (bindings/trace.cpp) looks on.
//
// The few places through which all memory, all loops and all calls go tell a Watcher, if this thread has one.
// Where nobody watches, a door costs one branch.
#pragma once
#include <functional>
#include <span>

#include "core/elementwise_kernel.h"
#include "core/tensor.h"

namespace pynn {

struct Op;
struct Node;
union Value;

// What runs between enter() and leave().
enum class Frame : uint8_t {
  kernels,  // an op's own forward or backward, or a step of an optimizer: one instruction, whatever it does
  ops,      // a function written in other ops: they are the instructions
  loop,     // an elementwise op: its one loop is the instruction
};

class Watcher {
 public:
  virtual ~Watcher() = default;

  // ---- memory
  virtual Ref<Storage> take(size_t) { return {}; }  // what empty() uses instead of new memory, or null
  virtual void made(Storage&) {}                    // by empty(): nothing stands in it yet
  virtual void imported(Storage&) {}                // somebody else's memory, such as a NumPy array's
  virtual void freed(Storage&) {}
  virtual void about_to_write(Storage&) {}  // in place: the version is to change

  // ---- values
  virtual void constant(const Tensor&) {}  // holds what no tensor decided, such as a Python number
  virtual void filled(const Tensor&, double) {}
  virtual void copied(const Tensor& /*target*/, const Tensor& /*source*/) {}
  virtual void elementwise(const char* /*op*/, ElementwiseLoop*, std::span<const Tensor* const> /*in*/,
                           std::span<const DType>, const Tensor& /*out*/, const double* /*parameters*/) {}
  virtual void value_read(const Tensor&, const char* /*by*/) {}  // the program's course depends on a value
  virtual void checked(const Tensor&, void (*)(const Tensor&)) {}

  // ---- calls
  virtual void enter(Frame) {}
  virtual void leave() {}
  virtual void called(const Op&, const Value*, std::span<const Tensor> /*outputs*/, const Node*) {}
  virtual void visited(const Node&) {}  // by the backward walk
  // What a node gets and gives, whatever kind of op it is of.
  virtual void goes_back(const Node&, std::span<const Tensor> /*dy*/) {}
  virtual void went_back(const Node&, std::span<const Tensor> /*dy*/) {}
  virtual void walk_ended() {}  // of a backward pass: through, or by an exception
  virtual void gave(const Node&, std::span<const Tensor> /*dx*/) {}
  // One step of an optimizer over `parameters`: call() does it again. True: it is not to be done now.
  virtual bool optimizer_step(std::function<void()>) { return false; }
  virtual void stepped(std::span<const Tensor> /*parameters*/) {}

  // ---- gradients of leaves
  virtual void grad_seen(TensorImpl& /*leaf*/) {}                       // its .grad is looked at
  virtual void grad_set(TensorImpl& /*leaf*/, const Tensor& /*to*/) {}  // undefined: None

  virtual void becomes_leaf(const Tensor&) {}  // requires_grad is set

  // Something happened that cannot be done again without Python.
  virtual void refuse(const std::string&) {}
};

namespace detail {
extern int watched_threads;
Watcher* watcher_of_this_thread();
}  // namespace detail
inline Watcher* watcher() {
  return __builtin_expect(detail::watched_threads > 0, 0) ? detail::watcher_of_this_thread() : nullptr;
}

// How often a tensor was given other memory (x.data = y): what was recorded before looks at the old one.
inline uint64_t memory_changes = 0;

// For its lifetime `watcher` (or nobody) watches this thread.
class WatchedBy {
 public:
  explicit WatchedBy(Watcher* watcher);
  ~WatchedBy();
  WatchedBy(const WatchedBy&) = delete;
  WatchedBy& operator=(const WatchedBy&) = delete;

 private:
  Watcher* before_;
};

// One frame, if anybody watches.
class Watched {
 public:
  explicit Watched(Frame frame) : watcher_(watcher()) {
    if (watcher_) watcher_->enter(frame);
  }
  ~Watched() {
    if (watcher_) watcher_->leave();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  explicit operator bool() const { return watcher_ != nullptr; }
  Watcher* operator->() const { return watcher_; }

 private:
  Watcher* watcher_;
};

// check(x), which throws if values of x are not as an op wants them.
inline void check_values(const Tensor& x, void (*check)(const Tensor&)) {
  const Watched watched(Frame::kernels);
  check(x);
  if (watched) watched->checked(x, check);
}
// x was written by hand, with numbers that no tensor decided.
inline void numbers_are_known(const Tensor& x) {
  if (Watcher* w = watcher()) w->constant(x);
}
// `by` lets a value decide what happens next: how large a result is, which ops run.
inline void value_decides(const Tensor& x, const char* by) {
  if (Watcher* w = watcher()) w->value_read(x, by);
}

}  // namespace pynn
