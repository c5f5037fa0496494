#include "core/parallel.h"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>

#include "core/team.h"
#include "core/unlocked.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace pynn {
namespace {

UnlockHook unlock_hook{nullptr, nullptr};

// Never destroyed: its threads may still be waiting when the process ends.
Team& team() {
  static Team& all = *std::make_unique<Team>().release();
  return all;
}

// The cores that this process may use.
int cores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  const int n = int(std::thread::hardware_concurrency());
  return n > 0 ? n : 1;
}

int threads_wanted() {
  for (const char* name : {"PYNN_NUM_THREADS", "OMP_NUM_THREADS"})
    if (const char* value = std::getenv(name))
      if (const int n = std::atoi(value); n > 0) return n < kMostThreads ? n : kMostThreads;
  return cores();
}

std::atomic<int>& thread_limit() {
  static std::atomic<int> limit{threads_wanted()};
  return limit;
}

}  // namespace

void set_unlock_hook(UnlockHook hook) { unlock_hook = hook; }

Unlocked::Unlocked() : state_(unlock_hook.release ? unlock_hook.release() : nullptr) {}
Unlocked::~Unlocked() {
  if (state_) unlock_hook.acquire(state_);
}

int num_threads() { return thread_limit().load(std::memory_order_relaxed); }

void set_num_threads(int n) {
  thread_limit().store(n < 1 ? 1 : n < kMostThreads ? n : kMostThreads, std::memory_order_relaxed);
}

void parallel_chunks(int64_t n, int64_t grain, ChunkBody* body, void* context) {
  const Loop loop{n, grain, body, context};
  const Unlocked unlocked;
  const int64_t chunks = loop.chunks(), limit = num_threads();
  const int threads = int(chunks < limit ? chunks : limit);
  if (threads > 1 && team().run(loop, threads)) return;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) loop.run_chunk(chunk);
}

}  // namespace pynn
