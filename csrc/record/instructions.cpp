#include "record/instructions.h"

#include <cstring>

#include "core/parallel.h"
#include "core/strided.h"

namespace pynn {

void make_borrowing(Storage& storage) {
  storage.release_external = [](void*) {};
}

Ref<Storage> borrowing_storage(size_t bytes) {
  Ref<Storage> storage(new Storage);
  storage->bytes = bytes;
  make_borrowing(*storage);
  return storage;
}

Tensor over(const Ref<Storage>& storage, const Tensor& like) {
  Tensor t = like.detach();
  t.impl()->storage = storage;
  t.impl()->is_number = like.impl()->is_number;
  return t;
}

std::string describe_tensor(const Tensor& t) { return text(t.dtype(), " ", t.shape()); }

StoredArguments::StoredArguments(const Op& op, const Value* v,
                                 const std::function<Tensor(const Tensor&)>& store) {
  for (size_t i = 0; i < op.args.size(); ++i) {
    values_[i] = v[i];
    switch (op.args[i].kind) {
      case Kind::tensor:
        tensors_[i] = store(*v[i].tensor);
        values_[i].tensor = &tensors_[i];
        break;
      case Kind::tensors:
        for (const Tensor& t : *v[i].tensors) lists_[i].push_back(store(t));
        views_[i] = lists_[i];
        values_[i].tensors = &views_[i];
        break;
      case Kind::ints:
        ints_[i] = *v[i].ints;
        values_[i].ints = &ints_[i];
        break;
      case Kind::string:
        strings_[i] = *v[i].string;
        string_views_[i] = strings_[i];
        values_[i].string = &string_views_[i];
        break;
      default:
        break;
    }
  }
}

void LoopInstruction::run() {
  const Tensor* in[4];
  for (size_t k = 0; k < loop.in.size(); ++k) in[k] = &loop.in[k];
  run_elementwise(name, loop.loop, {in, loop.in.size()}, loop.types, loop.out,
                  has_parameters ? loop.parameters.data() : nullptr);
}
std::string LoopInstruction::describe() const {
  std::string from;
  for (const Tensor& x : loop.in) from += (from.empty() ? "" : ", ") + describe_tensor(x);
  return text(name, "(", from, ") -> ", describe_tensor(loop.out));
}

namespace {
template <int bytes>
void copy_elements(const void* const* in, void* out, int64_t n, const double*) {
  std::memcpy(out, in[0], size_t(n) * bytes);
}
}  // namespace
ElementwiseLoop* copying_loop(int item_bytes) {
  switch (item_bytes) {
    case 1:
      return copy_elements<1>;
    case 2:
      return copy_elements<2>;
    case 4:
      return copy_elements<4>;
    default:
      return copy_elements<8>;
  }
}

std::string CopyInstruction::describe() const {
  return text("copy(", describe_tensor(source), ") -> ", describe_tensor(target));
}

void FillInstruction::run() {
  char element[8];
  convert(reinterpret_cast<const char*>(&value), DType::float64, 0, element, target.dtype(), 1, 1);
  const int size = itemsize(target.dtype());
  char* const data = target.bytes();
  parallel_for(target.numel(), int64_t(1) << 16, [&](int64_t begin, int64_t end) {
    convert(element, target.dtype(), 0, data + begin * size, target.dtype(), 1, end - begin);
  });
}
std::string FillInstruction::describe() const {
  return text("fill(", value, ") -> ", describe_tensor(target));
}

void ForwardInstruction::run() {
  const AutocastMode mode(autocast);
  const PrecisionMode as_recorded(precision);
  if (node) {
    node->context.begin_again();
    op.forward(op, node->context, arguments.values());
  } else {
    Context nothing;
    op.forward(op, nothing, arguments.values());
  }
}
std::string ForwardInstruction::describe() const {
  return text(name, node ? ", keeping what its backward needs" : "", only_a_view ? " (a view)" : "");
}

void BackwardInstruction::run() {
  const PrecisionMode as_recorded(precision);
  node->op->backward(*node->op, node->context, dy.data());
}

void CallInstruction::run() {
  const AutocastMode mode(autocast);
  const PrecisionMode as_recorded(precision);
  if (op.call)
    op.call(op, arguments.values());
  else
    op.call_many(op, arguments.values());
}

void SetGradInstruction::run() {
  if (!grad) {
    leaf->grad = {};
    return;
  }
  const Buffer& buffer = program->buffers[size_t(reads[0])];
  Tensor given = grad.detach();
  if (buffer.kind == Buffer::escaping) given.impl()->storage = buffer.owner;
  leaf->grad = given.ref();
}
void GradLoopInstruction::run() {
  const Tensor grad(leaf->grad);
  const Tensor* in[4];
  for (size_t k = 0; k < loop.in.size(); ++k) in[k] = loop.in[k] ? &loop.in[k] : &grad;
  run_elementwise(name, loop.loop, {in, loop.in.size()}, loop.types, grad);
}

std::string SetGradInstruction::describe() const {
  return text(".grad of ", leaf->dtype, " ", leaf->shape, grad ? " is set" : " = None");
}

}  // namespace pynn
