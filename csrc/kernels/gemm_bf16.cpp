// gemm_bf16.cpp — the product of bfloat16 matrices, summed in float32.
//
// AVX512_BF16 multiplies pairs: vdpbf16ps adds a₀b₀ + a₁b₁ to each of 16 sums, twice the work of a fused
// multiply-add in the same time. Every other machine widens the factors while they are packed. Another
// instruction set is another Format, another pass in CMakeLists.txt and another line of dispatch at the end.
#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

#include "kernels/gemm_narrow_loops.h"

namespace pynn::PYNN_ISA {

struct Bf16Format {
  using Sum = float;
  static constexpr bool floating = true;

  static bool has_addend(const NarrowGemm& g) { return g.bias; }
  static void set_addends(float* addends, const NarrowGemm& g, const Unit*, int64_t, int64_t, int64_t j,
                          int64_t count) {
    for (int64_t q = 0; q < count; ++q) addends[q] = g.bias[j + q];
  }

  static PYNN_INLINE Units bf16_bits(const uint16_t* p) { return load_as<Unit>(p); }
  static PYNN_INLINE Units bf16_bits(const uint16_t* p, int64_t n) { return load_as<Unit>(p, n); }
  static PYNN_INLINE Units bf16_bits(const float* p) { return round_to_bf16(to_bits(load(p))); }
  static PYNN_INLINE Units bf16_bits(const float* p, int64_t n) { return round_to_bf16(to_bits(load(p, n))); }
  static PYNN_INLINE Unit bf16_bits(uint16_t x) { return x; }
  static PYNN_INLINE Unit bf16_bits(float x) { return round_to_bf16(__builtin_bit_cast(Unit, x)); }
};

#if defined(__AVX512BF16__)

struct Bf16Pairs : Bf16Format {
  using Narrow = uint16_t;
  static constexpr int steps = 2;
  static constexpr bool is_narrow(Element e) { return e == Element::bfloat16; }
  template <class From>
  static PYNN_INLINE uint16_t narrow(From x) {
    return uint16_t(bf16_bits(x));
  }
  template <class From, class... N>
  static PYNN_INLINE Units bits(const From* p, N... n) {
    return bf16_bits(p, n...);
  }
  static PYNN_INLINE Vec<float> multiply_add(Vec<float> sum, Units a, Units b) {
    return Vec<float>::Raw(_mm512_dpbf16_ps(__m512(sum.v), __m512bh(a.v), __m512bh(b.v)));
  }
};
using Bf16 = Bf16Pairs;

#else

struct Bf16AsFloats : Bf16Format {
  using Narrow = Unit;
  static constexpr int steps = 1;
  static constexpr bool is_narrow(Element) { return false; }
  template <class From>
  static PYNN_INLINE Unit narrow(From x) {
    return Unit(uint32_t(bf16_bits(x)) << 16);
  }
  template <class From, class... N>
  static PYNN_INLINE Units bits(const From* p, N... n) {
    return bf16_bits(p, n...) << 16;
  }
  static PYNN_INLINE Vec<float> multiply_add(Vec<float> sum, Units a, Units b) {
    return fma(Vec<float>::from_bits(a), Vec<float>::from_bits(b), sum);
  }
};
using Bf16 = Bf16AsFloats;

#endif

void gemm_bf16_kernel(const NarrowGemm& g);
void gemm_bf16_kernel(const NarrowGemm& g) { multiply_narrow<Bf16>(g); }

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

namespace pynn {

PYNN_DISPATCH_EXTENDED(gemm_bf16_kernel, v4_bf16, "avx512bf16");

// C of one column is a row of its transpose, and needs no tile of which it fills a column.
void gemm_bf16(const NarrowGemm& g) {
  if (g.n != 1 || g.c_row != 1 || g.bias) return gemm_bf16_kernel(g);
  NarrowGemm t = g;
  t.m = 1, t.n = g.m;
  t.a = {g.b.data, g.b.element, g.b.column, g.b.row, g.b.batch};
  t.b = {g.a.data, g.a.element, g.a.column, g.a.row, g.a.batch};
  gemm_bf16_kernel(t);
}

bool has_bf16_products() { return cpu_extends_v4("avx512bf16"); }

}  // namespace pynn

#endif
