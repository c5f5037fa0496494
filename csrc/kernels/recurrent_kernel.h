// recurrent_kernel.h — a recurrent layer step by step, forward and backward through time, around any cell.
//
// A Cell is a formula over the value type V, which is a vector here and a Tensor for gradients of gradients:
//   gates     how many sums a unit takes, slot[g] where the input's part of each stands among what is kept
//   kept      numbers kept for backward, a unit and step
//   forward   (in[gates], sum[gates], h before, state before) -> h, state, kept[kept]
//   backward  (kept, h, h before, state, state before, dh, dstate) -> d(kept slots)[kept], dstate before
// The first `gates` slots from `first_sum` on are the gradients of the recurrent sums: a row of them times
// W_hh is the gradient of the h before.
//
// Sequences are independent of each other: each thread takes some of them from the first step to the last,
// without ever waiting. Where there are too few, threads share the units of each step instead. Either way
// each number comes from the same operations in the same order.
#pragma once
#include "core/math/quick.h"
#include "core/simd_math.h"
#include "kernels/recurrent.h"
#include "kernels/recurrent_product.h"
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

template <class V, int count>
struct CellOutput {
  V h, state;
  V kept[count];
};
template <class V, int count>
struct CellGradient {
  V d[count];
  V dstate;
};

template <class T>
PYNN_INLINE void copy_row(T* to, const T* from, int64_t n) {
  __builtin_memcpy(to, from, uint64_t(n) * sizeof(T));
}
PYNN_INLINE Range within(Range a, int64_t begin, int64_t end) {
  begin = larger(a.begin, begin);
  return {begin, larger(begin, smaller(a.end, end))};
}

// The order of steps: as the sequences run, or from their ends.
struct StepOrder {
  const RecurrentSizes& p;
  PYNN_INLINE int64_t time(int64_t s) const { return p.reverse ? p.at.steps - 1 - s : s; }
  // Sequences that have a step s; none before the first and after the last.
  PYNN_INLINE int64_t running(int64_t s) const { return s < 0 || s >= p.at.steps ? 0 : p.at.count[time(s)]; }
  PYNN_INLINE int64_t row(int64_t s, int64_t b) const { return p.at.start[time(s)] + b * p.at.row_step; }
};

// Rows of an operand of tiles: apart by an odd number of cache lines, so that they do not compete for places.
template <class T>
PYNN_INLINE int64_t pitch_of(int64_t n) {
  constexpr int64_t line = 64 / int64_t(sizeof(T));
  return (ceil_div(n, line) | 1) * line;
}

// ---- forward
// -----------------------------------------------------------------------------------------------

template <class Cell, class T>
class ForwardPass {
  using V = Vec<T>;

 public:
  using Number = T;
  ForwardPass(const RecurrentForward<T>& p, bool packed)
      : p_(p),
        order_{p},
        pitch_(pitch_of<T>(p.out)),
        wide_pitch_(pitch_of<T>(p.hidden)),
        recurrent_({p.weight, Cell::gates, p.hidden, p.out, p.out, 1}, packed),
        projected_({p.projection, 1, p.out, p.hidden, p.hidden, 1}, packed) {}

  int64_t size() const {
    const int64_t n = p_.at.sequences;
    return 2 * n * pitch_ + recurrent_.size(n) + 16 +
           (p_.projection ? n * wide_pitch_ + projected_.size(n) : 0);
  }
  void prepare(T* memory) {
    const int64_t n = p_.at.sequences;
    recurrent_.prepare(memory);
    memory += round_up(recurrent_.size(n), 16);
    for (T*& h : h_) h = memory, memory += n * pitch_;
    if (!p_.projection) return;
    wide_ = memory, memory += n * wide_pitch_;
    projected_.prepare(memory);
  }

  // The phases of a step: each in parts, all of one before any of the next.
  static constexpr int phases = 2;
  int64_t parts(int phase) const {
    return phase == 0 ? recurrent_.strips() : p_.projection ? projected_.strips() : 0;
  }
  void run(int phase, int64_t s, Range rows, Range strips) {
    if (phase == 0)
      run_cells(s, rows, strips);
    else
      project(s, rows, strips);
  }
  // The sequences that begin with step s bring their first h.
  void begin(int64_t s, Range rows) {
    const Range joining = within(rows, order_.running(s - 1), order_.running(s));
    for (int64_t b = joining.begin; b < joining.end; ++b)
      copy_row(before(s) + b * pitch_, p_.h_first + b * p_.out, p_.out);
  }
  // Those that end with step s leave their last.
  void end(int64_t s, Range rows) {
    const Range leaving = within(rows, order_.running(s + 1), order_.running(s));
    for (int64_t b = leaving.begin; b < leaving.end; ++b)
      copy_row(p_.h_last + b * p_.out, after(s) + b * pitch_, p_.out);
  }
  int64_t steps() const { return p_.at.steps; }
  int64_t step_of(int64_t s) const { return s; }

 private:
  T* before(int64_t s) const { return h_[s & 1]; }
  T* after(int64_t s) const { return h_[(s + 1) & 1]; }

  void run_cells(int64_t s, Range all, Range strips) {
    const Range rows = within(all, 0, order_.running(s));
    const int64_t hidden = p_.hidden;
    recurrent_.multiply(before(s), pitch_, rows, strips,
                        [&](int64_t b, int64_t u, int64_t n, const T* sums, int64_t gate_step)
                            PYNN_LAMBDA_INLINE {
                              const int64_t row = order_.row(s, b);
                              T* const gates = p_.gates + row * Cell::kept * hidden + u;
                              ask_for(s + 1, b, u);
                              V in[Cell::gates], sum[Cell::gates];
                              for (int g = 0; g < Cell::gates; ++g) {
                                in[g] = load_part(gates + Cell::slot[g] * hidden, n, T(0));
                                sum[g] = load_part(sums + g * gate_step, n, T(0));
                              }
                              if (p_.bias) sum[Cell::gates - 1] += load_part(p_.bias + u, n, T(0));
                              V h_before(0), state(0);
                              if (Cell::uses_h) h_before = load_part(before(s) + b * pitch_ + u, n, T(0));
                              if (Cell::has_state) state = load_part(p_.state + b * hidden + u, n, T(0));
                              const auto y = Cell::forward(in, sum, h_before, state);
                              if (p_.keeps)
                                for (int k = 0; k < Cell::kept; ++k)
                                  store_part(gates + k * hidden, y.kept[k], n);
                              if (Cell::has_state) {
                                store_part(p_.state + b * hidden + u, y.state, n);
                                if (p_.keeps) store_part(p_.states + row * hidden + u, y.state, n);
                              }
                              if (p_.projection) {
                                store_part(wide_ + b * wide_pitch_ + u, y.h, n);
                                if (p_.keeps) store_part(p_.unprojected + row * hidden + u, y.h, n);
                              } else {
                                store_part(after(s) + b * pitch_ + u, y.h, n);
                                store_part(p_.y + row * p_.y_row + u, y.h, n);
                              }
                            });
  }

  // What the next step will want of memory: rows of one step lie so far apart that nobody else foresees it.
  PYNN_INLINE void ask_for(int64_t s, int64_t b, int64_t u) const {
    if (b >= order_.running(s)) return;
    const int64_t row = order_.row(s, b), hidden = p_.hidden;
    for (int k = 0; k < Cell::kept; ++k)
      __builtin_prefetch(p_.gates + (row * Cell::kept + k) * hidden + u, 1, 2);
    if (Cell::has_state && p_.keeps) __builtin_prefetch(p_.states + row * hidden + u, 1, 2);
    if (!p_.projection) __builtin_prefetch(p_.y + row * p_.y_row + u, 1, 2);
  }

  void project(int64_t s, Range all, Range strips) {
    const Range rows = within(all, 0, order_.running(s));
    projected_.multiply(wide_, wide_pitch_, rows, strips,
                        [&](int64_t b, int64_t u, int64_t n, const T* sums, int64_t) PYNN_LAMBDA_INLINE {
                          const V h = load_part(sums, n, T(0));
                          store_part(after(s) + b * pitch_ + u, h, n);
                          store_part(p_.y + order_.row(s, b) * p_.y_row + u, h, n);
                        });
  }

  const RecurrentForward<T>& p_;
  StepOrder order_;
  int64_t pitch_, wide_pitch_;
  StepProduct<T> recurrent_, projected_;
  T *h_[2] = {}, *wide_ = nullptr;
};

// ---- backward
// ----------------------------------------------------------------------------------------------

template <class Cell, class T>
class BackwardPass {
  using V = Vec<T>;

 public:
  using Number = T;
  BackwardPass(const RecurrentBackward<T>& p, bool packed)
      : p_(p),
        order_{p},
        pitch_(pitch_of<T>(Cell::gates * p.hidden)),
        out_pitch_(pitch_of<T>(p.out)),
        recurrent_({p.weight, 1, p.out, 1, Cell::gates * p.hidden, p.out}, packed),
        projected_({p.projection, 1, p.hidden, 1, p.out, p.hidden}, packed) {}

  int64_t size() const {
    const int64_t n = p_.at.sequences;
    return 2 * n * pitch_ + recurrent_.size(n) + 16 +
           (p_.projection ? n * out_pitch_ + projected_.size(n) : 0);
  }
  void prepare(T* memory) {
    const int64_t n = p_.at.sequences;
    recurrent_.prepare(memory);
    memory += round_up(recurrent_.size(n), 16);
    for (T*& d : dsums_) d = memory, memory += n * pitch_;
    if (!p_.projection) return;
    dh_ = memory, memory += n * out_pitch_;
    projected_.prepare(memory);
  }

  static constexpr int phases = 3;
  int64_t parts(int phase) const {
    return phase == 1 && !p_.projection ? 0 : phase == 1 ? projected_.strips() : recurrent_.strips();
  }
  void run(int phase, int64_t s, Range rows, Range strips) {
    if (phase == 0)
      arrive(s, rows, strips);
    else if (phase == 1)
      unproject(s, rows, strips);
    else
      leave(s, rows, strips);
  }
  void begin(int64_t, Range) {}
  void end(int64_t, Range) {}
  int64_t steps() const { return p_.at.steps; }
  int64_t step_of(int64_t s) const { return p_.at.steps - 1 - s; }

 private:
  T* later(int64_t s) const { return dsums_[(s + 1) & 1]; }  // of step s + 1
  T* here(int64_t s) const { return dsums_[s & 1]; }

  // dh = what step s + 1 sends back, or the gradient of the last h; plus dy.
  void arrive(int64_t s, Range all, Range strips) {
    const Range rows = within(all, 0, order_.running(s)), going_on = within(rows, 0, order_.running(s + 1));
    recurrent_.multiply(later(s), pitch_, going_on, strips,
                        [&](int64_t b, int64_t u, int64_t n, const T* sums, int64_t)
                            PYNN_LAMBDA_INLINE { arrived(s, b, u, n, load_part(sums, n, T(0))); });
    const int64_t width = recurrent_.strip_units();
    for (int64_t b = larger(rows.begin, going_on.end); b < rows.end; ++b)
      for (int64_t u = strips.begin * width; u < smaller(strips.end * width, p_.out); u += V::lanes) {
        const int64_t n = smaller(V::lanes, p_.out - u);
        arrived(s, b, u, n, p_.dh_last ? load_part(p_.dh_last + b * p_.out + u, n, T(0)) : V(0));
      }
  }
  PYNN_INLINE void arrived(int64_t s, int64_t b, int64_t u, int64_t n, V dh) {
    const int64_t row = order_.row(s, b);
    if (p_.dy) dh += load_part(p_.dy + row * p_.y_row + u, n, T(0));
    if (!p_.projection) return run_cell(s, b, row, u, n, dh);
    store_part(dh_ + b * out_pitch_ + u, dh, n);
    store_part(p_.dh + row * p_.out + u, dh, n);
  }
  void unproject(int64_t s, Range all, Range strips) {
    projected_.multiply(dh_, out_pitch_, within(all, 0, order_.running(s)), strips,
                        [&](int64_t b, int64_t u, int64_t n, const T* sums, int64_t) PYNN_LAMBDA_INLINE {
                          run_cell(s, b, order_.row(s, b), u, n, load_part(sums, n, T(0)));
                        });
  }

  PYNN_INLINE void run_cell(int64_t s, int64_t b, int64_t row, int64_t u, int64_t n, V dh) {
    const int64_t hidden = p_.hidden;
    const bool is_first = b >= order_.running(s - 1);
    const int64_t row_before = is_first ? 0 : order_.row(s - 1, b);
    if (!is_first) ask_for(s - 1, b, row_before, u);
    V kept[Cell::kept], h(0), h_before(0), state(0), state_before(0), dstate(0);
    if (Cell::uses_kept)
      for (int k = 0; k < Cell::kept; ++k)
        kept[k] = load_part(p_.gates + (row * Cell::kept + k) * hidden + u, n, T(0));
    else
      h = load_part(p_.y + row * p_.y_row + u, n, T(0));
    if (Cell::uses_h)
      h_before = load_part((is_first ? p_.h_first + b * hidden : p_.y + row_before * p_.y_row) + u, n, T(0));
    if (Cell::has_state) {
      state = load_part(p_.states + row * hidden + u, n, T(0));
      state_before =
          load_part((is_first ? p_.state_first + b * hidden : p_.states + row_before * hidden) + u, n, T(0));
    }
    if (Cell::has_state || Cell::carries) dstate = load_part(p_.dstate + b * hidden + u, n, T(0));
    if (Cell::carries) dh += dstate;
    const auto back = Cell::backward(kept, h, h_before, state, state_before, dh, dstate);
    for (int k = 0; k < Cell::kept; ++k)
      store_part(p_.dgates + (row * Cell::kept + k) * hidden + u, back.d[k], n);
    for (int g = 0; g < Cell::gates; ++g)
      store_part(here(s) + b * pitch_ + g * hidden + u, back.d[Cell::first_sum + g], n);
    if (Cell::has_state || Cell::carries) store_part(p_.dstate + b * hidden + u, back.dstate, n);
  }

  // Sequences that begin with step s: what it sends back is the gradient of the first h.
  void leave(int64_t s, Range all, Range strips) {
    const Range rows = within(all, order_.running(s - 1), order_.running(s));
    recurrent_.multiply(here(s), pitch_, rows, strips,
                        [&](int64_t b, int64_t u, int64_t n, const T* sums, int64_t) PYNN_LAMBDA_INLINE {
                          V dh = load_part(sums, n, T(0));
                          if (Cell::carries) dh += load_part(p_.dstate + b * p_.hidden + u, n, T(0));
                          store_part(p_.dh_first + b * p_.out + u, dh, n);
                        });
  }

  // What step s will want of memory, and what step s - 1 gives to it.
  PYNN_INLINE void ask_for(int64_t s, int64_t b, int64_t row, int64_t u) const {
    const int64_t hidden = p_.hidden;
    for (int k = 0; k < Cell::kept; ++k) {
      if (Cell::uses_kept) __builtin_prefetch(p_.gates + (row * Cell::kept + k) * hidden + u, 0, 2);
      __builtin_prefetch(p_.dgates + (row * Cell::kept + k) * hidden + u, 1, 2);
    }
    if (p_.dy) __builtin_prefetch(p_.dy + row * p_.y_row + u, 0, 2);
    if (b >= order_.running(s - 1)) return;
    const int64_t before = order_.row(s - 1, b);
    if (Cell::uses_h) __builtin_prefetch(p_.y + before * p_.y_row + u, 0, 2);
    if (Cell::has_state) __builtin_prefetch(p_.states + before * hidden + u, 0, 2);
  }

  const RecurrentBackward<T>& p_;
  StepOrder order_;
  int64_t pitch_, out_pitch_;
  StepProduct<T> recurrent_, projected_;
  T *dsums_[2] = {}, *dh_ = nullptr;
};

// ---- either way: whose steps are whose thread's -----------------------------------------------------------

// Sequences that are enough for a thread: a tile of fewer reads the weight more often than it pays.
inline constexpr int64_t kFewSequences = 4;
inline constexpr int64_t kStepsWorthPacking = 3;

template <class Pass>
void run_steps(Pass& pass, Range rows) {
  for (int64_t i = 0; i < pass.steps(); ++i) {
    const int64_t s = pass.step_of(i);
    pass.begin(s, rows);
    for (int phase = 0; phase < Pass::phases; ++phase)
      if (pass.parts(phase)) pass.run(phase, s, rows, {0, pass.parts(phase)});
    pass.end(s, rows);
  }
}

// Both directions take a step; their strips are divided.
template <class Pass>
void share_steps(Pass* passes, int64_t count, Range rows) {
  for (int64_t i = 0; i < passes[0].steps(); ++i) {
    const int64_t s = passes[0].step_of(i);
    for (int64_t d = 0; d < count; ++d) passes[d].begin(s, rows);
    for (int phase = 0; phase < Pass::phases; ++phase) {
      const int64_t strips = passes[0].parts(phase);
      const int64_t each = strips ? smaller(strips, ceil_div(num_threads(), count)) : 0;
      parallel_for(count * each, 1, [&](int64_t part, int64_t end) {
        for (; part < end; ++part) {
          const int64_t d = part / each, k = part % each;
          passes[d].run(phase, s, rows, {strips * k / each, strips * (k + 1) / each});
        }
      });
    }
    for (int64_t d = 0; d < count; ++d) passes[d].end(s, rows);
  }
}

template <class Pass, class Parameters>
void run_recurrent(const Parameters* p, int64_t count, int64_t gates) {
  const int64_t n = p->at.sequences, threads = num_threads();
  const bool packed = p->at.steps >= kStepsWorthPacking;
  Pass passes[2] = {{p[0], packed}, {p[count - 1], packed}};
  using T = typename Pass::Number;
  const int64_t size = round_up(passes[0].size(), 16);
  const Scratch<T> memory(count * size);
  for (int64_t d = 0; d < count; ++d) passes[d].prepare(memory.get() + d * size);

  // Multiplications of a step; a row counts as more, for its share of reading the weight.
  const double weights = double(gates) * double(p->hidden) * double(p->out);
  const double step = double(count) * double(n + 3) * weights;
  constexpr double task = 1 << 18;  // see gemm.cpp
  const bool alone = threads == 1 || step * double(p->at.steps) < 4 * task;
  const int64_t groups =
      alone || !packed ? 1 : larger(1, smaller(ceil_div(threads, count), n / kFewSequences));
  const bool far = weights * double(sizeof(T)) > double(cache_sizes().level2);
  if (packed && !alone && (far || groups * count < threads) && step >= 2 * task)
    share_steps(passes, count, {0, n});
  else
    parallel_for(groups * count, alone || !packed ? groups * count : 1, [&](int64_t part, int64_t end) {
      for (; part < end; ++part) {
        const int64_t k = part / count;
        run_steps(passes[part % count], {n * k / groups, n * (k + 1) / groups});
      }
    });
}

template <class Cell, class T>
void recurrent_forward(const RecurrentForward<T>* directions, int count) {
  run_recurrent<ForwardPass<Cell, T>>(directions, count, Cell::gates);
}
template <class Cell, class T>
void recurrent_backward(const RecurrentBackward<T>* directions, int count) {
  run_recurrent<BackwardPass<Cell, T>>(directions, count, Cell::gates);
}

// The loops of a cell, for the record of its op.
template <class Cell>
constexpr RecurrentKernels recurrent_kernels() {
  return {{recurrent_forward<Cell, float>, recurrent_forward<Cell, double>},
          {recurrent_backward<Cell, float>, recurrent_backward<Cell, double>}};
}

}  // namespace pynn::PYNN_ISA
