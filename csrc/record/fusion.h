// fusion.h — neighbouring elementwise loops as one pass over memory.
//
// Each loop of a chain would read and write whole arrays. Run tile by tile, the values that pass from one to
// the next stay in the first-level cache, and those that nobody else reads are never in memory at all. The
// same loops see the same values, so results are the same to the last bit.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "core/elementwise.h"

namespace pynn {

// out[i] = loop(in0[i], in1[i], ...), as run_elementwise takes it.
struct Loop {
  const char* name = "";
  ElementwiseLoop* loop = nullptr;
  std::vector<Tensor> in;
  std::vector<DType> types;
  Tensor out;
  std::array<double, kMaxParameters> parameters{};
};

// Can it take part at all: is every operand contiguous over the whole result, or one number?
bool is_fusable(const Loop& loop);
// May `next` join the loops before it: same length, and no memory is read at one place and written at
// another?
bool may_join(const std::vector<const Loop*>& chain, const Loop& next);

// A private result is read by nobody else: its tile is all there is of it.
class FusedLoops {
 public:
  FusedLoops(const std::vector<const Loop*>& chain, const std::vector<bool>& out_is_private);
  void run() const;

 private:
  struct Operand {
    int tile = -1;  // >= 0: it lies in this tile, else in memory
    const Storage* storage = nullptr;
    int64_t offset = 0;  // in bytes; below 0: converted from tile -1 - offset
    DType from = DType::none, to = DType::none;
    bool number = false;     // one element for all
    bool converted = false;  // brought into its tile by every pass
  };
  struct Step {
    ElementwiseLoop* loop;
    std::vector<Operand> in;
    Operand out;  // tile >= 0: private
    const double* parameters;
  };

  void run_chunk(int64_t begin, int64_t end) const;

  int64_t total_ = 0;
  int64_t tile_ = 0;  // elements
  int tiles_ = 0;
  std::vector<Operand> numbers_;
  std::vector<Step> steps_;
};

}  // namespace pynn
