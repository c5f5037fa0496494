// recurrent.cpp — recurrent layers around their steps: what is checked, the products over all steps at once,
// and what is kept.
//
// Forward: one matrix product gives what the inputs contribute to all steps; then the steps run
// (kernels/recurrent_kernel.h). Backward: the steps run backward and leave the gradients of every step's
// sums, from which one matrix product each gives the gradients of the weights and of x.
#include "ops/recurrent.h"

#include <algorithm>
#include <cstring>

#include "core/elementwise.h"
#include "core/parallel.h"
#include "kernels/gemm.h"
#include "kernels/reduce.h"

namespace pynn {

// ---- what is checked
// -------------------------------------------------------------------------------------------

namespace {

void check_type(const RecurrentKind& kind, const char* name, const Tensor& t, DType type) {
  if (t && t.dtype() != type)
    throw DTypeError(text(kind.op, ": x is ", type, ", ", name, " ", t.dtype(),
                          "; they must be of one type. Did you mean x.to(weight.dtype)?"));
}
void check_shape(const RecurrentKind& kind, const char* name, const Tensor& t, const Shape& shape,
                 const char* meaning) {
  if (t && !(t.shape() == shape))
    throw ShapeError(text(kind.op, ": ", name, " must be ", meaning, " = ", shape, ", got ", t.shape(), "."));
}

std::vector<int64_t> checked_batch_sizes(const RecurrentKind& kind, const Tensor& batch_sizes, int64_t rows) {
  if (batch_sizes.ndim() != 1 || batch_sizes.dtype() != DType::int64)
    throw ShapeError(text(kind.op, ": batch_sizes must be (T,) of int64, got ", batch_sizes.shape(), " of ",
                          batch_sizes.dtype(), "."));
  const Tensor sizes = batch_sizes.contiguous();
  const std::vector<int64_t> count(sizes.data<int64_t>(), sizes.data<int64_t>() + sizes.numel());
  int64_t total = 0;
  for (size_t t = 0; t < count.size(); ++t) {
    if (count[t] < 1 || (t && count[t] > count[t - 1]))
      throw ValueError(text(kind.op, ": batch_sizes[", t, "] is ", count[t],
                            t ? text(" after ", count[t - 1]) : "",
                            "; the sizes are positive and never grow. Did you mean ",
                            "nn.utils.rnn.pack_padded_sequence, which makes them?"));
    total += count[t];
  }
  if (total != rows)
    throw ShapeError(text(kind.op, ": batch_sizes sum to ", total, ", but x has ", rows, " rows."));
  return count;
}

}  // namespace

RecurrentLayout::RecurrentLayout(const RecurrentKind& kind, const RecurrentArguments& a,
                                 const RecurrentSettings& s)
    : packed(bool(a.batch_sizes)), directions(s.bidirectional ? 2 : 1) {
  if (a.x.ndim() != (packed ? 2 : 3))
    throw ShapeError(text(kind.op, ": expected ",
                          packed          ? "(total steps, features) beside batch_sizes"
                          : s.batch_first ? "(N, T, features)"
                                          : "(T, N, features)",
                          ", got ", a.x.shape(), "."));
  weights_each = int(a.weights.size()) / directions;
  const int least = s.bias ? 4 : 2;
  if (int(a.weights.size()) != directions * weights_each || weights_each < least ||
      weights_each > least + (kind.has_state ? 1 : 0))
    throw ValueError(text(kind.op, ": got ", a.weights.size(), " weights; each of ", directions,
                          " directions has w_ih, w_hh", s.bias ? ", b_ih, b_hh" : "",
                          kind.has_state ? " and perhaps w_hr" : "", "."));
  for (const Tensor& w : a.weights)
    if (!w) throw TypeError(text(kind.op, ": a weight is None."));
  const Tensor &w_ih = a.weights[0], &w_hh = a.weights[1];
  if (w_ih.ndim() != 2 || w_hh.ndim() != 2 || w_hh.size(0) % kind.gates)
    throw ShapeError(text(kind.op, ": w_ih must be (", kind.gates, " hidden, features) and w_hh (",
                          kind.gates, " hidden, hidden), got ", w_ih.shape(), " and ", w_hh.shape(), "."));
  features = w_ih.size(1), hidden = w_hh.size(0) / kind.gates, out = w_hh.size(1);
  for (int d = 0; d < directions; ++d) {
    const DirectionWeights w = weights(a.weights, s, d);
    check_shape(kind, "w_ih", w.w_ih, {kind.gates * hidden, features}, "(gates * hidden, features)");
    check_shape(kind, "w_hh", w.w_hh, {kind.gates * hidden, projected() ? out : hidden},
                "(gates * hidden, size of h)");
    check_shape(kind, "b_ih", w.b_ih, {kind.gates * hidden}, "(gates * hidden,)");
    check_shape(kind, "b_hh", w.b_hh, {kind.gates * hidden}, "(gates * hidden,)");
    check_shape(kind, "w_hr", w.w_hr, {out, hidden}, "(proj_size, hidden)");
  }
  if (a.x.size(-1) != features)
    throw ShapeError(text(kind.op, ": got input ", a.x.shape(), "; its last axis must be ", features,
                          ", as w_ih is ", w_ih.shape(), "."));
  rows = a.x.size(0) * (packed ? 1 : a.x.size(1));
  if (packed) {
    count = checked_batch_sizes(kind, a.batch_sizes, rows);
    steps = int64_t(count.size()), sequences = count.empty() ? 0 : count[0], row_step = 1;
    int64_t at = 0;
    for (int64_t n : count) start.push_back(at), at += n;
  } else {
    steps = a.x.size(s.batch_first ? 1 : 0), sequences = a.x.size(s.batch_first ? 0 : 1);
    row_step = s.batch_first ? steps : 1;
    count.assign(size_t(steps), sequences);
    for (int64_t t = 0; t < steps; ++t) start.push_back(s.batch_first ? t : t * sequences);
  }
  if (steps == 0)
    throw ShapeError(text(kind.op, ": got input ", a.x.shape(),
                          ": sequences of no steps have no last h. Give one ", "step or more."));
  check_floating(kind.op, a.x);
  check_shape(kind, "h0", a.h0, {directions, sequences, out}, "(directions, N, size of h)");
  check_shape(kind, "c0", a.c0, {directions, sequences, hidden}, "(directions, N, hidden)");
  check_type(kind, "h0", a.h0, a.x.dtype());
  check_type(kind, "c0", a.c0, a.x.dtype());
  for (const Tensor& w : a.weights) check_type(kind, "a weight", w, a.x.dtype());
}

DirectionWeights RecurrentLayout::weights(TensorList all, const RecurrentSettings& s, int direction) const {
  const Tensor* w = all.data() + direction * weights_each;
  DirectionWeights of{w[0], w[1], {}, {}, {}};
  if (s.bias) of.b_ih = w[2], of.b_hh = w[3];
  if (projected()) of.w_hr = w[weights_each - 1];
  return of;
}

// The shape of x with another last axis.
Shape RecurrentLayout::with_columns(const Shape& x, int64_t columns) const {
  Shape shape = x;
  shape[shape.n - 1] = columns;
  return shape;
}

RecurrentSaved::RecurrentSaved(const Context& context) {
  Context::Reader reader(context);
  const auto next = [&] { return reader.next<Tensor>(); };
  arguments.x = next(), arguments.h0 = next(), arguments.c0 = next(), arguments.batch_sizes = next();
  y = next(), gates = next(), states = next(), unprojected = next();
  const int64_t count = reader.next<int64_t>();
  settings.bias = reader.next<bool>(), settings.bidirectional = reader.next<bool>();
  settings.batch_first = reader.next<bool>();
  for (int64_t i = 0; i < count; ++i) weights.push_back(next());
  arguments.weights = weights;
}

namespace {

// ---- the products over all steps
// ---------------------------------------------------------------------------

// Gates that lie side by side both in the weights and in what is kept.
struct Segment {
  int64_t first, count, slot;
};
std::vector<Segment> segments_of(const RecurrentKind& kind) {
  std::vector<Segment> all;
  for (int g = 0; g < kind.gates; ++g)
    if (!all.empty() && kind.slot[g] == kind.slot[g - 1] + 1)
      ++all.back().count;
    else
      all.push_back({g, 1, kind.slot[g]});
  return all;
}

Tensor dense(const Tensor& t) { return t ? t.contiguous() : t; }
template <class T>
T* data_of(const Tensor& t, int64_t at = 0) {
  return t ? t.data<T>() + at : nullptr;
}
Tensor copy_or_zeros(const Tensor& t, const Shape& shape, DType type) {
  if (!t) return zeros(shape, type);
  const Tensor copy = empty(shape, type);
  copy_into(copy, t);
  return copy;
}

// b_ih + b_hh, but for a last sum whose bias stays apart.
template <class T>
Tensor input_bias(const RecurrentKind& kind, const DirectionWeights& w, int64_t hidden) {
  const Tensor sum = empty({kind.gates * hidden}, w.b_ih.dtype());
  const Tensor in = w.b_ih.contiguous(), recurrent = w.b_hh.contiguous();
  const int64_t joined = (kind.gates - (kind.last_sum_apart() ? 1 : 0)) * hidden;
  for (int64_t i = 0; i < kind.gates * hidden; ++i)
    sum.data<T>()[i] = in.data<T>()[i] + (i < joined ? recurrent.data<T>()[i] : T(0));
  return sum;
}

// gates = x W_ihᵀ + b
template <class T>
void multiply_inputs(const RecurrentKind& kind, const RecurrentLayout& layout, const Tensor& x,
                     const DirectionWeights& w, T* gates) {
  const Tensor bias = w.b_ih ? input_bias<T>(kind, w, layout.hidden) : Tensor();
  for (const Segment& s : segments_of(kind)) {
    Gemm<T> product;
    product.precision = float32_precision();
    product.m = layout.rows, product.n = s.count * layout.hidden, product.k = layout.features;
    product.a = x.data<T>(), product.a_row = layout.features;
    product.b = w.w_ih.data<T>() + s.first * layout.hidden * layout.features;
    product.b_row = 1, product.b_col = layout.features;
    product.c = gates + s.slot * layout.hidden, product.c_row = kind.kept * layout.hidden;
    product.bias_n = data_of<T>(bias, s.first * layout.hidden);
    gemm(product);
  }
}

// dx (+)= dgates W_ih
template <class T>
void add_input_gradient(const RecurrentKind& kind, const RecurrentLayout& layout, const T* dgates,
                        const DirectionWeights& w, const Tensor& dx, bool add) {
  for (const Segment& s : segments_of(kind)) {
    Gemm<T> product;
    product.precision = float32_precision();
    product.m = layout.rows, product.n = layout.features, product.k = s.count * layout.hidden;
    product.a = dgates + s.slot * layout.hidden, product.a_row = kind.kept * layout.hidden;
    product.b = w.w_ih.data<T>() + s.first * layout.hidden * layout.features, product.b_row = layout.features;
    product.c = dx.data<T>(), product.c_row = layout.features;
    product.add = add;
    gemm(product);
    add = true;
  }
}

// dW = D[:, from : from + m]ᵀ B over all rows. Where B is narrow, D is better read along its rows: dWᵀ = Bᵀ
// D.
template <class T>
void weight_gradient(T* dw, const T* d, int64_t d_row, int64_t m, const T* b, int64_t n, int64_t rows) {
  constexpr int64_t narrow = 128;
  Gemm<T> product;
  product.precision = float32_precision();
  product.k = rows;
  if (n > narrow || m < 2 * n) {
    product.m = m, product.n = n;
    product.a = d, product.a_row = 1, product.a_col = d_row;
    product.b = b, product.b_row = n;
    product.c = dw, product.c_row = n;
    gemm(product);
    return;
  }
  const Tensor turned = empty({n, m}, sizeof(T) == 4 ? DType::float32 : DType::float64);
  product.m = n, product.n = m;
  product.a = b, product.a_row = 1, product.a_col = n;
  product.b = d, product.b_row = d_row;
  product.c = turned.data<T>(), product.c_row = m;
  gemm(product);
  for (int64_t j = 0; j < m; ++j)
    for (int64_t i = 0; i < n; ++i) dw[j * n + i] = turned.data<T>()[i * m + j];
}

// The h before each step, as rows: what W_hh was multiplied with.
template <class T>
Tensor rows_before(const RecurrentLayout& layout, int direction, const T* h_first, const T* y, int64_t y_row,
                   DType type) {
  const Tensor before = empty({layout.rows, layout.out}, type);
  T* const to = before.data<T>();
  const RecurrentSizes sizes = layout.sizes(direction);
  const int64_t n = layout.out, last = layout.steps - 1;
  parallel_for(
      layout.steps, std::max<int64_t>(1, (int64_t(1) << 14) / std::max<int64_t>(1, layout.sequences * n)),
      [&, to](int64_t t, int64_t end) {
        for (; t < end; ++t) {
          const int64_t previous = sizes.reverse ? t + 1 : t - 1;
          const int64_t there = previous < 0 || previous > last ? 0 : sizes.at.count[previous];
          for (int64_t b = 0; b < sizes.at.count[t]; ++b) {
            const T* from =
                b < there ? y + (sizes.at.start[previous] + b * sizes.at.row_step) * y_row : h_first + b * n;
            std::memcpy(to + (sizes.at.start[t] + b * sizes.at.row_step) * n, from, size_t(n) * sizeof(T));
          }
        }
      });
  return before;
}

// Slots of kept numbers back in the order of the gates.
Tensor in_gate_order(const RecurrentKind& kind, const Tensor& sums, int64_t hidden) {
  if (!kind.last_sum_apart()) return sums;
  std::vector<Tensor> parts;
  for (int g = 0; g < kind.gates; ++g) parts.push_back(narrow(sums, 0, kind.slot[g] * hidden, hidden));
  return concatenate(parts, 0);
}

}  // namespace

// ---- forward
// -----------------------------------------------------------------------------------------------------

std::vector<Tensor> recurrent_forward(const RecurrentKind& kind, Context& context,
                                      const RecurrentArguments& a, const RecurrentSettings& settings) {
  const RecurrentLayout layout(kind, a, settings);
  const DType type = a.x.dtype();
  const int64_t directions = layout.directions, n = layout.sequences, hidden = layout.hidden;
  const bool keeps = context.records() && kind.uses_kept;
  const Tensor y = empty(layout.with_columns(a.x.shape(), directions * layout.out), type);
  const Tensor h = empty({directions, n, layout.out}, type);
  const Tensor c = kind.has_state ? copy_or_zeros(a.c0, {directions, n, hidden}, type) : Tensor();
  const Tensor gates = empty({directions, layout.rows, kind.kept * hidden}, type);
  const Tensor states = keeps && kind.has_state ? empty({directions, layout.rows, hidden}, type) : Tensor();
  const Tensor unprojected =
      keeps && layout.projected() ? empty({directions, layout.rows, hidden}, type) : Tensor();
  const Tensor x = dense(a.x), h0 = a.h0 ? dense(a.h0) : zeros({directions, n, layout.out}, type);

  visit_float(kind.op, type, [&](auto element) {
    using T = decltype(element);
    RecurrentForward<T> passes[2];
    std::vector<Tensor> alive;
    for (int d = 0; d < directions; ++d) {
      DirectionWeights w = layout.weights(a.weights, settings, d);
      for (Tensor* t : {&w.w_ih, &w.w_hh, &w.b_hh, &w.w_hr}) alive.push_back(*t = dense(*t));
      T* const at = gates.data<T>() + d * layout.rows * kind.kept * hidden;
      multiply_inputs<T>(kind, layout, x, w, at);
      RecurrentForward<T>& p = passes[d];
      static_cast<RecurrentSizes&>(p) = layout.sizes(d);
      p.weight = w.w_hh.template data<T>();
      p.projection = data_of<T>(w.w_hr);
      p.bias = kind.last_sum_apart() ? data_of<T>(w.b_hh, (kind.gates - 1) * hidden) : nullptr;
      p.gates = at;
      p.keeps = keeps;
      p.state = data_of<T>(c, d * n * hidden);
      p.states = data_of<T>(states, d * layout.rows * hidden);
      p.unprojected = data_of<T>(unprojected, d * layout.rows * hidden);
      p.h_first = h0.data<T>() + d * n * layout.out;
      p.h_last = h.data<T>() + d * n * layout.out;
      p.y = y.data<T>() + d * layout.out;
      p.y_row = directions * layout.out;
    }
    if (layout.rows && hidden) kind.kernels->forward.template get<T>()(passes, int(directions));
  });

  context.save(a.x, a.h0, a.c0, a.batch_sizes, y, keeps ? gates : Tensor(), states, unprojected,
               int64_t(a.weights.size()), settings.bias, settings.bidirectional, settings.batch_first);
  for (const Tensor& w : a.weights) context.save(w);
  if (kind.has_state) return {y, h, c};
  return {y, h};
}

// ---- backward
// ----------------------------------------------------------------------------------------------------

Gradients recurrent_backward(const RecurrentKind& kind, const Context& context, const Tensor* dys) {
  const RecurrentSaved saved(context);
  const RecurrentArguments& a = saved.arguments;
  const RecurrentSettings& settings = saved.settings;
  const RecurrentLayout layout(kind, a, settings);
  const DType type = a.x.dtype();
  const int64_t directions = layout.directions, n = layout.sequences, hidden = layout.hidden,
                out = layout.out, rows = layout.rows, row = kind.kept * hidden;
  const Tensor dgates = empty({directions, rows, row}, type), dh0 = empty({directions, n, out}, type);
  const Tensor dstate = kind.has_state || kind.carries
                            ? copy_or_zeros(kind.has_state ? dys[2] : Tensor(), {directions, n, hidden}, type)
                            : Tensor();
  const Tensor dh = layout.projected() ? empty({directions, rows, out}, type) : Tensor();
  const Tensor dy = dense(dys[0]), dh_last = dense(dys[1]), x = dense(a.x);
  const Tensor h0 = a.h0 ? dense(a.h0) : zeros({directions, n, out}, type);
  const Tensor c0 = !kind.has_state ? Tensor() : a.c0 ? dense(a.c0) : zeros({directions, n, hidden}, type);
  const Tensor dx = context.needs(0) ? empty(x.shape(), type) : Tensor();
  Gradients all{dx};

  visit_float(kind.op, type, [&](auto element) {
    using T = decltype(element);
    RecurrentBackward<T> passes[2];
    std::vector<DirectionWeights> weights;
    for (int d = 0; d < directions; ++d) {
      DirectionWeights w = layout.weights(a.weights, settings, d);
      for (Tensor* t : {&w.w_ih, &w.w_hh, &w.w_hr}) *t = dense(*t);
      weights.push_back(w);
      RecurrentBackward<T>& p = passes[d];
      static_cast<RecurrentSizes&>(p) = layout.sizes(d);
      p.weight = w.w_hh.template data<T>();
      p.projection = data_of<T>(w.w_hr);
      p.gates = data_of<T>(saved.gates, d * rows * row);
      p.states = data_of<T>(saved.states, d * rows * hidden);
      p.state_first = data_of<T>(c0, d * n * hidden);
      p.h_first = h0.data<T>() + d * n * out;
      p.y = saved.y.data<T>() + d * out;
      p.dy = data_of<T>(dy, d * out);
      p.y_row = directions * out;
      p.dh_last = data_of<T>(dh_last, d * n * out);
      p.dstate = data_of<T>(dstate, d * n * hidden);
      p.dgates = dgates.data<T>() + d * rows * row;
      p.dh = data_of<T>(dh, d * rows * out);
      p.dh_first = dh0.data<T>() + d * n * out;
    }
    if (rows && hidden) kind.kernels->backward.template get<T>()(passes, int(directions));

    for (int d = 0; d < directions; ++d) {
      const RecurrentBackward<T>& p = passes[d];
      const DirectionWeights& w = weights[size_t(d)];
      const size_t at = 1 + size_t(d) * size_t(layout.weights_each);
      const auto wanted = [&](size_t i, const Tensor& like) {
        return like && context.needs(at + i) ? empty(like.shape(), type) : Tensor();
      };
      if (dx) add_input_gradient<T>(kind, layout, p.dgates, w, dx, d > 0);
      const Tensor dw_ih = wanted(0, w.w_ih), dw_hh = wanted(1, w.w_hh);
      if (dw_ih)
        for (const Segment& s : segments_of(kind))
          weight_gradient<T>(dw_ih.data<T>() + s.first * hidden * layout.features, p.dgates + s.slot * hidden,
                             row, s.count * hidden, x.data<T>(), layout.features, rows);
      if (dw_hh) {
        const Tensor before =
            layout.steps == 1 ? Tensor() : rows_before<T>(layout, d, p.h_first, p.y, p.y_row, type);
        weight_gradient<T>(dw_hh.data<T>(), p.dgates + kind.first_sum * hidden, row, kind.gates * hidden,
                           before ? before.data<T>() : p.h_first, out, rows);
      }
      all.push_back(dw_ih);
      all.push_back(dw_hh);
      if (settings.bias) {
        Tensor db_ih, db_hh;
        if (context.needs(at + 2) || context.needs(at + 3)) {
          const Tensor sums =
              sum(dgates.alias({rows, row}, {row, 1}, dgates.impl()->offset + d * rows * row), Ints{0});
          db_ih = in_gate_order(kind, sums, hidden);
          db_hh = narrow(sums, 0, kind.first_sum * hidden, kind.gates * hidden);
        }
        all.push_back(db_ih);
        all.push_back(db_hh);
      }
      if (layout.projected()) {
        const Tensor dw_hr = wanted(size_t(layout.weights_each) - 1, w.w_hr);
        if (dw_hr)
          weight_gradient<T>(dw_hr.data<T>(), p.dh, out, out, saved.unprojected.data<T>() + d * rows * hidden,
                             hidden, rows);
        all.push_back(dw_hr);
      }
    }
  });
  all.push_back(dh0);
  if (kind.has_state) all.push_back(dstate);
  return all;
}

}  // namespace pynn
