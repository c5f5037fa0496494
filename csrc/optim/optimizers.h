// optimizers.h — one step of each optimizer over one group of parameters.
#pragma once
#include <cmath>

#include "optim/group.h"

namespace pynn {

void sgd_step(Group& group, const SgdSettings& settings);
void adagrad_step(Group& group, const AdagradSettings& settings);
void adadelta_step(Group& group, const AdadeltaSettings& settings);
void rmsprop_step(Group& group, const RmspropSettings& settings);
void adam_step(Group& group, const AdamSettings& settings);
void adamax_step(Group& group, const AdamaxSettings& settings);
void nadam_step(Group& group, const NadamSettings& settings);
void radam_step(Group& group, const RadamSettings& settings);
void lion_step(Group& group, const LionSettings& settings);

// 1 + r + ... + r^(n - 1).
inline double geometric(double r, int64_t n) {
  return r == 1 ? double(n) : (1 - std::pow(r, double(n))) / (1 - r);
}

// A number that depends on how often a parameter has moved, computed anew only when that count changes:
// parameters of one group usually march in step.
template <class Compute>
class PerCount {
 public:
  explicit PerCount(Compute compute) : compute_(compute) {}
  const auto& operator()(int64_t steps) {
    if (steps != steps_) value_ = compute_(steps_ = steps);
    return value_;
  }

 private:
  Compute compute_;
  int64_t steps_ = 0;
  std::invoke_result_t<Compute, int64_t> value_{};
};

}  // namespace pynn
