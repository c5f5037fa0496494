// gemm_int8.cpp — the product of matrices of bytes, summed in int32: exact, modulo 2^32.
//
// AVX512_VNNI multiplies four bytes a lane: vpdpbusd adds a₀b₀ + a₁b₁ + a₂b₂ + a₃b₃, unsigned a and signed b,
// and nothing saturates on the way. Signed A is read as A + 128, which is unsigned, and the surplus is taken
// off again:  Σ_p a b = Σ_p (a + 128) b − 128 Σ_p b.  AMX multiplies tiles of such quads, 64 bytes of a row
// at a time, signed or unsigned ones. Every other machine widens to int32 as it packs.
#if defined(__AVX512VNNI__)
#include <immintrin.h>
#endif

#include "kernels/gemm_narrow_loops.h"
#if defined(__AMX_INT8__)
#include "kernels/gemm_narrow_amx.h"
#endif

namespace pynn::PYNN_ISA {

#if defined(__AVX512VNNI__)

struct Quads {
  using Sum = int32_t;
  using Narrow = uint8_t;
  static constexpr bool floating = false;
  static constexpr int steps = 4;
  // B's bytes are called uint8 too (see below): they are packed as they are.
  static constexpr bool is_narrow(Element e) { return e == Element::uint8; }

  static PYNN_INLINE uint8_t narrow(uint8_t x) { return x; }
  static PYNN_INLINE uint8_t narrow(int8_t x) { return uint8_t(x) ^ 0x80; }
  template <class... N>
  static PYNN_INLINE Units bits(const uint8_t* p, N... n) {
    return load_as<Unit>(p, n...) & Units(0xff);
  }
  template <class... N>
  static PYNN_INLINE Units bits(const int8_t* p, N... n) {
    return bits(reinterpret_cast<const uint8_t*>(p), n...) ^ Units(0x80);
  }
  static PYNN_INLINE Units multiply_add(Units sum, Units a, Units b) {
    return Units::Raw(_mm512_dpbusd_epi32(__m512i(sum.v), __m512i(a.v), __m512i(b.v)));
  }

  static bool has_addend(const NarrowGemm& g) { return g.a.element == Element::int8; }
  // −128 Σ_p b: the product of B with a row of bytes 128, negated.
  static void set_addends(int32_t* addends, const NarrowGemm&, const Unit* strip, int64_t pitch,
                          int64_t units, int64_t, int64_t) {
    const Units row = Unit(0x80808080);
    for (int64_t q = 0; q < pitch; q += Units::lanes) {
      Units sum(0);
      for (int64_t u = 0; u < units; ++u) sum = multiply_add(sum, row, load(strip + u * pitch + q));
      store(addends + q, -sum);
    }
  }
};

#if defined(__AMX_INT8__)

// The tiles multiply signed bytes as well, so A too is packed as it is.
template <bool signed_a>
struct ByteTiles : Quads {
  static PYNN_INLINE Units row(const uint8_t* p) { return load(reinterpret_cast<const Unit*>(p)); }
  static PYNN_INLINE Units row(const int8_t* p) { return load(reinterpret_cast<const Unit*>(p)); }
  static void interleave(Unit*, const void*, const void*) {}
  template <int sum, int a, int b>
  static PYNN_INLINE void dot() {
    if constexpr (signed_a)
      tile_dot_int8<sum, a, b>();
    else
      tile_dot_uint8_int8<sum, a, b>();
  }
  static const int32_t* addends(const NarrowGemm&) { return nullptr; }
};

void gemm_int8_kernel(const NarrowGemm& g);
void gemm_int8_kernel(const NarrowGemm& g) {
  NarrowGemm bytes = g;
  bytes.a.element = bytes.b.element = Element::uint8;
  if (g.a.element == Element::int8)
    multiply_narrow_by_tiles<ByteTiles<true>>(bytes);
  else
    multiply_narrow_by_tiles<ByteTiles<false>>(bytes);
}

#else

void gemm_int8_kernel(const NarrowGemm& g);
void gemm_int8_kernel(const NarrowGemm& g) {
  NarrowGemm bytes = g;
  bytes.b.element = Element::uint8;
  multiply_narrow<Quads>(bytes);
}

#endif

#else

struct BytesAsInts {
  using Sum = int32_t;
  using Narrow = int32_t;
  static constexpr bool floating = false;
  static constexpr int steps = 1;
  static constexpr bool is_narrow(Element) { return false; }

  template <class From>
  static PYNN_INLINE int32_t narrow(From x) {
    return x;
  }
  template <class... N>
  static PYNN_INLINE Units bits(const uint8_t* p, N... n) {
    return load_as<Unit>(p, n...) & Units(0xff);
  }
  template <class... N>
  static PYNN_INLINE Units bits(const int8_t* p, N... n) {
    return bits(reinterpret_cast<const uint8_t*>(p), n...) << 24 >> 24;
  }
  static PYNN_INLINE Units multiply_add(Units sum, Units a, Units b) { return sum + a * b; }

  static bool has_addend(const NarrowGemm&) { return false; }
  static void set_addends(int32_t*, const NarrowGemm&, const Unit*, int64_t, int64_t, int64_t, int64_t) {}
};

void gemm_int8_kernel(const NarrowGemm& g);
void gemm_int8_kernel(const NarrowGemm& g) { multiply_narrow<BytesAsInts>(g); }

#endif

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE

#include "core/isa_extensions.h"

namespace pynn {

PYNN_DISPATCH_EXTENDED(gemm_int8_kernel, vnni);

void gemm_int8(const NarrowGemm& g) { best_gemm_int8_kernel()(g); }

const char* int8_products() {
  return runs_extension(Extension::amx) ? "AMX" : runs_extension(Extension::vnni) ? "AVX512_VNNI" : "widened";
}

}  // namespace pynn

#endif
