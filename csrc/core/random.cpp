#include "core/random.h"

#include <cmath>
#include <mutex>
#include <numbers>
#include <utility>

#include "core/parallel.h"

namespace pynn {

namespace {

constexpr int64_t kGrain = int64_t(1) << 12;  // counters a chunk

std::mutex state_lock;
RandomState state{0x5eed, 0};

// A word pair as a float64 in [0, 1), one word as a float32 in [0, 1): every value is a multiple of the
// spacing just below 1.
double unit(uint32_t high, uint32_t low) { return double(((uint64_t(high) << 32) | low) >> 11) * 0x1p-53; }
float unit(uint32_t word) { return float(word >> 8) * 0x1p-24f; }

// The numbers one counter makes: four float32 or two float64.
template <class T>
inline constexpr int kPerCounter = sizeof(T) == 4 ? 4 : 2;

template <class T>
void units(const RandomWords& w, T* u) {
  if constexpr (sizeof(T) == 4)
    for (int k = 0; k < 4; ++k) u[k] = unit(w[size_t(k)]);
  else
    for (int k = 0; k < 2; ++k) u[k] = unit(w[size_t(2 * k)], w[size_t(2 * k + 1)]);
}

// make(words, out): the kPerCounter<T> elements of one counter; written to x in order.
template <class T, class Make>
void fill(const Tensor& x, const Make& make) {
  constexpr int N = kPerCounter<T>;
  const int64_t n = x.numel(), counters = n / N + (n % N != 0);
  const RandomState from = reserve_randoms(counters);
  T* out = x.data<T>();
  parallel_for(counters, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      T made[N];
      make(philox(from.seed, from.offset + uint64_t(c)), made);
      for (int64_t i = c * N; i < n && i < (c + 1) * N; ++i) out[i] = made[i - c * N];
    }
  });
}

// 0 .. range - 1 from 64 random bits: the high half of the 128-bit product.
uint64_t below(uint64_t range, uint32_t high, uint32_t low) {
  return uint64_t((static_cast<unsigned __int128>((uint64_t(high) << 32) | low) * range) >> 64);
}

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

void fill_uniform(const Tensor& x, double low, double high) {
  visit_float("uniform", x.dtype(), [&](auto element) {
    using T = decltype(element);
    const T a = T(low), b = T(high), last = a < b ? std::nextafter(b, a) : a;
    fill<T>(x, [=](const RandomWords& w, T* out) {
      units(w, out);
      for (int k = 0; k < kPerCounter<T>; ++k) {
        const T y = a + (b - a) * out[k];
        out[k] = y < b ? y : last;  // rounding may reach the excluded end
      }
    });
  });
}

// Box & Muller 1958: (r cos φ, r sin φ) with r² = -2 ln u, φ = 2π v are two independent normals.
void fill_normal(const Tensor& x, double mean, double std) {
  visit_float("normal", x.dtype(), [&](auto element) {
    using T = decltype(element);
    fill<T>(x, [m = T(mean), s = T(std)](const RandomWords& w, T* out) {
      units(w, out);
      for (int k = 0; k < kPerCounter<T>; k += 2) {
        const T r = s * std::sqrt(T(-2) * std::log(T(1) - out[k]));  // 1 - u is never 0
        const T angle = T(2 * std::numbers::pi) * out[k + 1];
        out[k] = m + r * std::cos(angle);
        out[k + 1] = m + r * std::sin(angle);
      }
    });
  });
}

void fill_integers(const Tensor& x, int64_t low, int64_t high) {
  const uint64_t range = uint64_t(high) - uint64_t(low);
  fill<int64_t>(x, [=](const RandomWords& w, int64_t* out) {
    for (size_t k = 0; k < 2; ++k) out[k] = int64_t(uint64_t(low) + below(range, w[2 * k], w[2 * k + 1]));
  });
}

// Fisher & Yates: every position takes one of those not yet placed.
void fill_permutation(const Tensor& x) {
  const int64_t n = x.numel();
  const RandomState from = reserve_randoms(n);
  int64_t* p = x.data<int64_t>();
  for (int64_t i = 0; i < n; ++i) p[i] = i;
  for (int64_t i = n - 1; i > 0; --i) {
    const RandomWords w = philox(from.seed, from.offset + uint64_t(i));
    std::swap(p[i], p[below(uint64_t(i) + 1, w[0], w[1])]);
  }
}

}  // namespace pynn
