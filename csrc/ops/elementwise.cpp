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

}  // namespace

Tensor elementwise_forward(const Op& op, const Value* v, Elementwise form) {
  const Tensor* in[3];
  Shape shape;
  for (int i = 0; i < form.arity; ++i) {
    in[i] = v[i].tensor;
    shape = i == 0                    ? in[0]->shape()
            : shape == in[i]->shape() ? shape
                                      : broadcast(op.name, shape, in[i]->shape());
  }
  double parameters[4];
  for (int i = 0; i < form.parameters; ++i) parameters[i] = v[form.arity + i].real;

  Recorder recorder(op, in, size_t(form.arity));
  Context& context = recorder.context();
  const std::span<const Tensor* const> inputs(in, size_t(form.arity));
  const DType type = compute_type(op, inputs);
  const bool to_bool = op.types == Types::comparison || op.types == Types::logical;
  Tensor y = empty(shape, to_bool ? DType::boolean : type);
  const DType types[] = {type, type, type};
  run_elementwise(op.name, op.kernel->forward[int(compute_type(type))], inputs, {types, size_t(form.arity)},
                  y, parameters);

  if (context.records()) {
    if (form.keeps == Keeps::output) context.save(y);
    for (int i = 0; i < form.arity; ++i) {
      if (form.keeps == Keeps::inputs)
        context.save(*in[i]);
      else
        context.save(in[i]->shape());
    }
    for (int i = 0; i < form.parameters; ++i) context.save(parameters[i]);
  }
  return recorder.finish(std::move(y));
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
