// group.h — the parameters of one optimizer group, and what the optimizer remembers about each.
//
// A step runs over all parameters of the group at once: their elements are numbered through, cut into fixed
// chunks and shared out to threads, so a hundred small tensors cost one call and one parallel region.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "core/isa.h"
#include "core/parallel.h"
#include "core/tensor.h"
#include "optim/settings.h"

namespace pynn {

class Group {
 public:
  struct Member {
    Tensor parameter;
    int64_t steps = 0;   // how often it has moved: bias corrections depend on it
    double product = 1;  // NAdam's running product of momentum factors
    std::array<Tensor, kMaxSlots> slots;
  };

  explicit Group(std::vector<Tensor> parameters);

  std::vector<Member>& members() { return members_; }
  void zero_grad(bool set_to_none);

  // One step of every parameter that has a gradient. `slots` says which slots the optimizer uses now;
  // one that does not exist yet starts as `initial`. `prepare` fills a piece's factors.
  template <class Settings, class Prepare>
  void step(const char* op, FloatKernels<Stepper<Settings>::template Signature> kernels,
            const Settings& settings, std::array<bool, kMaxSlots> slots, double initial,
            const Prepare& prepare) {
    check(op);
    for (DType dtype : {DType::float32, DType::float64}) {
      const int64_t total = gather(op, dtype, slots, initial);
      if (total == 0) continue;
      for (size_t i = 0; i < pieces_.size(); ++i) prepare(pieces_[i], members_[moving_[i]]);
      auto* kernel = dtype == DType::float32 ? kernels.template get<float>() : nullptr;
      auto* kernel64 = dtype == DType::float64 ? kernels.template get<double>() : nullptr;
      parallel_for(total, kGrain, [&](int64_t begin, int64_t end) {
        for (const Piece* piece = piece_at(begin); begin < end; ++piece) {
          const int64_t stop = piece->start + piece->n < end ? piece->start + piece->n : end;
          if (kernel)
            kernel(settings, *piece, begin - piece->start, stop - piece->start);
          else
            kernel64(settings, *piece, begin - piece->start, stop - piece->start);
          begin = stop;
        }
      });
      scatter();
    }
  }

 private:
  static constexpr int64_t kGrain = 16384;

  void check(const char* op) const;  // before anything is changed
  int64_t gather(const char* op, DType dtype, std::array<bool, kMaxSlots> slots, double initial);
  void scatter();
  const Piece* piece_at(int64_t element) const;

  std::vector<Member> members_;
  // Scratch of the running step, kept so that it allocates once.
  std::vector<Piece> pieces_;
  std::vector<size_t> moving_;  // pieces_[i] belongs to members_[moving_[i]]
  std::vector<Tensor> held_;    // gradients, as long as pieces point into them
  // (parameter with gaps or of bfloat16, dense copy of float32 or float64 that was moved instead)
  std::vector<std::pair<Tensor, Tensor>> copies_;
};

}  // namespace pynn
