// blocks.h — several strided operands of one shape, walked in blocks of rows and columns.
//
// Axes of size 1 are dropped, and two axes are joined wherever they are one run in the memory of every
// operand. The innermost axis left is the columns', one other the rows'; a block is a piece of each.
#pragma once
#include "core/move.h"
#include "core/shape.h"

namespace pynn {

class Blocks {
 public:
  static constexpr int kMaxOperands = 5;

  explicit Blocks(const Shape& shape) : axes_(shape.n) {
    for (int i = 0; i < axes_; ++i) size_[i] = shape[i];
  }
  void add(const Strides& strides) {
    for (int i = 0; i < axes_; ++i) step_[i][operands_] = strides[i];
    ++operands_;
  }

  // Before join(): the axes in the order of this operand's memory, for whoever does not mind the order.
  void sort_by_steps_of(int operand);
  void join();
  // Makes rows of the axis along which the operand has steps of 1; false if there is none.
  bool turn_to_unit_steps_of(int operand);
  // So many rows and columns a block, less at the ends; each at least 1.
  void cut(int64_t rows, int64_t columns);

  int64_t columns() const { return size_[axes_ - 1]; }
  int64_t rows() const { return size_[axes_ - 2]; }
  Place place(int operand) const { return {step_[axes_ - 2][operand], step_[axes_ - 1][operand]}; }

  struct Block {
    int64_t rows, columns;
    int64_t offset[kMaxOperands];  // in elements
  };
  int64_t count() const { return outer_ * row_pieces_ * column_pieces_; }
  int64_t elements() const { return block_rows_ * block_columns_; }  // of a whole block
  Block at(int64_t i) const;

 private:
  int axes_, operands_ = 0;
  int64_t size_[kMaxAxes + 2];
  int64_t step_[kMaxAxes + 2][kMaxOperands];
  int64_t outer_, block_rows_, block_columns_, row_pieces_, column_pieces_;
};

}  // namespace pynn
