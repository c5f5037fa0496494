// attention_forward.cpp — a block of queries against one block of keys after the other.
#include "core/parallel.h"
#include "core/scratch.h"
#include "kernels/attention_one_query.h"

namespace pynn::PYNN_ISA {

// Keys that a row of scores holds at once, and queries that share the copies of a block of keys: as many as
// the second-level cache has room for, if there are blocks enough for all threads. That changes no result:
// each query is computed for itself.
inline constexpr int64_t kKeyBlock = 256, kMostQueries = 768, kFewestQueries = 96;
template <class T>
int64_t queries_of_block(const Attention<T>& p) {
  const int64_t wanted = ceil_div(4 * num_threads(), p.heads);  // blocks of a head
  const int64_t least = ceil_div(p.queries, kMostQueries), most = ceil_div(p.queries, kFewestQueries);
  return round_up(ceil_div(p.queries, larger(least, smaller(wanted, most))), TileShape<T>::rows);
}

template <class T>
class QueryBlock {
 public:
  QueryBlock(const Attention<T>& p, int64_t most_rows)
      : p_(p),
        most_rows_(most_rows),
        most_keys_(padded<T>(smaller(kKeyBlock, p.keys))),
        pitch_(padded<T>(p.width)),
        columns_(padded<T>(p.value_width)),
        queries_(most_rows_ * pitch_),
        keys_(most_keys_ * p.width),
        values_(most_keys_ * columns_),
        scores_(TileShape<T>::rows * most_keys_),
        sums_(most_rows_ * columns_),
        top_(most_rows_),
        total_(most_rows_) {}

  void run(int64_t head, Range rows, T* out, int64_t out_row, T* log_sum) {
    head_ = head, rows_ = rows;
    copy_rows(queries_.get(), pitch_, p_.q.of(head) + rows.begin * p_.q.row, p_.q.row, rows.size(), p_.width,
              score_factor(p_));
    for (int64_t i = 0; i < rows.size(); ++i) top_.get()[i] = kImpossible<T>, total_.get()[i] = 0;
    fill_zeros(sums_.get(), 0, rows.size() * columns_);
    const int64_t end = visible_keys(p_, rows.end - 1, 0, p_.keys);
    for (int64_t j = 0; j < end; j += kKeyBlock) take_keys({j, smaller(end, j + kKeyBlock)});
    finish(out, out_row, log_sum);
  }

 private:
  void take_keys(Range keys) {
    const int64_t head = head_ / p_.group;
    pack_rows(keys_.get(), p_.k.of(head) + keys.begin * p_.k.row, p_.k.row, keys.size(), p_.width);
    copy_rows(values_.get(), columns_, p_.v.of(head) + keys.begin * p_.v.row, p_.v.row, keys.size(),
              p_.value_width, T(1));
    for (int64_t i = 0; i < rows_.size(); i += TileShape<T>::rows)
      take_panel(i, smaller(TileShape<T>::rows, rows_.size() - i), keys);
  }

  void take_panel(int64_t i, int64_t rows, Range keys) {
    const int64_t query = rows_.begin + i;
    const int64_t n = visible_keys(p_, query + rows - 1, keys.begin, keys.size()), pitch = padded<T>(n);
    if (n == 0) return;
    multiply_block<T>(rows, pitch, p_.width, {queries_.get() + i * pitch_, pitch_, 1},
                      RightStrips<T>{keys_.get(), p_.width, keys.size()}, scores_.get(), pitch, false);
    // All rows together: what one of them has to wait for, the next one does not.
    T* const tops = top_.get() + i;
    T largest[TileShape<T>::rows];
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t seen = visible_keys(p_, query + r, keys.begin, n);
      mask_scores(p_, head_, query + r, keys.begin, scores_.get() + r * pitch, seen);
      largest[r] = largest_score(scores_.get() + r * pitch, seen);
    }
    for (int64_t r = 0; r < rows; ++r)
      raise_top(largest[r], tops[r], total_.get()[i + r], sums_.get() + (i + r) * columns_, columns_);
    for (int64_t r = 0; r < rows; ++r) {
      T* const row = scores_.get() + r * pitch;
      const int64_t seen = visible_keys(p_, query + r, keys.begin, n);
      total_.get()[i + r] += take_powers(row, seen, pitch, tops[r]);
      if (p_.dropout.threshold) drop_some(p_, head_, query + r, keys.begin, row, seen);
    }
    multiply_block<T>(rows, columns_, n, {scores_.get(), pitch, 1}, RightRows<T>{values_.get(), columns_},
                      sums_.get() + i * columns_, columns_, true);
  }

  void finish(T* out, int64_t out_row, T* log_sum) {
    using V = Vec<T>;
    for (int64_t i = 0; i < rows_.size(); ++i)
      write_mean(out + i * out_row, sums_.get() + i * columns_, total_.get()[i], p_.value_width);
    if (!log_sum) return;
    for_each_vector<T>(rows_.size(), [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
      const V top = load_part(top_.get() + i, k, T(0)), total = load_part(total_.get() + i, k, T(1));
      store_part(log_sum + i, log_of_total(top, total), k);
    });
  }

  const Attention<T>& p_;
  const int64_t most_rows_, most_keys_, pitch_, columns_;
  const Scratch<T> queries_, keys_, values_, scores_, sums_, top_, total_;
  int64_t head_ = 0;
  Range rows_{};
};

template <class T>
void attention_forward_kernel(const Attention<T>& p, const HeadRows<T>& o, T* log_sum) {
  if (p.queries == 1) return OneQuery<T>(p).run(o, log_sum);
  if (p.heads == 0 || p.queries == 0) return;
  const int64_t most = queries_of_block(p), blocks = ceil_div(p.queries, most);
  const double work = double(most) * double(p.keys + 1) * double(p.width + p.value_width);
  const int64_t together = larger(1, int64_t(double(1 << 18) / (work + 1)));
  parallel_for(p.heads * blocks, together, [&](int64_t item, int64_t end) {
    QueryBlock<T> block(p, smaller(most, p.queries));
    for (; item < end; ++item) {
      const int64_t head = item / blocks, begin = item % blocks * most;
      block.run(head, {begin, smaller(p.queries, begin + most)}, o.of(head) + begin * o.row, o.row,
                log_sum ? log_sum + head * p.queries + begin : nullptr);
    }
  });
}

template <class T>
using AttentionForwardKernel = void(const Attention<T>&, const HeadRows<T>&, T*);
extern const FloatKernels<AttentionForwardKernel> attention_forward_kernels;
const FloatKernels<AttentionForwardKernel> attention_forward_kernels = {attention_forward_kernel<float>,
                                                                        attention_forward_kernel<double>};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH(attention_forward_kernels);

template <class T>
void attention_forward(const Attention<T>& shape, const HeadRows<T>& o, T* log_sum) {
  attention_forward_kernels->get<T>()(shape, o, log_sum);
}
template void attention_forward(const Attention<float>&, const HeadRows<float>&, float*);
template void attention_forward(const Attention<double>&, const HeadRows<double>&, double*);

}  // namespace pynn

#endif
