// cat, stack, hstack, vstack — tensors joined along an axis.
#include <algorithm>

#include "core/elementwise.h"
#include "ops/ops.h"

namespace pynn {

namespace {

// torch's old idiom `x = tensor([]); x = cat([x, y])`: an empty vector joins with anything.
bool is_empty_vector(const Tensor& t) { return t.ndim() == 1 && t.numel() == 0; }

DType common_type(TensorList tensors) {
  InlineVector<const Tensor*, 8> all;
  for (const Tensor& t : tensors) all.push_back(&t);
  return result_type({all.data(), all.size()});
}

void check_tensors(const char* op, TensorList tensors) {
  if (tensors.empty()) throw ValueError(text(op, ": expected at least one tensor, got an empty list"));
  for (size_t k = 0; k < tensors.size(); ++k)
    if (!tensors[k]) throw TypeError(text(op, ": expected a list of tensors, item ", k, " is None"));
}

}  // namespace

struct Concatenate {
  static Tensor forward(Context& context, TensorList tensors, int64_t axis) {
    check_tensors("cat", tensors);
    const Tensor* first = &tensors[0];
    for (const Tensor& t : tensors)
      if (is_empty_vector(*first) && !is_empty_vector(t)) first = &t;
    if (first->ndim() == 0)
      throw ShapeError("cat: tensors of shape () have no axis to be joined along. Did you mean pynn.stack?");
    const int at = check_axis("cat", axis, first->ndim());
    Shape shape = first->shape();
    shape[at] = 0;
    context.save(at, int64_t(tensors.size()));
    for (size_t k = 0; k < tensors.size(); ++k) {
      const Tensor& t = tensors[k];
      const bool skipped = is_empty_vector(t) && shape.n != 1;
      context.save(skipped ? int64_t(-1) : t.ndim() ? t.size(at < t.ndim() ? at : 0) : 0);
      if (skipped) continue;
      bool fits = t.ndim() == shape.n;
      for (int i = 0; fits && i < shape.n; ++i) fits = i == at || t.shape()[i] == shape[i];
      if (!fits)
        throw ShapeError(text("cat: tensor ", k, " has shape ", t.shape(), ", tensor ",
                              first - tensors.data(), " has ", first->shape(), "; along every axis but ", at,
                              " they must be equal"));
      if (__builtin_add_overflow(shape[at], t.size(at), &shape[at]))
        throw ShapeError(text("cat: along axis ", at, " the result of ", first->shape(),
                              " and the others has more places than can be counted"));
    }
    Tensor y = empty(shape, common_type(tensors));
    int64_t offset = 0;
    for (const Tensor& t : tensors) {
      if (t.numel() == 0) continue;
      copy_into(y.alias(t.shape(), y.strides(), offset), t);
      offset += t.size(at) * y.strides()[at];
    }
    return y;
  }
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    Context::Reader reader(context);
    const int64_t axis = reader.next<int64_t>();
    const size_t count = reader.next<size_t>();
    Gradients dx;
    int64_t start = 0;
    while (dx.size() < count) {
      const int64_t length = reader.next<int64_t>();
      const bool wanted = context.needs(dx.size());
      if (length < 0)
        dx.push_back(wanted ? zeros({0}, dy.dtype()) : Tensor());
      else
        dx.push_back(wanted ? narrow(dy, axis, start, length) : Tensor());
      start += std::max<int64_t>(length, 0);
    }
    return dx;
  }
};
static const Op& cat_op = structured<Concatenate>({
    .name = "cat",
    .args = {"tensors", {"axis", 0}},
    .formula = "y = [x₀, x₁, ...] along the axis",
    .gradient = "dxₖ = the part of dy that xₖ went to",
    .reference = "concatenate(tensors, axis)",
    .samples = {"[randn(2, 3), randn(4, 3)]", "[randn(2, 3), randn(2, 1), randn(2, 0)], -1", "[randn(3)]",
                "[randn(2, 3, 5), randn(2, 4, 5)], 1"},
    .doc = "Joins tensors along an axis that they have; all other sizes must agree.",
    .home = Home::function,
    .aliases = {"concat", "concatenate"},
    .takes_narrow = true,
});
Tensor concatenate(TensorList tensors, int64_t axis) { return call(cat_op, tensors, axis); }

static Tensor stack(TensorList tensors, int64_t axis) {
  check_tensors("stack", tensors);
  const int at = check_axis("stack", axis, tensors[0].ndim() + 1);
  std::vector<Tensor> raised;
  for (size_t k = 0; k < tensors.size(); ++k) {
    if (!(tensors[k].shape() == tensors[0].shape()))
      throw ShapeError(text("stack: tensor ", k, " has shape ", tensors[k].shape(), ", tensor 0 has ",
                            tensors[0].shape(), "; they must be equal. Did you mean pynn.cat?"));
    raised.push_back(unsqueeze(tensors[k], at));
  }
  return concatenate(raised, at);
}
static const Op& stack_op = composite<&stack>({
    .name = "stack",
    .args = {"tensors", {"axis", 0}},
    .formula = "y[k] = xₖ along a new axis",
    .gradient = "dxₖ = dy[k]",
    .reference = "stack(tensors, axis)",
    .samples = {"[randn(2, 3), randn(2, 3)]", "[randn(2, 3), randn(2, 3)], -1",
                "[randn(3), randn(3), randn(3)], 1"},
    .doc = "Joins tensors of one shape along a new axis.",
    .home = Home::function,
    .takes_narrow = true,
});

// NumPy's habits: numbers count as vectors, and vectors are rows.
static std::vector<Tensor> at_least(const char* op, TensorList tensors, int axes) {
  check_tensors(op, tensors);
  std::vector<Tensor> raised;
  for (Tensor t : tensors) {
    while (t.ndim() < axes) t = unsqueeze(t, 0);
    raised.push_back(t);
  }
  return raised;
}
static Tensor hstack(TensorList tensors) {
  const std::vector<Tensor> raised = at_least("hstack", tensors, 1);
  return concatenate(raised, raised[0].ndim() == 1 ? 0 : 1);
}
static Tensor vstack(TensorList tensors) { return concatenate(at_least("vstack", tensors, 2), 0); }
static const Op& hstack_op = composite<&hstack>({
    .name = "hstack",
    .args = {"tensors"},
    .formula = "y = [x₀, x₁, ...] along axis 1, or along axis 0 of vectors",
    .gradient = "dxₖ = the part of dy that xₖ went to",
    .reference = "hstack(tensors)",
    .samples = {"[randn(2, 3), randn(2, 1)]", "[randn(2), randn(3)]"},
    .doc = "Joins tensors side by side.",
    .home = Home::function,
    .takes_narrow = true,
});
static const Op& vstack_op = composite<&vstack>({
    .name = "vstack",
    .args = {"tensors"},
    .formula = "y = [x₀, x₁, ...] along axis 0; a vector counts as a row",
    .gradient = "dxₖ = the part of dy that xₖ went to",
    .reference = "vstack(tensors)",
    .samples = {"[randn(2, 3), randn(1, 3)]", "[randn(3), randn(3)]"},
    .doc = "Joins tensors one below the other.",
    .home = Home::function,
    .aliases = {"row_stack"},
    .takes_narrow = true,
});

}  // namespace pynn
