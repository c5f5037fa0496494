#include "core/bf16_rows.h"

#include "core/simd_bf16.h"

namespace pynn::PYNN_ISA {

inline void widen_row(const uint16_t* x, float* y, int64_t n) {
  constexpr int64_t lanes = Vec<float>::lanes;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store(y + i, Vec<float>::from_bits(load_as<int32_t>(x + i) << 16));
  if (i < n) store(y + i, Vec<float>::from_bits(load_as<int32_t>(x + i, n - i) << 16), n - i);
}

inline void round_row(const float* x, uint16_t* y, int64_t n) {
  constexpr int64_t lanes = Vec<float>::lanes;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store_as(y + i, round_to_bf16(to_bits(load(x + i))));
  if (i < n) store_as(y + i, round_to_bf16(to_bits(load(x + i, n - i))), n - i);
}

struct Bf16Rows {
  void (*widen)(const uint16_t* x, float* y, int64_t n);
  void (*round)(const float* x, uint16_t* y, int64_t n);
};
extern const Bf16Rows bf16_rows;
constexpr Bf16Rows bf16_rows = {widen_row, round_row};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
namespace pynn {

PYNN_DISPATCH(bf16_rows);

void widen_bf16_row(const uint16_t* x, float* y, int64_t n) { bf16_rows->widen(x, y, n); }
void round_bf16_row(const float* x, uint16_t* y, int64_t n) { bf16_rows->round(x, y, n); }

}  // namespace pynn
#endif
