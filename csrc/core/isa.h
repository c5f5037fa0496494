// isa.h — one source file, several instruction sets.
//
// The build compiles every csrc/ops/*.cpp and csrc/kernels/*.cpp once per instruction set, with
// -DPYNN_ISA=v2|v3|v4 (x86-64 levels: SSE4.2, AVX2+FMA, AVX-512) or once with PYNN_ISA=base on other
// machines. What a file writes in `namespace pynn::PYNN_ISA` is a kernel and exists once per set; what
// it writes under `#if PYNN_ONCE` (shape rule, autograd, registration) is compiled in one pass only.
//
// A kernel section includes no standard C++ header: an inline std:: function compiled with AVX flags
// would be merged with the rest of the program's copy and kill an older machine. A build check
// (tools/check_isa_objects.py) fails on any symbol that a kernel pass defines outside its namespace.
#pragma once
#include <stdint.h>

#define PYNN_INLINE inline __attribute__((always_inline))

namespace pynn {

// 0, 1, 2: which of the compiled sets this process runs. Asked once, at import; PYNN_ISA= caps it.
int isa_level();
const char* isa_name();

template <class K>
PYNN_INLINE K* pick_isa(K* lowest, K* middle, K* highest) {
  K* const table[] = {lowest, middle, highest};
  return table[isa_level()];
}

// The float32 and the float64 instance of one kernel template; Signature<T> is a function type.
template <template <class> class Signature>
struct FloatKernels {
  Signature<float>* f32;
  Signature<double>* f64;

  template <class T>
  PYNN_INLINE Signature<T>* get() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};

}  // namespace pynn

// `name` becomes a pointer to the fastest compiled version this CPU can run: a function or a const
// table that every kernel pass defined as pynn::v2::name, pynn::v3::name, pynn::v4::name (all extern).
// For the `once` section, at namespace pynn.
#if defined(__x86_64__) && !defined(PYNN_ONE_ISA)
#define PYNN_DISPATCH(name)       \
  namespace v3 {                  \
  extern decltype(v2::name) name; \
  }                               \
  namespace v4 {                  \
  extern decltype(v2::name) name; \
  }                               \
  static const auto name = ::pynn::pick_isa(&v2::name, &v3::name, &v4::name)
#else
#define PYNN_DISPATCH(name) static const auto name = &PYNN_ISA::name
#endif

// After a lambda's parameters: inline it wherever it is called, so that no copy is left in the object.
#define PYNN_LAMBDA_INLINE __attribute__((always_inline))
