// allocator.h — memory that is kept when freed, so that a training step allocates nothing new.
//
// Blocks are 64-byte aligned. Sizes up to 4 KiB come from slabs of equal blocks; larger ones are rounded
// up to eight steps per power of two, with a free list per step. Guarded by Python's lock (parallel.h).
#pragma once
#include <cstddef>

namespace pynn {

void* allocate(size_t bytes);  // throws MemoryError with the size asked for and what is held
void deallocate(void* block, size_t bytes) noexcept;  // with the size that was asked for
void empty_cache();                                   // give cached blocks back to the system

struct MemoryStats {
  size_t allocated_bytes;       // in live blocks
  size_t peak_allocated_bytes;  // highest value of the above since the start or the last reset
  size_t cached_bytes;          // freed blocks kept for the next request
  size_t allocations;           // requests served so far
  size_t system_allocations;    // those of them that had to ask the system
};
MemoryStats memory_stats();
void reset_peak_memory_stats();

// Objects that live in the same pools: class Node : Pooled<Node>.
template <class T>
struct Pooled {
  static void* operator new(size_t bytes) { return allocate(bytes); }
  static void operator delete(void* block, size_t bytes) noexcept { deallocate(block, bytes); }
};

}  // namespace pynn
