// matmul — the matrix product, for vectors, matrices and stacks of matrices.
//
//   Y[i, j] = Σ_k A[i, k] B[k, j]        dA = dY Bᵀ        dB = Aᵀ dY
//
// The arithmetic is kernels/gemm.h. It takes any strides, so a transpose costs nothing here.
#include <algorithm>

#include "core/elementwise.h"
#include "kernels/gemm.h"
#include "ops/narrow_product.h"
#include "ops/ops.h"

namespace pynn {

namespace {

// How the batch axes of one operand lie in memory, broadcast to the common batch shape.
struct Batches {
  Shape shape;
  Strides a, b;
  int64_t c_step = 1;  // C is row-major: matrices of one batch axis are this far apart at the last axis
};

// The last batch axis goes to gemm as one call; those before it are walked here:
// body(offset in a, offset in b, offset in c) for each call.
template <class Body>
void walk_batches(const Batches& batches, const Body& body) {
  const int axes = batches.shape.n;
  const int64_t together = axes > 0 ? batches.shape[axes - 1] : 1;
  int64_t calls = 1;
  for (int i = 0; i + 1 < axes; ++i) calls *= batches.shape[i];
  for (int64_t call = 0; call < calls; ++call) {
    int64_t rest = call, a_offset = 0, b_offset = 0;
    for (int i = axes - 2; i >= 0; --i) {
      a_offset += rest % batches.shape[i] * batches.a[i];
      b_offset += rest % batches.shape[i] * batches.b[i];
      rest /= batches.shape[i];
    }
    body(a_offset, b_offset, call * together * batches.c_step);
  }
}

template <class T>
void multiply(Gemm<T> product, const Batches& batches) {
  if (const int axes = batches.shape.n; axes > 0) {
    product.batch = batches.shape[axes - 1];
    product.a_batch = batches.a[axes - 1];
    product.b_batch = batches.b[axes - 1];
    product.c_batch = batches.c_step;
  }
  walk_batches(batches, [&](int64_t a, int64_t b, int64_t c) {
    Gemm<T> part = product;
    part.a += a, part.b += b, part.c += c;
    gemm(part);
  });
}

void multiply_bf16(const Tensor& a, const Tensor& b, const Tensor& y, const Batches& batches) {
  NarrowGemm product =
      narrow_product(narrow_operand(a), narrow_operand(b), a.size(-2), a.size(-1), b.size(-1), y);
  if (const int axes = batches.shape.n; axes > 0) {
    product.batch = batches.shape[axes - 1];
    product.a.batch = batches.a[axes - 1];
    product.b.batch = batches.b[axes - 1];
    product.c_batch = batches.c_step;
  }
  walk_batches(batches, [&](int64_t from_a, int64_t from_b, int64_t to_c) {
    NarrowGemm part = product;
    part.a.data = a.bytes() + from_a * itemsize(a.dtype());
    part.b.data = b.bytes() + from_b * itemsize(b.dtype());
    part.c = y.bytes() + to_c * itemsize(y.dtype());
    gemm_bf16(part);
  });
}

// Neighbouring batch axes that are one run in both operands become one.
void merge_batches(Batches& batches) {
  for (int i = batches.shape.n - 2; i >= 0; --i) {
    const int64_t size = batches.shape[i + 1];
    if (batches.a[i] != batches.a[i + 1] * size || batches.b[i] != batches.b[i + 1] * size) continue;
    batches.shape[i] *= size;
    batches.a[i] = batches.a[i + 1];
    batches.b[i] = batches.b[i + 1];
    batches.shape.erase(i + 1);
    batches.a.erase(i + 1);
    batches.b.erase(i + 1);
  }
}

Shape leading(const Shape& shape) {
  Shape lead = shape;
  lead.n -= 2;
  return lead;
}
Strides leading_strides(const Tensor& x) {
  Strides lead = x.strides();
  lead.n -= 2;
  return lead;
}

template <class T>
void set_operands(Gemm<T>& product, const Tensor& a, const Tensor& b, const Tensor& y) {
  product.m = a.size(-2);
  product.k = a.size(-1);
  product.n = b.size(-1);
  product.a = a.data<T>();
  product.a_row = a.strides()[a.ndim() - 2];
  product.a_col = a.strides()[a.ndim() - 1];
  product.b = b.data<T>();
  product.b_row = b.strides()[b.ndim() - 2];
  product.b_col = b.strides()[b.ndim() - 1];
  product.c = y.data<T>();
  product.c_row = product.n;
  product.c_col = 1;
}

template <class Body>
void visit_product_type(const char* op, DType type, Body&& body) {
  if (type == DType::float32)
    body(float());
  else if (type == DType::float64)
    body(double());
  else if (type == DType::int64)
    body(int64_t());
  else if (type == DType::int32)
    body(int32_t());
  else
    throw DTypeError(text(op, ": not defined for ", type, " tensors. Did you mean x.float() or x.long()?"));
}

[[noreturn]] void refuse_sizes(const char* op, const Shape& a, const Shape& b) {
  std::string hint;
  if (a.n >= 2 && b.n >= 2 && a.back() == b.back())
    hint = " Did you mean a @ b.mT?";
  else if (a.n >= 2 && b.n >= 2 && a[a.n - 2] == b[b.n - 2])
    hint = " Did you mean a.mT @ b?";
  throw ShapeError(text(op, ": shapes ", a, " @ ", b, ": the last axis of a has size ", a.back(), ", the ",
                        b.n == 1 ? "only axis" : "second-to-last axis", " of b has ",
                        b.n == 1 ? b[0] : b[b.n - 2], "; (.., m, k) @ (.., k, n) needs them equal.", hint));
}

}  // namespace

// Both operands have two axes or more.
struct MatrixProduct {
  static Tensor forward(Context& context, const Tensor& a, const Tensor& b) {
    if (a.ndim() < 2 || b.ndim() < 2)
      throw ShapeError(text("matrix_product: expected two axes or more on both sides, got ", a.shape(),
                            " and ", b.shape()));
    if (a.size(-1) != b.size(-2)) refuse_sizes("matmul", a.shape(), b.shape());
    context.save(a, b);
    const Tensor* both[] = {&a, &b};
    const DType type = product_type(result_type(both));
    return product(a, b, type, type);
  }
  // The gradients of a bfloat16 product keep the float32 of its sums until the engine hands them on.
  static Gradients backward(const Context& context, const Tensor& dy) {
    const auto [a, b] = context.load<Tensor, Tensor>();
    const DType type = dy.dtype(), sums = compute_type(type);
    Gradients dx{Tensor(), Tensor()};
    if (context.needs(0)) dx[0] = sum_to(product(dy, transpose(b, -1, -2), type, sums), a.shape());
    if (context.needs(1)) dx[1] = sum_to(product(transpose(a, -1, -2), dy, type, sums), b.shape());
    return dx;
  }
  static Tensor product(const Tensor& a, const Tensor& b, DType type, DType result) {
    const bool is_bf16 = type == DType::bfloat16;
    const Tensor left = is_bf16 ? for_bf16_product(a) : a.to(type);
    const Tensor right = is_bf16 ? for_bf16_product(b) : b.to(type);
    const Shape batch = broadcast("matmul (batch axes)", leading(a.shape()), leading(b.shape()));
    Shape shape = batch;
    shape.push_back(a.size(-2));
    shape.push_back(b.size(-1));
    Tensor y = empty(shape, result);
    if (y.numel() == 0) return y;
    Batches batches{batch, broadcast_strides("matmul", leading(a.shape()), leading_strides(left), batch),
                    broadcast_strides("matmul", leading(b.shape()), leading_strides(right), batch),
                    a.size(-2) * b.size(-1)};
    merge_batches(batches);
    if (is_bf16) {
      multiply_bf16(left, right, y, batches);
      return y;
    }
    visit_product_type("matmul", type, [&](auto element) {
      Gemm<decltype(element)> product;
      product.precision = float32_precision();
      set_operands(product, left, right, y);
      multiply(product, batches);
    });
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [a, b] = context.load<Tensor, Tensor>();
    const AutocastMode as_forward(dy.dtype() == DType::bfloat16);
    Gradients dx{Tensor(), Tensor()};
    if (context.needs(0)) dx[0] = sum_to(matmul(dy, transpose(b, -1, -2)), a.shape());
    if (context.needs(1)) dx[1] = sum_to(matmul(transpose(a, -1, -2), dy), b.shape());
    return dx;
  }
};
static const Op& product_op = structured<MatrixProduct>({
    .name = "matrix_product",
    .args = {"a", "b"},
    .formula = "Y = A B",
    .gradient = "dA = dY Bᵀ, dB = Aᵀ dY  (summed over broadcast batch axes)",
    .reference = "a @ b",
    .samples = {"randn(3, 4), randn(4, 5)", "randn(2, 3, 4), randn(2, 4, 5)",
                "randn(2, 1, 3, 4), randn(3, 4, 2)", "randn(3, 0), randn(0, 2)"},
    .doc = "The product of two stacks of matrices: matmul for tensors of two axes or more.",
    .home = Home::internal,
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});

Tensor matmul(const Tensor& a, const Tensor& b) {
  if (a.ndim() == 0 || b.ndim() == 0)
    throw ShapeError(text("matmul: shapes ", a.shape(), " @ ", b.shape(),
                          ": a 0-d tensor has no axis to sum over. Did you mean a * b?"));
  if (a.ndim() == 2 && b.ndim() == 2) return call(product_op, a, b);
  if (a.size(-1) != (b.ndim() == 1 ? b.size(0) : b.size(-2))) refuse_sizes("matmul", a.shape(), b.shape());
  if (a.ndim() == 1 ||
      b.ndim() == 1) {  // a vector is a matrix of one row, or one column, that vanishes again
    const Tensor y = matmul(a.ndim() == 1 ? unsqueeze(a, 0) : a, b.ndim() == 1 ? unsqueeze(b, -1) : b);
    Shape shape = y.shape();
    if (b.ndim() == 1) shape.erase(shape.n - 1);
    if (a.ndim() == 1) shape.erase(shape.n - (b.ndim() == 1 ? 1 : 2));
    return reshape(y, shape);
  }
  if (b.ndim() == 2) {  // one matrix for the whole stack: the stack is one tall matrix
    Shape shape = a.shape();
    shape[shape.n - 1] = b.size(-1);
    const int64_t k = a.size(-1), rows = k ? a.numel() / k : numel(shape) / std::max<int64_t>(1, b.size(-1));
    return reshape(call(product_op, reshape(a, {rows, k}), b), shape);
  }
  return call(product_op, a, b);
}
static const Op& matmul_op = composite<&matmul>({
    .name = "matmul",
    .args = {"a", "b"},
    .formula = "Y[.., i, j] = Σ_k A[.., i, k] B[.., k, j]",
    .gradient = "dA = dY Bᵀ, dB = Aᵀ dY  (summed over broadcast batch axes)",
    .reference = "a @ b",
    .samples = {"randn(3, 4), randn(4, 5)", "randn(4), randn(4)", "randn(4), randn(4, 3)",
                "randn(3, 4), randn(4)", "randn(2, 3, 4), randn(4, 5)", "randn(2, 1, 3, 4), randn(3, 4, 2)",
                "randn(2, 3, 4), randn(4)", "randn(4), randn(2, 4, 3)", "randn(65, 33), randn(33, 70)",
                "randn(0, 3), randn(3, 2)"},
    .doc =
        "The matrix product. (m, k) @ (k, n) is (m, n); leading axes are a stack and broadcast; a vector on "
        "the left is a row, on the right a column, and vanishes from the result.",
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});

// ---- the same under the names for fixed numbers of axes ---------------------------------------------

namespace {

void check_ndim(const char* op, const Tensor& a, int a_axes, const Tensor& b, int b_axes) {
  if (a.ndim() != a_axes || b.ndim() != b_axes)
    throw ShapeError(text(op, ": expected tensors of ", a_axes, " and ", b_axes, " axes, got ", a.shape(),
                          " and ", b.shape(), ". Did you mean matmul?"));
}
Tensor mm(const Tensor& a, const Tensor& b) {
  check_ndim("mm", a, 2, b, 2);
  return matmul(a, b);
}
Tensor bmm(const Tensor& a, const Tensor& b) {
  check_ndim("bmm", a, 3, b, 3);
  if (a.size(0) != b.size(0))
    throw ShapeError(text("bmm: ", a.shape(), " and ", b.shape(), " hold ", a.size(0), " and ", b.size(0),
                          " matrices; the numbers must be equal. Did you mean matmul, which broadcasts?"));
  return matmul(a, b);
}
Tensor mv(const Tensor& a, const Tensor& b) {
  check_ndim("mv", a, 2, b, 1);
  return matmul(a, b);
}
Tensor dot(const Tensor& a, const Tensor& b) {
  check_ndim("dot", a, 1, b, 1);
  return matmul(a, b);
}
Tensor outer(const Tensor& a, const Tensor& b) {
  check_ndim("outer", a, 1, b, 1);
  return mul(unsqueeze(a, 1), unsqueeze(b, 0));
}
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta, double alpha) {
  check_ndim("addmm", a, 2, b, 2);
  const Tensor y = matmul(a, b);
  return (beta == 1 ? x : beta * x) + (alpha == 1 ? y : alpha * y);
}

}  // namespace

static const Op& mm_op = composite<&mm>({
    .name = "mm",
    .args = {"a", "b"},
    .formula = "Y = A B",
    .gradient = "dA = dY Bᵀ, dB = Aᵀ dY",
    .reference = "a @ b",
    .samples = {"randn(3, 4), randn(4, 5)"},
    .doc = "matmul for two matrices.",
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});
static const Op& bmm_op = composite<&bmm>({
    .name = "bmm",
    .args = {"a", "b"},
    .formula = "Y_b = A_b B_b",
    .gradient = "dA_b = dY_b B_bᵀ, dB_b = A_bᵀ dY_b",
    .reference = "a @ b",
    .samples = {"randn(2, 3, 4), randn(2, 4, 5)"},
    .doc = "matmul for two stacks of equally many matrices.",
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});
static const Op& mv_op = composite<&mv>({
    .name = "mv",
    .args = {"a", "b"},
    .formula = "y = A b",
    .gradient = "dA = dy bᵀ, db = Aᵀ dy",
    .reference = "a @ b",
    .samples = {"randn(3, 4), randn(4)"},
    .doc = "matmul for a matrix and a vector.",
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});
static const Op& dot_op = composite<&dot>({
    .name = "dot",
    .args = {"a", "b"},
    .formula = "y = Σ_k a_k b_k",
    .gradient = "da = dy b, db = dy a",
    .reference = "a @ b",
    .samples = {"randn(5), randn(5)", "randn(0), randn(0)"},
    .doc = "The scalar product of two vectors.",
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});
static const Op& outer_op = composite<&outer>({
    .name = "outer",
    .args = {"a", "b"},
    .formula = "Y[i, j] = a_i b_j",
    .gradient = "da = dY b, db = dYᵀ a",
    .reference = "outer(a, b)",
    .samples = {"randn(3), randn(4)"},
    .doc = "All products of an element of a and one of b.",
    .takes_narrow = true,
});
static const Op& addmm_op = composite<&addmm>({
    .name = "addmm",
    .args = {"x", "a", "b", {"beta", 1.0}, {"alpha", 1.0}},
    .formula = "Y = beta X + alpha A B",
    .gradient = "dX = beta dY, dA = alpha dY Bᵀ, dB = alpha Aᵀ dY",
    .reference = "beta * x + alpha * (a @ b)",
    .samples = {"randn(3, 5), randn(3, 4), randn(4, 5)", "randn(5), randn(3, 4), randn(4, 5), 0.5, 2.0"},
    .doc = "A matrix plus a matrix product.",
    .takes_narrow = true,
    .autocast = Autocast::bfloat16,
});

}  // namespace pynn
