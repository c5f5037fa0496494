// scratch.h — working memory for a kernel: one growing stack a thread, so nothing is allocated twice.
//
// Safe inside a parallel_for body, and free of standard headers for kernel sections.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn {

void* scratch_take(int64_t bytes);  // aligned to 64 bytes; throws std::bad_alloc
void scratch_give_back(void* memory);

// Room for `count` values, uninitialised; given back at the end of the scope, last taken first.
template <class T>
class Scratch {
 public:
  explicit PYNN_INLINE Scratch(int64_t count)
      : values_(count > 0 ? static_cast<T*>(scratch_take(count * int64_t(sizeof(T)))) : nullptr) {}
  PYNN_INLINE ~Scratch() {
    if (values_) scratch_give_back(values_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  PYNN_INLINE T* get() const { return values_; }

 private:
  T* values_;
};

}  // namespace pynn
