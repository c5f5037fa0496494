// parallel.h — the only door to threads.
//
// Work is cut into chunks of `grain` items; which chunk an item belongs to never depends on how many
// threads run, so every result is bitwise the same on 1 thread and on 64. One chunk or fewer runs on
// the calling thread. An exception thrown by a chunk is kept and rethrown after the join. While threads
// run, Python's lock is released: a body touches raw pointers only, never a Tensor or the allocator.
//
// Free of standard headers, so that kernel sections may include it.
#pragma once
#include <stdint.h>

#include "core/isa.h"

namespace pynn {

using ChunkBody = void(void* context, int64_t begin, int64_t end);
void parallel_chunks(int64_t n, int64_t grain, ChunkBody* body, void* context);

inline constexpr int kMostThreads = 1024;
int num_threads();  // at first PYNN_NUM_THREADS, OMP_NUM_THREADS or the cores this process may use
void set_num_threads(int n);

// body(begin, end) for every chunk of [0, n).
template <class Body>
PYNN_INLINE void parallel_for(int64_t n, int64_t grain, const Body& body) {
  if (n <= grain) {
    if (n > 0) body(int64_t(0), n);
    return;
  }
  parallel_chunks(
      n, grain, [](void* self, int64_t begin, int64_t end) { (*static_cast<const Body*>(self))(begin, end); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace pynn
