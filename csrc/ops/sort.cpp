// sort, argsort, topk — the elements along an axis in order, and where they stood.
//
// An element becomes one integer: a key whose order as an unsigned number is the wanted order, and below it
// the position. Positions break ties, so every sort is stable; NaN has the largest key; the complement of a
// key turns the order around. Long rows are sorted by digits of the key, without a comparison.
#include <algorithm>
#include <bit>
#include <vector>

#include "ops/along_axis.h"
#include "ops/reduction.h"

namespace pynn {

namespace {

template <class T>
using Key = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
template <class T>
using Element = std::conditional_t<sizeof(T) == 8, unsigned __int128, uint64_t>;
template <class T>
constexpr int kKeyBits = 8 * int(sizeof(Key<T>));

template <class T>
Key<T> key_of(T x) {
  using K = Key<T>;
  constexpr K sign = K(1) << (kKeyBits<T> - 1);
  if constexpr (std::is_floating_point_v<T>) {
    if (x != x) return ~K(0);
    const K bits = std::bit_cast<K>(x == T(0) ? T(0) : x);  // -0 equals 0
    return bits & sign ? ~bits : bits | sign;
  } else if constexpr (std::is_signed_v<T>) {
    return K(x) ^ sign;
  } else {
    return K(x);
  }
}

template <class T>
Element<T> element_of(T x, int64_t position, bool descending) {
  const Key<T> key = descending ? Key<T>(~key_of(x)) : key_of(x);
  return Element<T>(key) << kKeyBits<T> | Element<T>(position);
}
template <class T>
int64_t position_of(Element<T> e) {
  return int64_t(Key<T>(e));
}

constexpr int kDigitBits = 11;
constexpr int64_t kFewElements = 512;  // up to here comparing is faster
constexpr int64_t kVeryFewElements =
    16;  // up to here comparing all with all is, as nothing has to be predicted

// No two elements are equal: the place of each is the number of smaller ones.
template <class T>
void sort_by_rank(std::vector<Element<T>>& elements, std::vector<Element<T>>& spare) {
  spare.resize(elements.size());
  for (const Element<T> e : elements) {
    size_t rank = 0;
    for (const Element<T> other : elements) rank += other < e;
    spare[rank] = e;
  }
  elements.swap(spare);
}

// From the lowest digit of the key to the highest: after each pass the elements are in the order of the
// digits seen so far. A digit that is the same in all keys costs no pass.
template <class T>
void sort_by_digits(std::vector<Element<T>>& elements, std::vector<Element<T>>& spare) {
  constexpr int digits = (kKeyBits<T> + kDigitBits - 1) / kDigitBits, buckets = 1 << kDigitBits;
  const auto digit = [](Element<T> e, int d) {
    return size_t(e >> (kKeyBits<T> + d * kDigitBits)) & (buckets - 1);
  };
  std::vector<size_t> counts(size_t(digits) * buckets);
  for (Element<T> e : elements)
    for (int d = 0; d < digits; ++d) ++counts[size_t(d) * buckets + digit(e, d)];
  spare.resize(elements.size());
  for (int d = 0; d < digits; ++d) {
    size_t* const at = counts.data() + size_t(d) * buckets;
    if (at[digit(elements[0], d)] == elements.size()) continue;
    size_t first = 0;
    for (int b = 0; b < buckets; ++b) first += std::exchange(at[b], first);
    for (Element<T> e : elements) spare[at[digit(e, d)]++] = e;
    elements.swap(spare);
  }
}

// All elements of a row, in order.
template <class T>
struct SortAll {
  bool descending;
  std::vector<Element<T>> elements = {}, spare = {};

  const std::vector<Element<T>>& operator()(const T* x, int64_t n, int64_t step) {
    elements.resize(size_t(n));
    for (int64_t i = 0; i < n; ++i) elements[size_t(i)] = element_of(x[i * step], i, descending);
    if (n <= kVeryFewElements)
      sort_by_rank<T>(elements, spare);
    else if (n <= kFewElements)
      std::sort(elements.begin(), elements.end());
    else
      sort_by_digits<T>(elements, spare);
    return elements;
  }
};

// The first k of a row. Elements that come before the k-th best seen so far are collected; whenever there
// are 2k of them, the better half stays.
template <class T>
struct SelectFirst {
  int64_t k;
  bool descending, sorted;
  std::vector<Element<T>> best = {};

  const std::vector<Element<T>>& operator()(const T* x, int64_t n, int64_t step) {
    const auto keep_k = [this] {
      std::nth_element(best.begin(), best.begin() + (k - 1), best.end());
      best.resize(size_t(k));
    };
    best.clear();
    if (k == 0) return best;
    bool full = false;
    T limit = T(0);  // the k-th best so far, once 2k elements were seen
    // False for what comes after the limit; NaN, which no comparison tells apart, is looked at closely.
    const auto may_join = [&](T v) { return descending ? !(v < limit) : !(v > limit); };
    constexpr int64_t kBlock = 16;
    for (int64_t first = 0; first < n; first += kBlock) {
      const int64_t last = std::min(first + kBlock, n);
      if (full) {
        bool any = false;
        for (int64_t i = first; i < last; ++i) any |= may_join(x[i * step]);
        if (!any) continue;
      }
      for (int64_t i = first; i < last; ++i) {
        if (full && !may_join(x[i * step])) continue;
        best.push_back(element_of(x[i * step], i, descending));
        if (int64_t(best.size()) < 2 * k) continue;
        keep_k();
        full = true;
        limit = x[position_of<T>(best.back()) * step];
      }
    }
    if (int64_t(best.size()) > k) keep_k();
    if (sorted) std::sort(best.begin(), best.end());
    return best;
  }
};

struct ValuesAndIndices {
  Tensor values, indices;
};

// order(x, n, step) -> the elements chosen from a row, in their order; k of them.
template <class MakeOrder>
ValuesAndIndices in_order(const char* op, const Tensor& x, int axis, int64_t k, const MakeOrder& make_order) {
  Shape shape = x.shape();
  if (shape.size() > 0) shape[axis] = k;
  const ValuesAndIndices out = {empty(shape, x.dtype()), empty(shape, DType::int64)};
  if (out.values.numel() == 0) return out;
  const Tensor in = x.contiguous();
  const auto [outer, n, inner] = AroundAxis(x.shape(), axis);
  if (n > INT64_C(0xffffffff))
    throw ValueError(text(op, ": an axis of ", n, " elements is too long to sort"));
  int64_t* indices = out.indices.data<int64_t>();
  visit(x.dtype(), [&, n = n, inner = inner, outer = outer](auto sample) {
    using T = decltype(sample);
    const T* from = in.data<T>();
    T* values = out.values.data<T>();
    parallel_for(outer * inner, rows_per_piece(n, 2048), [&](int64_t begin, int64_t end) {
      auto order = make_order(sample);
      for (int64_t row = begin; row < end; ++row) {
        const int64_t o = row / inner, i = row % inner;
        const T* x_row = from + o * n * inner + i;
        int64_t at = o * k * inner + i;
        for (const auto e : order(x_row, n, inner)) {
          const int64_t position = position_of<T>(e);
          values[at] = x_row[position * inner];
          indices[at] = position;
          at += inner;
        }
      }
    });
  });
  return out;
}

ValuesAndIndices sorted(const char* op, const Tensor& x, int axis, bool descending) {
  const int64_t n = x.ndim() ? x.size(axis) : 1;
  return in_order(op, x, axis, n, [=](auto sample) { return SortAll<decltype(sample)>{descending}; });
}

// Both ops choose elements along an axis: dy goes back to where they stood.
struct Chosen {
  static Gradients backward(const Context& context, const Tensor* dy) {
    const auto [indices, shape, axis] = context.load<Tensor, Shape, int>();
    return {shape.size() == 0 ? dy[0] : place_along(dy[0], indices, shape, axis)};
  }
  static Gradients backward_in_ops(const Context& context, const Tensor* dy) {
    const auto [indices, shape, axis] = context.load<Tensor, Shape, int>();
    return {shape.size() == 0 ? dy[0] : scatter_add(zeros(shape, dy[0].dtype()), axis, indices, dy[0])};
  }
};

struct Sort : Chosen {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, int64_t axis, bool descending, bool) {
    const int at = check_axis("sort", axis, x.ndim());
    const ValuesAndIndices out = sorted("sort", x, at, descending);
    context.save(out.indices, x.shape(), at);
    return {out.values, out.indices};
  }
};

struct TopK : Chosen {
  static std::vector<Tensor> forward(Context& context, const Tensor& x, int64_t k, int64_t axis, bool largest,
                                     bool sorted) {
    const int at = check_axis("topk", axis, x.ndim());
    const int64_t n = x.ndim() ? x.size(at) : 1;
    if (k < 0 || k > n)
      throw ValueError(text("topk: k=", k, " elements of an axis of size ", n, " of a tensor of shape ",
                            x.shape(), "; expected 0 <= k <= ", n, "."));
    const ValuesAndIndices out = in_order("topk", x, at, x.ndim() ? k : 1, [=](auto sample) {
      return SelectFirst<decltype(sample)>{k, largest, sorted};
    });
    context.save(out.indices, x.shape(), at);
    return {out.values, out.indices};
  }
};

Tensor argsort(const Tensor& x, int64_t axis, bool descending, bool) {
  return sorted("argsort", x, check_axis("argsort", axis, x.ndim()), descending).indices;
}

}  // namespace

static const Op& sort_op = structured<Sort>({
    .name = "sort",
    .args = {"x", {"axis", -1}, {"descending", false}, {"stable", false}},
    .formula = "values₀ ≤ values₁ ≤ ..., values = x[indices]  along the axis",
    .gradient = "dx[indices] = dy",
    .reference = "(-sort(-x, axis=axis), argsort(-x, axis=axis, kind='stable')) if descending else "
                 "(sort(x, axis=axis), argsort(x, axis=axis, kind='stable'))",
    .samples = {"randn(7)", "randn(3, 65), -1", "randn(9, 4), 0, True", "randn(2, 5, 3), 1", "randn(2, 700)",
                "randn(0, 3)"},
    .doc =
        "The elements along an axis from the smallest to the largest (or, `descending`, the other way), and "
        "the indices where they stood. Equal elements keep their order, with `stable` or without. NaN counts "
        "as the largest.",
    .outputs = {"values", "indices"},
});

static const Op& argsort_op = composite<&argsort>({
    .name = "argsort",
    .args = {"x", {"axis", -1}, {"descending", false}, {"stable", false}},
    .formula = "x[y₀] ≤ x[y₁] ≤ ...  along the axis",
    .gradient = "none: the result is an index",
    .reference = "argsort(-x if descending else x, axis=axis, kind='stable')",
    .samples = {"randn(7)", "randn(3, 65), -1", "randn(9, 4), 0, True", "randn(2, 5, 3), 1"},
    .doc = "The indices that sort an axis. Equal elements keep their order. NaN counts as the largest.",
});

static const Op& topk_op = structured<TopK>({
    .name = "topk",
    .args = {"x", "k", {"axis", -1}, {"largest", true}, {"sorted", true}},
    .formula = "values = the k largest x, indices = where they stand  along the axis",
    .gradient = "dx[indices] = dy, 0 elsewhere",
    .reference = "(take(-sort(-x, axis=axis), arange(k), axis), take(argsort(-x, axis=axis, kind='stable'), "
                 "arange(k), axis)) "
                 "if largest else "
                 "(take(sort(x, axis=axis), arange(k), axis), take(argsort(x, axis=axis, kind='stable'), "
                 "arange(k), axis))",
    .samples = {"randn(7), 3", "randn(3, 65), 5, -1", "randn(9, 4), 2, 0, False", "randn(2, 5, 3), 5, 1",
                "randn(4, 3), 0"},
    .doc =
        "The k largest elements along an axis (or smallest, with `largest=False`) in order, and where they "
        "stand. Of equal ones the first come first. NaN counts as the largest. With `sorted=False` their "
        "order "
        "is left open, which saves time for a large k.",
    .outputs = {"values", "indices"},
});

}  // namespace pynn
