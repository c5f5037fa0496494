#include "core/tensor.h"

#include <algorithm>
#include <cstring>

#include "core/node.h"
#include "core/parallel.h"
#include "core/strided.h"

namespace pynn {

void Storage::destroy(Storage* storage) {
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
  Ref<Storage> storage(new Storage);
  storage->bytes = size_t(count) * size_t(itemsize(dtype));
  try {
    storage->data = static_cast<char*>(allocate(storage->bytes));
  } catch (const MemoryError& error) {
    storage->bytes = 0;
    throw MemoryError(text("a ", dtype, " tensor of shape ", shape, ": ", error.what()));
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
    return out;
  }
  char element[8];
  convert(reinterpret_cast<const char*>(&value), DType::float64, 0, element, dtype, 1, 1);
  parallel_for(out.numel(), int64_t(1) << 16, [=, &element](int64_t begin, int64_t end) {
    convert(element, dtype, 0, data + begin * size, dtype, 1, end - begin);
  });
  return out;
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0, dtype); }

Tensor scalar(double value, DType dtype) {
  Tensor out = empty({}, dtype);
  convert(reinterpret_cast<const char*>(&value), DType::float64, 0, out.bytes(), dtype, 1, 1);
  return out;
}

Tensor number(double value) {
  Tensor out = empty({}, DType::float64);
  *out.data<double>() = value;
  out.impl()->is_number = true;
  return out;
}

Tensor number(int64_t value) {
  Tensor out = empty({}, DType::int64);
  *out.data<int64_t>() = value;
  out.impl()->is_number = true;
  return out;
}

Tensor number(bool value) {
  Tensor out = empty({}, DType::boolean);
  *out.data<bool>() = value;
  out.impl()->is_number = true;
  return out;
}

Tensor from_memory(void* data, const Shape& shape, const Strides& strides, DType dtype, void* owner,
                   void (*release)(void*), bool read_only) {
  Ref<Storage> storage(new Storage);
  storage->data = static_cast<char*>(data);
  storage->bytes = size_t(numel(shape)) * size_t(itemsize(dtype));
  storage->release_external = release;
  storage->external_owner = owner;
  storage->read_only = read_only;
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

namespace {

// Matrices stored the other way round: move 8 KiB squares, so that both sides stay in the first-level cache.
bool copy_transposed(const Tensor& target, const Tensor& source) {
  const int nd = target.ndim();
  if (nd < 2 || !target.is_contiguous() || source.dtype() != target.dtype()) return false;
  if (source.strides()[nd - 2] != 1 || source.strides()[nd - 1] == 1) return false;
  const int size = itemsize(target.dtype());
  if (size != 4 && size != 8) return false;
  const int64_t rows = target.size(-2), columns = target.size(-1), matrix = rows * columns;
  if (rows < 16 || columns < 16) return false;
  const int64_t source_step = source.strides()[nd - 1];
  constexpr int64_t kTile = 32;
  const int64_t tiles_down = (rows + kTile - 1) / kTile, matrices = target.numel() / matrix;
  char* out = target.bytes();
  const char* in = source.bytes();
  const auto move_tile_row = [&](auto element, int64_t item) {
    using E = decltype(element);
    int64_t rest = item / tiles_down, offset = 0;
    for (int i = nd - 3; i >= 0; --i) {
      offset += rest % target.shape()[i] * source.strides()[i];
      rest /= target.shape()[i];
    }
    const E* x = reinterpret_cast<const E*>(in) + offset;
    E* y = reinterpret_cast<E*>(out) + item / tiles_down * matrix;
    const int64_t r0 = item % tiles_down * kTile, r1 = std::min(r0 + kTile, rows);
    for (int64_t c0 = 0; c0 < columns; c0 += kTile)
      for (int64_t r = r0; r < r1; ++r)
        for (int64_t c = c0; c < std::min(c0 + kTile, columns); ++c)
          y[r * columns + c] = x[r + c * source_step];
  };
  const int64_t grain = std::max<int64_t>(1, 65536 / (kTile * columns));
  parallel_for(matrices * tiles_down, grain, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      if (size == 4)
        move_tile_row(uint32_t(), item);
      else
        move_tile_row(uint64_t(), item);
    }
  });
  return true;
}

}  // namespace

void copy_into(const Tensor& target, const Tensor& source) {
  if (!(target.shape() == source.shape()))
    throw ShapeError(
        text("copy: cannot copy a tensor of shape ", source.shape(), " into one of shape ", target.shape()));
  if (target.numel() == 0 || copy_transposed(target, source)) return;
  const StridedRun from(source.shape(), source.strides(), source.dtype());
  const StridedRun into(target.shape(), target.strides(), target.dtype());
  const char* in = source.bytes();
  char* out = target.bytes();
  const int in_size = itemsize(source.dtype()), out_size = itemsize(target.dtype());
  parallel_for(target.numel(), int64_t(1) << 15, [&](int64_t begin, int64_t end) {
    if (into.is_single_run())
      from.gather(in, begin, end - begin, out + begin * out_size, target.dtype());
    else if (from.is_single_run())
      into.scatter(in + begin * in_size, source.dtype(), begin, end - begin, out);
    else {
      constexpr int64_t kTile = 512;
      alignas(64) char tile[kTile * 8];
      for (int64_t at = begin; at < end; at += kTile) {
        const int64_t n = std::min(kTile, end - at);
        from.gather(in, at, n, tile, source.dtype());
        into.scatter(tile, source.dtype(), at, n, out);
      }
    }
  });
}

}  // namespace pynn
