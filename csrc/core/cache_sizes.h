// cache_sizes.h — the sizes of this machine's data caches in bytes, asked once.
#pragma once
#include <stdint.h>

namespace pynn {

struct CacheSizes {
  int64_t level1, level2, level3;  // per core, per core, shared
};
const CacheSizes& cache_sizes();

}  // namespace pynn
