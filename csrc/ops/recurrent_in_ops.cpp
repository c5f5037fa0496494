// recurrent_in_ops.cpp — the backward of recurrent layers in recorded ops, for gradients of gradients.
//
// The steps run once more, forward and backward through time, each in the ops that its cell's formula is
// written in.
#include "ops/recurrent.h"

namespace pynn {

namespace {

Tensor transposed(const Tensor& x) { return transpose(x, 0, 1); }
Tensor first_rows(const Tensor& x, int64_t n) { return x.size(0) == n ? x : narrow(x, 0, 0, n); }
Tensor rows_from(const Tensor& x, int64_t begin, int64_t end) { return narrow(x, 0, begin, end - begin); }
Tensor plus(const Tensor& a, const Tensor& b) { return !a ? b : !b ? a : a + b; }
Tensor under(const Tensor& a, const Tensor& b) {
  const Tensor both[] = {a, b};
  return concatenate(both, 0);
}

// x to the first n rows: cut, or filled up from `others`.
Tensor with_rows(const Tensor& x, int64_t n, const Tensor& others) {
  if (!x) return first_rows(others, n);
  const int64_t have = x.size(0);
  return have >= n ? first_rows(x, n) : under(x, rows_from(others, have, n));
}

// The rows of step t of a matrix with a row for each step of each sequence, and back.
struct Steps {
  const RecurrentLayout& layout;
  bool batch_first;
  Tensor of(const Tensor& x, int64_t t) const {
    if (layout.packed) return narrow(x, 0, layout.start[size_t(t)], layout.count[size_t(t)]);
    return select_place(x, batch_first ? 1 : 0, t);
  }
  Tensor joined(std::vector<Tensor> steps) const {
    if (layout.packed) return concatenate(steps, 0);
    for (Tensor& step : steps) step = unsqueeze(step, batch_first ? 1 : 0);
    return concatenate(steps, batch_first ? 1 : 0);
  }
};

struct Step {
  Tensor x, h_before, state_before;
  CellInOps cell;
  Tensor h;
};

class Direction {
 public:
  Direction(const RecurrentKind& kind, const RecurrentLayout& layout, const RecurrentSaved& saved, int index)
      : kind_(kind),
        layout_(layout),
        steps_{layout, saved.settings.batch_first},
        index_(index),
        w_(layout.weights(saved.arguments.weights, saved.settings, index)) {
    const RecurrentArguments& a = saved.arguments;
    const DType type = a.x.dtype();
    const auto first_of = [&](const Tensor& given, int64_t columns) {
      return given ? select_place(given, 0, index) : zeros({layout.sequences, columns}, type);
    };
    h0_ = first_of(a.h0, layout.out);
    if (kind.has_state) c0_ = first_of(a.c0, layout.hidden);
    run_forward(a.x);
  }

  // What comes from y and from the last h and state, at step t or at a sequence's last step.
  void run_backward(const Tensor* dys) {
    const auto last_of = [&](const Tensor& dy) { return dy ? select_place(dy, 0, index_) : Tensor(); };
    const Tensor dh_last = last_of(dys[1]), dc_last = kind_.has_state ? last_of(dys[2]) : Tensor();
    const Tensor dy = dys[0] ? narrow(dys[0], -1, index_ * layout_.out, layout_.out) : Tensor();
    const DType type = h0_.dtype();
    const Tensor no_h = zeros({layout_.sequences, layout_.out}, type),
                 no_state = zeros({layout_.sequences, layout_.hidden}, type);
    Tensor dh, dstate;  // of the rows that step s + 1 had
    dx_.resize(size_t(layout_.steps));
    std::vector<Tensor> dh_first, dc_first;
    for (int64_t s = layout_.steps - 1; s >= 0; --s) {
      const Step& step = taken_[size_t(s)];
      const int64_t t = time(s), n = running(s);
      Tensor dh_here = with_rows(dh, n, dh_last ? dh_last : no_h);
      if (dy) dh_here = dh_here + steps_.of(dy, t);
      const Tensor dstate_here =
          kind_.has_state ? with_rows(dstate, n, dc_last ? dc_last : no_state) : Tensor();
      Tensor dm = dh_here;
      if (w_.w_hr) {
        dw_hr = plus(dw_hr, matmul(transposed(dh_here), step.cell.h));
        dm = matmul(dh_here, w_.w_hr);
      }
      const CellGradientInOps back =
          kind_.backward(step.cell, step.h_before, step.state_before, dm, dstate_here);
      std::vector<Tensor> in;
      for (int g = 0; g < kind_.gates; ++g) in.push_back(back.d[size_t(kind_.slot[g])]);
      const Tensor d_in = concatenate(in, 1);
      const Tensor d_sum =
          concatenate(TensorList(back.d).subspan(size_t(kind_.first_sum), size_t(kind_.gates)), 1);
      dx_[size_t(t)] = matmul(d_in, w_.w_ih);
      dw_ih = plus(dw_ih, matmul(transposed(d_in), step.x));
      dw_hh = plus(dw_hh, matmul(transposed(d_sum), step.h_before));
      db_ih = plus(db_ih, sum(d_in, Ints{0}));
      db_hh = plus(db_hh, sum(d_sum, Ints{0}));
      dh = matmul(d_sum, w_.w_hh);
      if (kind_.carries) dh = dh + back.dstate;
      dstate = back.dstate;
      // Sequences that begin here: theirs is the gradient of the first h.
      if (const int64_t before = running(s - 1); before < n) {
        dh_first.push_back(rows_from(dh, before, n));
        if (kind_.has_state) dc_first.push_back(rows_from(dstate, before, n));
        if (before) {
          dh = first_rows(dh, before);
          if (dstate) dstate = first_rows(dstate, before);
        }
      }
    }
    dh0 = in_order(dh_first);
    if (kind_.has_state) dc0 = in_order(dc_first);
  }
  Tensor dx() const { return steps_.joined(dx_); }

  Tensor dh0, dc0, dw_ih, dw_hh, db_ih, db_hh, dw_hr;

 private:
  int64_t time(int64_t s) const { return index_ == 1 ? layout_.steps - 1 - s : s; }
  int64_t running(int64_t s) const {
    return s < 0 || s >= layout_.steps ? 0 : layout_.count[size_t(time(s))];
  }
  // Groups of sequences that begin together: found from the last to the first, but the longest stand first.
  static Tensor in_order(const std::vector<Tensor>& groups) {
    std::vector<Tensor> forwards(groups.rbegin(), groups.rend());
    return concatenate(forwards, 0);
  }

  Tensor part_of(const Tensor& x, int g) const {
    return rows_from(x, g * layout_.hidden, (g + 1) * layout_.hidden);
  }

  void run_forward(const Tensor& x) {
    Tensor h, state;
    for (int64_t s = 0; s < layout_.steps; ++s) {
      const int64_t n = running(s);
      Step step{steps_.of(x, time(s)), with_rows(h, n, h0_), {}, {}, {}};
      if (kind_.has_state) step.state_before = with_rows(state, n, c0_);
      std::vector<Tensor> in, sums;
      for (int g = 0; g < kind_.gates; ++g) {
        in.push_back(linear(step.x, part_of(w_.w_ih, g), w_.b_ih ? part_of(w_.b_ih, g) : Tensor()));
        sums.push_back(linear(step.h_before, part_of(w_.w_hh, g), w_.b_hh ? part_of(w_.b_hh, g) : Tensor()));
      }
      step.cell = kind_.forward(in.data(), sums.data(), step.h_before, step.state_before);
      step.h = w_.w_hr ? linear(step.cell.h, w_.w_hr, Tensor()) : step.cell.h;
      h = step.h, state = step.cell.state;
      taken_.push_back(std::move(step));
    }
  }

  const RecurrentKind& kind_;
  const RecurrentLayout& layout_;
  Steps steps_;
  int index_;
  DirectionWeights w_;
  Tensor h0_, c0_;
  std::vector<Step> taken_;
  std::vector<Tensor> dx_;
};

Tensor stacked(const std::vector<Tensor>& parts) {
  std::vector<Tensor> raised;
  for (const Tensor& part : parts) raised.push_back(unsqueeze(part, 0));
  return concatenate(raised, 0);
}

}  // namespace

Gradients recurrent_backward_in_ops(const RecurrentKind& kind, const Context& context, const Tensor* dys) {
  const RecurrentSaved saved(context);
  const RecurrentLayout layout(kind, saved.arguments, saved.settings);
  Tensor dx;
  std::vector<Tensor> dh0, dc0, dweights;
  for (int d = 0; d < layout.directions; ++d) {
    Direction direction(kind, layout, saved, d);
    direction.run_backward(dys);
    dx = plus(dx, direction.dx());
    dh0.push_back(direction.dh0);
    dc0.push_back(direction.dc0);
    dweights.push_back(direction.dw_ih);
    dweights.push_back(direction.dw_hh);
    if (saved.settings.bias) dweights.push_back(direction.db_ih), dweights.push_back(direction.db_hh);
    if (layout.projected()) dweights.push_back(direction.dw_hr);
  }
  Gradients all{dx};
  for (const Tensor& dw : dweights) all.push_back(dw);
  all.push_back(stacked(dh0));
  if (kind.has_state) all.push_back(stacked(dc0));
  return all;
}

}  // namespace pynn
