#include "core/blocks.h"

#include <algorithm>

namespace pynn {

void Blocks::sort_by_steps_of(int operand) {
  const auto reach = [&](int i) { return std::abs(step_[i][operand]); };
  for (int i = 1; i < axes_; ++i)
    for (int at = i; at > 0 && reach(at - 1) < reach(at); --at) {
      std::swap(size_[at - 1], size_[at]);
      std::swap(step_[at - 1], step_[at]);
    }
}

void Blocks::join() {
  int kept = 0;
  for (int i = 0; i < axes_; ++i) {
    if (size_[i] == 1) continue;
    bool one_run = kept > 0;
    for (int k = 0; k < operands_; ++k) one_run = one_run && step_[kept - 1][k] == step_[i][k] * size_[i];
    const int to = one_run ? kept - 1 : kept++;
    size_[to] = one_run ? size_[to] * size_[i] : size_[i];
    std::copy_n(step_[i], operands_, step_[to]);
  }
  for (axes_ = kept; axes_ < 2; ++axes_) {  // a row for a vector, a column for a number
    std::copy_backward(size_, size_ + axes_, size_ + axes_ + 1);
    for (int k = 0; k < operands_; ++k) {
      if (axes_ > 0) step_[1][k] = step_[0][k];
      step_[0][k] = 0;
    }
    size_[0] = 1;
  }
  cut(rows(), columns());
}

bool Blocks::turn_to_unit_steps_of(int operand) {
  for (int i = 0; i < axes_ - 1; ++i) {
    if (step_[i][operand] != 1) continue;
    for (; i < axes_ - 2; ++i) {
      std::swap(size_[i], size_[i + 1]);
      std::swap(step_[i], step_[i + 1]);
    }
    return true;
  }
  return false;
}

void Blocks::cut(int64_t rows, int64_t columns) {
  outer_ = 1;
  for (int i = 0; i < axes_ - 2; ++i) outer_ *= size_[i];
  block_rows_ = std::clamp<int64_t>(rows, 1, this->rows());
  block_columns_ = std::clamp<int64_t>(columns, 1, this->columns());
  row_pieces_ = (this->rows() + block_rows_ - 1) / block_rows_;
  column_pieces_ = (this->columns() + block_columns_ - 1) / block_columns_;
}

Blocks::Block Blocks::at(int64_t i) const {
  const int64_t column = i % column_pieces_ * block_columns_;
  i /= column_pieces_;
  const int64_t row = i % row_pieces_ * block_rows_;
  i /= row_pieces_;
  Block block = {std::min(block_rows_, rows() - row), std::min(block_columns_, columns() - column), {}};
  for (int k = 0; k < operands_; ++k)
    block.offset[k] = row * step_[axes_ - 2][k] + column * step_[axes_ - 1][k];
  for (int axis = axes_ - 3; axis >= 0; --axis) {
    const int64_t index = i % size_[axis];
    i /= size_[axis];
    for (int k = 0; k < operands_; ++k) block.offset[k] += index * step_[axis][k];
  }
  return block;
}

}  // namespace pynn
