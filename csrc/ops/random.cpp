// random — tensors of random numbers, from the stream that manual_seed starts (core/random.h).
#if PYNN_ONCE
#include "core/random.h"

#include <algorithm>
#include <cmath>

#include "core/op.h"
#include "kernels/random.h"

namespace pynn {

namespace {

DType float_or_default(const char* op, DType dtype) {
  if (dtype == DType::none) return DType::float32;
  if (!is_floating(dtype)) throw DTypeError(text(op, ": expected dtype float32 or float64, got ", dtype));
  return dtype;
}

// The largest bfloat16 less than x, which is finite.
float below(float x) {
  const float near = bfloat16(x);
  if (near < x) return near;
  const uint32_t bits = std::bit_cast<uint32_t>(near);
  return std::bit_cast<float>(near > 0 ? bits - 0x10000u : near < 0 ? bits + 0x10000u : 0x80010000u);
}

// `high` is excluded, so nothing may be rounded up to it.
Tensor uniform_bf16(const Ints& size, double low, double high) {
  const Tensor x = empty(size, DType::float32);
  fill_uniform(x, low, high);
  const float largest = std::max(float(low), below(float(high)));
  float* const values = x.data<float>();
  for (int64_t i = 0; i < x.numel(); ++i) values[i] = std::min(values[i], largest);
  return x.to(DType::bfloat16);
}

Tensor uniform(const Ints& size, double low, double high, DType dtype) {
  if (!(low <= high) || !std::isfinite(high - low))
    throw ValueError(text("uniform: expected finite low <= high, got low=", low, ", high=", high));
  if (dtype == DType::bfloat16) return uniform_bf16(size, low, high);
  const Tensor x = empty(size, float_or_default("uniform", dtype));
  fill_uniform(x, low, high);
  return x;
}
Tensor normal(const Ints& size, double mean, double std, DType dtype) {
  if (!(std >= 0)) throw ValueError(text("normal: the standard deviation must be 0 or more, got std=", std));
  const Tensor x = empty(size, float_or_default("normal", dtype));
  fill_normal(x, mean, std);
  return x;
}
Tensor rand(const Ints& size, DType dtype) { return uniform(size, 0, 1, dtype); }
Tensor randn(const Ints& size, DType dtype) { return normal(size, 0, 1, dtype); }

Tensor randint(int64_t low, int64_t high, const Ints& size) {
  if (low >= high)
    throw ValueError(text("randint: expected low < high (high is excluded), got low=", low, ", high=", high));
  const Tensor x = empty(size, DType::int64);
  fill_integers(x, low, high);
  return x;
}
Tensor randperm(int64_t n) {
  if (n < 0) throw ValueError(text("randperm: n must be 0 or more, got ", n));
  const Tensor x = empty({n}, DType::int64);
  fill_permutation(x);
  return x;
}

Tensor bernoulli(const Tensor& p) {
  const Tensor chance = p.contiguous(), y = empty(p.shape(), p.dtype());
  visit_float("bernoulli", p.dtype(), [&](auto element) {
    using T = decltype(element);
    const T* q = chance.data<T>();
    for (int64_t i = 0; i < chance.numel(); ++i)
      if (!(q[i] >= 0 && q[i] <= 1))
        throw ValueError(text("bernoulli: a probability must be in [0, 1], got ", q[i], " at position ", i));
  });
  fill_bernoulli(y, chance);
  return y;
}

}  // namespace

static const Op& uniform_op = composite<&uniform>({
    .name = "uniform",
    .args = {"size", {"low", 0.0}, {"high", 1.0}, {"dtype", none}},
    .formula = "y ~ U[low, high)",
    .gradient = "none: the numbers depend on no tensor",
    .samples = {"(3, 4)", "(7,), -1.0, 2.0"},
    .doc = "Numbers spread evenly over [low, high).",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& normal_op = composite<&normal>({
    .name = "normal",
    .args = {"size", {"mean", 0.0}, {"std", 1.0}, {"dtype", none}},
    .formula = "y ~ N(mean, std²)",
    .gradient = "none: the numbers depend on no tensor",
    .samples = {"(3, 4)", "(7,), 1.0, 0.5"},
    .doc = "Normally distributed numbers.",
    .source = "Box & Muller 1958, A note on the generation of random normal deviates",
    .home = Home::internal,
});
static const Op& rand_op = composite<&rand>({
    .name = "rand",
    .args = {"size", {"dtype", none}},
    .formula = "y ~ U[0, 1)",
    .gradient = "none: the numbers depend on no tensor",
    .samples = {"(3, 4)", "()"},
    .doc = "Numbers spread evenly over [0, 1).",
    .home = Home::internal,
    .takes_narrow = true,
});
static const Op& randn_op = composite<&randn>({
    .name = "randn",
    .args = {"size", {"dtype", none}},
    .formula = "y ~ N(0, 1)",
    .gradient = "none: the numbers depend on no tensor",
    .samples = {"(3, 4)", "(0, 3)"},
    .doc = "Numbers with the standard normal distribution.",
    .home = Home::internal,
});
static const Op& randint_op = composite<&randint>({
    .name = "randint",
    .args = {"low", "high", "size"},
    .formula = "y ~ U{low, ..., high - 1}",
    .gradient = "none: integers",
    .samples = {"0, 10, (3, 4)"},
    .doc = "Random integers (int64), low included, high excluded.",
    .home = Home::internal,
});
static const Op& randperm_op = composite<&randperm>({
    .name = "randperm",
    .args = {"n"},
    .formula = "y = a random order of 0, ..., n - 1",
    .gradient = "none: integers",
    .samples = {"7", "0"},
    .doc = "The numbers 0 to n - 1 (int64) in random order.",
    .home = Home::internal,
});
static const Op& bernoulli_op = composite<&bernoulli>({
    .name = "bernoulli",
    .args = {"p"},
    .formula = "P(y = 1) = p, P(y = 0) = 1 - p",
    .gradient = "none: a draw has no slope",
    .samples = {"rand(3, 4)"},
    .doc = "A coin toss for every element: 1 with probability p, else 0. ValueError outside [0, 1].",
    .home = Home::function,
});

}  // namespace pynn
#endif
