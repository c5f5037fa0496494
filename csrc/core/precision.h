// precision.h — how exactly matrix products of float32 are computed: the setting of
// pynn.set_float32_matmul_precision.
//
// One setting for the process, as in PyTorch. A recorded step keeps the one that it was recorded with: while
// its instructions run again, a PrecisionMode puts that in front of the process's, in their thread alone.
#pragma once
#include <cstdint>

namespace pynn {

enum class Precision : uint8_t {
  highest,  // float32 multiply-adds
  high,     // each number as three bfloat16 (kernels/split.h), where the CPU has AMX
  medium,   // each number rounded to bfloat16, where the CPU has AMX
};

Precision float32_precision();  // what a product in this thread is to use
void set_float32_precision(Precision precision);

class PrecisionMode {
 public:
  explicit PrecisionMode(Precision precision);
  ~PrecisionMode();
  PrecisionMode(const PrecisionMode&) = delete;
  PrecisionMode& operator=(const PrecisionMode&) = delete;

 private:
  int before_;
};

}  // namespace pynn
