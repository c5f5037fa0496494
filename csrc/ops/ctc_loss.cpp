// ctc_loss — how unlikely a sequence of labels is, summed over all ways to spread it over time.
//
// The labels l of a target, with blanks b around them: l' = b l₁ b l₂ b ... b, L' = 2L + 1 states. A path
// stands in one state at each time; it may stay, go one on, and go two on where that skips a blank between
// different labels. In logarithms, with x_t(k) = ln p of class k at time t (equations 6.9 to 6.13):
//
//     α_t(s) = x_t(l'_s) + ln(e^α_(t-1)(s) + e^α_(t-1)(s-1) + [may skip] e^α_(t-1)(s-2))
//     loss   = -ln p = -ln(e^α_T(L'-1) + e^α_T(L'-2))
//
// A row before the first has α = 0 in a state -1, from which the first two can be reached: so all times are
// alike, and so is a sequence of none. β is α of the sequence and the labels read backwards. Both hold x_t,
// so
//
//     dx_t(k) = -Σ_{s: l'_s = k} exp(α_t(s) + β_t(s) - x_t(k) + loss)
#include "core/simd_math.h"
#include "kernels/row_kernel.h"

namespace pynn {

// One sequence and its labels, in one of the two orders. `skip` is 0 where a state may be reached from two
// before, else -∞. Rows of α begin with the states -2 and -1.
template <class T>
struct CtcSequence {
  const T* x;  // x_t(k) at x[t * x_step + k]
  int64_t x_step, steps, states;
  const int64_t* label;
  const T* skip;
  T* emitted;  // states: room for x_t(l'_s)
};

template <class T>
using CtcAlpha = void(const CtcSequence<T>& sequence, T* alpha, int64_t row);
// `back` is the sequence read backwards; beta: two rows of it; dx is 0 on entry.
template <class T>
using CtcGradient = void(const CtcSequence<T>& sequence, const CtcSequence<T>& back, const T* alpha,
                         int64_t row, T* beta, T loss, T dy, T* dx);

struct CtcKernels {
  FloatKernels<CtcAlpha> alpha;
  FloatKernels<CtcGradient> gradient;
};

}  // namespace pynn

namespace pynn::PYNN_ISA {

// The next row of α from the one before; `t` says whose x is read.
template <class T>
PYNN_INLINE void ctc_step(const CtcSequence<T>& q, int64_t t, const T* before, T* after) {
  using V = Vec<T>;
  constexpr T kNever = T(-__builtin_inf());
  const T* const x = q.x + t * q.x_step;
  for (int64_t s = 0; s < q.states; ++s) q.emitted[s] = x[q.label[s]];
  after[0] = after[1] = kNever;
  for_each_vector<T>(q.states, [&](int64_t s, int64_t k) PYNN_LAMBDA_INLINE {
    const V stay = load_part(before + s + 2, k, kNever), on = load_part(before + s + 1, k, kNever);
    const V skip = load_part(before + s, k, kNever) + load_part(q.skip + s, k, kNever);
    const V most = max(stay, max(on, skip)), m = select(most > V(kNever), most, V(T(0)));
    const V sum = exp(stay - m) + exp(on - m) + exp(skip - m);
    store_part(after + s + 2, m + log(sum) + load_part(q.emitted + s, k, T(0)), k);
  });
}

template <class T>
PYNN_INLINE void ctc_first(const CtcSequence<T>& q, T* row) {
  for (int64_t s = 0; s < q.states + 2; ++s) row[s] = T(-__builtin_inf());
  row[1] = T(0);
}

template <class T>
void ctc_alpha(const CtcSequence<T>& q, T* alpha, int64_t row) {
  ctc_first(q, alpha);
  for (int64_t t = 0; t < q.steps; ++t) ctc_step(q, t, alpha + t * row, alpha + (t + 1) * row);
}

template <class T>
void ctc_gradient(const CtcSequence<T>& q, const CtcSequence<T>& back, const T* alpha, int64_t row, T* beta,
                  T loss, T dy, T* dx) {
  using V = Vec<T>;
  constexpr T kNever = T(-__builtin_inf());
  T* rows[2] = {beta, beta + row};
  ctc_first(back, rows[0]);
  for (int64_t done = 0; done < q.steps; ++done) {
    const int64_t t = q.steps - 1 - done;
    T *const before = rows[done % 2], *const after = rows[(done + 1) % 2];
    ctc_step(back, t, before, after);
    const T* const a = alpha + (t + 1) * row + 2;
    T* const share = before;  // of all paths, those that stand in a state; the row is needed no more
    for (int64_t s = 0; s < q.states; ++s) share[s] = after[q.states + 1 - s];
    for (int64_t s = 0; s < q.states; ++s) q.emitted[s] = q.x[t * q.x_step + q.label[s]];
    for_each_vector<T>(q.states, [&](int64_t s, int64_t k) PYNN_LAMBDA_INLINE {
      const V both = load_part(a + s, k, kNever) + load_part(share + s, k, kNever);
      const V path = exp(both - load_part(q.emitted + s, k, T(0)) + V(loss));
      store_part(share + s, select(both > V(kNever), path, V(T(0))), k);
    });
    for (int64_t s = 0; s < q.states; ++s) dx[t * q.x_step + q.label[s]] -= dy * share[s];
  }
}

extern const CtcKernels ctc_kernels;
constexpr CtcKernels ctc_kernels = {{ctc_alpha<float>, ctc_alpha<double>},
                                    {ctc_gradient<float>, ctc_gradient<double>}};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/parallel.h"
#include "ops/reduction.h"

namespace pynn {

PYNN_DISPATCH(ctc_kernels);

namespace {

Tensor checked_lengths(const char* what, const Tensor& lengths, int64_t n, int64_t most) {
  if (!(lengths.shape() == Shape{n}))
    throw ShapeError(
        text("ctc_loss: ", what, " must be ", Shape{n}, ", one for each sequence, got ", lengths.shape()));
  if (!is_integral(lengths.dtype()))
    throw DTypeError(text("ctc_loss: ", what, " must be integers, got ", lengths.dtype()));
  const Tensor found = lengths.to(DType::int64).contiguous();
  for (int64_t i = 0; i < n; ++i)
    if (const int64_t length = found.data<int64_t>()[i]; length < 0 || length > most)
      throw ValueError(text("ctc_loss: ", what, "[", i, "] is ", length, ", not one of 0 to ", most,
                            what[0] == 'i' ? ", the steps of log_probs" : ", the labels of targets"));
  return found;
}

// The labels with blanks between and around, and where a blank may be skipped, forwards and backwards.
template <class T>
struct Extended {
  int64_t states_most;
  std::vector<int64_t> label;  // (N, 2, states_most)
  std::vector<T> skip;

  Extended(const int64_t* targets, const int64_t* lengths, int64_t n, int64_t labels, int64_t blank)
      : states_most(2 * labels + 1),
        label(size_t(n * 2 * states_most), blank),
        skip(label.size(), -std::numeric_limits<T>::infinity()) {
    for (int64_t i = 0; i < n; ++i)
      for (int way = 0; way < 2; ++way)
        for (int64_t j = 0; j < lengths[i]; ++j) {
          const int64_t* const of = targets + i * labels;
          const int64_t to = at(i, way) + 2 * j + 1;
          label[size_t(to)] = of[way ? lengths[i] - 1 - j : j];
          if (j == 0 || label[size_t(to)] != label[size_t(to - 2)]) skip[size_t(to)] = T(0);
        }
  }
  int64_t at(int64_t i, int way) const { return (2 * i + way) * states_most; }
};

struct CtcSizes {
  int64_t steps, n, classes, labels, row;  // row: of α
  CtcSizes(const Tensor& x, const Tensor& targets)
      : steps(x.size(0)), n(x.size(1)), classes(x.size(2)), labels(targets.size(1)), row(2 * labels + 3) {}
};

// What the recursions in ops read: (T, N, L') the class of every state, (N, L') 0 or kNever where a path may
// skip to, begin and end, and (N, 1) the steps.
struct CtcMasks {
  static constexpr double kNever = -1e30;
  Tensor label, skip, first, last, steps;

  CtcMasks(const CtcSizes& size, const Tensor& labels, const Tensor& steps_given, const Tensor& lengths,
           int64_t blank, DType dtype) {
    const Extended<double> extended(labels.data<int64_t>(), lengths.data<int64_t>(), size.n, size.labels,
                                    blank);
    const int64_t states = extended.states_most;
    const Tensor k = empty({1, size.n, states}, DType::int64);
    const Tensor mask = full({3, size.n, states}, kNever, DType::float64);
    double* const m = mask.data<double>();
    for (int64_t i = 0; i < size.n; ++i) {
      const int64_t length = lengths.data<int64_t>()[i];
      double *may_skip = m + i * states, *first = may_skip + size.n * states, *last = first + size.n * states;
      for (int64_t s = 0; s < states; ++s) {
        k.data<int64_t>()[i * states + s] = extended.label[size_t(extended.at(i, 0) + s)];
        if (extended.skip[size_t(extended.at(i, 0) + s)] == 0) may_skip[s] = 0;
        if (s < 2 && s <= 2 * length) first[s] = 0;
        if (s == 2 * length || s == 2 * length - 1) last[s] = 0;
      }
    }
    label = expand(k, {size.steps, size.n, states});
    const Tensor typed = mask.to(dtype);
    skip = select_place(typed, 0, 0), first = select_place(typed, 0, 1), last = select_place(typed, 0, 2);
    steps = reshape(steps_given, {size.n, 1});
  }
};

}  // namespace

struct CtcLoss {
  static Tensor forward(Context& context, const Tensor& log_probs, const Tensor& targets,
                        const Tensor& input_lengths, const Tensor& target_lengths, int64_t blank,
                        bool zero_infinity) {
    check_floating("ctc_loss", log_probs);
    if (log_probs.ndim() != 3)
      throw ShapeError(text("ctc_loss: log_probs must be (T, N, C), got ", log_probs.shape()));
    if (targets.ndim() != 2 || targets.size(0) != log_probs.size(1))
      throw ShapeError(text("ctc_loss: log_probs ", log_probs.shape(), " needs targets (", log_probs.size(1),
                            ", labels), got ", targets.shape()));
    if (!is_integral(targets.dtype()))
      throw DTypeError(text("ctc_loss: targets must be labels, integers; got ", targets.dtype()));
    const CtcSizes size(log_probs, targets);
    if (blank < 0 || blank >= size.classes)
      throw ValueError(text("ctc_loss: blank=", blank, " is not one of the ", size.classes, " classes"));
    const Tensor steps = checked_lengths("input_lengths", input_lengths, size.n, size.steps);
    const Tensor lengths = checked_lengths("target_lengths", target_lengths, size.n, size.labels);
    const Tensor labels = targets.to(DType::int64).contiguous(), x = log_probs.contiguous();
    const int64_t *label = labels.data<int64_t>(), *length = lengths.data<int64_t>();
    for (int64_t i = 0; i < size.n; ++i)
      for (int64_t j = 0; j < length[i]; ++j)
        if (const int64_t k = label[i * size.labels + j]; k < 0 || k >= size.classes || k == blank)
          throw IndexError(
              text("ctc_loss: label ", k, " at position (", i, ", ", j, ") of targets is ",
                   k == blank ? "the blank, which targets leave out" : "not one of the classes 0 to ",
                   k == blank ? text("") : text(size.classes - 1)));
    const Tensor alpha = empty({size.n, size.steps + 1, size.row}, x.dtype()),
                 loss = empty({size.n}, x.dtype());
    visit_float("ctc_loss", x.dtype(), [&](auto element) {
      using T = decltype(element);
      const Extended<T> extended(label, length, size.n, size.labels, blank);
      std::vector<T> room(size_t(size.n * extended.states_most));
      auto* kernel = ctc_kernels->alpha.get<T>();
      T *pa = alpha.data<T>(), *py = loss.data<T>(), *emitted = room.data();
      const T* px = x.data<T>();
      const int64_t* count = steps.data<int64_t>();
      parallel_for(size.n, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          T* const a = pa + i * (size.steps + 1) * size.row;
          kernel(sequence(px, size, extended, count, length, i, 0, emitted + i * extended.states_most), a,
                 size.row);
          const T* const last = a + count[i] * size.row + 2 * length[i] + 1;  // the states L'-2 and L'-1
          const T most = std::max(last[0], last[1]);
          py[i] = most == -std::numeric_limits<T>::infinity()
                      ? (zero_infinity ? T(0) : -most)
                      : -(most + std::log(std::exp(last[0] - most) + std::exp(last[1] - most)));
        }
      });
    });
    context.save(x, labels, steps, lengths, alpha, loss.detach(), blank, zero_infinity);
    return loss;
  }

  static Gradients backward(const Context& context, const Tensor& dy_given) {
    const auto [x, labels, steps, lengths, alpha, loss, blank, zero_infinity] =
        context.load<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, int64_t, bool>();
    const CtcSizes size(x, labels);
    const Tensor dx = zeros(x.shape(), x.dtype()), dy = dy_given.contiguous();
    visit_float(
        "ctc_loss", x.dtype(),
        [&, &x = x, &labels = labels, &steps = steps, &lengths = lengths, &alpha = alpha, &loss = loss,
         blank = blank](auto element) {
          using T = decltype(element);
          const int64_t *count = steps.template data<int64_t>(), *length = lengths.template data<int64_t>();
          const Extended<T> extended(labels.template data<int64_t>(), length, size.n, size.labels, blank);
          const int64_t room_of_one = extended.states_most + 2 * size.row;
          std::vector<T> room(size_t(size.n * room_of_one));
          auto* kernel = ctc_kernels->gradient.get<T>();
          const T *px = x.template data<T>(), *pa = alpha.template data<T>(), *py = loss.template data<T>();
          const T* pdy = dy.data<T>();
          T *pdx = dx.data<T>(), *scratch = room.data();
          parallel_for(size.n, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
              const T* const a = pa + i * (size.steps + 1) * size.row;
              const T* const last = a + count[i] * size.row + 2 * length[i] + 1;
              T* const to = pdx + i * size.classes;
              if (std::max(last[0], last[1]) == -std::numeric_limits<T>::infinity()) {
                // No path at all. An infinite loss has no slope, unless it was counted as 0.
                if (!zero_infinity)
                  for (int64_t t = 0; t < count[i]; ++t)
                    for (int64_t k = 0; k < size.classes; ++k)
                      to[t * size.n * size.classes + k] = std::numeric_limits<T>::quiet_NaN();
                continue;
              }
              T* const emitted = scratch + i * room_of_one;
              const auto forward = sequence(px, size, extended, count, length, i, 0, emitted);
              const auto back = sequence(px, size, extended, count, length, i, 1, emitted);
              kernel(forward, back, a, size.row, emitted + extended.states_most, py[i], pdy[i], to);
            }
          });
        });
    return {dx, Tensor(), Tensor(), Tensor()};
  }

  // The same recursions in ops: α forwards, and then what of each loss passes through each state, backwards
  // through g_(t-1)(s) = Σ over the states s' that s leads to of g_t(s') exp(α_(t-1)(s) - ln Σ e^α_(t-1)).
  // Instead of -∞ stands a number that can be subtracted from itself.
  static Gradients backward_in_ops(const Context& context, const Tensor& dy) {
    const auto [x, labels, steps, lengths, alpha, loss, blank, zero_infinity] =
        context.load<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, int64_t, bool>();
    for (const Tensor& read : {labels, steps, lengths, alpha})
      value_decides(read, "the gradient of ctc_loss's gradient");
    const CtcSizes size(x, labels);
    const CtcMasks masks(size, labels, steps, lengths, blank, x.dtype());
    const Tensor emitted = gather(max(x, number(CtcMasks::kNever)), 2, masks.label);
    const auto from = [&](const Tensor& a, int64_t by) {
      const Tensor there = by ? shift(a, 1, by, CtcMasks::kNever) : a;
      return by == 2 ? there + masks.skip : there;
    };
    std::vector<Tensor> a, reach, live, g(size_t(size.steps));
    for (int64_t t = 0; t < size.steps; ++t) {
      reach.push_back(masks.first);
      if (t > 0) {
        const Tensor ways[] = {unsqueeze(from(a.back(), 0), 0), unsqueeze(from(a.back(), 1), 0),
                               unsqueeze(from(a.back(), 2), 0)};
        reach.back() = logsumexp(concatenate(ways, 0), Ints{0});
      }
      live.push_back(masks.steps > double(t));
      const Tensor next = select_place(emitted, 0, t) + reach.back();
      a.push_back(t > 0 ? where(live.back(), next, a.back()) : next);
    }
    if (a.empty()) return {zeros(x.shape(), x.dtype()), Tensor(), Tensor(), Tensor()};
    const Tensor none = number(0.0), slope = zero_infinity ? none : number(std::nan(""));
    Tensor arrived = where(impossible(size, alpha, steps, lengths), slope,
                           -softmax(a.back() + masks.last, 1) * unsqueeze(dy, 1));
    for (int64_t t = size.steps - 1; t >= 0; --t) {
      const size_t i = size_t(t);
      const Tensor here = where(live[i], arrived, none);
      g[i] = unsqueeze(here, 0);
      if (t == 0) break;
      Tensor before = where(live[i], none, arrived);
      for (int64_t by = 0; by < 3; ++by) {
        const Tensor through = here * exp(from(a[i - 1], by) - reach[i]);
        before = before + (by ? shift(through, 1, -by, 0) : through);
      }
      arrived = before;
    }
    return {scatter_add(zeros(x.shape(), x.dtype()), 2, masks.label, concatenate(g, 0)), Tensor(), Tensor(),
            Tensor()};
  }

 private:
  // (N, 1): whether no path says the labels in so few steps.
  static Tensor impossible(const CtcSizes& size, const Tensor& alpha, const Tensor& steps,
                           const Tensor& lengths) {
    const Tensor found = empty({size.n, 1}, DType::boolean);
    const Tensor a = alpha.to(DType::float64);
    for (int64_t i = 0; i < size.n; ++i) {
      const double* const last = a.data<double>() +
                                 (i * (size.steps + 1) + steps.data<int64_t>()[i]) * size.row +
                                 2 * lengths.data<int64_t>()[i] + 1;
      found.data<bool>()[i] = std::max(last[0], last[1]) == -std::numeric_limits<double>::infinity();
    }
    return found;
  }

  template <class T>
  static CtcSequence<T> sequence(const T* x, const CtcSizes& size, const Extended<T>& extended,
                                 const int64_t* steps, const int64_t* lengths, int64_t i, int way,
                                 T* emitted) {
    return {x + i * size.classes,
            size.n * size.classes,
            steps[i],
            2 * lengths[i] + 1,
            extended.label.data() + extended.at(i, way),
            extended.skip.data() + extended.at(i, way),
            emitted};
  }
};

static const Op& op = structured<CtcLoss>({
    .name = "ctc_loss",
    .args =
        {"log_probs", "targets", "input_lengths", "target_lengths", {"blank", 0}, {"zero_infinity", false}},
    .formula = "y = -ln Σ over all ways to spread the labels over time, blanks between, of Π p",
    .gradient = "dx_t(k) = -dy times the share of the ways that are at k at time t",
    .reference = "ctc(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity)",
    .samples =
        {"log(softmax(randn(6, 2, 4), 2)), array([[1, 2], [3, 3]]), array([6, 5]), array([2, 2])",
         "log(softmax(randn(30, 1, 40), 2)), randint(1, 40, 1, 12), array([29]), array([12])",
         "log(softmax(randn(5, 2, 3), 2)), array([[0, 1, 0], [0, 1, 1]]), array([5, 4]), array([3, 0]), "
         "2",
         "log(softmax(randn(2, 2, 3), 2)), array([[1, 1], [2, 1]]), array([2, 2]), array([2, 2]), 0, "
         "True"},
    .doc =
        "The connectionist temporal classification loss of each sequence, `(N,)`: what `F.ctc_loss` calls. "
        "log_probs (T, N, C), targets (N, labels), lengths (N,).",
    .source = "Graves et al. 2006, Connectionist temporal classification, ICML; Graves 2012, Supervised "
              "sequence labelling with recurrent neural networks, chapter 7",
    .home = Home::internal,
    .autocast = Autocast::float32,
});

}  // namespace pynn
#endif
