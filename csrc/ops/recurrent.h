// recurrent.h — what lstm_layer, gru_layer and rnn_*_layer share: one layer, in one direction or both, over
// whole sequences.
#pragma once
#include <vector>

#include "kernels/recurrent.h"
#include "ops/ops.h"

namespace pynn {

// One step of a cell in recorded ops.
struct CellInOps {
  Tensor h, state;
  std::vector<Tensor> kept;
};
struct CellGradientInOps {
  std::vector<Tensor> d;
  Tensor dstate;
};

// A cell, as kernels/recurrent_kernel.h describes it.
struct RecurrentKind {
  const char *op, *layer;
  int gates, kept, first_sum;
  const int* slot;
  bool has_state, carries, uses_kept;
  const RecurrentKernels* kernels;
  CellInOps (*forward)(const Tensor* in, const Tensor* sum, const Tensor& h, const Tensor& state);
  CellGradientInOps (*backward)(const CellInOps& at, const Tensor& h_before, const Tensor& state_before,
                                const Tensor& dh, const Tensor& dstate);
  // The bias of the last recurrent sum is not the input's part of it: of a GRU, whose r stands between them.
  bool last_sum_apart() const { return kept > gates; }
};

template <class Cell>
RecurrentKind recurrent_kind(const char* op, const char* layer, const RecurrentKernels* kernels) {
  return {op,
          layer,
          Cell::gates,
          Cell::kept,
          Cell::first_sum,
          Cell::slot,
          Cell::has_state,
          Cell::carries,
          Cell::uses_kept,
          kernels,
          [](const Tensor* in, const Tensor* sum, const Tensor& h, const Tensor& state) {
            const auto y = Cell::template forward<Tensor>(in, sum, h, state);
            return CellInOps{y.h, y.state, {y.kept, y.kept + Cell::kept}};
          },
          [](const CellInOps& at, const Tensor& h_before, const Tensor& state_before, const Tensor& dh,
             const Tensor& dstate) {
            const auto back = Cell::template backward<Tensor>(at.kept.data(), at.h, h_before, at.state,
                                                              state_before, dh, dstate);
            return CellGradientInOps{{back.d, back.d + Cell::kept}, back.dstate};
          }};
}

struct RecurrentArguments {
  Tensor x;
  TensorList weights;
  Tensor h0, c0, batch_sizes;
};
struct RecurrentSettings {
  bool bias, bidirectional, batch_first;
};

// The weights of one direction.
struct DirectionWeights {
  Tensor w_ih, w_hh, b_ih, b_hh, w_hr;
};

// Where everything stands, checked.
struct RecurrentLayout {
  bool packed;
  int64_t sequences, steps, rows, features, hidden, out;
  int directions, weights_each;
  std::vector<int64_t> start, count;  // of the rows of each step
  int64_t row_step;

  RecurrentLayout(const RecurrentKind& kind, const RecurrentArguments& a, const RecurrentSettings& s);
  RecurrentSizes sizes(int direction) const {
    return {{steps, sequences, rows, start.data(), count.data(), row_step}, direction == 1, hidden, out};
  }
  bool projected() const { return weights_each % 2 == 1; }
  DirectionWeights weights(TensorList all, const RecurrentSettings& s, int direction) const;
  Shape with_columns(const Shape& x, int64_t columns) const;
};

// What forward saved for backward.
struct RecurrentSaved {
  std::vector<Tensor> weights;
  RecurrentArguments arguments;
  RecurrentSettings settings;
  Tensor y, gates, states, unprojected;
  explicit RecurrentSaved(const Context& context);
  RecurrentSaved(const RecurrentSaved&) = delete;
  RecurrentSaved& operator=(const RecurrentSaved&) = delete;
};

std::vector<Tensor> recurrent_forward(const RecurrentKind& kind, Context& context,
                                      const RecurrentArguments& a, const RecurrentSettings& settings);
Gradients recurrent_backward(const RecurrentKind& kind, const Context& context, const Tensor* dys);
Gradients recurrent_backward_in_ops(const RecurrentKind& kind, const Context& context, const Tensor* dys);

// Argument lists for tests: without, with one, with two directions' first states; of so many gates' rows.
#define PYNN_RECURRENT_SAMPLES(ONE, TWO, ROWS)                                                              \
  "randn(2, 3, 5), [randn(" ROWS ", 5), randn(" ROWS ", 4), randn(" ROWS "), randn(" ROWS ")]",             \
      "randn(2, 3, 5), [randn(" ROWS ", 5), randn(" ROWS ", 4)], " ONE ", None, False",                     \
      "randn(4, 2, 3), [randn(" ROWS ", 3), randn(" ROWS ", 4), randn(" ROWS "), randn(" ROWS               \
      "), randn(" ROWS ", 3), randn(" ROWS ", 4), randn(" ROWS "), randn(" ROWS ")], " TWO                  \
      ", None, True, True, False",                                                                          \
      "randn(7, 3), [randn(" ROWS ", 3), randn(" ROWS ", 4), randn(" ROWS ", 3), randn(" ROWS ", 4)], " TWO \
      ", array([2, 2, 1, 1, 1]), False, True",                                                              \
      "randn(2, 1, 5), [randn(" ROWS ", 5), randn(" ROWS ", 4), randn(" ROWS "), randn(" ROWS ")], " ONE

}  // namespace pynn
