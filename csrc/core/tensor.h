// tensor.h — a strided n-d array over shared storage.
//
// Tensor is a handle (one word). Several tensors may look at one Storage: views. The Storage counts
// in-place writes (`version`), which is how autograd notices that a value it kept has changed.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "core/allocator.h"
#include "core/dtype.h"
#include "core/ref.h"
#include "core/shape.h"

namespace pynn {

struct Node;
struct TensorImpl;
class Tensor;

void refresh_view(TensorImpl& view);  // node.cpp

struct Storage : Pooled<Storage> {
  int refs = 0;
  uint32_t version = 0;
  char* data = nullptr;
  size_t bytes = 0;
  const char* last_writer = nullptr;          // the op that wrote in place last, for the error message
  void (*release_external)(void*) = nullptr;  // set when the memory is somebody else's (a NumPy array)
  void* external_owner = nullptr;
  bool read_only = false;

  static void destroy(Storage* storage);
};

// Called on a gradient as it arrives; returns the gradient to use instead, or an undefined tensor.
using GradientHook = std::function<Tensor(const Tensor&)>;
struct Hooks {
  struct Entry {
    int64_t id;
    GradientHook call;
  };
  std::vector<Entry> entries;
  bool retain_grad = false;     // a non-leaf whose .grad is wanted
  TensorImpl* owner = nullptr;  // null once that tensor is gone
};

struct TensorImpl : Pooled<TensorImpl> {
  int refs = 0;
  DType dtype = DType::float32;
  bool requires_grad = false;     // a leaf the user wants a gradient for
  bool is_number = false;         // made from a Python number: weak in type promotion
  bool contiguous = true;         // row-major without gaps
  bool is_view = false;           // shares its memory with a tensor that it does not know (`base` is null)
  uint16_t output_index = 0;      // which output of `node` this is
  uint32_t recorded_version = 0;  // of the storage, when a view was taken
  uint32_t history = 0;           // how often an in-place op gave this tensor a new history
  uint32_t base_history = 0;      // the base's `history` when this view was taken
  int64_t offset = 0;             // in elements
  int64_t numel = 0;
  Ref<Storage> storage;
  Ref<Node> node;  // what computed this, if it records a gradient
  Ref<TensorImpl> grad;
  Ref<TensorImpl> base;  // the tensor this is a view of: in-place ops on either one change both histories
  std::shared_ptr<Hooks> hooks;
  void* python = nullptr;  // the Python object that wraps this tensor, borrowed
  Shape shape;
  Strides strides;

  static void destroy(TensorImpl* impl);
};

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(TensorImpl* impl) : impl_(impl) {}
  explicit Tensor(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}

  explicit operator bool() const { return bool(impl_); }
  TensorImpl* impl() const { return impl_.get(); }
  const Ref<TensorImpl>& ref() const { return impl_; }

  const Shape& shape() const { return impl_->shape; }
  const Strides& strides() const { return impl_->strides; }
  int64_t size(int axis) const { return impl_->shape[axis < 0 ? axis + impl_->shape.n : axis]; }
  int ndim() const { return impl_->shape.n; }
  int64_t numel() const { return impl_->numel; }
  DType dtype() const { return impl_->dtype; }
  bool is_contiguous() const { return impl_->contiguous; }
  bool requires_grad() const {
    follow_base();
    return impl_->requires_grad || impl_->node;
  }
  bool is_leaf() const {
    follow_base();
    return !impl_->node;
  }

  char* bytes() const { return impl_->storage->data + impl_->offset * itemsize(impl_->dtype); }
  template <class T>
  T* data() const {
    return reinterpret_cast<T*>(bytes());
  }
  template <class T = double>
  T item() const;  // the value of a one-element tensor, converted

  // No history, same memory.
  Tensor detach() const;
  // Same memory and dtype under another geometry; the caller vouches for the bounds. Records nothing.
  Tensor alias(const Shape& shape, const Strides& strides, int64_t offset) const;
  Tensor contiguous() const;     // this, or a row-major copy. Records nothing: for kernels
  Tensor to(DType dtype) const;  // this, or a converted copy. Records nothing: for kernels
  Tensor expand_to(const char* op, const Shape& shape) const;  // a stride-0 view. Records nothing

  // An in-place op gave the base a new history since this view was taken: this view's follows from it.
  void follow_base() const {
    if (impl_->base && impl_->base->history != impl_->base_history) refresh_view(*impl_);
  }

  // Marks the memory as changed by `op`. Refuses memory that must not be written.
  void about_to_write(const char* op) const;

 private:
  Ref<TensorImpl> impl_;
};

Tensor empty(const Shape& shape, DType dtype = DType::float32);
Tensor full(const Shape& shape, double value, DType dtype = DType::float32);
Tensor zeros(const Shape& shape, DType dtype = DType::float32);
Tensor scalar(double value, DType dtype);  // 0-d
Tensor number(double value);               // 0-d, weak in promotion, as a Python float
Tensor number(int64_t value);              // the same, as a Python int
Tensor number(bool value);
// Wraps memory that `owner` keeps alive; release(owner) is called when the last view is gone.
Tensor from_memory(void* data, const Shape& shape, const Strides& strides, DType dtype, void* owner,
                   void (*release)(void*), bool read_only);

// Copies `source` (same shape, any strides, any dtype) into the elements of `target`.
void copy_into(const Tensor& target, const Tensor& source);
// True when two elements of a tensor share memory (expand, or a sliding window).
bool overlaps_itself(const Tensor& x);

}  // namespace pynn
