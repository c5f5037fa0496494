// random.cpp — Philox 4x32-10 over SIMD lanes, and what is made of its words (random.h has the layout).
#include "core/simd.h"
#include "core/simd_math.h"

namespace pynn::PYNN_ISA {

// A 32-bit word in the lower half of every lane. The upper half may hold anything.
using Words = Vec<int64_t>;
inline constexpr int kCounters = Words::lanes;
inline constexpr int64_t kLowerHalf = 0xFFFFFFFF;

// The words of kCounters consecutive counters.
struct Block {
  Words w0, w1, w2, w3;
};

// 64-bit products of the lower halves.
PYNN_INLINE Words multiply_words(Words a, Words b) {
#if defined(__clang__) || !defined(__x86_64__)
  return (a & kLowerHalf) * (b & kLowerHalf);
#else
  using Halves = RawOf<int32_t>;
#if defined(__AVX512F__)
  typedef long long Result __attribute__((vector_size(64)));
  return Words::Raw(__builtin_ia32_pmuludq512_mask(Halves(a.v), Halves(b.v), Result{}, uint8_t(-1)));
#elif defined(__AVX2__)
  return Words::Raw(__builtin_ia32_pmuludq256(Halves(a.v), Halves(b.v)));
#else
  return Words::Raw(__builtin_ia32_pmuludq128(Halves(a.v), Halves(b.v)));
#endif
#endif
}

PYNN_INLINE Words counters_from(uint64_t first) {
  Words lane;
  for (int i = 0; i < kCounters; ++i) lane.v[i] = i;
  return lane + int64_t(first);
}

// Ten rounds; each multiplies two of the words and exchanges the halves of the products.
PYNN_INLINE Block philox_block(uint64_t seed, uint64_t first) {
  const Words counter = counters_from(first);
  Words c0 = counter, c1 = counter >> 32, c2 = 0, c3 = 0;
  uint32_t k0 = uint32_t(seed), k1 = uint32_t(seed >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9, k1 += 0xBB67AE85) {
    const Words a = multiply_words(c0, int64_t(0xD2511F53)), b = multiply_words(c2, int64_t(0xCD9E8D57));
    c0 = (b >> 32) ^ c1 ^ Words(int64_t(k0));
    c2 = (a >> 32) ^ c3 ^ Words(int64_t(k1));
    c1 = b;
    c3 = a;
  }
  return {c0, c1, c2, c3};
}

// `lower` and `upper` words side by side in every lane.
PYNN_INLINE Words side_by_side(Words lower, Words upper) { return (lower & kLowerHalf) | (upper << 32); }

// a0 b0 a1 b1 ... over two vectors.
template <class T>
PYNN_INLINE void store_interleaved(T* out, Vec<T> a, Vec<T> b) {
  store(out, interleave_low(a, b));
  store(out + Vec<T>::lanes, interleave_high(a, b));
}

// ---- words to numbers in [0, 1): multiples of the spacing just below 1 ---------------------------------

PYNN_INLINE Vec<float> both_units(Words words) {  // of either half of a lane
  const Vec<int32_t> word = RawOf<int32_t>(words.v);
  return convert<float>((word >> 8) & 0xFFFFFF) * 0x1p-24;
}

// An integer below 2^32 in floating point: put into the fraction of 2^52.
PYNN_INLINE Vec<double> word_to_double(Words w) {
  return Vec<double>::from_bits(w | to_bits(Vec<double>(0x1p52))) - 0x1p52;
}
PYNN_INLINE Vec<double> unit(Words upper, Words lower) {
  return word_to_double(upper & kLowerHalf) * 0x1p-32 + word_to_double((lower & kLowerHalf) >> 11) * 0x1p-53;
}

// The first and the second number of every pair that a block makes, pair by pair in the order of memory.
template <class V>
struct Pairs {
  V first, second;
};
template <class T>
PYNN_INLINE Pairs<Vec<T>> unit_pairs(const Block& b) {
  if constexpr (sizeof(T) == 4)
    return {both_units(side_by_side(b.w0, b.w2)), both_units(side_by_side(b.w1, b.w3))};
  else
    return {unit(b.w0, b.w1), unit(b.w2, b.w3)};
}

// make(block): pairs of T. The last block may be cut short.
template <class T, class Make>
PYNN_INLINE void fill(T* out, int64_t n, uint64_t seed, uint64_t counter, const Make& make) {
  constexpr int size = 2 * Vec<T>::lanes;
  int64_t i = 0;
  for (; i + size <= n; i += size, counter += kCounters) {
    const auto made = make(philox_block(seed, counter));
    store_interleaved(out + i, made.first, made.second);
  }
  if (i == n) return;
  T last[size];
  const auto made = make(philox_block(seed, counter));
  store_interleaved(last, made.first, made.second);
  __builtin_memcpy(out + i, last, uint64_t(n - i) * sizeof(T));
}

// ---- the kernels: n numbers from `counter` on ----------------------------------------------------------

// low + (high - low) u; `last`, the number before high, where rounding reaches the excluded end.
template <class T>
void fill_uniform(T* out, int64_t n, uint64_t seed, uint64_t counter, T low, T high, T last) {
  using V = Vec<T>;
  const V a = low, range = high - low, b = high, below_b = last;
  fill(out, n, seed, counter, [=](const Block& block) PYNN_LAMBDA_INLINE -> Pairs<V> {
    const auto [u, v] = unit_pairs<T>(block);
    const V x = a + range * u, y = a + range * v;
    return {select(x < b, x, below_b), select(y < b, y, below_b)};
  });
}

// Box & Muller 1958: (r cos φ, r sin φ) with r² = -2 ln(1 - u), φ = 2π v are two independent normals.
// φ is a quadrant and the rest v - quadrant / 4, which is exact: nothing is lost to reducing the angle.
template <class T>
void fill_normal(T* out, int64_t n, uint64_t seed, uint64_t counter, T mean, T std) {
  using V = Vec<T>;
  const V m = mean, s = std;
  fill(out, n, seed, counter, [=](const Block& block) PYNN_LAMBDA_INLINE -> Pairs<V> {
    const auto [u, v] = unit_pairs<T>(block);
    const V radius = s * sqrt(-2 * log(1 - u));
    const V quadrant = round_small(4 * v);
    const ReducedAngle<V> angle = {(v - 0.25 * quadrant) * 0x1.921fb54442d18p2, 0, to_integer(quadrant)};
    const V sine = sin_near_zero(angle), cosine = cos_near_zero(angle);
    const Mask<T> odd = ((angle.quadrant & 1) != 0).v;
    const V x = with_quadrant_sign(select(odd, sine, cosine), angle.quadrant + 1);
    const V y = with_quadrant_sign(select(odd, cosine, sine), angle.quadrant);
    return {m + radius * x, m + radius * y};
  });
}

// The upper 64 bits of (64 random bits) range, for a range of 32 bits: two products of 32 bits.
PYNN_INLINE Words below(Words range, Words upper, Words lower) {
  const Words carried = (multiply_words(lower, range) >> 32) & kLowerHalf;
  return ((multiply_words(upper, range) + carried) >> 32) & kLowerHalf;
}
void fill_integers(int64_t* out, int64_t n, uint64_t seed, uint64_t counter, int64_t low, uint32_t range) {
  const Words from = low, size = int64_t(range);
  fill(out, n, seed, counter, [=](const Block& b) PYNN_LAMBDA_INLINE -> Pairs<Words> {
    return {from + below(size, b.w0, b.w1), from + below(size, b.w2, b.w3)};
  });
}

inline constexpr int kPart = 1024;  // elements at a time that wait in the cache

// 1 where the element's word is at or above p 2^32.
void fill_kept(uint8_t* out, int64_t n, uint64_t seed, uint64_t counter, uint64_t threshold) {
  int64_t lanes[kPart / 2];
  uint32_t words[kPart];
  for (int64_t i = 0; i < n; i += kPart) {
    const int64_t size = n - i < kPart ? n - i : kPart;
    fill(lanes, (size + 1) / 2, seed, counter + uint64_t(i) / 4,
         [](const Block& b) PYNN_LAMBDA_INLINE -> Pairs<Words> {
           return {side_by_side(b.w0, b.w1), side_by_side(b.w2, b.w3)};
         });
    __builtin_memcpy(words, lanes, uint64_t(size + 1) / 2 * sizeof(int64_t));
    for (int64_t k = 0; k < size; ++k) out[i + k] = words[k] >= threshold;
  }
}

// 1 where u < p, with u of 53 bits whatever T is.
template <class T>
void fill_bernoulli(T* out, const T* p, int64_t n, uint64_t seed, uint64_t counter) {
  double u[kPart];
  for (int64_t i = 0; i < n; i += kPart) {
    const int64_t size = n - i < kPart ? n - i : kPart;
    fill_uniform<double>(u, size, seed, counter + uint64_t(i) / 2, 0, 1, 1);
    for (int64_t k = 0; k < size; ++k) out[i + k] = T(u[k] < double(p[i + k]));
  }
}

template <class T>
using UniformKernel = void(T* out, int64_t n, uint64_t seed, uint64_t counter, T low, T high, T last);
template <class T>
using NormalKernel = void(T* out, int64_t n, uint64_t seed, uint64_t counter, T mean, T std);
template <class T>
using BernoulliKernel = void(T* out, const T* p, int64_t n, uint64_t seed, uint64_t counter);

struct RandomKernels {
  FloatKernels<UniformKernel> uniform;
  FloatKernels<NormalKernel> normal;
  FloatKernels<BernoulliKernel> bernoulli;
  void (*integers)(int64_t* out, int64_t n, uint64_t seed, uint64_t counter, int64_t low, uint32_t range);
  void (*kept)(uint8_t* out, int64_t n, uint64_t seed, uint64_t counter, uint64_t threshold);
};
extern const RandomKernels random_kernels;
constexpr RandomKernels random_kernels = {{fill_uniform<float>, fill_uniform<double>},
                                          {fill_normal<float>, fill_normal<double>},
                                          {fill_bernoulli<float>, fill_bernoulli<double>},
                                          fill_integers,
                                          fill_kept};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"
#include "kernels/random.h"

namespace pynn {

PYNN_DISPATCH(random_kernels);

namespace {

constexpr int64_t kGrain = int64_t(1) << 14;  // elements a chunk: a whole number of counters

// The numbers one counter makes: four float32 or two float64.
template <class T>
constexpr int kPerCounter = sizeof(T) == 4 ? 4 : 2;

// fill(begin, size, seed, counter): elements begin .. begin + size, the first of which is made by `counter`.
template <class Fill>
void fill_in_chunks(int64_t n, int per_counter, RandomState from, const Fill& fill) {
  parallel_for(n, kGrain, [&](int64_t begin, int64_t end) {
    fill(begin, end - begin, from.seed, from.offset + uint64_t(begin / per_counter));
  });
}
template <class Fill>
void fill_in_chunks(int64_t n, int per_counter, const Fill& fill) {
  fill_in_chunks(n, per_counter, reserve_randoms(n / per_counter + (n % per_counter != 0)), fill);
}

}  // namespace

void fill_uniform(const Tensor& x, double low, double high) {
  visit_float("uniform", x.dtype(), [&](auto element) {
    using T = decltype(element);
    const T a = T(low), b = T(high), last = a < b ? std::nextafter(b, a) : a;
    T* out = x.data<T>();
    auto* kernel = random_kernels->uniform.get<T>();
    fill_in_chunks(x.numel(), kPerCounter<T>, [=](int64_t i, int64_t n, uint64_t seed, uint64_t counter) {
      kernel(out + i, n, seed, counter, a, b, last);
    });
  });
}

void fill_normal(const Tensor& x, double mean, double std) {
  visit_float("normal", x.dtype(), [&](auto element) {
    using T = decltype(element);
    T* out = x.data<T>();
    auto* kernel = random_kernels->normal.get<T>();
    fill_in_chunks(x.numel(), kPerCounter<T>, [=](int64_t i, int64_t n, uint64_t seed, uint64_t counter) {
      kernel(out + i, n, seed, counter, T(mean), T(std));
    });
  });
}

void fill_integers(const Tensor& x, int64_t low, int64_t high) {
  const uint64_t range = uint64_t(high) - uint64_t(low);
  int64_t* out = x.data<int64_t>();
  fill_in_chunks(x.numel(), 2, [=](int64_t i, int64_t n, uint64_t seed, uint64_t counter) {
    if (range <= UINT32_MAX) return random_kernels->integers(out + i, n, seed, counter, low, uint32_t(range));
    for (int64_t k = 0; k < n; ++k) {
      const RandomWords w = philox(seed, counter + uint64_t(k) / 2);
      const size_t first = size_t(k % 2) * 2;
      out[i + k] = int64_t(uint64_t(low) + random_below(range, w[first], w[first + 1]));
    }
  });
}

void fill_kept(const Tensor& x, double p) {
  fill_kept(x, p, reserve_randoms(x.numel() / 4 + (x.numel() % 4 != 0)));
}
void fill_kept(const Tensor& x, double p, RandomState from) {
  uint8_t* out = x.data<uint8_t>();
  fill_in_chunks(x.numel(), 4, from, [=](int64_t i, int64_t n, uint64_t seed, uint64_t counter) {
    random_kernels->kept(out + i, n, seed, counter, kept_threshold(p));
  });
}

void fill_bernoulli(const Tensor& x, const Tensor& p) {
  visit_float("bernoulli", x.dtype(), [&](auto element) {
    using T = decltype(element);
    T* out = x.data<T>();
    const T* chance = p.data<T>();
    auto* kernel = random_kernels->bernoulli.get<T>();
    fill_in_chunks(x.numel(), 2, [=](int64_t i, int64_t n, uint64_t seed, uint64_t counter) {
      kernel(out + i, chance + i, n, seed, counter);
    });
  });
}

}  // namespace pynn
#endif
