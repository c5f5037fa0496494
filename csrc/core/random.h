// random.h — random numbers without a hidden state: element i is a function of (seed, offset, i) alone.
//
// Philox 4x32-10 (Salmon, Moraes, Dror & Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011)
// scrambles a counter under a key: ten rounds of multiply and exchange. Any thread can make any element,
// so results do not depend on the number of threads. What the process keeps is the seed and how many
// counters have been used: manual_seed starts at counter 0, and each fill takes the next ones.
// Here is one counter at a time; kernels/random.cpp makes a vector of them.
#pragma once
#include <array>
#include <cstdint>

#include "core/tensor.h"

namespace pynn {

using RandomWords = std::array<uint32_t, 4>;

// The four random words of one counter.
inline RandomWords philox(uint64_t seed, uint64_t counter) {
  constexpr uint64_t kMultiplier[2] = {0xD2511F53, 0xCD9E8D57};
  constexpr uint32_t kWeyl[2] = {0x9E3779B9, 0xBB67AE85};  // the golden ratio and sqrt(3) - 1
  uint32_t c0 = uint32_t(counter), c1 = uint32_t(counter >> 32), c2 = 0, c3 = 0;
  uint32_t k0 = uint32_t(seed), k1 = uint32_t(seed >> 32);
  for (int round = 0; round < 10; ++round, k0 += kWeyl[0], k1 += kWeyl[1]) {
    const uint64_t a = kMultiplier[0] * c0, b = kMultiplier[1] * c2;
    c0 = uint32_t(b >> 32) ^ c1 ^ k0;
    c1 = uint32_t(b);
    c2 = uint32_t(a >> 32) ^ c3 ^ k1;
    c3 = uint32_t(a);
  }
  return {c0, c1, c2, c3};
}

struct RandomState {
  uint64_t seed;
  uint64_t offset;  // the next unused counter
};
RandomState random_state();
void set_random_state(RandomState state);
void manual_seed(uint64_t seed);

// Reserves `count` counters of the global stream: the state whose counters offset .. offset + count are the
// caller's own.
RandomState reserve_randoms(int64_t count);

// 0 .. range - 1 from 64 random bits: the upper half of the 128-bit product.
inline uint64_t random_below(uint64_t range, uint32_t high, uint32_t low) {
  return uint64_t((static_cast<unsigned __int128>((uint64_t(high) << 32) | low) * range) >> 64);
}

// Fills a contiguous int64 tensor with 0 .. n - 1 in random order. Other fills: kernels/random.h.
void fill_permutation(const Tensor& x);

}  // namespace pynn
