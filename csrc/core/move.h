// move.h — a block of elements from one place in memory to another, whatever the strides on either side.
//
// Only the size of an element matters here, not its type. A block has rows and columns; element [r, c] lies
// `r * row + c * step` elements past the start. Matrices stored the other way round are turned in registers,
// a cache line of each side at a time.
#pragma once
#include <stdint.h>

namespace pynn {

struct Place {
  int64_t row, step;  // in elements
};

// y[r, c] = x[r, c] for r < rows, c < columns.
using MoveBlock = void(const void* x, Place from, void* y, Place to, int64_t rows, int64_t columns);

MoveBlock* move_block(int itemsize);  // of 1, 2, 4 or 8 bytes

}  // namespace pynn
