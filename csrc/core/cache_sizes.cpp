#include "core/cache_sizes.h"

#include <unistd.h>

namespace pynn {
namespace {

// What the system says, or a size that most machines have where it does not know.
int64_t size_or(int name, int64_t usual) {
  const long size = name < 0 ? 0 : sysconf(name);
  return size > 0 ? size : usual;
}

CacheSizes ask() {
#if defined(_SC_LEVEL1_DCACHE_SIZE)
  const int names[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
#else
  const int names[] = {-1, -1, -1};
#endif
  return {size_or(names[0], 32 << 10), size_or(names[1], 512 << 10), size_or(names[2], 8 << 20)};
}

}  // namespace

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = ask();
  return sizes;
}

}  // namespace pynn
