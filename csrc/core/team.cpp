#include "core/team.h"

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace pynn {
namespace {

constexpr uint32_t kInside = 0xffff;  // the lower half of the door
constexpr int kPlacesBit = 16;

// The next loop of a training step comes within some tens of microseconds; to wake a sleeping thread takes
// as long. So a thread waits awake for a moment, and not for long: others may want the core.
constexpr auto kAwake = std::chrono::microseconds(100);

thread_local bool in_a_loop = false;

void rest_a_moment() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// The value that comes after `old`.
uint32_t wait_for_change(const std::atomic<uint32_t>& value, uint32_t old) {
  const auto until = std::chrono::steady_clock::now() + kAwake;
  do {
    for (int i = 0; i < 64; ++i, rest_a_moment())
      if (const uint32_t now = value.load(std::memory_order_acquire); now != old) return now;
  } while (std::chrono::steady_clock::now() < until);
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

#if defined(__linux__)
cpu_set_t cores_of_this_process() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(0, sizeof(cores), &cores);
  return cores;
}
#endif

}  // namespace

bool Team::run(const Loop& loop, int threads) {
  if (in_a_loop || taken_.exchange(true, std::memory_order_acquire)) return false;
  loop_ = loop;
  threads_ = hire(threads);
  keep_helpers_off_this_core();
  for (int i = 0; i < threads_; ++i) {
    shares_[i].next.store(loop.chunks() * i / threads_, std::memory_order_relaxed);
    shares_[i].end = loop.chunks() * (i + 1) / threads_;
  }
  door_.store(uint32_t(threads_) << kPlacesBit, std::memory_order_release);
  for (int i = 1; i < threads_; ++i) {
    helpers_[i - 1]->calls.fetch_add(1, std::memory_order_release);
    helpers_[i - 1]->calls.notify_one();
  }
  work(0);
  close_and_wait();

  const std::exception_ptr error = std::exchange(error_, nullptr);
  failed_.store(false, std::memory_order_relaxed);
  taken_.store(false, std::memory_order_release);
  if (error) std::rethrow_exception(error);
  return true;
}

// Threads for a loop of so many, or as many as the system grants.
int Team::hire(int threads) {
  if (threads > room_) {
    shares_ = std::make_unique<Share[]>(threads);
    room_ = threads;
  }
  while (int(helpers_.size()) + 1 < threads) {
    auto helper = std::make_unique<Helper>();
    const int place = int(helpers_.size()) + 1;
    try {
      std::thread thread(&Team::help, this, std::ref(*helper), place);
      helper->thread = thread.native_handle();
      thread.detach();
    } catch (const std::system_error&) {
      return place;
    }
    helpers_.push_back(std::move(helper));
  }
  return threads;
}

// A thread that is woken is often put on the core of the one that woke it, where the two take turns until the
// system moves one of them, some tenth of a second later. So a helper may run anywhere but there.
void Team::keep_helpers_off_this_core() {
#if defined(__linux__)
  const int core = sched_getcpu();
  for (int i = 1; i < threads_; ++i) {
    Helper& helper = *helpers_[i - 1];
    if (helper.avoids == core) continue;
    static const cpu_set_t allowed = cores_of_this_process();
    cpu_set_t others = allowed;
    CPU_CLR(core, &others);
    if (CPU_COUNT(&others)) pthread_setaffinity_np(helper.thread, sizeof(others), &others);
    helper.avoids = core;
  }
#endif
}

void Team::help(Helper& helper, int place) {
  for (uint32_t calls = 0;;) {
    calls = wait_for_change(helper.calls, calls);
    if (!enter(place)) continue;  // come too late
    work(place);
    leave();
  }
}

void Team::work(int place) {
  in_a_loop = true;
  for (int i = 0; i < threads_; ++i) {
    Share& share = shares_[(place + i) % threads_];
    while (share.next.load(std::memory_order_relaxed) < share.end) {
      const int64_t chunk = share.next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= share.end || failed_.load(std::memory_order_relaxed)) break;
      try {
        loop_.run_chunk(chunk);
      } catch (...) {
        if (!failed_.exchange(true)) error_ = std::current_exception();
      }
    }
  }
  in_a_loop = false;
}

bool Team::enter(int place) {
  uint32_t seen = door_.load(std::memory_order_relaxed);
  while (uint32_t(place) < seen >> kPlacesBit)
    if (door_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire)) return true;
  return false;
}

void Team::leave() {
  if (door_.fetch_sub(1, std::memory_order_acq_rel) == 1) door_.notify_one();  // shut, and the last one out
}

void Team::close_and_wait() {
  uint32_t inside = door_.fetch_and(kInside, std::memory_order_acq_rel) & kInside;
  while (inside) inside = wait_for_change(door_, inside);
}

}  // namespace pynn
