// cpu.cpp — which of the compiled instruction sets this process runs.
#include <cstdlib>
#include <cstring>

#include "core/isa_extensions.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace pynn {
namespace {

// The registers are there if the CPU has them, the system saves them, and it lets this process have them: a
// sandbox may say no, and so does the kernel where a signal stack is too small for them.
bool may_use_tiles() {
#if defined(__x86_64__) && defined(__linux__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  constexpr unsigned bf16 = 1u << 22, tile = 1u << 24, int8 = 1u << 25;
  if ((d & bf16) == 0 || (d & tile) == 0 || (d & int8) == 0) return false;
  constexpr long ask_for_state = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM of asm/prctl.h
  return syscall(SYS_arch_prctl, ask_for_state, tile_data) == 0;
#else
  return false;
#endif
}

constexpr const char* kExtensionNames[] = {"v4_bf16", "v4_vnni", "v4_amx"};

// PYNN_ISA names v4, or one extension of it, and so no other one.
bool is_unwanted(Extension extension) {
  const char* wish = std::getenv("PYNN_ISA");
  return wish && std::strncmp(wish, "v4", 2) == 0 && std::strcmp(wish, kExtensionNames[int(extension)]) != 0;
}

#if defined(__x86_64__) && !defined(PYNN_ONE_ISA)
constexpr const char* kNames[] = {"v2", "v3", "v4"};

int best_of_this_cpu() {
  __builtin_cpu_init();
  const bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  return v3 && v4 ? 2 : v3 ? 1 : 0;
}

bool supports(Extension extension) {
  __builtin_cpu_init();
  const bool bf16 = __builtin_cpu_supports("avx512bf16"), vnni = __builtin_cpu_supports("avx512vnni");
  if (extension == Extension::bf16) return bf16;
  if (extension == Extension::vnni) return vnni;
  static const bool tiles = bf16 && vnni && may_use_tiles();
  return tiles;
}
#else
#define PYNN_TEXT_OF(name) #name
#define PYNN_TEXT(name) PYNN_TEXT_OF(name)
constexpr const char* kNames[] = {
    PYNN_TEXT(PYNN_ISA)};  // one set is compiled, and it is not asked for by name
int best_of_this_cpu() { return 0; }
bool supports(Extension) { return false; }
#endif

}  // namespace

int isa_level() {
  // PYNN_ISA can ask for less than the CPU has, never for more: that would be an illegal instruction.
  static const int level = [] {
    const int best = best_of_this_cpu();
    if (const char* wish = std::getenv("PYNN_ISA"))
      for (int i = 0; i < best; ++i)
        if (std::strcmp(wish, kNames[i]) == 0) return i;
    return best;
  }();
  return level;
}

bool runs_extension(Extension extension) {
  return isa_level() == 2 && !is_unwanted(extension) && supports(extension);
}

bool runs_tiles() {
  static const bool runs =
      std::strcmp(isa_name(), "v4") == 0 && !is_unwanted(Extension::amx) && may_use_tiles();
  return runs;
}

const char* isa_name() { return kNames[isa_level()]; }

}  // namespace pynn
