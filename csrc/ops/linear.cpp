// linear, linear_activation — the fully connected layer: every output is a weighted sum of all inputs, plus a
// bias; and perhaps an activation of that.
//
//   Y = X Wᵀ + b        dX = dY W        dW = dYᵀ X        db = Σ_rows dY
//
// X is (.., in), W (out, in), b (out), Y (.., out). The bias is added while the product is in registers, and
// the gradients go from dY straight to gemm: the transposes are strides. An activation is computed by its own
// op's loop from what the cache holds of Y; on the way back, its gradient and the sums for b are one sweep.
#include <algorithm>
#include <array>

#include "core/elementwise.h"
#include "core/parallel.h"
#include "kernels/gemm.h"
#include "ops/narrow_product.h"
#include "ops/ops.h"

namespace pynn {

namespace {

struct Rows {  // a tensor seen as a matrix: all axes but the last are rows
  Tensor x;
  int64_t count, row_step, step;
};
Rows rows_of(const Tensor& x) {
  const int64_t columns = x.size(-1);
  if (x.ndim() == 2) return {x, x.size(0), x.strides()[0], x.strides()[1]};
  const Tensor packed = x.contiguous();
  return {packed, columns ? x.numel() / columns : numel(x.shape()), columns, 1};
}

int64_t row_count(const Shape& shape) {
  int64_t rows = 1;
  for (int i = 0; i + 1 < shape.n; ++i) rows *= shape[i];
  return rows;
}

DType common_type(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor* all[] = {&x, &weight, &bias};
  return result_type({all, size_t(bias ? 3 : 2)});
}

void check(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (weight.ndim() != 2)
    throw ShapeError(text("linear: weight must be (out_features, in_features), got ", weight.shape()));
  if (x.ndim() == 0 || x.size(-1) != weight.size(1)) {
    std::string hint;
    if (x.ndim() > 2) {
      int64_t rest = 1;
      for (int i = 1; i < x.ndim(); ++i) rest *= x.shape()[i];
      if (rest == weight.size(1)) hint = " Did you mean x.flatten(1)?";
    }
    throw ShapeError(text("linear: got input ", x.shape(), " and weight ", weight.shape(),
                          "; the input's last dimension must be ", weight.size(1), ".", hint));
  }
  if (bias && !(bias.shape() == Shape{weight.size(0)}))
    throw ShapeError(text("linear: bias must be (", weight.size(0), ",) for a weight of ", weight.shape(),
                          ", got ", bias.shape()));
  const bool is_cast = product_type(common_type(x, weight, bias)) == DType::bfloat16 && autocast_enabled();
  if (!is_cast && (x.dtype() != weight.dtype() || (bias && bias.dtype() != weight.dtype())))
    throw DTypeError(text("linear: input is ", x.dtype(), ", weight ", weight.dtype(),
                          bias ? text(", bias ", bias.dtype()) : "",
                          "; they must be of one type. Did you mean x.to(weight.dtype)?"));
}

// Y, and f(Y) into `then_out` if there is an f.
template <class T>
Tensor forward_rows(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& shape,
                    RowLoop* then = nullptr, const Tensor& then_out = {}) {
  Tensor y = empty(shape, x.dtype());
  const Rows rows = rows_of(x);
  Gemm<T> product;
  product.precision = float32_precision();
  product.m = row_count(shape);
  product.n = weight.size(0);
  product.k = weight.size(1);
  product.a = rows.x.data<T>();
  product.a_row = rows.row_step;
  product.a_col = rows.step;
  product.b = weight.data<T>();  // Wᵀ
  product.b_row = weight.strides()[1];
  product.b_col = weight.strides()[0];
  product.c = y.data<T>();
  product.c_row = product.n;
  const Tensor packed_bias = bias ? bias.contiguous() : bias;
  if (bias) product.bias_n = packed_bias.data<T>();
  product.then = then;
  if (then) product.then_out = then_out ? then_out.data<T>() : product.c;
  gemm(product);
  return y;
}

template <class T>
Tensor input_gradient(const Tensor& dy, const Tensor& weight, const Shape& shape) {  // dX = dY W
  Tensor dx = empty(shape, dy.dtype());
  const Rows rows = rows_of(dy);
  Gemm<T> product;
  product.precision = float32_precision();
  product.m = row_count(shape);
  product.n = weight.size(1);
  product.k = weight.size(0);
  product.a = rows.x.data<T>();
  product.a_row = rows.row_step;
  product.a_col = rows.step;
  product.b = weight.data<T>();
  product.b_row = weight.strides()[0];
  product.b_col = weight.strides()[1];
  product.c = dx.data<T>();
  product.c_row = product.n;
  gemm(product);
  return dx;
}

template <class T>
Tensor weight_gradient(const Tensor& dy, const Tensor& x, const Shape& shape) {  // dW = dYᵀ X
  Tensor dw = empty(shape, dy.dtype());
  const Rows left = rows_of(dy), right = rows_of(x);
  Gemm<T> product;
  product.precision = float32_precision();
  product.m = shape[0];
  product.n = shape[1];
  product.k = row_count(x.shape());
  product.a = left.x.data<T>();
  product.a_row = left.step;
  product.a_col = left.row_step;
  product.b = right.x.data<T>();
  product.b_row = right.row_step;
  product.b_col = right.step;
  product.c = dw.data<T>();
  product.c_row = product.n;
  gemm(product);
  return dw;
}

// The same three products in bfloat16. Operands may be float32; y is bfloat16, a gradient of its input's
// type.
Tensor forward_bf16(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& shape) {
  Tensor y = empty(shape, DType::bfloat16);
  const Rows rows = rows_of(for_bf16_product(x));
  const Tensor w = for_bf16_product(weight), addend = bias ? bias.to(DType::float32).contiguous() : bias;
  NarrowGemm product = narrow_product(narrow_operand(rows.x, rows.row_step, rows.step),
                                      narrow_operand(w, w.strides()[1], w.strides()[0]), row_count(shape),
                                      w.size(1), w.size(0), y);
  if (bias) product.bias = addend.data<float>();
  gemm_bf16(product);
  return y;
}
Tensor input_gradient_bf16(const Tensor& dy, const Tensor& weight, const Tensor& x) {
  Tensor dx = empty(x.shape(), x.dtype());
  const Rows rows = rows_of(dy);
  gemm_bf16(narrow_product(narrow_operand(rows.x, rows.row_step, rows.step), narrow_operand(weight),
                           row_count(x.shape()), weight.size(0), weight.size(1), dx));
  return dx;
}
Tensor weight_gradient_bf16(const Tensor& dy, const Tensor& x, const Tensor& weight) {
  Tensor dw = empty(weight.shape(), weight.dtype());
  const Rows left = rows_of(dy), right = rows_of(x);
  gemm_bf16(narrow_product(narrow_operand(left.x, left.step, left.row_step),
                           narrow_operand(right.x, right.row_step, right.step), weight.size(0),
                           row_count(x.shape()), weight.size(1), dw));
  return dw;
}

Shape output_shape(const Tensor& x, const Tensor& weight) {
  Shape shape = x.shape();
  shape[shape.n - 1] = weight.size(0);
  return shape;
}

// The gradients in recorded ops.
Gradients gradients_in_ops(const Context& context, const Tensor& x, const Tensor& weight, const Tensor& dy) {
  const int64_t rows = row_count(x.shape());
  Gradients dx{Tensor(), Tensor(), Tensor()};
  if (context.needs(0)) dx[0] = matmul(dy, weight);
  if (context.needs(1))
    dx[1] = matmul(transpose(reshape(dy, {rows, weight.size(0)}), 0, 1), reshape(x, {rows, weight.size(1)}));
  if (context.needs(2)) dx[2] = sum_to(dy, {weight.size(0)});
  return dx;
}

}  // namespace

struct Linear {
  static Tensor forward(Context& context, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    check(x, weight, bias);
    context.save(x, weight);
    const Shape shape = output_shape(x, weight);
    if (product_type(common_type(x, weight, bias)) == DType::bfloat16)
      return forward_bf16(x, weight, bias, shape);
    return visit_float("linear", x.dtype(),
                       [&](auto element) { return forward_rows<decltype(element)>(x, weight, bias, shape); });
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, weight] = context.load<Tensor, Tensor>();
    if (dy.dtype() == DType::bfloat16) {
      Gradients dx{Tensor(), Tensor(), Tensor()};
      if (context.needs(0)) dx[0] = input_gradient_bf16(dy, weight, x);
      if (context.needs(1)) dx[1] = weight_gradient_bf16(dy, x, weight);
      if (context.needs(2)) dx[2] = sum_to(dy.to(DType::float32), {weight.size(0)});
      return dx;
    }
    return visit_float("linear", dy.dtype(), [&](auto element) {
      using T = decltype(element);
      Gradients dx{Tensor(), Tensor(), Tensor()};
      if (context.needs(0)) dx[0] = input_gradient<T>(dy, weight, x.shape());
      if (context.needs(1)) dx[1] = weight_gradient<T>(dy, x, weight.shape());
      if (context.needs(2)) dx[2] = sum_to(dy, {weight.size(0)});
      return dx;
    });
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, weight] = context.load<Tensor, Tensor>();
    const AutocastMode as_forward(dy.dtype() == DType::bfloat16);
    return gradients_in_ops(context, x, weight, dy);
  }
};
static const Op& op = structured<Linear>({
    .name = "linear",
    .args = {"x", "weight", {"bias", none}},
    .formula = "Y = X Wᵀ + b",
    .gradient = "dX = dY W, dW = dYᵀ X, db = Σ dY over all rows",
    .reference = "x @ weight.T + (0 if bias is None else bias)",
    .samples = {"randn(5, 3), randn(4, 3), randn(4)", "randn(2, 5, 3), randn(4, 3)",
                "randn(3), randn(4, 3), randn(4)", "randn(0, 3), randn(4, 3), randn(4)",
                "randn(33, 65), randn(17, 65), randn(17)"},
    .doc = "The fully connected layer: input (.., in_features), weight (out_features, in_features), bias "
           "(out_features,), result (.., out_features).",
    .source = "Rosenblatt 1958, The perceptron, Psychological Review 65",
    .home = Home::functional,
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) { return call(op, x, weight, bias); }

// ---- with an activation ----------------------------------------------------------------------------------

namespace {

// The activations that may follow: elementwise ops of one input, without parameters. Their gradients are
// computed from the output, or from the input, which is then kept: one line each.
struct Activation {
  const char* name;
  bool from_output;
  const Op* op = nullptr;
  RowLoop* forward(DType type) const { return op->kernel->forward[int(type)]; }
  RowLoop* backward(DType type) const { return op->kernel->backward[0][type == DType::float64]; }
};

std::span<const Activation> activations() {
  static const auto all = [] {
    std::array<Activation, 9> named = {{{"relu", true},
                                        {"relu6", true},
                                        {"gelu_exact", false},
                                        {"gelu_tanh", false},
                                        {"silu", false},
                                        {"tanh", true},
                                        {"sigmoid", true},
                                        {"mish", false},
                                        {"hardswish", false}}};
    for (Activation& activation : named) activation.op = find_op(activation.name);
    return named;
  }();
  return all;
}

int64_t which_activation(std::string_view name) {
  const std::span<const Activation> all = activations();
  for (size_t i = 0; i < all.size(); ++i)
    if (name == all[i].name) return int64_t(i);
  std::string names;
  for (const Activation& f : all) names += text(names.empty() ? "" : ", ", f.name);
  throw ValueError(text("linear_activation: activation must be one of ", names, "; got \"", name, '"'));
}

// Rows of dY whose gradient is taken, and added up for b, while they are in the first-level cache. The sums
// of so many chunks are then added in order: how many there are depends on the shape alone.
constexpr int64_t kChunkBytes = 16384, kChunks = 64;

// dZ = f'(kept) dY and, if wanted, db = Σ_rows dZ.
template <class T>
std::pair<Tensor, Tensor> activation_gradient(const Activation& f, const Tensor& kept, const Tensor& dy,
                                              bool wants_bias) {
  static const Op& add_op = *find_op("add");
  const DType type = dy.dtype();
  const int64_t n = dy.size(-1), rows = row_count(dy.shape());
  const Tensor in = kept.contiguous(), g = dy.contiguous(), dz = empty(dy.shape(), type);
  const int64_t height = std::max<int64_t>(1, kChunkBytes / (n * int64_t(sizeof(T)) + 1));
  const int64_t per_chunk = std::max((rows + kChunks - 1) / kChunks, height);
  const int64_t chunks = (rows + per_chunk - 1) / per_chunk;
  const Tensor sums = wants_bias ? zeros({chunks, n}, type) : Tensor();
  parallel_for(chunks, 1, [&](int64_t chunk, int64_t end) {
    for (; chunk < end; ++chunk) {
      const int64_t last = std::min(rows, (chunk + 1) * per_chunk);
      for (int64_t row = chunk * per_chunk; row < last; row += height) {
        const int64_t count = std::min(height, last - row);
        const void* const operands[] = {in.data<T>() + row * n, g.data<T>() + row * n};
        f.backward(type)(operands, dz.data<T>() + row * n, count * n, nullptr);
        if (!wants_bias) continue;
        T* const sum = sums.data<T>() + chunk * n;
        for (int64_t i = row; i < row + count; ++i) {
          const void* const both[] = {sum, dz.data<T>() + i * n};
          add_op.kernel->forward[int(type)](both, sum, n, nullptr);
        }
      }
    }
  });
  return {dz, wants_bias ? sum_to(sums, {n}) : Tensor()};
}

}  // namespace

struct LinearThen {
  static Tensor forward(Context& context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        std::string_view activation) {
    check(x, weight, bias);
    const int64_t which = which_activation(activation);
    const Activation& f = activations()[size_t(which)];
    const Shape shape = output_shape(x, weight);
    const bool keeps_input = context.records() && !f.from_output;
    const Tensor y = keeps_input ? empty(shape, x.dtype()) : Tensor();
    const Tensor z = visit_float("linear_activation", x.dtype(), [&](auto element) {
      return forward_rows<decltype(element)>(x, weight, bias, shape, f.forward(x.dtype()), y);
    });
    context.save(x, weight, bias, z, which);
    return y ? y : z;
  }
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [x, weight, bias, kept, which] = context.load<Tensor, Tensor, Tensor, Tensor, int64_t>();
    const Activation& f = activations()[size_t(which)];
    return visit_float("linear_activation", dy.dtype(), [&](auto element) {
      using T = decltype(element);
      const auto [dz, dbias] = activation_gradient<T>(f, kept, dy, context.needs(2));
      Gradients dx{Tensor(), Tensor(), dbias};
      if (context.needs(0)) dx[0] = input_gradient<T>(dz, weight, x.shape());
      if (context.needs(1)) dx[1] = weight_gradient<T>(dz, x, weight.shape());
      return dx;
    });
  }
  // The two ops once more, with a history; what the activation kept then has one too.
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, weight, bias, kept, which] = context.load<Tensor, Tensor, Tensor, Tensor, int64_t>();
    const Activation& f = activations()[size_t(which)];
    const GradMode recorded(true);
    const Tensor y = call(*f.op, linear(x, weight, bias));
    const Node& node = *y.impl()->node;
    return gradients_in_ops(context, x, weight, f.op->backward_in_ops(*f.op, node.context, &dy)[0]);
  }
};

static const Op& then_op = structured<LinearThen>({
    .name = "linear_then",
    .args = {"x", "weight", {"bias", none}, {"activation", "relu"}},
    .formula = "Y = f(X Wᵀ + b)",
    .gradient = "dZ = f'(Z) dY, dX = dZ W, dW = dZᵀ X, db = Σ dZ over all rows",
    .reference = "(lambda z: 0.5 * z * (1 + erf(z / sqrt(2))) if activation == 'gelu_exact' else tanh(z) if "
                 "activation == 'tanh' else z / (1 + exp(-z)) if activation == 'silu' else maximum(z, 0))"
                 "(x @ weight.T + (0 if bias is None else bias))",
    .samples = {"randn(5, 3), randn(4, 3), randn(4), 'gelu_exact'",
                "randn(2, 5, 3), randn(4, 3), None, 'tanh'", "randn(3), randn(4, 3), randn(4), 'silu'",
                "randn(0, 3), randn(4, 3), randn(4), 'relu'",
                "randn(33, 65), randn(17, 65), randn(17), 'silu'",
                "randn(5, 3), randn(1, 3), randn(1), 'tanh'"},
    .doc = "linear_activation where both ops compute in the type of their operands.",
    .home = Home::internal,
});

static Tensor linear_activation(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                std::string_view activation) {
  const bool is_plain = x.dtype() == weight.dtype() && (!bias || bias.dtype() == x.dtype()) &&
                        is_wide_float(x.dtype()) && product_type(x.dtype()) == x.dtype();
  if (is_plain) return call(then_op, x, weight, bias, activation);
  return call(*activations()[size_t(which_activation(activation))].op, linear(x, weight, bias));
}

static const Op& linear_activation_op = composite<&linear_activation>({
    .name = "linear_activation",
    .args = {"x", "weight", {"bias", none}, {"activation", "relu"}},
    .formula = "Y = f(X Wᵀ + b)",
    .gradient = "dZ = f'(Z) dY, dX = dZ W, dW = dZᵀ X, db = Σ dZ over all rows",
    .reference =
        "(lambda z: 0.5 * z * (1 + erf(z / sqrt(2))) if activation == 'gelu_exact' else maximum(z, 0))"
        "(x @ weight.T + (0 if bias is None else bias))",
    .samples = {"randn(5, 3), randn(4, 3), randn(4), 'gelu_exact'",
                "randn(2, 5, 3), randn(4, 3), None, 'relu'"},
    .doc =
        "linear, and an elementwise op of its result by name, while that is in the cache: what the two ops "
        "give, to the last bit.",
    .home = Home::internal,
    .takes_narrow = true,
});

}  // namespace pynn
