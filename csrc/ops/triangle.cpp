// tril, triu — the triangles of a matrix.
#include <algorithm>

#include "core/parallel.h"
#include "ops/ops.h"

namespace pynn {

namespace {

// Row i of every matrix keeps the columns j with j - i <= diagonal (lower), or >= diagonal (upper).
Tensor keep_triangle(const char* op, const Tensor& x, int64_t diagonal, bool lower) {
  if (x.ndim() < 2)
    throw ShapeError(text(op, ": expected a matrix or a stack of them, got shape ", x.shape()));
  Tensor y = empty(x.shape(), x.dtype());
  if (x.numel() == 0) return y;
  const Tensor source = x.contiguous();
  const int64_t rows = x.size(-2), columns = x.size(-1), size = itemsize(x.dtype());
  diagonal = std::clamp(diagonal, -rows - 1, columns + 1);
  const char* in = source.bytes();
  char* out = y.bytes();
  parallel_for(x.numel() / columns, std::max<int64_t>(1, 32768 / columns), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t first = lower ? 0 : std::clamp<int64_t>(row % rows + diagonal, 0, columns);
      const int64_t last = lower ? std::clamp<int64_t>(row % rows + diagonal + 1, 0, columns) : columns;
      const char* from = in + row * columns * size;
      char* to = out + row * columns * size;
      __builtin_memset(to, 0, size_t(first * size));
      __builtin_memcpy(to + first * size, from + first * size, size_t((last - first) * size));
      __builtin_memset(to + last * size, 0, size_t((columns - last) * size));
    }
  });
  return y;
}

}  // namespace

struct Tril {
  static Tensor forward(Context& context, const Tensor& x, int64_t diagonal) {
    context.save(diagonal);
    return keep_triangle("tril", x, diagonal, true);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy);
};
static const Op& tril_op = structured<Tril>({
    .name = "tril",
    .args = {"x", {"diagonal", 0}},
    .formula = "y[i, j] = x[i, j] if j - i <= diagonal else 0",
    .gradient = "dx = tril(dy, diagonal)",
    .reference = "tril(x, diagonal)",
    .samples = {"randn(3, 4)", "randn(2, 4, 3), -1", "randn(3, 3), 1", "randn(5, 65), 7", "randn(0, 3)"},
    .doc = "The lower triangle of every matrix; zeros above it.",
    .in_place = true,
});
Gradients Tril::backward_in_ops(const Context& context, const Tensor& dy) {
  const auto [diagonal] = context.load<int64_t>();
  return {call(tril_op, dy, diagonal)};
}

struct Triu {
  static Tensor forward(Context& context, const Tensor& x, int64_t diagonal) {
    context.save(diagonal);
    return keep_triangle("triu", x, diagonal, false);
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy);
};
static const Op& triu_op = structured<Triu>({
    .name = "triu",
    .args = {"x", {"diagonal", 0}},
    .formula = "y[i, j] = x[i, j] if j - i >= diagonal else 0",
    .gradient = "dx = triu(dy, diagonal)",
    .reference = "triu(x, diagonal)",
    .samples = {"randn(3, 4)", "randn(2, 4, 3), -1", "randn(3, 3), 1", "randn(65, 5), -9", "randn(0, 3)"},
    .doc = "The upper triangle of every matrix; zeros below it.",
    .in_place = true,
});
Gradients Triu::backward_in_ops(const Context& context, const Tensor& dy) {
  const auto [diagonal] = context.load<int64_t>();
  return {call(triu_op, dy, diagonal)};
}

}  // namespace pynn
