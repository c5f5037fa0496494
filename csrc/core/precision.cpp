#include "core/precision.h"

#include <atomic>

namespace pynn {
namespace {

std::atomic<Precision> of_process{Precision::highest};
thread_local int of_thread = -1;  // or a Precision, which goes before that of the process

}  // namespace

Precision float32_precision() {
  return of_thread >= 0 ? Precision(of_thread) : of_process.load(std::memory_order_relaxed);
}
void set_float32_precision(Precision precision) { of_process.store(precision, std::memory_order_relaxed); }

PrecisionMode::PrecisionMode(Precision precision) : before_(of_thread) { of_thread = int(precision); }
PrecisionMode::~PrecisionMode() { of_thread = before_; }

}  // namespace pynn
