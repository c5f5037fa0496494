// attention_backward.cpp — a block of keys against one block of queries after the other.
//
// With P the probabilities, made again from the scores and log2 Σ 2^s, and D the row sums of dO ∘ O:
//
//   dV = Pᵀ dO        dP = dO Vᵀ        dS = P ∘ (dP - D)        dQ = scale dS K        dK = scale dSᵀ Q
//
// (Dao et al. 2022, algorithm 4.) One piece of work is a head of K and V, with all the heads of Q that share
// it: nobody else adds to its dK and dV. Where heads are few, their keys are cut into parts, each with a dQ
// of its own, and these are summed at the end, in order.
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/attention_tiles.h"

namespace pynn::PYNN_ISA {

inline constexpr int64_t kQueries = 96, kKeys = 256;  // of a block: two tiles of 48 KB between them
inline constexpr int64_t kPieces = 16;                // of work, at least, if there are keys enough

// How many blocks of keys a part has; all parts but the last have as many.
template <class T>
int64_t blocks_of_part(const Attention<T>& p) {
  const int64_t heads = larger(1, p.heads / p.group), blocks = larger(1, ceil_div(p.keys, kKeys));
  return heads >= kPieces ? blocks : ceil_div(blocks, ceil_div(kPieces, heads));
}
template <class T>
int64_t parts_of_keys(const Attention<T>& p) {
  return larger(1, ceil_div(p.keys, kKeys * blocks_of_part(p)));
}

template <class T>
struct Slopes {
  const T *log_sum, *delta;
  HeadRows<const T> d_o;
  HeadRows<T> dq, dk, dv;
};

template <class T>
class KeyBlock {
 public:
  KeyBlock(const Attention<T>& p, const Slopes<T>& to)
      : p_(p),
        to_(to),
        most_queries_(smaller(kQueries, p.queries)),
        pitch_(padded<T>(smaller(kKeys, p.keys))),
        width_(padded<T>(p.width)),
        columns_(padded<T>(p.value_width)),
        packed_keys_(pitch_ * p.width),
        packed_values_(pitch_ * p.value_width),
        scaled_keys_(pitch_ * width_),
        queries_(most_queries_ * width_),
        d_o_(most_queries_ * columns_),
        probabilities_(most_queries_ * pitch_),
        slopes_(most_queries_ * pitch_),
        dk_(pitch_ * width_),
        dv_(pitch_ * columns_) {}

  // All that the keys `keys` of a head of K and V take part in. `first`: nothing has been written to dQ yet.
  void run(int64_t head, Range keys, bool first) {
    keys_ = keys;
    const T *const k = p_.k.of(head) + keys.begin * p_.k.row, *const v =
                                                                  p_.v.of(head) + keys.begin * p_.v.row;
    pack_rows(packed_keys_.get(), k, p_.k.row, keys.size(), p_.width);
    pack_rows(packed_values_.get(), v, p_.v.row, keys.size(), p_.value_width);
    copy_rows(scaled_keys_.get(), width_, k, p_.k.row, keys.size(), p_.width, T(p_.scale));
    fill_zeros(dk_.get(), 0, pitch_ * width_);
    fill_zeros(dv_.get(), 0, pitch_ * columns_);
    for (head_ = head * p_.group; head_ < (head + 1) * p_.group; ++head_)
      for (int64_t i = first_query(keys.begin); i < p_.queries; i += kQueries)
        take_queries({i, smaller(p_.queries, i + kQueries)}, first);
    write(dk_.get(), width_, to_.dk.of(head), to_.dk.row, p_.width, T(1 / kLog2E));
    write(dv_.get(), columns_, to_.dv.of(head), to_.dv.row, p_.value_width, T(1));
  }
  // Of the first block of queries that sees key j.
  int64_t first_query(int64_t j) const { return p_.mask.causal ? j / kQueries * kQueries : 0; }

 private:
  void take_queries(Range rows, bool first) {
    copy_rows(queries_.get(), width_, p_.q.of(head_) + rows.begin * p_.q.row, p_.q.row, rows.size(), p_.width,
              score_factor(p_));
    copy_rows(d_o_.get(), columns_, to_.d_o.of(head_) + rows.begin * to_.d_o.row, to_.d_o.row, rows.size(),
              p_.value_width, T(1));
    constexpr int64_t tile = TileShape<T>::rows;
    for (int64_t i = 0; i < rows.size(); i += tile)
      take_panel(rows, i, smaller(tile, rows.size() - i), first);
    for (int64_t j = 0; j < keys_.size(); j += tile)
      add_to_keys(rows, j, probabilities_.get(), d_o_.get(), columns_, dv_.get());
    for (int64_t j = 0; j < keys_.size(); j += tile)
      add_to_keys(rows, j, slopes_.get(), queries_.get(), width_, dk_.get());
  }

  // `rows` rows from row i on of a block of queries: P, dS and what they add to dQ.
  void take_panel(Range block, int64_t i, int64_t rows, bool first) {
    const int64_t query = block.begin + i;
    const int64_t n = visible_keys(p_, query + rows - 1, keys_.begin, keys_.size());
    T *const p = probabilities_.get() + i * pitch_, *const s = slopes_.get() + i * pitch_;
    multiply_block<T>(rows, padded<T>(n), p_.width, {queries_.get() + i * width_, width_, 1},
                      RightStrips<T>{packed_keys_.get(), p_.width, keys_.size()}, p, pitch_, false);
    multiply_block<T>(rows, padded<T>(n), p_.value_width, {d_o_.get() + i * columns_, columns_, 1},
                      RightStrips<T>{packed_values_.get(), p_.value_width, keys_.size()}, s, pitch_, false);
    for (int64_t r = 0; r < rows; ++r) take_row(query + r, p + r * pitch_, s + r * pitch_);
    multiply_block<T>(rows, p_.width, n, {s, pitch_, 1}, RightRows<T>{scaled_keys_.get(), width_},
                      to_.dq.of(head_) + query * to_.dq.row, to_.dq.row, !first);
  }

  // Scores become probabilities, and gradients for these become gradients for scores.
  void take_row(int64_t query, T* p, T* s) {
    using V = Vec<T>;
    const int64_t n = visible_keys(p_, query, keys_.begin, keys_.size());
    const V log_sum = to_.log_sum[head_ * p_.queries + query], delta = to_.delta[head_ * p_.queries + query];
    mask_scores(p_, head_, query, keys_.begin, p, n);
    if (p_.dropout.threshold) drop_some(p_, head_, query, keys_.begin, s, n);
    for_scores(p, n, [&](int64_t j, V x) PYNN_LAMBDA_INLINE {
      const V e = exp2_of_difference(x - log_sum), slope = e * (load(s + j) - delta);
      store(p + j, e);
      store(s + j, j + V::lanes <= n ? slope : select(first_lanes<T>(n - j), slope, V(0)));
    });
    if (p_.dropout.threshold) drop_some(p_, head_, query, keys_.begin, p, n);
    // A panel of rows is read as far as the last of them sees, a panel of keys from the first that sees one.
    const int64_t end = smaller(pitch_, padded<T>(n + TileShape<T>::rows));
    fill_zeros(p, padded<T>(n), end);
    fill_zeros(s, padded<T>(n), end);
  }

  // Of a panel of keys from the j-th on: what a block of queries adds to their sums.
  void add_to_keys(Range rows, int64_t j, const T* factors, const T* queries, int64_t columns, T* sums) {
    const int64_t count = smaller(TileShape<T>::rows, keys_.size() - j);
    const int64_t blind = p_.mask.causal ? smaller(rows.size(), larger(0, keys_.begin + j - rows.begin)) : 0;
    multiply_block<T>(count, columns, rows.size() - blind, {factors + blind * pitch_ + j, 1, pitch_},
                      RightRows<T>{queries + blind * columns, columns}, sums + j * columns, columns, true);
  }

  // Times a factor: the queries were multiplied by log2 e.
  void write(const T* from, int64_t pitch, T* to, int64_t row, int64_t columns, T factor) const {
    for (int64_t j = 0; j < keys_.size(); ++j)
      for_each_vector<T>(
          columns, [&, at = to + (keys_.begin + j) * row](int64_t c, int64_t k)
                       PYNN_LAMBDA_INLINE { store_part(at + c, factor * load(from + j * pitch + c), k); });
  }

  const Attention<T>& p_;
  const Slopes<T>& to_;
  const int64_t most_queries_, pitch_, width_, columns_;
  const Scratch<T> packed_keys_, packed_values_, scaled_keys_, queries_, d_o_, probabilities_, slopes_, dk_,
      dv_;
  int64_t head_ = 0;
  Range keys_{};
};

// D, a head and some rows at a time.
template <class T>
void sum_products(const Attention<T>& p, const HeadRows<const T>& o, const HeadRows<const T>& d_o, T* delta) {
  using V = Vec<T>;
  const int64_t grain = larger(1, (int64_t(1) << 14) / larger(1, p.queries * p.value_width));
  parallel_for(p.heads, grain, [&](int64_t head, int64_t end) {
    for (; head < end; ++head)
      for (int64_t i = 0; i < p.queries; ++i) {
        const T *const a = o.of(head) + i * o.row, *const b = d_o.of(head) + i * d_o.row;
        V sum = 0;
        for_each_vector<T>(p.value_width, [&](int64_t j, int64_t k) PYNN_LAMBDA_INLINE {
          sum = fma(load_part(a + j, k, T(0)), load_part(b + j, k, T(0)), sum);
        });
        delta[head * p.queries + i] = sum_lanes(sum);
      }
  });
}

// dQ of the later parts added to that of the first.
template <class T>
void add_parts(const Attention<T>& p, int64_t count, int64_t keys_of_part, const T* parts,
               const HeadRows<T>& dq) {
  parallel_for(p.heads, 1, [&](int64_t head, int64_t end) {
    for (; head < end; ++head)
      for (int64_t part = 1; part < count; ++part) {
        const T* const from = parts + ((part - 1) * p.heads + head) * p.queries * p.width;
        const int64_t blind =
            p.mask.causal ? smaller(p.queries, part * keys_of_part / kQueries * kQueries) : 0;
        for (int64_t i = blind; i < p.queries; ++i)
          for_each_vector<T>(p.width, [&, to = dq.of(head) + i * dq.row](int64_t j,
                                                                         int64_t k) PYNN_LAMBDA_INLINE {
            store_part(to + j, load_part(to + j, k, T(0)) + load_part(from + i * p.width + j, k, T(0)), k);
          });
      }
  });
}

template <class T>
void attention_backward_kernel(const Attention<T>& p, const HeadRows<const T>& o,
                               const HeadRows<const T>& d_o, const T* log_sum, T* delta, T* parts,
                               const HeadRows<T>& dq, const HeadRows<T>& dk, const HeadRows<T>& dv) {
  sum_products(p, o, d_o, delta);
  const int64_t heads = p.heads / p.group, count = parts_of_keys(p);
  const int64_t keys_of_part = blocks_of_part(p) * kKeys;
  const Scratch<int64_t> places(count > 1 ? p.heads : 0);  // of the heads in a part
  for (int64_t h = 0; count > 1 && h < p.heads; ++h) places.get()[h] = h * p.queries * p.width;
  const double work = double(p.queries) * double(p.keys) * double(p.width + p.value_width) * double(p.group);
  const int64_t together = larger(1, int64_t(double(1 << 17) / (work + 1)));
  parallel_for(heads * count, together, [&](int64_t item, int64_t end) {
    for (; item < end; ++item) {
      const int64_t head = item % heads, part = item / heads;
      Slopes<T> to = {log_sum, delta, d_o, dq, dk, dv};
      if (part > 0) to.dq = {parts + (part - 1) * p.heads * p.queries * p.width, places.get(), p.width};
      KeyBlock<T> block(p, to);
      const int64_t begin = part * keys_of_part, past = smaller(p.keys, begin + keys_of_part);
      for (int64_t j = begin; j < past; j += kKeys)
        block.run(head, {j, smaller(past, j + kKeys)}, j == begin);
    }
  });
  if (count > 1) add_parts(p, count, keys_of_part, parts, dq);
}

template <class T>
using AttentionBackwardKernel = void(const Attention<T>&, const HeadRows<const T>&, const HeadRows<const T>&,
                                     const T*, T*, T*, const HeadRows<T>&, const HeadRows<T>&,
                                     const HeadRows<T>&);
extern const FloatKernels<AttentionBackwardKernel> attention_backward_kernels;
const FloatKernels<AttentionBackwardKernel> attention_backward_kernels = {attention_backward_kernel<float>,
                                                                          attention_backward_kernel<double>};
template <class T>
using AttentionParts = int64_t(const Attention<T>&);
extern const FloatKernels<AttentionParts> attention_part_counts;
const FloatKernels<AttentionParts> attention_part_counts = {parts_of_keys<float>, parts_of_keys<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(attention_backward_kernels);
PYNN_DISPATCH(attention_part_counts);

template <class T>
int64_t attention_parts(const Attention<T>& shape) {
  return attention_part_counts->get<T>()(shape);
}
template <class T>
void attention_backward(const Attention<T>& shape, const HeadRows<const T>& o, const HeadRows<const T>& d_o,
                        const T* log_sum, T* delta, T* parts, const HeadRows<T>& dq, const HeadRows<T>& dk,
                        const HeadRows<T>& dv) {
  attention_backward_kernels->get<T>()(shape, o, d_o, log_sum, delta, parts, dq, dk, dv);
}
template int64_t attention_parts(const Attention<float>&);
template int64_t attention_parts(const Attention<double>&);
template void attention_backward(const Attention<float>&, const HeadRows<const float>&,
                                 const HeadRows<const float>&, const float*, float*, float*,
                                 const HeadRows<float>&, const HeadRows<float>&, const HeadRows<float>&);
template void attention_backward(const Attention<double>&, const HeadRows<const double>&,
                                 const HeadRows<const double>&, const double*, double*, double*,
                                 const HeadRows<double>&, const HeadRows<double>&, const HeadRows<double>&);

}  // namespace pynn

#endif
