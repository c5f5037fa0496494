// attention — every query looks at all keys and takes the mean of their values, weighted by likeness.
//
//   O = P V    P = softmax(scale Q Kᵀ + mask)
//   dV = Pᵀ dO    dS = P ∘ (dO Vᵀ - rows(dO ∘ O))    dQ = scale dS K    dK = scale dSᵀ Q
//
// The kernels (kernels/attention.h) never hold the scores or the probabilities, and take Q, K and V wherever
// they lie, such as in one projection. Q may have more heads than K and V; neighbours share them.
#include <algorithm>
#include <array>
#include <limits>

#include "core/random.h"
#include "kernels/attention.h"
#include "kernels/random.h"
#include "ops/ops.h"

namespace pynn {

namespace {

constexpr const char* kName = "scaled_dot_product_attention";

struct Settings {
  double scale, dropout;
  bool causal;
  RandomState random;  // the counters from which the dropped places follow
};

// ---- shapes --------------------------------------------------------------------------------------------

int64_t heads_of(const Tensor& x) { return x.ndim() > 2 ? x.size(-3) : 1; }

// (.., L, S)
Shape score_shape(const Tensor& q, const Tensor& k) {
  Shape shape = q.shape();
  shape[shape.n - 1] = k.size(-2);
  return shape;
}

void check_operands(const Tensor& q, const Tensor& k, const Tensor& v) {
  const auto refuse = [&](const auto&... why) {
    throw ShapeError(
        text(kName, ": got query ", q.shape(), ", key ", k.shape(), ", value ", v.shape(), "; ", why...));
  };
  for (const Tensor* x : {&q, &k, &v})
    if (!is_floating(x->dtype()) || x->dtype() != q.dtype())
      throw DTypeError(text(kName, ": query, key and value must be of one floating-point type, got ",
                            q.dtype(), ", ", k.dtype(), " and ", v.dtype(), "."));
  const int axes = q.ndim();
  if (axes < 2 || k.ndim() != axes || v.ndim() != axes)
    refuse("expected (.., L, E), (.., S, E) and (.., S, Ev) with as many axes each.");
  if (q.size(-1) != k.size(-1)) refuse("query and key must have one last size E to be multiplied.");
  if (k.size(-2) != v.size(-2)) refuse("key and value must have one length S: a value belongs to each key.");
  for (int i = 0; i < axes - 2; ++i) {
    const int64_t n = q.size(i), of_k = k.size(i);
    if (of_k != v.size(i)) refuse("key and value must agree in axis ", i, ".");
    if (of_k == n || (i == axes - 3 && of_k > 0 && n % of_k == 0)) continue;
    if (i == axes - 3)
      refuse("the query's ", n, " heads do not split into groups for the ", of_k, " heads of the key.");
    refuse("they must agree in axis ", i, ".");
  }
}

void check_mask(const Tensor& q, const Tensor& k, const Tensor& mask) {
  if (!mask) return;
  if (mask.dtype() != DType::boolean && mask.dtype() != q.dtype())
    throw DTypeError(text(kName,
                          ": attn_mask must be bool (True: may attend) or, to be added to the scores, ",
                          q.dtype(), " as the query; got ", mask.dtype(), "."));
  const Shape scores = score_shape(q, k);
  bool fits = mask.ndim() <= scores.n;
  for (int i = 1; fits && i <= mask.ndim(); ++i)
    fits = mask.size(-i) == 1 || mask.size(-i) == scores[scores.n - i];
  if (!fits)
    throw ShapeError(text(kName, ": got attn_mask ", mask.shape(), "; it must broadcast to the scores ",
                          scores, ", which are (.., L, S)."));
}

// An empty tensor whose axes lie in memory in the order of those of `like`, the last one innermost: so heads
// that were split off a projection are joined again without a copy.
Tensor empty_in_order_of(const Tensor& like, const Shape& shape) {
  const Dims order = order_in_memory(like.strides(), shape.n - 1);
  Shape laid_out;
  for (int64_t axis : order) laid_out.push_back(shape[int(axis)]);
  const Tensor memory = empty(laid_out, like.dtype());
  if (std::is_sorted(order.begin(), order.end())) return memory;
  Strides strides = memory.strides();
  for (int i = 0; i < shape.n; ++i) strides[int(order[i])] = memory.strides()[i];
  return memory.alias(shape, strides, memory.impl()->offset);
}

// Room for the gradients of Q, K and V. Where these are slices of one projection, each a step behind the one
// before, so are the gradients: the projection's is then whole as soon as they are (split.cpp).
std::array<Tensor, 3> empty_as_they_lie(const Tensor& q, const Tensor& k, const Tensor& v) {
  const int64_t from = q.impl()->offset, step = k.impl()->offset - from;
  const auto follows = [&](const Tensor& x, int64_t steps) {
    return x.impl()->storage == q.impl()->storage && x.shape() == q.shape() && x.strides() == q.strides() &&
           x.impl()->offset == from + steps * step;
  };
  if (step > 0 && follows(k, 1) && follows(v, 2)) {
    Shape shape = q.shape();
    Strides strides = q.strides();
    shape.insert(0, 3);
    strides.insert(0, step);
    const Tensor all = empty_in_order_of(q.alias(shape, strides, from), shape);
    strides = all.strides();
    const int64_t between = strides[0];
    strides.erase(0);
    const auto part = [&](int64_t i) {
      return all.alias(q.shape(), strides, all.impl()->offset + i * between);
    };
    return {part(0), part(1), part(2)};
  }
  return {empty_in_order_of(q, q.shape()), empty_in_order_of(k, k.shape()), empty_in_order_of(v, v.shape())};
}

// ---- from tensors to the kernels' view of them -----------------------------------------------------------

// Where the matrix of each head begins.
std::vector<int64_t> heads_at(const Shape& shape, const Strides& strides) {
  std::vector<int64_t> at = {0};
  for (int i = 0; i + 2 < shape.n; ++i) {
    std::vector<int64_t> finer;
    finer.reserve(at.size() * size_t(shape[i]));
    for (int64_t from : at)
      for (int64_t n = 0; n < shape[i]; ++n) finer.push_back(from + n * strides[i]);
    at = std::move(finer);
  }
  return at;
}

// A tensor as rows that are contiguous, and where they are.
struct Rows {
  Tensor x;
  std::vector<int64_t> at;
  explicit Rows(const Tensor& given)
      : x(given.size(-1) < 2 || given.strides().back() == 1 ? given : given.contiguous()),
        at(heads_at(x.shape(), x.strides())) {}
  template <class T>
  HeadRows<T> as() const {
    return {x.data<std::remove_const_t<T>>(), at.data(), x.strides()[x.ndim() - 2]};
  }
};

struct Operands {
  Rows q, k, v;
  Tensor mask;
  std::vector<int64_t> mask_at;
  Settings settings;

  Operands(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& given_mask,
           const Settings& s)
      : q(query), k(key), v(value), settings(s) {
    if (!given_mask) return;
    mask = given_mask.expand_to(kName, score_shape(query, key));
    mask_at = heads_at(mask.shape(), mask.strides());
  }

  template <class T>
  Attention<T> as() const {
    Attention<T> a;
    a.heads = int64_t(q.at.size());
    a.group = std::max<int64_t>(1, heads_of(q.x) / std::max<int64_t>(1, heads_of(k.x)));
    a.queries = q.x.size(-2), a.keys = k.x.size(-2);
    a.width = q.x.size(-1), a.value_width = v.x.size(-1);
    a.scale = settings.scale;
    a.q = q.as<const T>(), a.k = k.as<const T>(), a.v = v.as<const T>();
    a.mask.causal = settings.causal;
    if (mask) {
      if (mask.dtype() == DType::boolean)
        a.mask.allow = mask.data<uint8_t>();
      else
        a.mask.add = mask.data<T>();
      a.mask.at = mask_at.data();
      a.mask.query = mask.strides()[mask.ndim() - 2], a.mask.key = mask.strides().back();
    }
    if (settings.dropout > 0)
      a.dropout = {kept_threshold(settings.dropout), settings.random.seed, settings.random.offset,
                   (a.keys + 3) / 4 * 4, settings.dropout < 1 ? 1 / (1 - settings.dropout) : 0};
    return a;
  }
};

// ---- the formula, with the matrices it speaks of ---------------------------------------------------------

Tensor transposed(const Tensor& x) { return transpose(x, -1, -2); }

// Each head of K or V once for every head of Q that shares it.
Tensor repeat_heads(const Tensor& x, int64_t group) {
  if (group == 1) return x;
  Shape shape = x.shape(), merged = x.shape();
  shape.insert(shape.n - 2, group);
  merged[merged.n - 3] *= group;
  return reshape(expand(unsqueeze(x, -3), shape), merged);
}
Tensor sum_groups(const Tensor& x, int64_t group) {
  if (group == 1) return x;
  Shape shape = x.shape();
  shape[shape.n - 3] /= group;
  shape.insert(shape.n - 2, group);
  return sum(reshape(x, shape), Ints{shape.n - 3});
}

Tensor causal_mask(int64_t queries, int64_t keys) {
  const Tensor mask = empty({queries, keys}, DType::boolean);
  uint8_t* to = mask.data<uint8_t>();
  for (int64_t i = 0; i < queries; ++i)
    for (int64_t j = 0; j < keys; ++j) *to++ = j <= i;
  return mask;
}

Tensor probabilities(const Tensor& q, const Tensor& k, const Tensor& mask, const Settings& s) {
  const double impossible = -std::numeric_limits<double>::infinity();
  Tensor scores = matmul(q, transposed(k)) * s.scale;
  if (mask) scores = mask.dtype() == DType::boolean ? select(mask, scores, impossible) : scores + mask;
  if (s.causal) scores = select(causal_mask(q.size(-2), k.size(-2)), scores, impossible);
  return softmax(scores, -1);
}

// 0 or 1 / (1 - p) for each probability.
Tensor kept(const Shape& scores, DType type, const Settings& s) {
  Shape counted = scores;
  counted[counted.n - 1] = (scores.back() + 3) / 4 * 4;
  const Tensor mask = empty(counted, DType::uint8);
  fill_kept(mask, s.dropout, s.random);
  return narrow(cast(mask, type) * (s.dropout < 1 ? 1 / (1 - s.dropout) : 0), -1, 0, scores.back());
}

}  // namespace

struct AttentionOp {
  static Tensor forward(Context& context, const Tensor& q, const Tensor& k, const Tensor& v, double scale,
                        const Tensor& mask, double dropout, bool causal) {
    check_operands(q, k, v);
    check_mask(q, k, mask);
    if (!(dropout >= 0 && dropout <= 1))
      throw ValueError(text(kName, ": dropout_p is a probability and must be in [0, 1]; got ", dropout));
    Settings settings = {scale, dropout, causal, {0, 0}};
    const int64_t queries = q.size(-2), keys = k.size(-2);
    if (dropout > 0)
      settings.random = reserve_randoms((keys + 3) / 4 * queries *
                                        (q.numel() / std::max<int64_t>(1, queries * q.size(-1))));
    Shape shape = q.shape(), rows = q.shape();
    shape[shape.n - 1] = v.size(-1);
    rows.n -= 1;
    const Tensor o = empty_in_order_of(q, shape);
    const Tensor log_sum = context.records() ? empty(rows, q.dtype()) : Tensor();
    context.save(q, k, v, mask, o, log_sum, scale, dropout, causal, int64_t(settings.random.seed),
                 int64_t(settings.random.offset));
    const Operands operands(q, k, v, mask, settings);
    const std::vector<int64_t> o_at = heads_at(o.shape(), o.strides());
    visit_float(kName, q.dtype(), [&](auto element) {
      using T = decltype(element);
      attention_forward<T>(operands.as<T>(), {o.data<T>(), o_at.data(), o.strides()[o.ndim() - 2]},
                           log_sum ? log_sum.data<T>() : nullptr);
    });
    return o;
  }

  static Gradients backward(const Context& context, const Tensor& dy) {
    const Saved s(context);
    const Operands operands(s.q, s.k, s.v, s.mask, s.settings);
    const Rows o(s.o), d_o(dy);
    const DType type = s.q.dtype();
    const auto [dq, dk, dv] = empty_as_they_lie(s.q, s.k, s.v);
    if (s.k.size(-2) == 0) copy_into(dq, number(0.0).expand_to(kName, dq.shape()));
    const Rows to_q(dq), to_k(dk), to_v(dv);
    visit_float(kName, type, [&](auto element) {
      using T = decltype(element);
      const Attention<T> shape = operands.as<T>();
      const int64_t parts = attention_parts<T>(shape);
      const Tensor delta = empty({shape.heads * shape.queries}, type);
      const Tensor more = empty({parts - 1, s.q.numel()}, type);
      attention_backward<T>(shape, o.as<const T>(), d_o.as<const T>(), s.log_sum.template data<T>(),
                            delta.data<T>(), more.data<T>(), to_q.as<T>(), to_k.as<T>(), to_v.as<T>());
    });
    return {dq, dk, dv, context.needs(3) ? in_ops(s, dy)[3] : Tensor()};
  }

  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    return in_ops(Saved(context), dy);
  }

 private:
  struct Saved {
    Tensor q, k, v, mask, o, log_sum;
    Settings settings;
    explicit Saved(const Context& context) {
      int64_t seed, offset;
      std::tie(q, k, v, mask, o, log_sum, settings.scale, settings.dropout, settings.causal, seed, offset) =
          context
              .load<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, double, double, bool, int64_t, int64_t>();
      settings.random = {uint64_t(seed), uint64_t(offset)};
    }
  };

  static Gradients in_ops(const Saved& s, const Tensor& dy) {
    const int64_t group = heads_of(s.q) / std::max<int64_t>(1, heads_of(s.k));
    const Tensor k = repeat_heads(s.k, group), v = repeat_heads(s.v, group);
    const Tensor p = probabilities(s.q, k, s.mask, s.settings);
    const Tensor keep = s.settings.dropout > 0 ? kept(p.shape(), p.dtype(), s.settings) : Tensor();
    const Tensor dropped = keep ? p * keep : p;
    Tensor dp = matmul(dy, transposed(v));
    if (keep) dp = dp * keep;
    const Tensor ds = p * (dp - sum(dp * p, Ints{-1}, true));
    const bool is_added = s.mask && s.mask.dtype() != DType::boolean;
    return {
        matmul(ds, k) * s.settings.scale, sum_groups(matmul(transposed(ds), s.q) * s.settings.scale, group),
        sum_groups(matmul(transposed(dropped), dy), group), is_added ? sum_to(ds, s.mask.shape()) : Tensor()};
  }
};

static const Op& op = structured<AttentionOp>({
    .name = "attention",
    .args = {"query", "key", "value", "scale", {"attn_mask", none}, {"dropout_p", 0.0}, {"is_causal", false}},
    .formula = "O = P V,  P = softmax(scale Q Kᵀ + mask)",
    .gradient = "dV = Pᵀ dO, dS = P (dO Vᵀ - Σ dO O), dQ = scale dS K, dK = scale dSᵀ Q",
    .reference = "attention(query, key, value, scale, attn_mask, is_causal)",
    .samples = {"randn(3, 4), randn(5, 4), randn(5, 2), 0.5",
                "randn(2, 3, 7, 8), randn(2, 3, 9, 8), randn(2, 3, 9, 5), 0.35",
                "randn(2, 2, 14, 3), randn(2, 2, 14, 3), randn(2, 2, 14, 3), 0.4, is_causal=True",
                "randn(2, 4, 5, 8), randn(2, 2, 6, 8), randn(2, 2, 6, 8), 0.35, randn(5, 6)",
                "randn(2, 3, 4), randn(2, 6, 4), randn(2, 6, 4), 0.5, rand(2, 1, 6) < 0.7",
                "randn(2, 0, 4), randn(2, 3, 4), randn(2, 3, 4), 0.5",
                "randn(2, 3, 4), randn(2, 0, 4), randn(2, 0, 4), 0.5"},
    .doc =
        "The values (.., S, Ev), averaged for each query (.., L, E) by the softmax of its products with the "
        "keys (.., S, E); functional.scaled_dot_product_attention says all.",
    .source = "A. Vaswani et al., Attention is all you need, 2017, equation 1; computed as in T. Dao et al., "
              "FlashAttention, 2022",
    .home = Home::internal,
});

}  // namespace pynn
