// ulp.cpp — how far csrc/core/simd_math.h is from the truth. Compiled once per instruction set into a program
// of its own by tools/ulp.py, which also says what is allowed:
//
//   ulp_v4 float exp 257 0      exp of every 257th float, from bit pattern 0, against the double function
//   ulp_v4 double exp 100000 0  exp of 100000 random doubles and the special ones, against long double
//   ulp_v4 float pow 100000 1   the same for functions of two arguments; the last number is the seed
//   ulp_v4 float exp given      exp as another library computed it: pairs of rows from standard input, x and
//   y
//
// and prints the largest error, in units in the last place of the true result, and where it is.
//
// The truth comes from the C library, in the next wider type. All 2^32 floats would be hours of that, so they
// are looked at in vectors first, against the vector function in double; where it finds more than the largest
// error so far, the C library has the word. The vector functions in double are measured against long double.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/simd_math.h"

namespace {

using namespace pynn::PYNN_ISA;

constexpr int kBlock = 4096;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The type in which the truth about T is computed.
template <class T>
struct Wide;
template <>
struct Wide<float> {
  using type = double;
};
template <>
struct Wide<double> {
  using type = long double;
};
template <class T>
using WideOf = typename Wide<T>::type;

// |got - truth| in units in the last place of truth; infinite where one is NaN, or has the wrong sign at 0.
template <class T>
double error_in_ulps(T got, WideOf<T> truth) {
  using W = WideOf<T>;
  using Limits = std::numeric_limits<T>;
  if (std::isnan(got) || std::isnan(truth)) return std::isnan(got) && std::isnan(truth) ? 0 : kInfinity;
  if (got == 0 && std::signbit(got) != std::signbit(truth)) return kInfinity;
  if (got == T(truth) && !std::isfinite(got)) return 0;
  if (std::isinf(truth)) return kInfinity;
  const W value = std::isinf(got) ? std::copysign(std::ldexp(W(1), Limits::max_exponent), W(got)) : W(got);
  int exponent = Limits::min_exponent;
  if (truth != 0) std::frexp(truth, &exponent);
  exponent = std::max(exponent, Limits::min_exponent) - Limits::digits;
  return double(std::ldexp(std::fabs(value - truth), -exponent));
}

template <class T>
struct Function {
  void (*kernel)(const T* x, const T* y, T* out);  // kBlock elements
  void (*in_double)(const T* x, double* out);      // kBlock elements; functions of one argument
  WideOf<T> (*truth)(T x, T y);
  bool binary;
  bool circular = false;  // large angles are the C library's
};

// clang-format off
#define UNARY(name, reference)                                                                      \
  {#name,                                                                                           \
   {[](const T* x, const T*, T* out) {                                                              \
      for (int i = 0; i < kBlock; i += Vec<T>::lanes) store(out + i, name(load(x + i)));            \
    },                                                                                              \
    [](const T* x, double* out) {                                                                   \
      for (int i = 0; i < kBlock; i += Vec<double>::lanes)                                          \
        store(out + i, name(load_as<double>(x + i)));                                               \
    },                                                                                              \
    [](T x_, T) -> W { const W x = x_; return reference; },                                         \
    false}}
#define CIRCULAR(name, reference) as_circular<T>(UNARY(name, reference))
#define BINARY(name, reference)                                                                     \
  {#name,                                                                                           \
   {[](const T* x, const T* y, T* out) {                                                            \
      for (int i = 0; i < kBlock; i += Vec<T>::lanes)                                               \
        store(out + i, name(load(x + i), load(y + i)));                                             \
    },                                                                                              \
    nullptr,                                                                                        \
    [](T x_, T y_) -> W { const W x = x_, y = y_; return reference; },                              \
    true}}
// clang-format on

template <class T>
std::pair<const std::string, Function<T>> as_circular(std::pair<const std::string, Function<T>> entry) {
  entry.second.circular = true;
  return entry;
}

template <class W>
W python_remainder(W x, W y) {
  const W left = std::fmod(x, y);
  return left != 0 && std::signbit(left) != std::signbit(y) ? left + y : left;
}

// At -inf these are -0, the limit from above.
template <class W>
W true_gelu(W x) {
  return std::isinf(x) ? std::fmax(x, -W(0)) : x * (std::erfc(-x * W(M_SQRT1_2l)) / 2);
}
// x sigmoid(u)
template <class W>
W true_gate(W x, W u) {
  if (std::isinf(x)) return std::fmax(x, -W(0));
  return u < 0 ? x * (std::exp(u) / (1 + std::exp(u))) : x / (1 + std::exp(-u));
}
template <class W>
W true_gelu_tanh(W x) {
  return true_gate(x, 2 * std::sqrt(2 / W(M_PIl)) * (x + W(0.044715l) * x * x * x));
}

// The square of x magnifies the rounding of the truth about normal_cdf and normal_pdf: by up to 0.7 ulp.
template <class T>
std::map<std::string, Function<T>> functions() {
  using W = WideOf<T>;
  return {
      UNARY(exp, std::exp(x)),
      UNARY(exp2, std::exp2(x)),
      UNARY(expm1, std::expm1(x)),
      UNARY(sigmoid, x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x))),
      UNARY(log, std::log(x)),
      UNARY(log1p, std::log1p(x)),
      UNARY(log2, std::log2(x)),
      UNARY(log10, std::log10(x)),
      UNARY(softplus, std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)))),
      UNARY(log_sigmoid, -(std::fmax(-x, 0) + std::log1p(std::exp(-std::fabs(x))))),
      CIRCULAR(sin, std::sin(x)),
      CIRCULAR(cos, std::cos(x)),
      CIRCULAR(tan, std::tan(x)),
      UNARY(asin, std::asin(x)),
      UNARY(acos, std::acos(x)),
      UNARY(atan, std::atan(x)),
      UNARY(sinh, std::sinh(x)),
      UNARY(cosh, std::cosh(x)),
      UNARY(tanh, std::tanh(x)),
      UNARY(asinh, std::asinh(x)),
      UNARY(acosh, std::acosh(x)),
      UNARY(atanh, std::atanh(x)),
      UNARY(erf, std::erf(x)),
      UNARY(erfc, std::erfc(x)),
      UNARY(normal_cdf, std::erfc(-x * W(M_SQRT1_2l)) / 2),
      UNARY(normal_pdf, std::exp(-x * x / 2) * W(M_SQRT1_2l * M_2_SQRTPIl) / 2),
      UNARY(gelu, true_gelu(x)),
      UNARY(gelu_tanh, true_gelu_tanh(x)),
      UNARY(silu, true_gate(x, x)),
      UNARY(rsqrt, 1 / std::sqrt(x)),
      UNARY(sqrt, std::sqrt(x)),
      UNARY(floor, std::floor(x)),
      UNARY(ceil, std::ceil(x)),
      UNARY(trunc, std::trunc(x)),
      UNARY(round, std::nearbyint(x)),
      BINARY(pow, std::pow(x, y)),
      BINARY(atan2, std::atan2(x, y)),
      BINARY(fmod, std::fmod(x, y)),
      BINARY(remainder, python_remainder(x, y)),
  };
}

template <class T>
struct Worst {
  double ulps = -1;
  T x = 0, y = 0, got = 0;
  WideOf<T> truth = 0;
};

template <class T>
void compare(const Function<T>& f, T x, T y, T got, Worst<T>& worst) {
  const auto truth = f.truth(x, y);
  const double ulps = error_in_ulps(got, truth);
  if (ulps > worst.ulps) worst = {ulps, x, y, got, truth};
}

template <class T>
void measure_block(const Function<T>& f, const T* x, const T* y, Worst<T>& worst) {
  T out[kBlock];
  f.kernel(x, y, out);
  for (int i = 0; i < kBlock; ++i) compare(f, x[i], y[i], out[i], worst);
}

// Whether error_in_ulps may be above `limit` in a lane.
Mask<double> may_exceed(Vec<double> got, Vec<double> truth, double limit) {
  using V = Vec<double>;
  const auto exponent = (to_bits(abs(truth)) >> 52) - 1023;
  const auto lowest = Vec<int64_t>(-126);
  const auto spacing_exponent = select(exponent > lowest, exponent, lowest) - 23;
  const V per_spacing = V::from_bits((1023 - spacing_exponent) << 52);
  const V in_floats = select(abs(truth) < 0x1.ffffffp127, truth, copysign(V(kInfinity), truth));
  const auto same = (got == in_floats) | (isnan(got) & isnan(truth));
  const auto close = (abs(got - truth) * per_spacing <= limit) | (same & ~isfinite(got));
  return ~close | ((got == 0) & (signbit(got) ^ signbit(truth)));
}

// The same as measure_block, as fast as vectors go.
void measure_block_in_vectors(const Function<float>& f, const float* x, const float* out,
                              Worst<float>& worst) {
  double truth[kBlock];
  f.in_double(x, truth);
  for (int i = 0; i < kBlock; i += Vec<double>::lanes)
    if (any(may_exceed(load_as<double>(out + i), load(truth + i), worst.ulps)))
      for (int k = i; k < i + Vec<double>::lanes; ++k) compare(f, x[k], 0.0f, out[k], worst);
}

template <class T>
std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (T x : {T(0), T(0.1), T(0.25), T(0.5), T(0.75), T(1), T(1.5), T(2), T(3), T(10), T(1e5), Limits::min(),
              Limits::denorm_min(), Limits::max(), Limits::infinity(), Limits::quiet_NaN()})
    for (T signed_x : {x, -x})
      for (T near : {signed_x, std::nextafter(signed_x, T(0)), std::nextafter(signed_x, 2 * signed_x)})
        values.push_back(near);
  return values;
}

// A random bit pattern half of the time, otherwise a number of ordinary size.
template <class T>
T random_value(std::mt19937_64& random) {
  if (random() & 1) {
    const uint64_t bits = random();
    T x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  }
  const double u = std::ldexp(double(random() >> 11), -53);
  return T(std::ldexp(2 * u - 1, int(random() % 12) - 3));
}

template <class T>
Worst<T> measure_samples(const Function<T>& f, long count, uint64_t seed) {
  Worst<T> worst;
  std::vector<T> x, y;
  const auto add = [&](T a, T b) {
    x.push_back(a);
    y.push_back(b);
    if (x.size() == kBlock) {
      measure_block(f, x.data(), y.data(), worst);
      x.clear();
      y.clear();
    }
  };
  const auto special = special_values<T>();
  for (T a : special)
    for (T b : special) add(a, b);
  std::mt19937_64 random(seed);
  for (long i = 0; i < count || !x.empty(); ++i) add(random_value<T>(random), random_value<T>(random));
  return worst;
}

Worst<float> measure_patterns(const Function<float>& f, uint64_t stride, uint64_t first) {
  Worst<float> worst = measure_samples(f, 1, 0);
  float x[kBlock], out[kBlock];
  for (uint64_t bits = first; bits < uint64_t(1) << 32;) {
    for (int i = 0; i < kBlock; ++i, bits += stride) {
      const uint32_t pattern = uint32_t(bits);
      std::memcpy(&x[i], &pattern, sizeof pattern);
    }
    f.kernel(x, x, out);
    measure_block_in_vectors(f, x, out, worst);
    const bool by_library = f.circular && std::fabs(x[0]) > 0x1p20f;  // nothing to find, and slow
    if (stride == 1 && by_library) bits += 63 * kBlock;
  }
  return worst;
}

// kBlock first arguments, as many second ones, the results that another library has for them, and so on.
template <class T>
Worst<T> measure_given(const Function<T>& f) {
  Worst<T> worst;
  T x[kBlock], y[kBlock], out[kBlock];
  const auto read = [](T* row) { return std::fread(row, sizeof(T), kBlock, stdin) == kBlock; };
  while (read(x) && read(y) && read(out)) {
    if constexpr (sizeof(T) == 4) {
      if (!f.binary) {
        measure_block_in_vectors(f, x, out, worst);
        continue;
      }
    }
    for (int i = 0; i < kBlock; ++i) compare(f, x[i], y[i], out[i], worst);
  }
  return worst;
}

// f(-inf), f(-0), f(0), f(inf)
template <class T>
int print_special_values(const Function<T>& f) {
  T x[kBlock] = {T(-kInfinity), T(-0.0), T(0), T(kInfinity)}, out[kBlock];
  f.kernel(x, x, out);
  return std::printf("%.9g %.9g %.9g %.9g\n", double(out[0]), double(out[1]), double(out[2]),
                     double(out[3])) < 0;
}

template <class T>
int report(const Worst<T>& worst) {
  std::printf("%.4g %a %a got %a truth %a\n", worst.ulps, double(worst.x), double(worst.y), double(worst.got),
              double(worst.truth));
  return 0;
}

template <class T>
int run(const std::string& name, const std::string& what, uint64_t seed) {
  const Function<T> f = functions<T>().at(name);
  if (what == "special") return print_special_values(f);
  if (what == "given") return report(measure_given(f));
  const long count = std::stol(what);
  if constexpr (sizeof(T) == 4)
    if (!f.binary) return report(measure_patterns(f, uint64_t(count), seed));
  return report(measure_samples(f, count, seed));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4)
    return std::fprintf(stderr, "usage: ulp float|double FUNCTION given|special|(COUNT SEED)\n"), 2;
  const std::string type = argv[1], name = argv[2], what = argv[3];
  const uint64_t seed = argc > 4 ? std::stoull(argv[4]) : 0;
  return type == "double" ? run<double>(name, what, seed) : run<float>(name, what, seed);
}
