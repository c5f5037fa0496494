// node.h — one step of recorded history: which op ran, what it kept for its backward, and whose
// gradients it feeds. Made in forward, walked in reverse by autograd/engine.cpp.
#pragma once
#include <any>
#include <bit>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>

#include "core/inline_vector.h"
#include "core/tensor.h"

namespace pynn {

struct Op;

// An optional list of integers: axes, sizes, pads. Absent is Python's None.
struct Ints : Dims {
  bool present = true;
  Ints() = default;
  Ints(std::initializer_list<int64_t> values) : Dims(values) {}
  Ints(const Dims& dims) : Dims(dims) {}
  static Ints none() {
    Ints absent;
    absent.present = false;
    return absent;
  }
};

// One gradient for each input of the op, in the order of the inputs; undefined where there is none.
using Gradients = InlineVector<Tensor, 3>;

// What forward leaves for backward. Nothing is kept while nothing is recorded.
class Context {
 public:
  bool records() const { return node_ != nullptr; }
  // True when input i wants a gradient: backward may leave the others undefined.
  bool needs(size_t i) const;

  // save(x, axis, shape, ...) in forward, load<Tensor, int64_t, Shape, ...>() in backward, same order.
  template <class... T>
  void save(const T&... values) {
    if (records()) (put(values), ...);
  }
  template <class... T>
  std::tuple<T...> load() const {
    Reader reader(*this);
    return std::tuple<T...>{reader.next<T>()...};
  }
  // The same one by one, where how many there are is known at run time only.
  class Reader {
   public:
    explicit Reader(const Context& context) : context_(context) {}
    template <class T>
    T next();

   private:
    int64_t word() { return context_.words_[word_++]; }
    const Context& context_;
    size_t tensor_ = 0, word_ = 0;
  };
  void save_tensor(const Tensor& t) { save(t); }
  std::vector<Tensor> load_tensors() const;
  // Anything else (the state of an op written in Python).
  std::any extra;

  // visit(tensor) for everything kept.
  template <class Visit>
  void for_each_tensor(Visit&& visit) const {
    for (const Saved& saved : tensors_)
      if (saved.tensor) visit(saved.tensor);
  }

  // `memory` is about to be overwritten: what is kept of it, as it is now, becomes a copy.
  void copy_before_write(const Storage& memory);

  void release() {  // backward ran: what was kept is no longer needed
    tensors_.clear();
    words_.clear();
    extra.reset();
    released_ = true;
  }
  bool released() const { return released_; }
  void begin_again() {  // for a forward that runs once more
    release();
    released_ = false;
  }

 private:
  friend struct Node;
  friend class Recorder;
  friend Ref<Node> detached_twin(const Node& node);
  struct Saved {
    Tensor tensor;
    uint32_t version = 0;
    int32_t output_index = -1;  // >= 0: an output of this very node, kept without its history
  };

  void put(const Tensor& t) {
    if (t && t.impl()->base && !t.impl()->requires_grad) return put_view(t);
    tensors_.push_back({t, t ? t.impl()->storage->version : 0});
  }
  void put_view(const Tensor& t);
  void put(int64_t v) { words_.push_back(v); }
  void put(int v) { words_.push_back(v); }
  void put(bool v) { words_.push_back(v); }
  void put(double v) { words_.push_back(std::bit_cast<int64_t>(v)); }
  void put(DType v) { words_.push_back(int64_t(v)); }
  void put(const Dims& dims) {
    words_.push_back(dims.n);
    for (int64_t v : dims) words_.push_back(v);
  }
  void put(const Ints& ints) {
    words_.push_back(ints.present);
    put(static_cast<const Dims&>(ints));
  }

  Tensor unpack(const Saved& saved) const;

  Node* node_ = nullptr;
  bool released_ = false;
  InlineVector<Saved, 3> tensors_;
  InlineVector<int64_t, 6> words_;
};

template <class T>
T Context::Reader::next() {
  if constexpr (std::is_same_v<T, Tensor>)
    return context_.unpack(context_.tensors_[tensor_++]);
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<double>(word());
  else if constexpr (std::is_same_v<T, Dims>) {
    Dims dims;
    for (int64_t n = word(); n > 0; --n) dims.push_back(word());
    return dims;
  } else if constexpr (std::is_same_v<T, Ints>) {
    const bool present = word();
    Ints ints(next<Dims>());
    ints.present = present;
    return ints;
  } else
    return T(word());
}

// Where the gradient of one input goes: to the node that made it, or into the .grad of a leaf.
struct Edge {
  Ref<Node> node;
  Ref<TensorImpl> leaf;
  uint16_t output_index = 0;
  DType dtype = DType::none;  // of the input: gradients are converted to it
  explicit operator bool() const { return node || leaf; }
};
Edge edge_to(const Tensor& x);

struct OutputHooks {
  uint16_t output_index;
  std::shared_ptr<Hooks> hooks;
};

struct Node : Pooled<Node> {
  int refs = 0;
  uint16_t outputs = 1;
  size_t slot = 0;  // the engine's hint: where a running backward keeps this node's gradients
  const Op* op;
  uint64_t sequence;  // creation order: a node's consumers always have a higher one
  Context context;
  InlineVector<Edge, 3> inputs;
  std::unique_ptr<std::vector<OutputHooks>> output_hooks;  // of outputs that somebody watches

  explicit Node(const Op& op);
  static void destroy(Node* node);  // iterative: a chain of a million nodes must not overflow the stack
};

// A node like `node`, whose context works as that one's, but that leads nowhere.
Ref<Node> detached_twin(const Node& node);

uint64_t next_node_sequence();  // every node that is made from now on has at least this one

bool grad_enabled();
void set_grad_enabled(bool enabled);

// While it lives, ops record nothing (or record again).
class GradMode {
 public:
  explicit GradMode(bool enabled) : before_(grad_enabled()) { set_grad_enabled(enabled); }
  ~GradMode() { set_grad_enabled(before_); }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

// A view of x under another geometry, to be returned by the forward of an op. It remembers its base, so that
// a later in-place op on either of the two reaches the history of both.
Tensor view_of(const Context& context, const Tensor& x, const Shape& shape, const Strides& strides,
               int64_t offset);
// How a view gets the history that follows from its base's new one; set once by autograd/inplace.cpp.
using ViewRefresher = void(TensorImpl& view);
void set_view_refresher(ViewRefresher* refresher);

// Records one call of an op: constructed with the inputs, finished with the outputs.
class Recorder {
 public:
  Recorder(const Op& op, const Tensor* const* inputs, size_t count) {
    if (!grad_enabled()) return;
    for (size_t i = 0; i < count; ++i)
      if (inputs[i] && *inputs[i] && inputs[i]->requires_grad()) {
        start(op, inputs, count);
        return;
      }
  }
  ~Recorder() {
    if (node_) set_grad_enabled(true);
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  Context& context() { return node_ ? node_->context : nothing_; }
  const Node* node() const { return node_.get(); }
  Tensor finish(Tensor output);
  void finish(std::vector<Tensor>& outputs);

 private:
  void start(const Op& op, const Tensor* const* inputs, size_t count);
  void attach(Tensor& output, int index);

  Ref<Node> node_;
  Context nothing_;
};

}  // namespace pynn
