// elementwise.h — from a formula and its loops to an op: shapes, types, history.
//
//   PYNN_DISPATCH(gelu_kernel);
//   static const Op& op = elementwise<PYNN_ISA::Gelu>(gelu_kernel, {.name = "gelu", ...});
#pragma once
#include "core/elementwise.h"
#include "ops/ops.h"

namespace pynn {

namespace detail {

// The gradient of input `i` in recorded ops: the formula's own text, over Tensor.
#define PYNN_APPLY(method)                                              \
  if constexpr (requires(F f, Tensor x) { f.method(x); })               \
    return f.method(dy);                                                \
  else if constexpr (requires(F f, Tensor x) { f.method(x, x); })       \
    return f.method(in[0], dy);                                         \
  else if constexpr (requires(F f, Tensor x) { f.method(x, x, x); })    \
    return f.method(in[0], in[1], dy);                                  \
  else if constexpr (requires(F f, Tensor x) { f.method(x, x, x, x); }) \
  return f.method(in[0], in[1], in[2], dy)
template <class F>
Tensor formula_gradient(int i, const F& f, const Tensor* in, const Tensor& dy) {
  if (i == 0) {
    PYNN_APPLY(backward);
    PYNN_APPLY(backward_from_output);
    PYNN_APPLY(backward_a);
  } else if (i == 1) {
    PYNN_APPLY(backward_b);
  } else {
    PYNN_APPLY(backward_c);
  }
  return {};
}
#undef PYNN_APPLY

enum class Keeps : uint8_t { nothing, inputs, output };

template <class F>
consteval Keeps what_backward_keeps() {
  if constexpr (requires(F f, Tensor x) { f.backward_from_output(x, x); })
    return Keeps::output;
  else if constexpr (
      requires(F f, Tensor x) { f.backward(x, x); } || requires(F f, Tensor x) { f.backward_a(x, x, x); } ||
      requires(F f, Tensor x) { f.backward_b(x, x, x); } ||
      requires(F f, Tensor x) { f.backward_a(x, x, x, x); } ||
      requires(F f, Tensor x) { f.backward_b(x, x, x, x); } ||
      requires(F f, Tensor x) { f.backward_c(x, x, x, x); })
    return Keeps::inputs;
  else
    return Keeps::nothing;
}

// Does the gradient of input `i` look at the inputs, or at dy alone?
template <class F>
consteval bool gradient_uses_inputs(int i) {
  if (i == 0)
    return requires(F f, Tensor x) { f.backward(x, x); } || requires(F f, Tensor x) {
      f.backward_a(x, x, x);
    } || requires(F f, Tensor x) { f.backward_a(x, x, x, x); };
  if (i == 1)
    return requires(F f, Tensor x) { f.backward_b(x, x, x); } ||
           requires(F f, Tensor x) { f.backward_b(x, x, x, x); };
  return requires(F f, Tensor x) { f.backward_c(x, x, x, x); };
}

struct Elementwise {
  int arity;
  int parameters;
  Keeps keeps;
  bool uses_inputs[3];
};
Tensor elementwise_forward(const Op& op, const Value* v, Elementwise form);
bool elementwise_into(const Op& op, const Value* v, const Tensor& out, Elementwise form);
Gradients elementwise_backward(const Op& op, const Context& context, const Tensor& dy, Elementwise form);
// What forward kept, for the gradient written in ops.
struct Kept {
  Tensor in[3];
  Shape shapes[3];
  double parameters[4] = {};
};
Kept elementwise_kept(const Context& context, Elementwise form);

}  // namespace detail

template <class F>
const Op& elementwise(const ElementwiseKernel* kernel, OpInfo info, const char* file = __builtin_FILE()) {
  static constexpr detail::Elementwise form = {
      PYNN_ISA::arity_of<F, Tensor>(),
      std::is_empty_v<F> ? 0 : int(sizeof(F) / sizeof(double)),
      detail::what_backward_keeps<F>(),
      {detail::gradient_uses_inputs<F>(0), detail::gradient_uses_inputs<F>(1),
       detail::gradient_uses_inputs<F>(2)}};
  Op op(std::move(info));
  op.file = detail::file_name(file);
  op.kernel = kernel;
  if (int(op.args.size()) != form.arity + form.parameters)
    throw std::logic_error(text(op.name, ": the formula takes ", form.arity + form.parameters, " arguments"));
  for (int i = form.arity; i < form.arity + form.parameters; ++i) op.args[size_t(i)].kind = Kind::real;
  op.call = [](const Op& self, const Value* v) { return detail::elementwise_forward(self, v, form); };
  op.call_into = [](const Op& self, const Value* v, const Tensor& out) {
    return detail::elementwise_into(self, v, out, form);
  };
  if (kernel->backward[0][0] || kernel->backward[1][0] || kernel->backward[2][0]) {
    op.backward = [](const Op& self, const Context& context, const Tensor* dy) {
      return detail::elementwise_backward(self, context, dy[0], form);
    };
    op.backward_in_ops = [](const Op&, const Context& context, const Tensor* dy) {
      detail::Kept kept = detail::elementwise_kept(context, form);
      for (Tensor& x : kept.in)  // a number has no type of its own: the formula is to compute with it in dy's
        if (x && x.impl()->is_number) x = scalar(x.item<double>(), dy[0].dtype());
      F f;
      if constexpr (!std::is_empty_v<F>) __builtin_memcpy(&f, kept.parameters, sizeof f);
      Gradients dx;
      for (int i = 0; i < form.arity; ++i) {
        Tensor g = context.needs(size_t(i)) ? detail::formula_gradient(i, f, kept.in, dy[0]) : Tensor();
        dx.push_back(g ? sum_to(g, kept.shapes[i]) : g);
      }
      return dx;
    };
  }
  return add_to_registry(std::move(op));
}

}  // namespace pynn
