#include "core/parallel.h"

#include <atomic>
#include <exception>

#include "core/unlocked.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace pynn {
namespace {
std::atomic<int> thread_limit{0};  // 0: as many as OpenMP offers
UnlockHook unlock_hook{nullptr, nullptr};
}  // namespace

void set_unlock_hook(UnlockHook hook) { unlock_hook = hook; }

Unlocked::Unlocked() : state_(unlock_hook.release ? unlock_hook.release() : nullptr) {}
Unlocked::~Unlocked() {
  if (state_) unlock_hook.acquire(state_);
}

int num_threads() {
#if defined(_OPENMP)
  const int limit = thread_limit.load(std::memory_order_relaxed);
  return limit > 0 ? limit : omp_get_max_threads();
#else
  return 1;
#endif
}

void set_num_threads(int n) { thread_limit.store(n < 1 ? 1 : n); }

int thread_index() {
#if defined(_OPENMP)
  return omp_get_thread_num();
#else
  return 0;
#endif
}

void parallel_chunks(int64_t n, int64_t grain, ChunkBody* body, void* context) {
  const int64_t chunks = (n + grain - 1) / grain;
  const auto run_chunk = [&](int64_t chunk) {
    const int64_t begin = chunk * grain;
    body(context, begin, begin + grain < n ? begin + grain : n);
  };
  Unlocked unlocked;
#if defined(_OPENMP)
  const int64_t limit = num_threads();
  const int threads = int(chunks < limit ? chunks : limit);
  if (threads > 1 && !omp_in_parallel()) {
    std::exception_ptr first_error;
    std::atomic<bool> failed{false};
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t chunk = 0; chunk < chunks; ++chunk) {
      if (failed.load(std::memory_order_relaxed)) continue;
      try {
        run_chunk(chunk);
      } catch (...) {
        if (!failed.exchange(true)) first_error = std::current_exception();
      }
    }
    if (first_error) std::rethrow_exception(first_error);
    return;
  }
#endif
  for (int64_t chunk = 0; chunk < chunks; ++chunk) run_chunk(chunk);
}

}  // namespace pynn
