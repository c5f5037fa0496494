// recurrent.h — a recurrent layer, in one direction, over whole sequences: what the loops take.
//
// At step t a cell makes h_t, and perhaps a state c_t, of what the input contributes and of W_hh h_{t-1}. The
// inputs' contributions were computed for all steps at once by a matrix product; what is left, step by step,
// is in recurrent_kernel.h, and what a cell computes in ops/lstm.cpp, ops/gru.cpp and ops/rnn.cpp.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn {

// Step t of sequence b is row start[t] + b * row_step of every matrix with a row for each step of each
// sequence. The longest sequence comes first: count[t] of them have a step t.
struct RecurrentPlaces {
  int64_t steps, sequences, rows;
  const int64_t *start, *count;
  int64_t row_step;
};

// hidden: the size of what a cell computes. out: that of h, which differs where h is projected.
struct RecurrentSizes {
  RecurrentPlaces at;
  bool reverse;
  int64_t hidden, out;
};

template <class T>
struct RecurrentForward : RecurrentSizes {
  const T* weight;      // W_hh (gates * hidden, out)
  const T* projection;  // W_hr (out, hidden), or null
  const T* bias;        // of the last gate's recurrent sum (hidden), or null
  T* gates;             // (rows, kept * hidden): what the inputs contribute; then, if `keeps`, what is kept
  bool keeps;
  T* state;          // (sequences, hidden): the first state, then the last; null where there is none
  T* states;         // (rows, hidden): all of them, if `keeps`
  T* unprojected;    // (rows, hidden): what W_hr is multiplied with, if `keeps`; or null
  const T* h_first;  // (sequences, out)
  T *h_last, *y;     // (sequences, out); (rows, y_row)
  int64_t y_row;
};

template <class T>
struct RecurrentBackward : RecurrentSizes {
  const T *weight, *projection;
  const T *gates, *states, *state_first;  // as forward kept them
  const T *h_first, *y, *dy, *dh_last;    // dy, dh_last: null where there is none
  int64_t y_row;
  T* dstate;    // (sequences, hidden): of the last state, then of the first; or what a cell carries
  T* dgates;    // (rows, kept * hidden)
  T* dh;        // (rows, out): of every projected h; or null
  T* dh_first;  // (sequences, out)
};

// One direction, or two that have nothing to do with each other.
template <class T>
using RecurrentForwardKernel = void(const RecurrentForward<T>* directions, int count);
template <class T>
using RecurrentBackwardKernel = void(const RecurrentBackward<T>* directions, int count);

struct RecurrentKernels {
  FloatKernels<RecurrentForwardKernel> forward;
  FloatKernels<RecurrentBackwardKernel> backward;
};

}  // namespace pynn
