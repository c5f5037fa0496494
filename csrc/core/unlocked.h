// unlocked.h — how a long loop lets other Python threads run, though the core knows nothing of Python.
#pragma once

namespace pynn {

// Set once by the bindings: release() gives the interpreter's lock up, if this thread holds it, and
// returns what acquire() needs to take it back (null: it was not held).
struct UnlockHook {
  void* (*release)();
  void (*acquire)(void* state);
};
void set_unlock_hook(UnlockHook hook);

// For its lifetime the lock is free: touch raw memory only, no Tensor, no allocator.
class Unlocked {
 public:
  Unlocked();
  ~Unlocked();
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  void* state_;
};

}  // namespace pynn
