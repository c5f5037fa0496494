#include "core/random.h"

#include <mutex>
#include <utility>

namespace pynn {

namespace {

std::mutex state_lock;
RandomState state{0x5eed, 0};

}  // namespace

RandomState random_state() {
  const std::lock_guard lock(state_lock);
  return state;
}
void set_random_state(RandomState s) {
  const std::lock_guard lock(state_lock);
  state = s;
}
void manual_seed(uint64_t seed) { set_random_state({seed, 0}); }

RandomState reserve_randoms(int64_t count) {
  const std::lock_guard lock(state_lock);
  const RandomState reserved = state;
  state.offset += uint64_t(count);
  return reserved;
}

// Fisher & Yates: every position takes one of those not yet placed.
void fill_permutation(const Tensor& x) {
  const int64_t n = x.numel();
  const RandomState from = reserve_randoms(n);
  int64_t* p = x.data<int64_t>();
  for (int64_t i = 0; i < n; ++i) p[i] = i;
  for (int64_t i = n - 1; i > 0; --i) {
    const RandomWords w = philox(from.seed, from.offset + uint64_t(i));
    std::swap(p[i], p[random_below(uint64_t(i) + 1, w[0], w[1])]);
  }
}

}  // namespace pynn
