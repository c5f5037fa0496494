// cpu.cpp — which of the compiled instruction sets this process runs.
#include <cstdlib>
#include <cstring>

#include "core/isa.h"

namespace pynn {
namespace {

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

bool supports(const char* feature) {
  __builtin_cpu_init();
  if (std::strcmp(feature, "avx512bf16") == 0) return __builtin_cpu_supports("avx512bf16");
  if (std::strcmp(feature, "avx512vnni") == 0) return __builtin_cpu_supports("avx512vnni");
  return false;
}
#else
#define PYNN_TEXT_OF(name) #name
#define PYNN_TEXT(name) PYNN_TEXT_OF(name)
constexpr const char* kNames[] = {
    PYNN_TEXT(PYNN_ISA)};  // one set is compiled, and it is not asked for by name
int best_of_this_cpu() { return 0; }
bool supports(const char*) { return false; }
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

bool cpu_extends_v4(const char* feature) {
  const char* wish = std::getenv("PYNN_ISA");
  return isa_level() == 2 && !(wish && std::strcmp(wish, "v4") == 0) && supports(feature);
}

const char* isa_name() { return kNames[isa_level()]; }

}  // namespace pynn
