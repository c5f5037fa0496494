// gemm_narrow_pack.h — operands of narrow elements brought into units of 32 bits.
//
// An instruction for narrow products multiplies, in each lane, as many neighbours along k as fit into 32
// bits, and adds them up. That many elements of one row of A, or one column of B, are a unit:
//
//   pairs    2 bfloat16           vdpbf16ps        floats   1 bfloat16 widened to float32
//   quads    4 bytes              vpdpbusd         ints     1 byte widened to int32
//
// What differs is a Format; packing, loops and tiles are the same for all. A Format says
//   Narrow, steps              the element in a unit, and how many there are
//   narrow(x)                  an element x of an operand as Narrow
//   bits(p, n)                 n neighbouring elements of an operand, one a lane, as the bits of Narrow
//   Sum, multiply_add(s, a, b) the sum of a unit's products, added to s
#pragma once
#include "core/simd_bf16.h"
#include "kernels/gemm_narrow.h"
#include "kernels/gemm_pack.h"

namespace pynn::PYNN_ISA {

using Unit = int32_t;
using Units = Vec<Unit>;

// An operand seen along its rows (A) or its columns (B): places, each a run of k elements.
struct Places {
  const char* data;
  Element element;
  int64_t place_stride, depth_stride;
  int64_t size;  // of an element
};

constexpr PYNN_INLINE int64_t element_size(Element e) {
  return e == Element::bfloat16 ? 2 : e == Element::float32 || e == Element::int32 ? 4 : 1;
}
PYNN_INLINE Places places_of(const NarrowOperand& x, int64_t place_stride, int64_t depth_stride) {
  return {static_cast<const char*>(x.data), x.element, place_stride, depth_stride, element_size(x.element)};
}

constexpr PYNN_INLINE int64_t units_of(int64_t k, int64_t steps) { return (k + steps - 1) / steps; }

// body(first element of place `place`, as a pointer to its type: for bfloat16, to its bits)
template <class Format, class Body>
PYNN_INLINE void visit_element(const Places& x, int64_t place, const Body& body) {
  const char* const at = x.data + place * x.place_stride * x.size;
  if constexpr (Format::floating) {
    if (x.element == Element::bfloat16)
      body(reinterpret_cast<const uint16_t*>(at));
    else
      body(reinterpret_cast<const float*>(at));
  } else {
    if (x.element == Element::int8)
      body(reinterpret_cast<const int8_t*>(at));
    else
      body(reinterpret_cast<const uint8_t*>(at));
  }
}

// One place: k elements, a step apart, as units side by side. Past k stands 0.
template <class Format, class From>
void narrow_row(Unit* row, const From* from, int64_t step, int64_t k) {
  typedef typename Format::Narrow Part __attribute__((__may_alias__));  // of a unit
  auto* out = reinterpret_cast<Part*>(row);
  if (step == 1)
    for (int64_t p = 0; p < k; ++p) out[p] = Format::narrow(from[p]);
  else
    for (int64_t p = 0; p < k; ++p) out[p] = Format::narrow(from[p * step]);
  for (int64_t p = k; p < units_of(k, Format::steps) * Format::steps; ++p) out[p] = 0;
}

// strip[u * pitch + q]: unit u of place q, for one vector of places that are neighbours in memory.
template <class Format, class From>
void pack_neighbours(Unit* strip, int64_t pitch, const From* from, int64_t count, int64_t depth_stride,
                     int64_t k) {
  constexpr int steps = Format::steps, width = 32 / steps;
  int64_t p = 0;
  const auto unit = [&](const auto& row) {
    Units bits = row(0);
#pragma GCC unroll 4
    for (int s = 1; s < steps; ++s) bits = bits | row(s) << s * width;
    store(strip, bits);
    strip += pitch;
    from += steps * depth_stride;
  };
  if (count >= Units::lanes)
    for (; p + steps <= k; p += steps)
      unit([&](int s) PYNN_LAMBDA_INLINE { return Format::bits(from + s * depth_stride); });
  for (; p < k; p += steps)
    unit([&](int s) {
      return p + s < k ? Format::bits(from + s * depth_stride, count < Units::lanes ? count : Units::lanes)
                       : Units(0);
    });
}

// Are the places rows of units where they lie?
template <class Format>
bool is_whole_units(const Places& x, int64_t k) {
  return Format::is_narrow(x.element) && x.depth_stride == 1 && k % Format::steps == 0;
}

// The same for places anywhere: as rows of units, which are transposed; made first, some at a time, where
// they are not units already.
template <class Format>
void pack_apart(Unit* strip, int64_t pitch, const Places& x, int64_t place, int64_t count, int64_t k) {
  constexpr int64_t kUnits = 64;  // the rows stay in the first-level cache
  constexpr int64_t lanes = Units::lanes;
  const char* const at = x.data + place * x.place_stride * x.size;
  if (is_whole_units<Format>(x, k) && (x.place_stride * x.size) % 4 == 0 && uint64_t(at) % 4 == 0)
    return pack_transposed<Unit>(strip, pitch,
                                 {reinterpret_cast<const Unit*>(at), count < lanes ? count : lanes,
                                  x.place_stride * x.size / 4, k / Format::steps, 1});
  Unit rows[lanes * kUnits];
  for (int64_t q = count; q < lanes; ++q)
    for (int64_t u = 0; u < kUnits; ++u) rows[q * kUnits + u] = 0;
  for (int64_t p = 0; p < k; p += kUnits * Format::steps) {
    const int64_t left = k - p < kUnits * Format::steps ? k - p : kUnits * Format::steps;
    for (int64_t q = 0; q < count && q < lanes; ++q)
      visit_element<Format>(x, place + q, [&](auto* from) {
        narrow_row<Format>(rows + q * kUnits, from + p * x.depth_stride, x.depth_stride, left);
      });
    const int64_t units = units_of(left, Format::steps);
    pack_transposed<Unit>(strip, pitch, {rows, lanes, kUnits, units, 1});
    strip += units * pitch;
  }
}

// `count` places from `place` on, one vector of them after the other; pitch is a multiple of the lanes, of
// which those past the last vector are left as they are.
template <class Format>
void pack_places(Unit* strip, int64_t pitch, const Places& x, int64_t place, int64_t count, int64_t k) {
  for (int64_t q = 0; q < count; q += Units::lanes) {
    if (x.place_stride == 1)
      visit_element<Format>(x, place + q, [&](auto* from) {
        pack_neighbours<Format>(strip + q, pitch, from, count - q, x.depth_stride, k);
      });
    else
      pack_apart<Format>(strip + q, pitch, x, place + q, count - q, k);
  }
}

// ---- a panel of A: read a unit at a time, at any strides ----------------------------------------------

struct UnitPanel {
  const char* data;
  int64_t place_bytes, unit_bytes;
};

// A panel of whole units is read where it lies, unless its rows stand a multiple of 4 KiB apart and compete
// for one set of the first-level cache.
template <class Format>
bool is_read_in_place(const Places& x, int64_t k) {
  return is_whole_units<Format>(x, k) && x.place_stride * x.size % 4096 != 0;
}

// Units that a row of a panel takes: an odd number of cache lines, for the same reason.
constexpr PYNN_INLINE int64_t row_pitch(int64_t units) { return (units + 15) / 32 * 32 + 16; }

template <class Format>
UnitPanel panel_of(const Places& x, int64_t place, int64_t count, int64_t k, Unit* room) {
  if (!room) return {x.data + place * x.place_stride * x.size, x.place_stride * x.size, sizeof(Unit)};
  if (x.place_stride == 1 && x.depth_stride != 1) {
    const int64_t pitch = (count + Units::lanes - 1) / Units::lanes * Units::lanes;
    pack_places<Format>(room, pitch, x, place, count, k);
    return {reinterpret_cast<const char*>(room), sizeof(Unit), pitch * int64_t(sizeof(Unit))};
  }
  const int64_t pitch = row_pitch(units_of(k, Format::steps));
  for (int64_t q = 0; q < count; ++q)
    visit_element<Format>(x, place + q,
                          [&](auto* from) { narrow_row<Format>(room + q * pitch, from, x.depth_stride, k); });
  return {reinterpret_cast<const char*>(room), pitch * int64_t(sizeof(Unit)), sizeof(Unit)};
}

}  // namespace pynn::PYNN_ISA
