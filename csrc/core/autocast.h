// autocast.h — mixed precision: in a region, matrix products of float32 tensors are computed in bfloat16.
//
// What an op does there stands in its record (OpInfo::autocast). Parameters stay float32: a product rounds
// its operands as it packs them (kernels/gemm_narrow.h), so no converted copy is made, kept or cached.
// Micikevicius et al., "Mixed Precision Training", ICLR 2018.
#pragma once
#include <cstdint>

#include "core/dtype.h"

namespace pynn {

enum class Autocast : uint8_t {
  keep,      // computes in the types of its inputs, as everywhere else
  bfloat16,  // a matrix product: of float32 inputs, it is computed in bfloat16 and is bfloat16
  float32,   // sums, norms, losses: bfloat16 inputs become float32, and so does the result
};

bool autocast_enabled();  // of this thread
void set_autocast_enabled(bool enabled);

// While it lives, this thread is in a region, or out of it.
class AutocastMode {
 public:
  explicit AutocastMode(bool enabled) : before_(autocast_enabled()) { set_autocast_enabled(enabled); }
  ~AutocastMode() { set_autocast_enabled(before_); }
  AutocastMode(const AutocastMode&) = delete;
  AutocastMode& operator=(const AutocastMode&) = delete;

 private:
  bool before_;
};

// The type of a matrix product whose operands have a common type: for ops of Autocast::bfloat16.
inline DType product_type(DType common) {
  return common == DType::float32 && autocast_enabled() ? DType::bfloat16 : common;
}

}  // namespace pynn
