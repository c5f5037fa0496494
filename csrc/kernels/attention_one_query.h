// attention_one_query.h — one query a head against many keys: what writing with a cache of keys and values
// asks.
//
// Every key and every value is wanted once, so they are read where they lie, and once for all the heads that
// share them. Products with keys are dot products, the mean of values is a sum of rows (gemm_thin.h). Where
// the past is long it is cut into stretches, each with its own largest score, so that few heads can occupy
// many threads; where it is cut depends on the shapes alone. (Dao et al., Flash-Decoding for long-context
// inference, 2023.)
#pragma once
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/attention_tiles.h"
#include "kernels/gemm_thin.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kStretch = 1024;  // keys

template <class T>
class OneQuery {
 public:
  explicit OneQuery(const Attention<T>& p)
      : p_(p),
        end_(visible_keys(p, 0, 0, p.keys)),
        stretches_(larger(1, ceil_div(end_, kStretch))),
        pitch_(padded<T>(p.value_width)),
        sums_(p.heads * stretches_ * pitch_),
        top_(p.heads * stretches_),
        total_(p.heads * stretches_) {}

  void run(const HeadRows<T>& o, T* log_sum) {
    const int64_t heads = p_.heads / p_.group;
    const double numbers = double(smaller(kStretch, end_)) * double(p_.width + p_.value_width);
    const int64_t together = larger(1, int64_t(double(1 << 15) / (numbers + 1)));
    parallel_for(heads * stretches_, together, [&](int64_t item, int64_t end) {
      for (; item < end; ++item) take_stretch(item / stretches_, item % stretches_);
    });
    for (int64_t head = 0; head < p_.heads; ++head)
      join(head, o.of(head), log_sum ? log_sum + head : nullptr);
  }

 private:
  // The sums of one head of K and V over some keys, for all queries that share it.
  void take_stretch(int64_t shared, int64_t stretch) {
    const int64_t j = stretch * kStretch, n = smaller(kStretch, end_ - j), group = p_.group;
    const int64_t width = padded<T>(p_.width), row = padded<T>(n);
    const Scratch<T> queries(group * width), scores(group * row);
    for (int64_t r = 0; r < group; ++r)
      copy_rows(queries.get() + r * width, width, p_.q.of(shared * group + r), 0, 1, p_.width,
                score_factor(p_));
    Gemm<T> of_keys;
    of_keys.m = group, of_keys.n = n, of_keys.k = p_.width;
    of_keys.a = queries.get(), of_keys.a_row = width;
    of_keys.b = p_.k.of(shared) + j * p_.k.row, of_keys.b_row = 1, of_keys.b_col = p_.k.row;
    of_keys.c = scores.get(), of_keys.c_row = row;
    multiply_by_dots(of_keys, 0, n);

    for (int64_t r = 0; r < group; ++r) {
      const int64_t head = shared * group + r, at = head * stretches_ + stretch;
      T* const s = scores.get() + r * row;
      mask_scores(p_, head, 0, j, s, n);
      top_.get()[at] = largest_score(s, n);
      total_.get()[at] = take_powers(s, n, n, top_.get()[at]);
      if (p_.dropout.threshold) drop_some(p_, head, 0, j, s, n);
    }
    for (int64_t r = 0; r < group; r += kSumRows) {
      Gemm<T> of_values;
      of_values.m = smaller(kSumRows, group - r), of_values.n = p_.value_width, of_values.k = n;
      of_values.a = scores.get() + r * row, of_values.a_row = row;
      of_values.b = p_.v.of(shared) + j * p_.v.row, of_values.b_row = p_.v.row;
      of_values.c = sums_.get() + ((shared * group + r) * stretches_ + stretch) * pitch_;
      of_values.c_row = stretches_ * pitch_;
      multiply_by_sums_of_rows(of_values, 0, p_.value_width);
    }
  }

  // All stretches brought to the largest score of all.
  void join(int64_t head, T* out, T* log_sum) {
    using V = Vec<T>;
    const T *const tops = top_.get() + head * stretches_, *const totals = total_.get() + head * stretches_;
    const T* sums = sums_.get() + head * stretches_ * pitch_;
    const Scratch<T> joined(pitch_);
    fill_zeros(joined.get(), 0, pitch_);
    T top = kImpossible<T>, total = 0;
    for (int64_t i = 0; i < stretches_; ++i) top = tops[i] > top ? tops[i] : top;
    for (int64_t i = 0; i < stretches_; ++i, sums += pitch_) {
      if (totals[i] == 0) continue;  // all of it is masked
      const V share = exp2_of_difference(V(tops[i] - top));
      total += share[0] * totals[i];
      for (int64_t c = 0; c < p_.value_width; c += V::lanes)
        store(joined.get() + c, fma(share, load(sums + c), load(joined.get() + c)));
    }
    write_mean(out, joined.get(), total, p_.value_width);
    if (log_sum) *log_sum = log_of_total(V(top), V(total))[0];
  }

  const Attention<T>& p_;
  const int64_t end_, stretches_, pitch_;
  const Scratch<T> sums_, top_, total_;
};

}  // namespace pynn::PYNN_ISA
