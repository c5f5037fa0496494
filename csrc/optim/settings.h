// settings.h — the numbers that each optimizer's step is told, as plain data: kernels read them too.
//
// Names and defaults are PyTorch's. `maximize` climbs instead of descending. `l1` is the price of |p| in the
// loss; `shrink` in vectors.h pays it.
#pragma once
#include <stdint.h>

namespace pynn {

struct SgdSettings {
  double lr, momentum, dampening, weight_decay, l1;
  bool nesterov, maximize;
};
struct AdagradSettings {
  double lr, lr_decay, weight_decay, initial_accumulator_value, eps, l1;
  bool maximize;
};
struct AdadeltaSettings {
  double lr, rho, eps, weight_decay, l1;
  bool maximize;
};
struct RmspropSettings {
  double lr, alpha, eps, weight_decay, momentum, l1;
  bool centered, maximize;
};
struct AdamSettings {
  double lr, beta1, beta2, eps, weight_decay, l1;
  bool decoupled;  // AdamW: shrink the parameter itself instead of adding to its gradient
  bool amsgrad, maximize;
};
struct AdamaxSettings {
  double lr, beta1, beta2, eps, weight_decay, l1;
  bool maximize;
};
struct NadamSettings {
  double lr, beta1, beta2, eps, weight_decay, momentum_decay, l1;
  bool decoupled, maximize;
};
struct RadamSettings {
  double lr, beta1, beta2, eps, weight_decay, l1;
  bool decoupled, maximize;
};
struct LionSettings {
  double lr, beta1, beta2, weight_decay;
  bool maximize;
};

inline constexpr int kMaxSlots = 3;

// One parameter's part in one step: where its numbers lie, and what depends on how often it has moved.
struct Piece {
  int64_t start;  // how many elements the pieces before this one hold together
  int64_t n;
  void* parameter;
  const void* gradient;
  void* slots[kMaxSlots];
  double factors[3];  // computed once a step, for the kernel: bias corrections and the like
  int64_t steps;      // this one included
  bool fresh;         // the first slot was created just now
};

// step<T>(settings, piece, begin, end): moves the elements [begin, end) of one piece.
template <class Settings>
struct Stepper {
  template <class T>
  using Signature = void(const Settings& settings, const Piece& piece, int64_t begin, int64_t end);
};

}  // namespace pynn
