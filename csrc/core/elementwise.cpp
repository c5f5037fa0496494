#include "core/elementwise.h"

#include <algorithm>

#include "core/inline_vector.h"
#include "core/parallel.h"
#include "core/strided.h"

namespace pynn {

namespace {

constexpr int kMaxOperands = 4;
constexpr int64_t kTileBytes = 4096;          // of each operand: all of them together stay in L1
constexpr int64_t kGrain = int64_t(1) << 15;  // elements worth a second thread

DType combine(DType strong, DType weak) {
  if (strong == DType::none) return weak;
  if (weak == DType::none || is_floating(strong)) return strong;
  if (strong == DType::boolean || is_floating(weak)) return promote(strong, weak);
  return strong;
}

// One input: read where it lies, or through a tile.
struct Operand {
  const char* base;
  DType from, to;
  bool direct;
  StridedRun run;
};

}  // namespace

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

void run_elementwise(const char* op, ElementwiseLoop* loop, std::span<const Tensor* const> in,
                     std::span<const DType> types, const Tensor& out, const double* parameters) {
  const int64_t total = out.numel();
  if (total == 0) return;
  const int count = int(in.size());
  const int out_size = itemsize(out.dtype());
  char* const y = out.bytes();

  // The usual case: every operand lies there as the loop wants it, or is one number, which fills a tile.
  bool whole[kMaxOperands], usual = true;
  int size[kMaxOperands];
  int64_t step = total;
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
    parallel_for(total, kGrain, [&](int64_t begin, int64_t end) {
      alignas(64) char tiles[kMaxOperands][kTileBytes];
      for (int k = 0; k < count; ++k)
        if (!whole[k]) convert(base[k], from[k], 0, tiles[k], types[k], 1, std::min(step, end - begin));
      for (int64_t first = begin; first < end; first += step) {
        const void* at[kMaxOperands];
        for (int k = 0; k < count; ++k) at[k] = whole[k] ? base[k] + first * size[k] : tiles[k];
        loop(at, y + first * out_size, std::min(step, end - first), parameters);
      }
    });
    return;
  }

  InlineVector<Operand, kMaxOperands> operands;
  for (int k = 0; k < count; ++k) {
    const Tensor& x = *in[k];
    StridedRun run(out.shape(), broadcast_strides(op, x.shape(), x.strides(), out.shape()), x.dtype());
    const bool direct = x.dtype() == types[k] && run.is_single_run() && x.numel() == total;
    operands.push_back({x.bytes(), x.dtype(), types[k], direct, run});
  }
  parallel_for(total, kGrain, [&](int64_t begin, int64_t end) {
    alignas(64) char tiles[kMaxOperands][kTileBytes];
    const int64_t tile = kTileBytes / 8;
    const void* at[kMaxOperands];
    for (int k = 0; k < count; ++k)  // a constant fills its tile once
      if (operands[k].run.is_constant())
        operands[k].run.gather(operands[k].base, 0, std::min(tile, end - begin), tiles[k], operands[k].to);
    for (int64_t first = begin; first < end; first += tile) {
      const int64_t n = std::min(tile, end - first);
      for (int k = 0; k < count; ++k) {
        const Operand& x = operands[k];
        at[k] = tiles[k];
        if (x.direct)
          at[k] = x.base + first * itemsize(x.to);
        else if (!x.run.is_constant())
          x.run.gather(x.base, first, n, tiles[k], x.to);
      }
      loop(at, y + first * out_size, n, parameters);
    }
  });
}

}  // namespace pynn
