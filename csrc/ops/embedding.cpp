// embedding — one learned row for each of the numbers in a tensor of indices.
//
// Backward adds each row of dy to the row of dweight that its index names. The places are sorted by index
// first, so that every row of dweight is written once, by one thread, and its summands come in their order.
#include "core/parallel.h"
#include "kernels/row_kernel.h"

namespace pynn {

// y = x[order[0]] + x[order[1]] + ..., rows of n elements; 0 for count = 0.
template <class T>
using SumListedRows = void(const T* x, const int64_t* order, int64_t count, T* y, int64_t n);

}  // namespace pynn

namespace pynn::PYNN_ISA {

template <class T>
void sum_listed_rows(const T* x, const int64_t* order, int64_t count, T* y, int64_t n) {
  using V = Vec<T>;
  const T* const first = count ? x + order[0] * n : nullptr;
  for_each_vector<T>(n, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
    store_part(y + i, first ? load_part(first + i, k, T(0)) : V(T(0)), k);
  });
  for (int64_t j = 1; j < count; ++j) {
    const T* const row = x + order[j] * n;
    for_each_vector<T>(n, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      store_part(y + i, load_part(y + i, k, T(0)) + load_part(row + i, k, T(0)), k);
    });
  }
}

extern const FloatKernels<SumListedRows> sum_listed_rows_kernels;
constexpr FloatKernels<SumListedRows> sum_listed_rows_kernels = {sum_listed_rows<float>,
                                                                 sum_listed_rows<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>
#include <vector>

#include "core/move.h"
#include "ops/index.h"
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(sum_listed_rows_kernels);

namespace {

constexpr int64_t kPiece = int64_t(1) << 15;  // elements worth a second thread

// The row whose gradient is dropped; -1 for none.
int64_t checked_padding(const Ints& padding_idx, int64_t rows) {
  if (!padding_idx.present) return -1;
  if (padding_idx.size() != 1 || padding_idx[0] < -rows || padding_idx[0] >= rows)
    throw ValueError(text("embedding: padding_idx=", static_cast<const Dims&>(padding_idx),
                          " is not one of the ", rows, " rows of weight"));
  return padding_idx[0] < 0 ? padding_idx[0] + rows : padding_idx[0];
}

// The places of each index, one index after the other: those of r are order[start[r]] .. order[start[r + 1]].
struct Places {
  std::vector<int64_t> start, order;
  Places(const int64_t* index, int64_t count, int64_t rows)
      : start(size_t(rows) + 1), order(static_cast<size_t>(count)) {
    for (int64_t i = 0; i < count; ++i) ++start[size_t(index[i]) + 1];
    for (size_t r = 0; r < size_t(rows); ++r) start[r + 1] += start[r];
    std::vector<int64_t> next(start.begin(), start.end() - 1);
    for (int64_t i = 0; i < count; ++i) order[size_t(next[size_t(index[i])]++)] = i;
  }
};

}  // namespace

struct Embedding {
  static Tensor forward(Context& context, const Tensor& input, const Tensor& weight,
                        const Ints& padding_idx) {
    if (weight.ndim() != 2)
      throw ShapeError(text("embedding: weight must be (rows, features), got shape ", weight.shape()));
    check_floating("embedding", weight);
    const int64_t rows = weight.size(0), n = weight.size(1);
    const int64_t padding = checked_padding(padding_idx, rows);
    const Tensor index = checked_index("embedding", input, rows), table = weight.contiguous();
    Shape shape = input.shape();
    shape.push_back(n);
    const Tensor y = empty(shape, weight.dtype());
    context.save(index, weight.shape(), padding);
    const int64_t bytes = n * itemsize(weight.dtype()), *at = index.data<int64_t>();
    const char* from = table.bytes();
    char* to = y.bytes();
    MoveBlock* const move = move_block(1);
    parallel_for(index.numel(), std::max<int64_t>(1, kPiece / std::max<int64_t>(1, n)),
                 [=](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i)
                     move(from + at[i] * bytes, {0, 1}, to + i * bytes, {0, 1}, 1, bytes);
                 });
    return y;
  }

  static Gradients backward(const Context& context, const Tensor& dy_given) {
    const auto [index, shape, padding] = context.load<Tensor, Shape, int64_t>();
    const int64_t rows = shape[0], n = shape[1], count = index.numel();
    const Tensor dy = dy_given.contiguous(), dweight = empty(shape, dy.dtype());
    const Places places(index.data<int64_t>(), count, rows);
    const int64_t *start = places.start.data(), *order = places.order.data();
    const int64_t work = (rows + count) / std::max<int64_t>(1, rows) * std::max<int64_t>(1, n);  // of a row
    visit_float("embedding", dy.dtype(), [&, padding = padding](auto element) {
      using T = decltype(element);
      auto* kernel = sum_listed_rows_kernels->get<T>();
      const T* x = dy.data<T>();
      T* y = dweight.data<T>();
      parallel_for(rows, std::max<int64_t>(1, kPiece / work), [=](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r)
          kernel(x, order + start[r], r == padding ? 0 : start[r + 1] - start[r], y + r * n, n);
      });
    });
    return {Tensor(), dweight};
  }

  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [index, shape, padding] = context.load<Tensor, Shape, int64_t>();
    const Tensor flat = reshape(index, {index.numel()});
    Tensor each = reshape(dy, {index.numel(), shape[1]});
    if (padding >= 0) {
      const Tensor counts = cast(flat != number(padding), dy.dtype());
      each = each * reshape(counts, {index.numel(), 1});
    }
    const Tensor indices[] = {flat};
    return {Tensor(), index_put(zeros(shape, dy.dtype()), indices, each, true)};
  }
};

static const Op& op = structured<Embedding>({
    .name = "embedding",
    .args = {"input", "weight", {"padding_idx", none}},
    .formula = "y[.., :] = weight[input[..], :]",
    .gradient = "dweight[r, :] = Σ dy[.., :] over all places where input is r",
    .reference = "weight[input]",
    .samples = {"randint(0, 5, 7), randn(5, 3)", "randint(0, 9, 2, 3), randn(9, 65)",
                "array([1, 0, 1, 1]), randn(4, 5)", "randint(0, 4, 0), randn(4, 3)", "array(2), randn(3, 4)"},
    .doc =
        "Looks up the rows of `weight`, (rows, features), that the integers in `input` name; the result is "
        "(*input.shape, features). The row `padding_idx` gets no gradient. An index out of range is an "
        "IndexError. The gradient adds in a fixed order: it does not depend on the number of threads.",
    .source = "Bengio et al. 2003, A neural probabilistic language model, JMLR 3",
    .home = Home::functional,
});

}  // namespace pynn
#endif
