#include "core/allocator.h"

#include <sys/mman.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "core/errors.h"

namespace pynn {
namespace {

MemoryStats stats;

// ---- small blocks: slabs of 256 KiB, each cut into blocks of one size -------------------------------
//
// A slab lies at a multiple of its size, so a block finds its slab by rounding its address down. A slab
// whose blocks are all free goes back to the system, but for a few: a graph of a million nodes leaves
// nothing behind, and a training step finds its slabs again.

constexpr size_t kLine = 64;
constexpr size_t kSmall = 4096;
constexpr int kSmallClasses = kSmall / kLine;  // 64, 128, ... 4096 bytes
constexpr size_t kSlab = size_t(256) << 10;
constexpr int kEmptySlabsKept = 32;

struct FreeBlock {
  FreeBlock* next;
};

struct Slab {
  Slab *next, *previous;  // among the slabs of this size that have a free block
  FreeBlock* free;
  char* fresh;  // blocks from here on were never used: their pages are not touched yet
  uint32_t live, capacity;
  int size_class;

  size_t block_bytes() const { return size_t(size_class + 1) * kLine; }
  bool full() const { return live == capacity; }
};

Slab* slabs_with_room[kSmallClasses];
int empty_slabs = 0;

void link(Slab* slab) {
  Slab*& first = slabs_with_room[slab->size_class];
  slab->previous = nullptr;
  slab->next = first;
  if (first) first->previous = slab;
  first = slab;
}

void unlink(Slab* slab) {
  if (slab->previous)
    slab->previous->next = slab->next;
  else
    slabs_with_room[slab->size_class] = slab->next;
  if (slab->next) slab->next->previous = slab->previous;
}

// Straight from the system and back to it: the C library would keep the memory of freed slabs.
void* map_aligned_slab() {
  char* room = static_cast<char*>(
      mmap(nullptr, 2 * kSlab, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (room == MAP_FAILED) return nullptr;
  char* slab = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(room) + kSlab - 1) & ~(kSlab - 1));
  if (slab > room) munmap(room, size_t(slab - room));
  if (const size_t rest = size_t(room + kSlab - slab)) munmap(slab + kSlab, rest);
  return slab;
}

void release(Slab* slab) {
  unlink(slab);
  stats.cached_bytes -= slab->capacity * slab->block_bytes();
  munmap(slab, kSlab);
}

Slab* new_slab(int size_class) {
  auto* slab = static_cast<Slab*>(map_aligned_slab());
  if (!slab) return nullptr;
  ++stats.system_allocations;
  slab->fresh = reinterpret_cast<char*>(slab) + kLine;  // the header takes the first line
  slab->size_class = size_class;
  slab->capacity = uint32_t((kSlab - kLine) / slab->block_bytes());
  stats.cached_bytes += slab->capacity * slab->block_bytes();
  ++empty_slabs;
  link(slab);
  return slab;
}

void* allocate_small(int size_class) {
  Slab* slab = slabs_with_room[size_class];
  if (!slab && !(slab = new_slab(size_class))) return nullptr;
  if (slab->live++ == 0) --empty_slabs;
  void* block = slab->free;
  if (block)
    slab->free = slab->free->next;
  else
    block = std::exchange(slab->fresh, slab->fresh + slab->block_bytes());
  if (slab->full()) unlink(slab);
  return block;
}

void deallocate_small(void* address) {
  auto* slab = reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(address) & ~(kSlab - 1));
  auto* block = static_cast<FreeBlock*>(address);
  if (slab->full()) link(slab);
  block->next = slab->free;
  slab->free = block;
  if (--slab->live == 0 && ++empty_slabs > kEmptySlabsKept) {
    --empty_slabs;
    release(slab);
  }
}

// ---- large blocks: eight sizes per power of two, a free list for each ------------------------------

constexpr int kStepsPerDoubling = 8;
constexpr int kFirstDoubling = std::bit_width(kSmall) - 1;
constexpr int kLargeClasses = (48 - kFirstDoubling) * kStepsPerDoubling;
constexpr size_t kHuge = size_t(2) << 20;  // from here on, ask the kernel for huge pages

FreeBlock* large_blocks[kLargeClasses];

struct SizeClass {
  bool small;
  int index;
  size_t bytes;
};

SizeClass size_class(size_t bytes) {
  if (bytes <= kSmall) {
    const size_t lines = bytes == 0 ? 1 : (bytes + kLine - 1) / kLine;
    return {true, int(lines - 1), lines * kLine};
  }
  const int doubling = std::bit_width(bytes - 1) - 1;  // 2^doubling < bytes <= 2^(doubling + 1)
  const size_t base = size_t(1) << doubling, step = base / kStepsPerDoubling;
  const size_t steps = (bytes - 1 - base) / step + 1;
  return {false, (doubling - kFirstDoubling) * kStepsPerDoubling + int(steps - 1), base + steps * step};
}

void* allocate_large(SizeClass size) {
  if (FreeBlock* block = large_blocks[size.index]) {
    large_blocks[size.index] = block->next;
    return block;
  }
  ++stats.system_allocations;
  const size_t alignment = size.bytes >= kHuge ? kHuge : kLine;
  const size_t rounded = (size.bytes + alignment - 1) / alignment * alignment;
  void* block = std::aligned_alloc(alignment, rounded);
#if defined(MADV_HUGEPAGE)
  if (block && alignment == kHuge) madvise(block, rounded, MADV_HUGEPAGE);
#endif
  if (block) stats.cached_bytes += size.bytes;
  return block;
}

void* try_allocate(SizeClass size) { return size.small ? allocate_small(size.index) : allocate_large(size); }

}  // namespace

void* allocate(size_t bytes) {
  if (bytes > (size_t(1) << 47))
    throw MemoryError(text("cannot allocate ", bytes, " bytes: more than a process can address"));
  const SizeClass size = size_class(bytes);
  void* block = try_allocate(size);
  if (!block) {
    empty_cache();
    block = try_allocate(size);
  }
  if (!block)
    throw MemoryError(text("cannot allocate ", bytes, " bytes; pynn's tensors hold ", stats.allocated_bytes,
                           " bytes now (pynn.memory_stats())"));
  ++stats.allocations;
  stats.cached_bytes -= size.bytes;
  stats.allocated_bytes += size.bytes;
  if (stats.allocated_bytes > stats.peak_allocated_bytes) stats.peak_allocated_bytes = stats.allocated_bytes;
  return block;
}

void deallocate(void* block, size_t bytes) noexcept {
  if (!block) return;
  const SizeClass size = size_class(bytes);
  stats.allocated_bytes -= size.bytes;
  stats.cached_bytes += size.bytes;
  if (size.small) {
    deallocate_small(block);
    return;
  }
  auto* freed = static_cast<FreeBlock*>(block);
  freed->next = large_blocks[size.index];
  large_blocks[size.index] = freed;
}

void empty_cache() {
  for (int i = 0; i < kLargeClasses; ++i) {
    const size_t base = size_t(1) << (kFirstDoubling + i / kStepsPerDoubling);
    const size_t bytes = base + size_t(i % kStepsPerDoubling + 1) * (base / kStepsPerDoubling);
    while (FreeBlock* block = large_blocks[i]) {
      large_blocks[i] = block->next;
      stats.cached_bytes -= bytes;
      std::free(block);
    }
  }
  for (Slab*& first : slabs_with_room) {
    for (Slab* slab = first; slab;) {
      Slab* const next = slab->next;
      if (slab->live == 0) {
        --empty_slabs;
        release(slab);
      }
      slab = next;
    }
  }
}

MemoryStats memory_stats() { return stats; }
void reset_peak_memory_stats() { stats.peak_allocated_bytes = stats.allocated_bytes; }

}  // namespace pynn
