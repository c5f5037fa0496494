// gemm_bf16.cpp — the product of bfloat16 matrices, summed in float32.
//
// AMX multiplies tiles of pairs: tdpbf16ps adds a₀b₀ + a₁b₁ + .. + a₃₁b₃₁ to each of 256 sums, the work of
// 512 fused multiply-adds in the time of 32. AVX512_BF16 multiplies vectors of pairs: vdpbf16ps adds a₀b₀ +
// a₁b₁ to each of 16 sums, two multiply-adds in the time of one. Every other machine widens the factors while
// they are packed.
#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

#include "kernels/gemm_narrow_loops.h"
#if defined(__AMX_BF16__)
#include "kernels/gemm_narrow_amx.h"
#endif

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

#if defined(__AMX_BF16__)

struct Bf16Tiles : Bf16Pairs {
  static PYNN_INLINE Units row(const uint16_t* p) { return load(reinterpret_cast<const Unit*>(p)); }
  static PYNN_INLINE Units row(const float* p) { return rounded(load(p), load(p + Units::lanes)); }
  static PYNN_INLINE Units rounded(Vec<float> low, Vec<float> high) {
    return Units::Raw(_mm512_cvtne2ps_pbh(__m512(high.v), __m512(low.v)));
  }
  // Two rows of B, 32 columns of them, as 32 units.
  static PYNN_INLINE void interleave(Unit* units, const uint16_t* first, const uint16_t* second) {
    Halfwords a, b;
    __builtin_memcpy(&a, first, sizeof a);
    __builtin_memcpy(&b, second, sizeof b);
    constexpr auto kAll = CountTo<32>::type();
    store(units, Units(Units::Raw(alternate<0, 32>(a, b, kAll))));
    store(units + Units::lanes, Units(Units::Raw(alternate<16, 32>(a, b, kAll))));
  }
  static PYNN_INLINE void interleave(Unit* units, const float* first, const float* second) {
    for (int64_t q = 0; q < 2 * Units::lanes; q += Units::lanes) {
      const auto pairs = Halfwords(rounded(load(first + q), load(second + q)).v);
      store(units + q, Units(Units::Raw(alternate<0, 16>(pairs, pairs, CountTo<32>::type()))));
    }
  }
  template <int sum, int a, int b>
  static PYNN_INLINE void dot() {
    tile_dot_bf16<sum, a, b>();
  }
  static const float* addends(const NarrowGemm& g) { return g.bias; }

 private:
  using Halfwords = RawVector<uint16_t, 32>::type;
  // Elements `from` and `from + apart`, `from + 1` and `from + 1 + apart`, ... of a and b side by side.
  template <int from, int apart, int... I>
  static PYNN_INLINE Halfwords alternate(Halfwords a, Halfwords b, Lanes<I...>) {
    return __builtin_shufflevector(a, b, (from + I / 2 + I % 2 * apart)...);
  }
};

void gemm_bf16_kernel(const NarrowGemm& g);
void gemm_bf16_kernel(const NarrowGemm& g) {
  fits_dots<Bf16Pairs>(g) ? multiply_narrow<Bf16Pairs>(g) : multiply_narrow_by_tiles<Bf16Tiles>(g);
}

#else

void gemm_bf16_kernel(const NarrowGemm& g);
void gemm_bf16_kernel(const NarrowGemm& g) { multiply_narrow<Bf16>(g); }

#endif

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

#include "core/isa_extensions.h"

namespace pynn {

PYNN_DISPATCH_EXTENDED(gemm_bf16_kernel, bf16);

// C of one column is a row of its transpose, and needs no tile of which it fills a column.
void gemm_bf16(const NarrowGemm& g) {
  if (g.n != 1 || g.c_row != 1 || g.bias) return best_gemm_bf16_kernel()(g);
  NarrowGemm t = g;
  t.m = 1, t.n = g.m;
  t.a = {g.b.data, g.b.element, g.b.column, g.b.row, g.b.batch};
  t.b = {g.a.data, g.a.element, g.a.column, g.a.row, g.a.batch};
  best_gemm_bf16_kernel()(t);
}

const char* bf16_products() {
  return runs_extension(Extension::amx) ? "AMX" : runs_extension(Extension::bf16) ? "AVX512_BF16" : "widened";
}

}  // namespace pynn

#endif
