// isa_extensions.h — instructions beyond v4 that a file is compiled once more for (CMake: pynn_extend_v4).
//
// PYNN_ISA=v4_bf16 in the environment asks for v4 with this extension and no other, PYNN_ISA=v4 for none.
#pragma once
#include "core/isa.h"

namespace pynn {

enum class Extension : uint8_t { bf16, vnni, amx };  // compiled as v4_bf16, v4_vnni, v4_amx

// Whether v4 runs, the CPU and the system have the extension, and nobody asked for less. The tiles of AMX are
// lent by the system to who asks: that is done once, when this is first called for them, and not at import,
// because it makes the signal frames of the process larger.
bool runs_extension(Extension extension);

// Whether a kernel of v4 may use AMX's tiles (core/tiles.h), for which no compiler has to be asked.
bool runs_tiles();

}  // namespace pynn

// best_name() is the fastest compiled version of a function, AMX's first, then that of `extension`, then what
// PYNN_DISPATCH picks. For the `once` section, at namespace pynn.
#if defined(__x86_64__) && !defined(PYNN_ONE_ISA)
#define PYNN_DISPATCH_EXTENDED(name, extension)                                              \
  namespace v4_##extension {                                                                 \
    extern decltype(v2::name) name;                                                          \
  }                                                                                          \
  namespace v4_amx {                                                                         \
  extern decltype(v2::name) name;                                                            \
  }                                                                                          \
  PYNN_DISPATCH(name);                                                                       \
  static auto* best_##name() {                                                               \
    static auto* const best = runs_extension(Extension::amx)         ? &v4_amx::name         \
                              : runs_extension(Extension::extension) ? &v4_##extension::name \
                                                                     : name;                 \
    return best;                                                                             \
  }                                                                                          \
  static_assert(true)
#else
#define PYNN_DISPATCH_EXTENDED(name, extension)          \
  static auto* best_##name() { return &PYNN_ISA::name; } \
  static_assert(true)
#endif
