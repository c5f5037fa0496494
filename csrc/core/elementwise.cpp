#include "core/elementwise.h"

#include <algorithm>

#include "core/blocks.h"
#include "core/inline_vector.h"
#include "core/parallel.h"
#include "core/strided.h"
#include "core/watch.h"

namespace pynn {

namespace {

constexpr int kMaxOperands = 4;
constexpr int64_t kTileBytes = 4096;          // of each operand: all of them together stay in L1
constexpr int64_t kGrain = int64_t(1) << 15;  // elements worth a second thread
constexpr int64_t kRoundedRun = kTileBytes / 8;
constexpr int64_t kLongRow = 128;  // elements worth a call of the loop

DType combine(DType strong, DType weak) {
  if (strong == DType::none) return weak;
  if (weak == DType::none || is_floating(strong)) return strong;
  if (strong == DType::boolean || is_floating(weak)) return promote(strong, weak);
  return strong;
}

// The output: written where it lies, or by way of a tile where its type has no loops of its own.
class Result {
 public:
  explicit Result(const Tensor& out)
      : base_(out.bytes()),
        type_(out.dtype()),
        computed_(compute_type(out.dtype())),
        size_(itemsize(type_)) {}
  bool is_rounded() const { return type_ != computed_; }

  // run(memory) writes elements first .. first + n; as many as a tile holds where they are rounded.
  template <class Run>
  void write(int64_t first, int64_t n, const Run& run) const {
    if (!is_rounded()) return run(base_ + first * size_);
    alignas(64) char tile[kTileBytes];
    run(tile);
    convert(tile, computed_, 1, base_ + first * size_, type_, 1, n);
  }

 private:
  char* base_;
  DType type_, computed_;
  int size_;
};

using Inputs = std::span<const Tensor* const>;

struct Loop {
  ElementwiseLoop* call;
  Inputs in;
  std::span<const DType> types;
  const Tensor& out;
  const double* parameters;
};

constexpr int64_t kTurnedBytes = 8192;  // a tile of 16 rows: of each column, a cache line
constexpr int64_t kConstantRun = 256;  // of a constant: to fill more costs more than another call of the loop
static_assert(kConstantRun * 8 <= kTurnedBytes);

// An operand of run_rows. Read where it lies if its rows are runs. A constant fills a run once a row,
// and what has gaps or another type is brought there; what is turned (a transpose) comes by whole blocks.
struct RowOperand {
  enum How { direct, constant, gathered, turned };
  const char* base;
  DType from, to;
  int size, to_size;
  Place place;
  How how;
  char* tile = nullptr;
  const char* first = nullptr;  // of this block
  const char* filled = nullptr;
  int64_t columns = 0;

  void enter(int64_t offset, int64_t block_rows, int64_t block_columns) {
    first = base + offset * size;
    filled = nullptr;
    columns = block_columns;
    if (how == turned) move_block(size)(first, place, tile, {columns, 1}, block_rows, columns);
  }
  const void* row(int64_t r) {
    if (how == turned) return tile + r * columns * size;
    const char* const x = first + r * place.row * size;
    if (how == direct) return x;
    if (x != filled) {
      const int64_t n = how == constant ? std::min(columns, kConstantRun) : columns;
      if (from == to)
        move_block(size)(x, place, tile, {0, 1}, 1, n);
      else
        convert(x, from, place.step, tile, to, 1, n);
      filled = x;
    }
    return tile;
  }
};

// At most so much of a row, in pieces that are equally long to a cache line.
int64_t piece_of(int64_t columns, int64_t most) {
  const int64_t pieces = (columns + most - 1) / most;
  return ((columns + pieces - 1) / pieces + 15) / 16 * 16;
}

void run_rows(const Loop& loop, Blocks& blocks, bool turned) {
  const int count = int(loop.in.size()), y_size = itemsize(loop.out.dtype());
  InlineVector<RowOperand, kMaxOperands> operands;
  bool tiles = false, constants = false;
  int64_t widest = 1;
  for (int k = 0; k < count; ++k) {
    const Tensor& x = *loop.in[k];
    const DType from = x.dtype(), to = loop.types[k];
    const Place place = blocks.place(k);
    const auto how = place.step == 0            ? RowOperand::constant
                     : from != to               ? RowOperand::gathered
                     : place.step == 1          ? RowOperand::direct
                     : turned && place.row == 1 ? RowOperand::turned
                                                : RowOperand::gathered;
    operands.push_back({x.bytes(), from, to, itemsize(from), itemsize(to), place, how});
    constants |= how == RowOperand::constant;
    tiles |= how == RowOperand::gathered || how == RowOperand::turned;
    widest = std::max<int64_t>(widest, itemsize(to));
  }
  int64_t rows = 64 / widest, columns = std::min(blocks.columns(), kGrain / 2);
  if (tiles) columns = piece_of(columns, turned ? kTurnedBytes / widest / rows : kTileBytes / widest);
  if (!turned) rows = kGrain / 2 / columns;
  blocks.cut(rows, columns);

  char* const out = loop.out.bytes();
  const int64_t y_row = blocks.place(count).row;
  const int64_t grain = std::max<int64_t>(1, kGrain / blocks.elements());
  const int64_t run = constants ? piece_of(columns, kConstantRun) : columns;
  parallel_for(blocks.count(), grain, [&](int64_t begin, int64_t end) {
    alignas(64) char tiles[kMaxOperands][kTurnedBytes];
    RowOperand mine[kMaxOperands];
    for (int k = 0; k < count; ++k) {
      mine[k] = operands[size_t(k)];
      mine[k].tile = tiles[k];
    }
    for (int64_t i = begin; i < end; ++i) {
      const Blocks::Block block = blocks.at(i);
      for (int k = 0; k < count; ++k) mine[k].enter(block.offset[k], block.rows, block.columns);
      for (int64_t r = 0; r < block.rows; ++r) {
        const void* at[kMaxOperands];
        for (int k = 0; k < count; ++k) at[k] = mine[k].row(r);
        char* y = out + (block.offset[count] + r * y_row) * y_size;
        for (int64_t c = 0; c < block.columns; c += run, y += run * y_size) {
          loop.call(at, y, std::min(run, block.columns - c), loop.parameters);
          for (int k = 0; k < count; ++k)
            if (mine[k].how != RowOperand::constant)
              at[k] = static_cast<const char*>(at[k]) + run * mine[k].to_size;
        }
      }
    }
  });
}

// Short rows: tiles of many of them. What comes again in every tile is gathered once.
void run_tiles(const char* op, const Loop& loop) {
  struct Operand {
    const char* base;
    DType from, to;
    bool direct;
    StridedRun run;
  };
  const int count = int(loop.in.size());
  const Result y(loop.out);
  const int64_t total = loop.out.numel();
  int64_t widest = itemsize(compute_type(loop.out.dtype()));
  for (DType type : loop.types) widest = std::max<int64_t>(widest, itemsize(type));
  const int64_t most = kTileBytes / widest;
  InlineVector<Operand, kMaxOperands> operands;
  int64_t longest = 1;
  for (int k = 0; k < count; ++k) {
    const Tensor& x = *loop.in[k];
    const Shape& shape = loop.out.shape();
    StridedRun run(shape, broadcast_strides(op, x.shape(), x.strides(), shape), x.dtype());
    const bool direct = x.dtype() == loop.types[k] && run.is_single_run() && x.numel() == total;
    operands.push_back({x.bytes(), x.dtype(), loop.types[k], direct, run});
    if (run.period() <= most) longest = std::max(longest, run.period());
  }
  const int64_t tile = most / longest * longest;
  bool repeats[kMaxOperands];
  for (int k = 0; k < count; ++k) {
    const int64_t period = operands[k].run.period();
    repeats[k] = operands[k].run.is_constant() || (period > 0 && tile % period == 0);
  }
  parallel_for(total, (kGrain + tile - 1) / tile * tile, [&](int64_t begin, int64_t end) {
    alignas(64) char tiles[kMaxOperands][kTileBytes];
    const void* at[kMaxOperands];
    for (int64_t first = begin; first < end; first += tile) {
      const int64_t n = std::min(tile, end - first);
      for (int k = 0; k < count; ++k) {
        const Operand& x = operands[k];
        at[k] = tiles[k];
        if (x.direct)
          at[k] = x.base + first * itemsize(x.to);
        else if (first == begin || !repeats[k])
          x.run.gather(x.base, first, n, tiles[k], x.to);
      }
      y.write(first, n, [&](char* memory) { loop.call(at, memory, n, loop.parameters); });
    }
  });
}

}  // namespace

// Two equal chunks, or four, six ...: 100,000 elements in chunks of kGrain would be three and a bit, and one
// of two threads would have twice the work of the other.
int64_t elementwise_grain(int64_t total) {
  if (total <= kGrain) return kGrain;
  const int64_t chunks = 2 * ((total + 2 * kGrain - 1) / (2 * kGrain));
  const int64_t grain = (total + chunks - 1) / chunks;
  return (grain + 63) / 64 * 64;  // whole vectors and whole cache lines
}

DType result_type(std::span<const Tensor* const> tensors) {
  DType with_axes = DType::none, zero_d = DType::none, numbers = DType::none;
  const auto lift = [](DType& into, DType t) { into = into == DType::none ? t : promote(into, t); };
  for (const Tensor* t : tensors) {
    if (t->impl()->is_number)
      lift(numbers, is_floating(t->dtype()) ? DType::float32 : t->dtype());
    else if (t->ndim() == 0)
      lift(zero_d, t->dtype());
    else
      lift(with_axes, t->dtype());
  }
  return combine(combine(with_axes, zero_d), numbers);
}

static void run_loop(const char* op, ElementwiseLoop* loop, std::span<const Tensor* const> in,
                     std::span<const DType> types, const Tensor& out, const double* parameters) {
  const int64_t total = out.numel();
  if (total == 0) return;
  const int count = int(in.size());
  const Result y(out);
  DType computed[kMaxOperands];
  for (int k = 0; k < count; ++k) computed[k] = compute_type(types[k]);
  types = {computed, size_t(count)};

  // The usual case: every operand lies there as the loop wants it, or is one number, which fills a tile.
  bool whole[kMaxOperands], usual = true;
  int size[kMaxOperands];
  int64_t step = y.is_rounded() ? std::min(total, kRoundedRun) : total;
  for (int k = 0; k < count; ++k) {
    whole[k] = in[k]->dtype() == types[k] && in[k]->is_contiguous() && in[k]->numel() == total;
    size[k] = itemsize(types[k]);
    usual &= whole[k] || in[k]->numel() == 1;
    if (!whole[k]) step = std::min(step, kTileBytes / size[k]);
  }
  if (usual) {
    const char* base[kMaxOperands];
    DType from[kMaxOperands];
    for (int k = 0; k < count; ++k) {
      base[k] = in[k]->bytes();
      from[k] = in[k]->dtype();
    }
    parallel_for(total, elementwise_grain(total), [&](int64_t begin, int64_t end) {
      alignas(64) char tiles[kMaxOperands][kTileBytes];
      for (int k = 0; k < count; ++k)
        if (!whole[k]) convert(base[k], from[k], 0, tiles[k], types[k], 1, std::min(step, end - begin));
      for (int64_t first = begin; first < end; first += step) {
        const void* at[kMaxOperands];
        for (int k = 0; k < count; ++k) at[k] = whole[k] ? base[k] + first * size[k] : tiles[k];
        const int64_t n = std::min(step, end - first);
        y.write(first, n, [&](char* memory) { loop(at, memory, n, parameters); });
      }
    });
    return;
  }

  const Loop given = {loop, in, types, out, parameters};
  Blocks blocks(out.shape());
  for (const Tensor* x : in) blocks.add(broadcast_strides(op, x->shape(), x->strides(), out.shape()));
  blocks.add(out.strides());
  blocks.join();
  bool turned = false;
  for (int k = 0; k < count && !turned; ++k)
    turned = blocks.columns() >= 16 && in[k]->dtype() == types[k] && blocks.place(k).step != 0 &&
             blocks.place(k).step != 1 && blocks.turn_to_unit_steps_of(k);
  if (!y.is_rounded() && (turned || blocks.columns() >= kLongRow))
    run_rows(given, blocks, turned);
  else
    run_tiles(op, given);
}

void run_elementwise(const char* op, ElementwiseLoop* loop, std::span<const Tensor* const> in,
                     std::span<const DType> types, const Tensor& out, const double* parameters) {
  run_loop(op, loop, in, types, out, parameters);
  if (Watcher* w = watcher()) w->elementwise(op, loop, in, types, out, parameters);
}

}  // namespace pynn
