#include "kernels/reduce.h"

#include <algorithm>

#include "core/allocator.h"
#include "core/parallel.h"

namespace pynn {

namespace {

constexpr int64_t kPiece = int64_t(1) << 15;  // elements worth a second thread
constexpr int64_t kEnoughItems = 16;          // results that need no cutting of the reduced axes
constexpr int64_t kTile = 1024;               // totals held in the first-level cache
constexpr int64_t kNarrow = 128;              // rows shorter than this are joined to longer ones
constexpr int64_t kJoined = 256;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t padded(int64_t n) { return ceil_div(n, kTotalPadding) * kTotalPadding; }

struct Axis {
  int64_t size, step;
  bool reduced;
};

// The axes of one kind, outermost first.
struct Walk {
  Axis axis[kMaxAxes];
  int n = 0;

  void push(Axis a) { axis[n++] = a; }
  int64_t count() const {
    int64_t total = 1;
    for (int i = 0; i < n; ++i) total *= axis[i].size;
    return total;
  }
  // visit(offset, step, count, first) for every run along the last axis within positions [begin, end).
  template <class Visit>
  void runs(int64_t begin, int64_t end, const Visit& visit) const {
    if (n == 0) {
      if (begin < end) visit(int64_t(0), int64_t(0), int64_t(1), begin);
      return;
    }
    const Axis& last = axis[n - 1];
    for (int64_t at = begin; at < end;) {
      int64_t rest = at / last.size, offset = at % last.size * last.step;
      const int64_t count = std::min(end - at, last.size - at % last.size);
      for (int i = n - 2; i >= 0; --i) {
        offset += rest % axis[i].size * axis[i].step;
        rest /= axis[i].size;
      }
      visit(offset, last.step, count, at);
      at += count;
    }
  }
};

// One reduction, its axes sorted and joined.
struct Plan {
  Walk kept, reduced;  // without the innermost axis
  Axis inner = {1, 1, true};
  bool in_order = true;  // the kept axes kept their order
};

Plan make_plan(const Tensor& x, AxisSet axes) {
  struct Sortable : Axis {
    int original;
    int64_t reach() const { return step == 0 ? INT64_MAX : step < 0 ? -step : step; }
  };
  Sortable sorted[kMaxAxes];
  int n = 0;
  for (int i = 0; i < x.ndim(); ++i) {
    if (x.shape()[i] == 1) continue;
    Sortable next = {{x.shape()[i], x.strides()[i], axes.has(i)}, i};
    int at = n++;
    for (; at > 0 && sorted[at - 1].reach() < next.reach(); --at) sorted[at] = sorted[at - 1];
    sorted[at] = next;
  }
  Plan plan;
  Axis joined[kMaxAxes];
  int count = 0, last_kept = -1;
  for (int i = 0; i < n; ++i) {
    if (!sorted[i].reduced) {
      if (sorted[i].original < last_kept) plan.in_order = false;
      last_kept = sorted[i].original;
    }
    Axis* before = count > 0 ? &joined[count - 1] : nullptr;
    if (before && before->reduced == sorted[i].reduced && before->step == sorted[i].step * sorted[i].size)
      *before = {before->size * sorted[i].size, sorted[i].step, sorted[i].reduced};
    else
      joined[count++] = sorted[i];
  }
  if (count > 0) plan.inner = joined[--count];
  for (int i = 0; i < count; ++i) (joined[i].reduced ? plan.reduced : plan.kept).push(joined[i]);
  return plan;
}

// Where the kept axes changed places: the result's strides while it lies in the plan's order.
Strides sorted_strides(const Tensor& x, AxisSet axes, const Shape& y_shape) {
  int kept[kMaxAxes], n = 0;
  const auto reach = [&](int i) {
    const int64_t step = x.strides()[i];
    return step == 0 ? INT64_MAX : step < 0 ? -step : step;
  };
  for (int i = 0; i < x.ndim(); ++i)
    if (!axes.has(i) && x.shape()[i] != 1) kept[n++] = i;
  std::stable_sort(kept, kept + n, [&](int a, int b) { return reach(a) > reach(b); });
  int64_t step_of[kMaxAxes], step = 1;
  for (int k = n; k-- > 0; step *= x.shape()[kept[k]]) step_of[kept[k]] = step;
  // y's axes of a size other than 1 are the kept ones in their order.
  Strides strides;
  int from = 0;
  for (int64_t size : y_shape) {
    if (size == 1) {
      strides.push_back(1);
      continue;
    }
    while (axes.has(from) || x.shape()[from] == 1) ++from;
    strides.push_back(step_of[from++]);
  }
  return strides;
}

// Room for totals, from the allocator of tensors.
class Totals {
 public:
  Totals(int64_t n, int size)
      : bytes_(size_t(n) * size_t(size)), data_(static_cast<char*>(allocate(bytes_))) {}
  ~Totals() { deallocate(data_, bytes_); }
  Totals(const Totals&) = delete;
  Totals& operator=(const Totals&) = delete;
  char* data() const { return data_; }

 private:
  size_t bytes_;
  char* data_;
};

struct Job {
  const ReduceLoops& loops;
  const char* x;
  const char* shift;  // null where there is none
  char* y;
  int x_size, y_size;
  const double* parameters;

  const char* shift_at(int64_t i) const { return shift ? shift + i * x_size : nullptr; }

  // The totals of all pieces ([piece][result]) -> y.
  void merge_and_finish(char* totals, int64_t results, int64_t pieces) const {
    const int64_t size = loops.total_size;
    parallel_for(results, std::max<int64_t>(kTile, kPiece / pieces), [&](int64_t begin, int64_t end) {
      for (int64_t piece = 1; piece < pieces; ++piece)
        loops.merge(totals + begin * size, totals + (piece * results + begin) * size, end - begin,
                    parameters);
      loops.finish(totals + begin * size, shift_at(begin), y + begin * y_size, end - begin, parameters);
    });
  }
};

// The innermost axis is reduced, and nothing else: a total for each row.
void reduce_each_row(const Job& job, const Plan& plan) {
  const int64_t n = plan.inner.size;
  parallel_for(plan.kept.count(), std::max<int64_t>(1, kPiece / n), [&](int64_t begin, int64_t end) {
    alignas(64) char totals[kTile * 8];
    plan.kept.runs(begin, end, [&](int64_t offset, int64_t step, int64_t count, int64_t first) {
      for (int64_t done = 0; done < count; done += kTile) {
        const int64_t m = std::min(kTile, count - done);
        job.loops.start(totals, m, job.parameters);
        job.loops.rows(job.x + (offset + done * step) * job.x_size, step, m, n, job.shift_at(first + done),
                       totals, job.parameters);
        job.loops.finish(totals, job.shift_at(first + done), job.y + (first + done) * job.y_size, m,
                         job.parameters);
      }
    });
  });
}

// The innermost axis is reduced, with others (or it is long): each result is a sum of pieces of rows.
void reduce_rows_in_pieces(const Job& job, const Plan& plan) {
  const int64_t n = plan.inner.size, results = plan.kept.count(), rows = plan.reduced.count();
  const bool cut_row = plan.reduced.n == 0;
  const int64_t whole = cut_row ? n : rows;
  const int64_t piece = results >= kEnoughItems ? whole : cut_row ? kPiece : std::max<int64_t>(1, kPiece / n);
  const int64_t pieces = ceil_div(whole, piece);
  const int size = job.loops.total_size;
  const Totals totals(padded(results * pieces), size);
  const int64_t elements = cut_row ? piece : piece * n;
  parallel_for(results * pieces, std::max<int64_t>(1, kPiece / elements), [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t result = item % results, from = item / results * piece,
                    to = std::min(from + piece, whole);
      const char* x = job.x;
      plan.kept.runs(result, result + 1,
                     [&](int64_t offset, int64_t, int64_t, int64_t) { x += offset * job.x_size; });
      alignas(64) char total[kTotalPadding * 8];
      job.loops.start(total, 1, job.parameters);
      if (cut_row) {
        job.loops.rows(x + from * job.x_size, 0, 1, to - from, job.shift_at(result), total, job.parameters);
      } else {
        plan.reduced.runs(from, to, [&](int64_t offset, int64_t step, int64_t count, int64_t) {
          for (int64_t r = 0; r < count; ++r)
            job.loops.rows(x + (offset + r * step) * job.x_size, 0, 1, n, job.shift_at(result), total,
                           job.parameters);
        });
      }
      std::copy_n(total, size, totals.data() + item * size);
    }
  });
  job.merge_and_finish(totals.data(), results, pieces);
}

// Narrow rows that follow one another are read as fewer, longer rows of `times * width`; the totals of the
// parts of a long row are merged afterwards.
void reduce_joined_rows(const Job& job, const char* x, int64_t rows, int64_t width, int64_t times,
                        char* totals) {
  const ReduceLoops& loops = job.loops;
  const int64_t joined = times * width;
  loops.start(totals, joined, job.parameters);
  loops.columns(x, joined, rows / times, joined, nullptr, totals, job.parameters);
  loops.columns(x + rows / times * joined * job.x_size, 0, 1, rows % times * width, nullptr, totals,
                job.parameters);
  for (int64_t k = 1; k < times; ++k)
    loops.merge(totals, totals + k * width * loops.total_size, width, job.parameters);
}

// The innermost axis is kept: rows are added up side by side, a tile of columns at a time.
void reduce_columns(const Job& job, const Plan& plan) {
  const ReduceLoops& loops = job.loops;
  const int64_t width = plan.inner.size, outer = plan.kept.count(), rows = plan.reduced.count();
  const int64_t tile = std::min(width, kTile), tiles = ceil_div(width, tile);
  const bool follow = plan.reduced.n == 1 && plan.reduced.axis[0].step == width && !job.shift;
  const int64_t times =
      follow && width < kNarrow ? std::max<int64_t>(1, std::min(kJoined / width, rows / 16)) : 1;
  const int64_t piece = outer * tiles >= kEnoughItems ? rows : std::max<int64_t>(8, kPiece / tile);
  const int64_t pieces = ceil_div(rows, piece), results = outer * width;
  const int size = loops.total_size;
  const Totals parts(pieces > 1 ? padded(results * pieces) : 0, size);
  const int64_t elements = tile * std::min(piece, rows);

  parallel_for(
      outer * tiles * pieces, std::max<int64_t>(1, kPiece / elements), [&](int64_t begin, int64_t end) {
        alignas(64) char totals[(kTile + kTotalPadding) * 8];
        for (int64_t item = begin; item < end; ++item) {
          const int64_t column = item % tiles * tile, w = std::min(tile, width - column);
          const int64_t group = item / tiles % outer, at = item / tiles / outer;
          const int64_t from = at * piece, to = std::min(from + piece, rows), result = group * width + column;
          const char* x = job.x + column * job.x_size;
          plan.kept.runs(group, group + 1,
                         [&](int64_t offset, int64_t, int64_t, int64_t) { x += offset * job.x_size; });
          if (times > 1) {
            reduce_joined_rows(job, x + from * width * job.x_size, to - from, width, times, totals);
          } else {
            loops.start(totals, w, job.parameters);
            plan.reduced.runs(from, to, [&](int64_t offset, int64_t step, int64_t count, int64_t) {
              loops.columns(x + offset * job.x_size, step, count, w, job.shift_at(result), totals,
                            job.parameters);
            });
          }
          if (pieces == 1)
            loops.finish(totals, job.shift_at(result), job.y + result * job.y_size, w, job.parameters);
          else
            std::copy_n(totals, w * size, parts.data() + (at * results + result) * size);
        }
      });
  if (pieces > 1) job.merge_and_finish(parts.data(), results, pieces);
}

// Nothing to reduce: every result is that of an empty fold.
void reduce_nothing(const Job& job, int64_t results) {
  alignas(64) char totals[kTile * 8];
  for (int64_t done = 0; done < results; done += kTile) {
    const int64_t m = std::min(kTile, results - done);
    job.loops.start(totals, m, job.parameters);
    job.loops.finish(totals, job.shift_at(done), job.y + done * job.y_size, m, job.parameters);
  }
}

}  // namespace

AxisSet::AxisSet(const char* op, const Ints& axes, int ndim) {
  if (!axes.present) {
    bits_ = (1u << ndim) - 1;
    return;
  }
  if (axes.size() == 0)
    throw ValueError(text(op, ": axis=() names no axis. Did you mean axis=None, which is all of them?"));
  for (int64_t axis : axes) {
    const int i = check_axis(op, axis, ndim);
    if (has(i))
      throw ValueError(text(op, ": axis ", axis, " is named twice in axis=", static_cast<const Dims&>(axes)));
    if (ndim > 0) add(i);
  }
}

Ints AxisSet::list() const {
  if (empty()) return Ints::none();
  Ints axes;
  for (int i = 0; i < kMaxAxes; ++i)
    if (has(i)) axes.push_back(i);
  return axes;
}

Shape reduced_shape(const Shape& shape, AxisSet axes, bool keepdim) {
  Shape out;
  for (int i = 0; i < shape.size(); ++i) {
    if (!axes.has(i))
      out.push_back(shape[i]);
    else if (keepdim)
      out.push_back(1);
  }
  return out;
}

int64_t reduced_count(const Shape& shape, AxisSet axes) {
  int64_t count = 1;
  for (int i = 0; i < shape.size(); ++i)
    if (axes.has(i)) count *= shape[i];
  return count;
}

Tensor reduce(const char* op, const ReduceKernel& kernel, const Tensor& x, AxisSet axes, const Shape& y_shape,
              DType result, const double* parameters, const Tensor& shift) {
  const ReduceLoops& loops = kernel.of[int(x.dtype())];
  if (!loops.rows) check_floating(op, x);
  Tensor y = empty(y_shape, result);
  const Job job = {loops,     x.bytes(),           shift ? shift.bytes() : nullptr,
                   y.bytes(), itemsize(x.dtype()), itemsize(result),
                   parameters};
  if (y.numel() == 0) return y;
  if (x.numel() == 0) {
    reduce_nothing(job, y.numel());
    return y;
  }
  const Plan plan = make_plan(x, axes);
  if (plan.inner.step != 1 || (shift && !plan.in_order))
    return reduce(op, kernel, x.contiguous(), axes, y_shape, result, parameters, shift);
  if (!plan.inner.reduced)
    reduce_columns(job, plan);
  else if (plan.reduced.n == 0 && (plan.inner.size <= 2 * kPiece || plan.kept.count() >= kEnoughItems))
    reduce_each_row(job, plan);
  else
    reduce_rows_in_pieces(job, plan);
  if (plan.in_order) return y;
  return y.alias(y_shape, sorted_strides(x, axes, y_shape), 0).contiguous();
}

Tensor spread(const Tensor& y, const Shape& x_shape, AxisSet axes) {
  Strides strides;
  // y holds the kept axes, and may hold ones for the reduced ones.
  const bool keepdim = y.ndim() == x_shape.size();
  int from = 0;
  for (int i = 0; i < x_shape.size(); ++i) {
    strides.push_back(axes.has(i) ? 0 : y.strides()[from]);
    if (keepdim || !axes.has(i)) ++from;
  }
  return y.alias(x_shape, strides, y.impl()->offset);
}

void check_floating(const char* op, const Tensor& x) {
  if (!is_floating(x.dtype()))
    throw DTypeError(text(op, ": expected a floating-point tensor, got ", x.dtype(), " of shape ", x.shape(),
                          ". Did you mean x.float()?"));
}

}  // namespace pynn
