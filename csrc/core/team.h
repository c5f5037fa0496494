// team.h — threads that help with a loop when they can, and are never waited for when they cannot.
//
// A loop over chunks is dealt out in shares, one a thread, the same ones every time: what a thread worked on
// in the last loop is still in its core's cache. Whoever has finished his share takes chunks from the
// others', the caller included; when no chunk is left, the caller waits only for helpers in the middle of
// one.
//
// So a helper that the system has put aside, because another process or another library's idle threads have
// its core, costs its help and nothing else. At a barrier, as OpenMP has it, everybody would wait until the
// helper gets its core back: milliseconds, for a loop of some microseconds.
#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "core/parallel.h"

namespace pynn {

// body(context, begin, end) for each chunk of `grain` of n items.
struct Loop {
  int64_t n, grain;
  ChunkBody* body;
  void* context;

  int64_t chunks() const { return (n + grain - 1) / grain; }
  void run_chunk(int64_t chunk) const {
    const int64_t begin = chunk * grain;
    body(context, begin, begin + grain < n ? begin + grain : n);
  }
};

class Team {
 public:
  // Runs the loop on up to `threads` threads, this one among them, and rethrows the first exception.
  // False, with nothing done, if this thread is inside of a loop or another one has the team.
  bool run(const Loop& loop, int threads);

 private:
  static constexpr int kCacheLine = 64;

  struct alignas(kCacheLine) Helper {
    std::atomic<uint32_t> calls{0};  // goes up by one whenever it is wanted
    std::thread::native_handle_type thread{};
    int avoids = -1;  // the core that it may not run on
  };
  struct alignas(kCacheLine) Share {
    std::atomic<int64_t> next{0};  // the first chunk that nobody has taken
    int64_t end = 0;
  };

  int hire(int threads);
  void keep_helpers_off_this_core();
  void help(Helper& helper, int place);
  void work(int place);
  bool enter(int place);
  void leave();
  void close_and_wait();

  std::atomic<bool> taken_{false};
  std::vector<std::unique_ptr<Helper>> helpers_;  // helper i has place i + 1; the caller has place 0

  // The loop in progress: written while the door is shut and nobody is inside.
  Loop loop_{};
  int threads_ = 0;
  std::unique_ptr<Share[]> shares_;
  int room_ = 0;  // of shares_
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;

  // Upper half: how many places the loop has, 0 if the door is shut. Lower half: helpers inside.
  alignas(kCacheLine) std::atomic<uint32_t> door_{0};
};

}  // namespace pynn
