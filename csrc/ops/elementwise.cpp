// The part of elementwise.h that does not depend on the formula.
#include "ops/elementwise.h"

namespace pynn::detail {

namespace {

DType compute_type(const Op& op, std::span<const Tensor* const> in) {
  const DType common = result_type(in);
  const DType type = op.types == Types::logical    ? DType::boolean
                     : op.types == Types::floating ? to_floating(common)
                                                   : common;
  if (!op.kernel->forward[int(compute_type(type))]) {
    if (is_floating(type))
      throw DTypeError(text(op.name, ": expected integers or bools, got ", type,
                            ". Did you mean x.long() or a comparison such as x > 0?"));
    if (type == DType::boolean)
      throw DTypeError(
          text(op.name, ": not defined for bool tensors. Did you mean x.long(), or ~x for not?"));
    throw DTypeError(
        text(op.name, ": expected floating-point tensors, got ", type, ". Did you mean x.float()?"));
  }
  return type;
}

// The arguments of a call.
struct Operands {
  int count;
  const Tensor* in[3];
  Shape shape;  // of the result
  double parameters[4];

  Operands(const Op& op, const Value* v, Elementwise form) : count(form.arity) {
    for (int i = 0; i < count; ++i) {
      in[i] = v[i].tensor;
      shape = i == 0                    ? in[0]->shape()
              : shape == in[i]->shape() ? shape
                                        : broadcast(op.name, shape, in[i]->shape());
    }
    for (int i = 0; i < form.parameters; ++i) parameters[i] = v[count + i].real;
  }
  std::span<const Tensor* const> inputs() const { return {in, size_t(count)}; }
};

DType output_type(const Op& op, DType type) {
  return op.types == Types::comparison || op.types == Types::logical ? DType::boolean : type;
}

void run(const Op& op, const Operands& operands, DType type, const Tensor& y) {
  const DType types[] = {type, type, type};
  run_elementwise(op.name, op.kernel->forward[int(compute_type(type))], operands.inputs(),
                  {types, size_t(operands.count)}, y, operands.parameters);
}

}  // namespace

Tensor elementwise_forward(const Op& op, const Value* v, Elementwise form) {
  const Operands operands(op, v, form);
  Recorder recorder(op, operands.in, size_t(form.arity));
  Context& context = recorder.context();
  const DType type = compute_type(op, operands.inputs());
  const Watched watched(Frame::loop);
  Tensor y = empty(operands.shape, output_type(op, type));
  run(op, operands, type, y);
  if (watched) watched->called(op, v, {&y, 1}, recorder.node());

  if (context.records()) {
    if (form.keeps == Keeps::output) context.save(y);
    for (int i = 0; i < form.arity; ++i) {
      if (form.keeps == Keeps::inputs)
        context.save(*operands.in[i]);
      else
        context.save(operands.in[i]->shape());
    }
    for (int i = 0; i < form.parameters; ++i) context.save(operands.parameters[i]);
  }
  return recorder.finish(std::move(y));
}

// An operand may be `out` itself: each element is read before it is written. Any other part of its memory may
// not.
bool elementwise_into(const Op& op, const Value* v, const Tensor& out, Elementwise form) {
  if (watcher() || !out.is_contiguous()) return false;
  const Operands operands(op, v, form);
  for (const Tensor* x : operands.inputs()) {
    if (grad_enabled() && x->requires_grad()) return false;
    const bool is_out = x->bytes() == out.bytes() && x->shape() == out.shape() && x->is_contiguous();
    if (x->impl()->storage.get() == out.impl()->storage.get() && !is_out) return false;
  }
  const DType type = compute_type(op, operands.inputs());
  if (!(operands.shape == out.shape()) || output_type(op, type) != out.dtype()) return false;
  out.about_to_write(op.name);
  run(op, operands, type, out);
  return true;
}

Kept elementwise_kept(const Context& context, Elementwise form) {
  Kept kept;
  Context::Reader reader(context);
  if (form.keeps == Keeps::output) kept.in[0] = reader.next<Tensor>();
  for (int i = 0; i < form.arity; ++i) {
    if (form.keeps == Keeps::inputs) kept.in[i] = reader.next<Tensor>();
    kept.shapes[i] = form.keeps == Keeps::inputs ? kept.in[i].shape() : reader.next<Shape>();
  }
  for (int i = 0; i < form.parameters; ++i) kept.parameters[i] = reader.next<double>();
  return kept;
}

Gradients elementwise_backward(const Op& op, const Context& context, const Tensor& dy, Elementwise form) {
  const Kept kept = elementwise_kept(context, form);
  const DType type = dy.dtype();
  Gradients dx;
  for (int i = 0; i < form.arity; ++i) {
    ElementwiseLoop* loop =
        context.needs(size_t(i)) ? op.kernel->backward[i][type == DType::float64] : nullptr;
    if (!loop) {
      dx.push_back({});
      continue;
    }
    const Tensor* operands[4];
    size_t count = 0;
    if (form.keeps == Keeps::output) operands[count++] = &kept.in[0];
    if (form.uses_inputs[i])
      for (int k = 0; k < form.arity; ++k) operands[count++] = &kept.in[k];
    operands[count++] = &dy;
    const DType types[] = {type, type, type, type};
    // What is summed over broadcast axes is rounded after the sum, by the engine.
    Tensor g = empty(dy.shape(), kept.shapes[i] == dy.shape() ? type : compute_type(type));
    run_elementwise(op.name, loop, {operands, count}, {types, count}, g, kept.parameters);
    dx.push_back(sum_to(g, kept.shapes[i]));
  }
  return dx;
}

}  // namespace pynn::detail
