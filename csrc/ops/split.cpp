// split, chunk, unbind — a tensor taken apart along an axis. The pieces are views; one node takes the
// gradients of all of them back at once.
#include <algorithm>

#include "ops/ops.h"

namespace pynn {

namespace {

int axis_of(const char* op, const Tensor& x, int64_t axis) {
  if (x.ndim() == 0) throw ShapeError(text(op, ": a 0-d tensor has no axis to be taken apart along"));
  return check_axis(op, axis, x.ndim());
}

// An integer: pieces of that size, the last may be shorter. A list: their sizes.
std::vector<int64_t> piece_sizes(const Tensor& wish, int64_t total) {
  if (is_floating(wish.dtype()) || wish.dtype() == DType::boolean || wish.ndim() > 1)
    throw TypeError(text("split: split_size_or_sections must be an int or a list of ints, got ", wish.dtype(),
                         " of shape ", wish.shape()));
  std::vector<int64_t> sizes;
  if (wish.ndim() == 0) {
    const int64_t size = wish.item<int64_t>();
    if (size < 1 && !(size == 0 && total == 0))
      throw ValueError(text("split: the size of a piece must be 1 or more, got ", size));
    for (int64_t start = 0; start < total; start += size) sizes.push_back(std::min(size, total - start));
    if (sizes.empty()) sizes.push_back(0);
    return sizes;
  }
  value_decides(wish, "split");
  const Tensor list = wish.to(DType::int64).contiguous();
  int64_t sum = 0;
  for (int64_t k = 0; k < list.numel(); ++k) {
    const int64_t size = list.data<int64_t>()[k];
    if (size < 0 || size > total)
      throw ValueError(text("split: piece ", k, " has size ", size, "; the axis has ", total, " places"));
    sizes.push_back(size);
    sum += size;
  }
  if (sum != total)
    throw ValueError(text("split: the sizes add up to ", sum, ", but the axis has ", total, " places"));
  return sizes;
}

// Pieces joined along an axis; in memory, the axes of the result follow each other by falling stride.
Tensor concatenate_in_order(const std::vector<Tensor>& pieces, int axis, const Strides& strides) {
  const Dims order = order_in_memory(strides), back = inverse_order(order);
  if (std::is_sorted(order.begin(), order.end())) return concatenate(pieces, axis);
  std::vector<Tensor> turned;
  for (const Tensor& piece : pieces) turned.push_back(permute(piece, order));
  return permute(concatenate(turned, back[axis]), back);
}

// The gradient of a whole from those of its pieces. Where these already lie one behind the other along the
// axis, as attention lays out those of one projection, together they are that gradient, and nothing moves.
// Else they are copied to where the whole, of these strides, had them.
Tensor join(const std::vector<Tensor>& pieces, int axis, const Strides& strides_of_whole) {
  if (pieces.size() < 2 || pieces[0].numel() == 0) return concatenate(pieces, axis);
  const TensorImpl& first = *pieces[0].impl();
  Strides strides = first.strides;
  if (first.shape[axis] == 1) strides[axis] = pieces[1].impl()->offset - first.offset;
  Shape whole = first.shape;
  whole[axis] = 0;
  for (const Tensor& piece : pieces) {
    Shape shape = piece.shape();
    Strides as_first = piece.strides();
    if (shape[axis] == 1) as_first[axis] = strides[axis];
    const bool follows = piece.impl()->storage == first.storage && as_first == strides &&
                         piece.impl()->offset == first.offset + whole[axis] * strides[axis];
    if (!follows || piece.requires_grad()) return concatenate_in_order(pieces, axis, strides_of_whole);
    whole[axis] += shape[axis];
  }
  const Tensor joined = pieces[0].alias(whole, strides, first.offset);
  return overlaps_itself(joined) ? concatenate_in_order(pieces, axis, strides_of_whole) : joined;
}

}  // namespace

struct Split {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, const Tensor& split_size_or_sections,
                                     int64_t axis) {
    const int at = axis_of("split", x, axis);
    const std::vector<int64_t> sizes = piece_sizes(split_size_or_sections, x.size(at));
    context.save(x.shape(), at, x.dtype(), x.strides(), int64_t(sizes.size()));
    std::vector<Tensor> pieces;
    int64_t offset = x.impl()->offset;
    for (int64_t size : sizes) {
      Shape shape = x.shape();
      shape[at] = size;
      pieces.push_back(view_of(context, x, shape, x.strides(), offset));
      offset += size * x.strides()[at];
      context.save(size);
    }
    return pieces;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dy) {
    Context::Reader reader(context);
    Shape shape = reader.next<Shape>();
    const int64_t at = reader.next<int64_t>();
    const DType type = reader.next<DType>();
    const Strides strides = reader.next<Strides>();
    std::vector<Tensor> pieces;
    for (int64_t k = 0, count = reader.next<int64_t>(); k < count; ++k) {
      shape[int(at)] = reader.next<int64_t>();
      pieces.push_back(dy[k] ? dy[k] : zeros(shape, type));
    }
    return {join(pieces, int(at), strides), Tensor()};
  }
};
static const Op& split_op = structured<Split>({
    .name = "split",
    .args = {"x", "split_size_or_sections", {"axis", 0}},
    .formula = "yₖ = the k-th piece of x along the axis",
    .gradient = "dx = [dy₀, dy₁, ...] along the axis",
    .reference =
        "tuple(split(x, list(range(split_size_or_sections, x.shape[axis], split_size_or_sections)) if "
        "isinstance(split_size_or_sections, int) else list(cumsum(split_size_or_sections))[:-1], axis))",
    .samples = {"randn(6, 2), 2", "randn(5, 2), 2", "randn(5, 4), (1, 3), -1"},
    .doc = "Pieces of one size (the last may be shorter), or of the sizes listed. Views.",
    .takes_narrow = true,
});

static std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t axis) {
  if (chunks < 1) throw ValueError(text("chunk: expected 1 chunk or more, got ", chunks));
  const int64_t size = x.size(axis_of("chunk", x, axis));
  return call_many(split_op, x, number(std::max<int64_t>(1, size / chunks + (size % chunks != 0))), axis);
}
static const Op& chunk_op = composite<&chunk>({
    .name = "chunk",
    .args = {"x", "chunks", {"axis", 0}},
    .formula = "yₖ = the k-th of `chunks` pieces of x along the axis",
    .gradient = "dx = [dy₀, dy₁, ...] along the axis",
    .reference = "tuple(split(x, list(range(-(-x.shape[axis] // chunks), x.shape[axis], -(-x.shape[axis] // "
                 "chunks))), axis))",
    .samples = {"randn(6, 2), 3", "randn(5, 2), 2", "randn(3, 8), 4, -1"},
    .doc = "At most `chunks` pieces of equal size; the last may be shorter. Views.",
    .takes_narrow = true,
});

struct Unbind {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, int64_t axis) {
    const int at = axis_of("unbind", x, axis);
    Shape shape = x.shape();
    Strides strides = x.strides();
    shape.erase(at);
    strides.erase(at);
    context.save(shape, at, x.dtype(), x.size(at), x.strides());
    std::vector<Tensor> slices;
    for (int64_t k = 0; k < x.size(at); ++k)
      slices.push_back(view_of(context, x, shape, strides, x.impl()->offset + k * x.strides()[at]));
    return slices;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dy) {
    const auto [shape, at, type, count, strides] = context.load<Shape, int64_t, DType, int64_t, Strides>();
    std::vector<Tensor> slices;
    for (int64_t k = 0; k < count; ++k) slices.push_back(unsqueeze(dy[k] ? dy[k] : zeros(shape, type), at));
    return {join(slices, int(at), strides)};
  }
};
static const Op& unbind_op = structured<Unbind>({
    .name = "unbind",
    .args = {"x", {"axis", 0}},
    .formula = "yₖ = x[k]",
    .gradient = "dx = [dy₀, dy₁, ...] along a new axis",
    .reference = "tuple(moveaxis(x, axis, 0))",
    .samples = {"randn(3, 4)", "randn(3, 4), -1", "randn(2, 3, 4), 1"},
    .doc = "The slices along an axis, without that axis. Views.",
    .takes_narrow = true,
});

}  // namespace pynn
