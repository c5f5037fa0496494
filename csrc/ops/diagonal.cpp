// diagonal, diag, diag_embed — the diagonal of two axes as a view, and vectors laid onto a diagonal.
#include <algorithm>
#include <cstdlib>

#include "autograd/part.h"
#include "ops/ops.h"

namespace pynn {

namespace {

// The diagonal of axes a and b of a geometry, as the last axis.
void cut_diagonal(Part& part, int64_t offset, int a, int b) {
  const int64_t rows = part.shape[a], columns = part.shape[b], step = part.strides[a] + part.strides[b];
  offset = std::clamp(offset, -rows, columns);
  const int64_t row = offset < 0 ? -offset : 0, column = offset > 0 ? offset : 0;
  const int64_t length = std::max<int64_t>(0, std::min(rows - row, columns - column));
  if (length > 0) part.offset += row * part.strides[a] + column * part.strides[b];
  for (const int axis : {std::max(a, b), std::min(a, b)}) {
    part.shape.erase(axis);
    part.strides.erase(axis);
  }
  part.shape.push_back(length);
  part.strides.push_back(step);
}

Tensor diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  if (x.ndim() < 2) throw ShapeError(text("diagonal: expected at least 2 axes, got shape ", x.shape()));
  const int a = check_axis("diagonal", dim1, x.ndim()), b = check_axis("diagonal", dim2, x.ndim());
  if (a == b) throw ValueError(text("diagonal: dim1 and dim2 must be two axes, both are ", a));
  return cut_view(x, [&](Part& part) { cut_diagonal(part, offset, a, b); });
}

Tensor diag_embed(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  if (x.ndim() == 0) throw ShapeError("diag_embed: a 0-d tensor has no axis to lay onto a diagonal");
  const int axes = x.ndim() + 1;
  const int a = check_axis("diag_embed", dim1, axes), b = check_axis("diag_embed", dim2, axes);
  if (a == b) throw ValueError(text("diag_embed: dim1 and dim2 must be two axes, both are ", a));
  if (offset < -(int64_t(1) << 31) || offset > int64_t(1) << 31)
    throw ValueError(text("diag_embed: an offset of ", offset, " would make a matrix too large"));
  const int64_t side = x.size(-1) + std::abs(offset);
  Shape shape = x.shape();
  shape.erase(x.ndim() - 1);
  shape.insert(std::min(a, b), side);
  shape.insert(std::max(a, b), side);
  Part part = whole(shape);
  cut_diagonal(part, offset, a, b);
  return spread_part(x, shape, part);
}

Tensor diag(const Tensor& x, int64_t diagonal_index) {
  if (x.ndim() == 2) return diagonal(x, diagonal_index, 0, 1);
  if (x.ndim() == 1) return diag_embed(x, diagonal_index, 0, 1);
  throw ShapeError(text("diag: expected a vector or a matrix, got shape ", x.shape(),
                        ". Did you mean diagonal or diag_embed?"));
}

}  // namespace

static const Op& diagonal_op = composite<&diagonal>({
    .name = "diagonal",
    .args = {"x", {"offset", 0}, {"dim1", 0}, {"dim2", 1}},
    .formula = "y[.., k] = x[k, k + offset, ..]",
    .gradient = "dx = 0, but dx[k, k + offset, ..] = dy[.., k]",
    .reference = "diagonal(x, offset, dim1, dim2)",
    .samples = {"randn(3, 4)", "randn(4, 3), -1", "randn(2, 3, 4), 1, -2, -1", "randn(3, 3), 5"},
    .doc = "The diagonal of two axes, as the last axis of the result. A view.",
    .takes_narrow = true,
});
static const Op& diag_embed_op = composite<&diag_embed>({
    .name = "diag_embed",
    .args = {"x", {"offset", 0}, {"dim1", -2}, {"dim2", -1}},
    .formula = "y[.., k, k + offset] = x[.., k], 0 elsewhere",
    .gradient = "dx[.., k] = dy[.., k, k + offset]",
    .reference = "pad(x[..., None] * eye(x.shape[-1]), [(0, 0)] * (x.ndim - 1) + "
                 "[(maximum(-offset, 0), maximum(offset, 0)), (maximum(offset, 0), maximum(-offset, 0))])",
    .samples = {"randn(3)", "randn(2, 3)", "randn(2, 3), -1", "randn(2, 3), 2"},
    .doc = "Matrices with the vectors along the last axis on a diagonal, and zeros elsewhere.",
});
static const Op& diag_op = composite<&diag>({
    .name = "diag",
    .args = {"x", {"diagonal", 0}},
    .formula = "a vector onto a diagonal, or the diagonal of a matrix",
    .gradient = "dx = the other of the two, of dy",
    .reference = "diag(x, diagonal)",
    .samples = {"randn(3)", "randn(3, 4)", "randn(3), -1", "randn(4, 3), 1"},
    .doc = "A square matrix with a vector on its diagonal, or the diagonal of a matrix (a view).",
    .takes_narrow = true,
});

}  // namespace pynn
