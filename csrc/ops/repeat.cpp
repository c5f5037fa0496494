// repeat, tile, repeat_interleave, roll — elements taken several times, or shifted around.
#include "ops/ops.h"

namespace pynn {

namespace {

// Every block along `axis` taken `times` times: each element beside itself, or the whole axis after itself.
Tensor repeat_axis(const Tensor& x, int axis, int64_t times, bool interleave) {
  if (times < 0) throw ValueError(text("repeat: counts must be 0 or more, got ", times));
  if (times == 1) return x;
  if (x.ndim() == kMaxAxes) throw ShapeError("repeat: a tensor of 8 axes cannot be repeated");
  const int at = interleave ? axis + 1 : axis;
  Shape wide = x.shape(), merged = x.shape();
  wide.insert(at, times);
  merged[axis] *= times;
  return reshape(expand(unsqueeze(x, at), wide), merged);
}

Tensor tile(const Tensor& x, const Ints& counts) {
  Tensor y = x;
  Shape shape = x.shape();
  while (shape.n < counts.n) shape.insert(0, 1);
  y = reshape(y, shape);
  for (int i = 0; i < counts.n; ++i) y = repeat_axis(y, shape.n - counts.n + i, counts[i], false);
  return y.ref() == x.ref() ? clone(x) : y;
}

Tensor repeat(const Tensor& x, const Ints& counts) {
  if (counts.n < x.ndim())
    throw ShapeError(text("repeat: a tensor of shape ", x.shape(), " needs a count for each of its ", x.ndim(), " axes, got ",
                          static_cast<const Dims&>(counts)));
  return tile(x, counts);
}

Tensor repeat_interleave(const Tensor& x, int64_t repeats, const Ints& axis) {
  if (!axis.present) return repeat_axis(reshape(x, {x.numel()}), 0, repeats, true);
  return repeat_axis(x, check_axis("repeat_interleave", axis[0], x.ndim()), repeats, true);
}

Tensor roll(const Tensor& x, const Ints& shifts, const Ints& axis) {
  if (!axis.present) return reshape(roll(reshape(x, {x.numel()}), shifts, Ints{0}), x.shape());
  if (shifts.n != axis.n) throw ShapeError("roll: shifts and axis must name equally many axes");
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
  return y.ref() == x.ref() ? clone(x) : y;
}

}  // namespace

static const Op& tile_op = composite<&tile>({
    .name = "tile",
    .args = {"x", Arg("dims").spread()},
    .formula = "y[i] = x[i mod n]",
    .gradient = "dx = dy, summed over the copies",
    .reference = "tile(x, dims)",
    .samples = {"randn(2, 3), (2,)", "randn(2, 3), (2, 1, 2)", "randn(3), (3,)"},
    .doc = "Copies of the tensor side by side; missing leading counts are 1, as in NumPy.",
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
});
static const Op& repeat_interleave_op = composite<&repeat_interleave>({
    .name = "repeat_interleave",
    .args = {"x", "repeats", {"axis", none}},
    .formula = "y[i] = x[i div repeats]",
    .gradient = "dx = dy, summed over the copies",
    .reference = "repeat(x, repeats, axis)",
    .samples = {"randn(2, 3), 2, 0", "randn(2, 3), 3"},
    .doc = "Every element `repeats` times in a row, along an axis or of the flattened tensor.",
});
static const Op& roll_op = composite<&roll>({
    .name = "roll",
    .args = {"x", "shifts", {"axis", none}},
    .formula = "y[i] = x[(i - shift) mod n]",
    .gradient = "dx[i] = dy[(i + shift) mod n]",
    .reference = "roll(x, shifts, axis)",
    .samples = {"randn(5), 2", "randn(3, 4), -1, 1", "randn(3, 4), (1, 2), (0, 1)"},
    .doc = "The elements shifted along axes; what leaves one end comes in at the other.",
});

}  // namespace pynn
