// strided.h — walking a strided array in row-major order: how rows too short for blocks.h are read.
#pragma once
#include "core/dtype.h"
#include "core/move.h"
#include "core/shape.h"

namespace pynn {

// A strided operand with its axes merged wherever two of them are one run in memory.
class StridedRun {
 public:
  StridedRun(const Shape& shape, const Strides& strides, DType dtype);

  // Elements begin .. begin + n (row-major order) of this operand -> `out`, converted to `to`.
  void gather(const char* base, int64_t begin, int64_t n, char* out, DType to) const;

  bool is_single_run() const { return axes_ <= 1 && (axes_ == 0 || stride_[0] == 1); }
  bool is_constant() const { return axes_ == 0 || (axes_ == 1 && stride_[0] == 0); }
  // After so many elements the same ones come again; 0 if they never do.
  int64_t period() const;

 private:
  struct Rows {
    int64_t offset, rows, columns;
    Place place;
  };
  template <class Visit>
  void walk(int64_t begin, int64_t n, Visit&& visit) const;

  int axes_ = 0;
  int64_t size_[kMaxAxes], stride_[kMaxAxes];
  DType dtype_;
};

// n elements: out[i] = in[i * step], converted. A step of 0 repeats one element. Steps in elements.
void convert(const char* in, DType from, int64_t in_step, char* out, DType to, int64_t out_step, int64_t n);

}  // namespace pynn
