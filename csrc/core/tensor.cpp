#include "core/tensor.h"

#include <algorithm>
#include <cstring>

#include "core/blocks.h"
#include "core/node.h"
#include "core/parallel.h"
#include "core/strided.h"
#include "core/watch.h"

namespace pynn {

void Storage::destroy(Storage* storage) {
  if (Watcher* w = watcher()) w->freed(*storage);
  if (storage->release_external)
    storage->release_external(storage->external_owner);
  else
    deallocate(storage->data, storage->bytes);
  delete storage;
}

void TensorImpl::destroy(TensorImpl* impl) {
  if (impl->hooks) impl->hooks->owner = nullptr;
  delete impl;
}

Tensor empty(const Shape& shape, DType dtype) {
  const int64_t count = numel(shape);
  const Strides strides = row_major(shape);
  const size_t bytes = size_t(count) * size_t(itemsize(dtype));
  Watcher* const w = watcher();
  Ref<Storage> storage = w ? w->take(bytes) : Ref<Storage>();
  if (!storage) {
    storage = Ref<Storage>(new Storage);
    try {
      storage->data = static_cast<char*>(allocate(bytes));
    } catch (const MemoryError& error) {
      throw MemoryError(text("a ", dtype, " tensor of shape ", shape, ": ", error.what()));
    }
    storage->bytes = bytes;
    if (w) w->made(*storage);
  }
  auto* impl = new TensorImpl;
  Tensor result(impl);
  impl->storage = std::move(storage);
  impl->dtype = dtype;
  impl->numel = count;
  impl->shape = shape;
  impl->strides = strides;
  return result;
}

Tensor full(const Shape& shape, double value, DType dtype) {
  Tensor out = empty(shape, dtype);
  char* data = out.bytes();
  const int size = itemsize(dtype);
  if (value == 0) {
    parallel_for(out.numel(), int64_t(1) << 18, [=](int64_t begin, int64_t end) {
      std::memset(data + begin * size, 0, size_t(end - begin) * size_t(size));
    });
    if (Watcher* w = watcher()) w->filled(out, value);
    return out;
  }
  char element[8];
  convert(reinterpret_cast<const char*>(&value), DType::float64, 0, element, dtype, 1, 1);
  parallel_for(out.numel(), int64_t(1) << 16, [=, &element](int64_t begin, int64_t end) {
    convert(element, dtype, 0, data + begin * size, dtype, 1, end - begin);
  });
  if (Watcher* w = watcher()) w->filled(out, value);
  return out;
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0, dtype); }

Tensor scalar(double value, DType dtype) {
  Tensor out = empty({}, dtype);
  convert(reinterpret_cast<const char*>(&value), DType::float64, 0, out.bytes(), dtype, 1, 1);
  if (Watcher* w = watcher()) w->constant(out);
  return out;
}

namespace {
template <class T>
Tensor weak_number(T value) {
  Tensor out = empty({}, dtype_of<T>);
  *out.data<T>() = value;
  out.impl()->is_number = true;
  if (Watcher* w = watcher()) w->constant(out);
  return out;
}
}  // namespace
Tensor number(double value) { return weak_number(value); }
Tensor number(int64_t value) { return weak_number(value); }
Tensor number(bool value) { return weak_number(value); }

Tensor from_memory(void* data, const Shape& shape, const Strides& strides, DType dtype, void* owner,
                   void (*release)(void*), bool read_only) {
  Ref<Storage> storage(new Storage);
  storage->data = static_cast<char*>(data);
  storage->bytes = size_t(numel(shape)) * size_t(itemsize(dtype));
  storage->release_external = release;
  storage->external_owner = owner;
  storage->read_only = read_only;
  if (Watcher* w = watcher()) w->imported(*storage);
  auto* impl = new TensorImpl;
  impl->storage = std::move(storage);
  impl->dtype = dtype;
  impl->numel = numel(shape);
  impl->shape = shape;
  impl->strides = strides;
  impl->contiguous = is_row_major(shape, strides);
  return Tensor(impl);
}

Tensor Tensor::alias(const Shape& shape, const Strides& strides, int64_t offset) const {
  auto* impl = new TensorImpl;
  impl->storage = impl_->storage;
  impl->dtype = impl_->dtype;
  impl->numel = pynn::numel(shape);
  impl->shape = shape;
  impl->strides = strides;
  impl->offset = offset;
  impl->contiguous = is_row_major(shape, strides);
  return Tensor(impl);
}

Tensor Tensor::detach() const { return alias(impl_->shape, impl_->strides, impl_->offset); }

Tensor Tensor::expand_to(const char* op, const Shape& shape) const {
  if (shape == impl_->shape) return *this;
  return alias(shape, broadcast_strides(op, impl_->shape, impl_->strides, shape), impl_->offset);
}

Tensor Tensor::contiguous() const {
  if (impl_->contiguous) return *this;
  Tensor out = empty(impl_->shape, impl_->dtype);
  copy_into(out, *this);
  return out;
}

Tensor Tensor::to(DType dtype) const {
  if (impl_->dtype == dtype) return *this;
  Tensor out = empty(impl_->shape, dtype);
  copy_into(out, *this);
  return out;
}

template <class T>
T Tensor::item() const {
  if (numel() != 1)
    throw ValueError(
        text("item: a tensor of shape ", shape(), " holds ", numel(),
             " values; only a one-element tensor has an item. Did you mean x.tolist() or x.sum().item()?"));
  value_decides(*this, "item()");
  T value;
  convert(bytes(), dtype(), 0, reinterpret_cast<char*>(&value), dtype_of<T>, 1, 1);
  return value;
}
template double Tensor::item<double>() const;
template float Tensor::item<float>() const;
template int64_t Tensor::item<int64_t>() const;
template bool Tensor::item<bool>() const;

void Tensor::about_to_write(const char* op) const {
  if (impl_->storage->read_only)
    throw ValueError(
        text(op, ": this tensor shares the memory of a read-only NumPy array. Did you mean x.clone()?"));
  if (overlaps_itself(*this))
    throw ValueError(text(op,
                          ": several elements of this tensor are one place in memory (it was expanded to ",
                          shape(), "), so a write to it has no meaning. Did you mean x.clone()?"));
  if (Watcher* w = watcher()) w->about_to_write(*impl_->storage);
  ++impl_->storage->version;
  impl_->storage->last_writer = op;
}

bool overlaps_itself(const Tensor& x) {
  if (x.is_contiguous()) return false;
  // Axes in order of their steps: without overlap, each step is longer than all that the smaller ones reach.
  const auto step = [&](int i) { return x.strides()[i] < 0 ? -x.strides()[i] : x.strides()[i]; };
  int order[kMaxAxes], axes = 0;
  for (int i = 0; i < x.ndim(); ++i) {
    if (x.shape()[i] == 0) return false;
    if (x.shape()[i] == 1) continue;
    int at = axes++;
    for (; at > 0 && step(order[at - 1]) > step(i); --at) order[at] = order[at - 1];
    order[at] = i;
  }
  int64_t reach = 0;
  for (int k = 0; k < axes; ++k) {
    if (step(order[k]) <= reach) return true;
    reach += step(order[k]) * (x.shape()[order[k]] - 1);
  }
  return false;
}

static void copy_elements(const Tensor& target, const Tensor& source) {
  constexpr int64_t kBlock = int64_t(1) << 14, kPiece = int64_t(1) << 15;  // elements; worth a second thread
  enum { kSource, kTarget };
  Blocks blocks(target.shape());
  blocks.add(source.strides());
  blocks.add(target.strides());
  blocks.sort_by_steps_of(kTarget);
  blocks.join();
  if (blocks.place(kSource).step != 1) blocks.turn_to_unit_steps_of(kSource);
  const Place from = blocks.place(kSource), into = blocks.place(kTarget);
  const int64_t columns = std::min(blocks.columns(), kBlock);
  blocks.cut(std::max<int64_t>(kBlock / columns, 64), columns);

  const char* in = source.bytes();
  char* out = target.bytes();
  const DType read = source.dtype(), written = target.dtype();
  const int in_size = itemsize(read), out_size = itemsize(written);
  MoveBlock* const move = read == written ? move_block(in_size) : nullptr;
  const int64_t grain = std::max<int64_t>(1, kPiece / blocks.elements());
  parallel_for(blocks.count(), grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Blocks::Block block = blocks.at(i);
      const char* x = in + block.offset[kSource] * in_size;
      char* y = out + block.offset[kTarget] * out_size;
      if (move) {
        move(x, from, y, into, block.rows, block.columns);
        continue;
      }
      for (int64_t r = 0; r < block.rows; ++r)
        convert(x + r * from.row * in_size, read, from.step, y + r * into.row * out_size, written, into.step,
                block.columns);
    }
  });
}

void copy_into(const Tensor& target, const Tensor& source) {
  if (!(target.shape() == source.shape()))
    throw ShapeError(
        text("copy: cannot copy a tensor of shape ", source.shape(), " into one of shape ", target.shape()));
  if (target.numel() == 0) return;
  copy_elements(target, source);
  if (Watcher* w = watcher()) w->copied(target, source);
}

}  // namespace pynn
