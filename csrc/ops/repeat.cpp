// repeat, tile, repeat_interleave, roll — elements taken several times, or shifted around.
#include "ops/index.h"

namespace pynn {

namespace {

// Copies side by side: every axis is split into (copies, size), of which the first is expanded.
Tensor copies(const char* op, const Tensor& x, const Dims& counts) {
  Shape merged;
  const int lead = counts.n - x.ndim();
  for (int i = 0; i < counts.n; ++i) {
    if (counts[i] < 0) throw ValueError(text(op, ": counts must be 0 or more, got ", counts));
    const int64_t size = i < lead ? 1 : x.shape()[i - lead];
    int64_t total;
    if (__builtin_mul_overflow(size, counts[i], &total))
      throw ShapeError(text(op, ": ", counts, " copies of a tensor of shape ", x.shape(),
                            " have more elements than memory can address"));
    merged.push_back(total);
  }
  numel(merged);
  Tensor y = x;
  Shape shape = x.shape();
  while (shape.n < counts.n) shape.insert(0, 1);
  y = reshape(y, shape);
  for (int i = counts.n - 1; i >= 0; --i) {  // from the last axis on: the pieces to copy grow
    if (counts[i] == 1) continue;
    int64_t before = 1, after = 1;
    for (int k = 0; k < i; ++k) before *= y.shape()[k];
    for (int k = i; k < counts.n; ++k) after *= y.shape()[k];
    Shape next = y.shape();
    next[i] *= counts[i];
    y = reshape(expand(reshape(y, {before, 1, after}), {before, counts[i], after}), next);
  }
  return y.impl()->storage == x.impl()->storage ? clone(y) : y;
}

Tensor tile(const Tensor& x, const Ints& dims) {
  Dims counts = dims;
  while (counts.n < x.ndim()) counts.insert(0, 1);
  return copies("tile", x, counts);
}

Tensor repeat(const Tensor& x, const Ints& repeats) {
  if (repeats.n < x.ndim())
    throw ShapeError(text("repeat: a tensor of shape ", x.shape(), " needs a count for each of its ",
                          x.ndim(), " axes, got ", static_cast<const Dims&>(repeats),
                          ". Did you mean tile?"));
  return copies("repeat", x, repeats);
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, const Ints& axis) {
  if (!axis.present && x.ndim() != 1) return repeat_interleave(reshape(x, {x.numel()}), repeats, Ints{0});
  if (axis.present && axis.n != 1) throw ValueError("repeat_interleave: expected one axis");
  if (x.ndim() == 0) throw ShapeError("repeat_interleave: a 0-d tensor has no axis");
  const int at = check_axis("repeat_interleave", axis.present ? axis[0] : 0, x.ndim());
  const int64_t size = x.size(at);
  if (is_floating(repeats.dtype()) || repeats.ndim() > 1 || (repeats.numel() != 1 && repeats.numel() != size))
    throw ValueError(text("repeat_interleave: repeats must be an integer, or one for each of the ", size,
                          " places, got ", repeats.dtype(), " of shape ", repeats.shape()));
  value_decides(repeats, "repeat_interleave");
  const Tensor counts = repeats.to(DType::int64).expand_to("repeat_interleave", {size}).contiguous();
  int64_t total = 0;
  for (int64_t i = 0; i < size; ++i) {
    const int64_t count = counts.data<int64_t>()[i];
    if (count < 0)
      throw ValueError(text("repeat_interleave: counts must be 0 or more, got ", count, " at place ", i));
    if (__builtin_add_overflow(total, count, &total))
      throw ValueError("repeat_interleave: the repeats add up to more elements than memory can address");
  }
  const Tensor places = empty({total}, DType::int64);
  for (int64_t i = 0, k = 0; i < size; ++i)
    for (int64_t end = k + counts.data<int64_t>()[i]; k < end; ++k) places.data<int64_t>()[k] = i;
  numbers_are_known(places);
  return index_select(x, at, places);
}

Tensor roll(const Tensor& x, const Ints& shifts, const Ints& axis) {
  if (!axis.present || axis.n == 0) {
    if (shifts.n != 1)
      throw ValueError(text("roll: without an axis there is one shift, of the flattened tensor; got ",
                            static_cast<const Dims&>(shifts), ". Did you mean to name the axes too?"));
    return reshape(roll(reshape(x, {x.numel()}), shifts, Ints{0}), x.shape());
  }
  if (shifts.n != axis.n) throw ValueError(text("roll: got ", shifts.n, " shifts for ", axis.n, " axes"));
  Tensor y = x;
  for (int k = 0; k < axis.n; ++k) {
    const int at = check_axis("roll", axis[k], x.ndim());
    const int64_t size = x.ndim() ? x.size(at) : 0;
    if (size == 0) continue;
    const int64_t shift = (shifts[k] % size + size) % size;
    if (shift == 0) continue;
    const Tensor parts[] = {narrow(y, at, size - shift, shift), narrow(y, at, 0, size - shift)};
    y = concatenate(parts, at);
  }
  return y.impl()->storage == x.impl()->storage ? clone(y) : y;
}

}  // namespace

static const Op& tile_op = composite<&tile>({
    .name = "tile",
    .args = {"x", Arg("dims").spread()},
    .formula = "y[i] = x[i mod n]",
    .gradient = "dx = dy, summed over the copies",
    .reference = "tile(x, dims)",
    .samples = {"randn(2, 3), (2,)", "randn(2, 3), (2, 1, 2)", "randn(3), (3,)", "randn(2, 3, 2), (2, 3, 2)"},
    .doc = "Copies of the tensor side by side; missing leading counts are 1, as in NumPy.",
    .takes_narrow = true,
});
static const Op& repeat_op = composite<&repeat>({
    .name = "repeat",
    .args = {"x", Arg("repeats").spread()},
    .formula = "y[i] = x[i mod n]",
    .gradient = "dx = dy, summed over the copies",
    .reference = "tile(x, repeats)",
    .samples = {"randn(2, 3), (2, 2)", "randn(3), (2, 3)"},
    .doc = "Copies of the tensor side by side, with a count for every axis (torch's repeat, NumPy's tile).",
    .home = Home::method,
    .takes_narrow = true,
});
static const Op& repeat_interleave_op = composite<&repeat_interleave>({
    .name = "repeat_interleave",
    .args = {"x", "repeats", {"axis", none}},
    .formula = "y[k] = x[i], every i in a row repeats[i] times",
    .gradient = "dx[i] = Σ dy[k] over the copies k of x[i]",
    .reference = "repeat(x, repeats, axis)",
    .samples = {"randn(2, 3), 2, 0", "randn(2, 3), 3", "randn(2, 3), array([1, 0, 2]), 1"},
    .doc = "Every element several times in a row, along an axis or of the flattened tensor. NumPy's repeat.",
    .takes_narrow = true,
});
static const Op& roll_op = composite<&roll>({
    .name = "roll",
    .args = {"x", "shifts", {"axis", none}},
    .formula = "y[i] = x[(i - shift) mod n]",
    .gradient = "dx[i] = dy[(i + shift) mod n]",
    .reference = "roll(x, shifts, axis)",
    .samples = {"randn(5), 2", "randn(3, 4), -1, 1", "randn(3, 4), (1, 2), (0, 1)", "randn(3, 4), 5"},
    .doc = "The elements shifted along axes; what leaves one end comes in at the other.",
    .takes_narrow = true,
});

}  // namespace pynn
