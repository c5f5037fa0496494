#include "core/watch.h"

#include <utility>

namespace pynn {

namespace detail {

int watched_threads = 0;
thread_local Watcher* of_this_thread = nullptr;
Watcher* watcher_of_this_thread() { return of_this_thread; }

}  // namespace detail

WatchedBy::WatchedBy(Watcher* watcher) : before_(std::exchange(detail::of_this_thread, watcher)) {
  ++detail::watched_threads;
}
WatchedBy::~WatchedBy() {
  --detail::watched_threads;
  detail::of_this_thread = before_;
}

}  // namespace pynn
