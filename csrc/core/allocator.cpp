#include "core/allocator.h"

#include <sys/mman.h>

#include <bit>
#include <cstdlib>

#include "core/errors.h"

namespace pynn {
namespace {

constexpr size_t kLine = 64;
constexpr size_t kSmall = 4096;
constexpr int kSmallClasses = kSmall / kLine;      // 64, 128, ... 4096
constexpr int kStepsPerDoubling = 8;
constexpr int kClasses = kSmallClasses + 1 + 48 * kStepsPerDoubling;
constexpr size_t kHuge = size_t(2) << 20;          // from here on, ask the kernel for huge pages

struct FreeBlock {
  FreeBlock* next;
};
FreeBlock* free_lists[kClasses];
MemoryStats stats;

struct SizeClass {
  int index;
  size_t bytes;
};

SizeClass size_class(size_t bytes) {
  if (bytes <= kSmall) {
    const size_t lines = bytes == 0 ? 1 : (bytes + kLine - 1) / kLine;
    return {int(lines - 1), lines * kLine};
  }
  const int doubling = std::bit_width(bytes - 1) - 1;             // 2^doubling < bytes <= 2^(doubling + 1)
  const size_t step = (size_t(1) << doubling) / kStepsPerDoubling;
  const size_t steps = (bytes - 1 - (size_t(1) << doubling)) / step + 1;
  const int first_doubling = std::bit_width(kSmall) - 1;
  const int index = kSmallClasses + (doubling - first_doubling) * kStepsPerDoubling + int(steps - 1);
  return {index, (size_t(1) << doubling) + steps * step};
}

// The smallest blocks are cut from slabs, so that they stay together and cost no system call each.
char* slab_begin = nullptr;
char* slab_end = nullptr;
constexpr size_t kSlab = size_t(256) << 10;

void* from_system(SizeClass size) {
  ++stats.system_allocations;
  if (size.bytes <= kSmall) {
    if (size_t(slab_end - slab_begin) < size.bytes) {
      slab_begin = static_cast<char*>(std::aligned_alloc(kLine, kSlab));
      slab_end = slab_begin ? slab_begin + kSlab : nullptr;
      if (!slab_begin) return nullptr;
    }
    void* block = slab_begin;
    slab_begin += size.bytes;
    return block;
  }
  const size_t alignment = size.bytes >= kHuge ? kHuge : kLine;
  const size_t rounded = (size.bytes + alignment - 1) / alignment * alignment;
  void* block = std::aligned_alloc(alignment, rounded);
#if defined(MADV_HUGEPAGE)
  if (block && alignment == kHuge) madvise(block, rounded, MADV_HUGEPAGE);
#endif
  return block;
}

}  // namespace

void* allocate(size_t bytes) {
  if (bytes > (size_t(1) << 47))
    throw MemoryError(text("cannot allocate ", bytes, " bytes: more than a process can address"));
  const SizeClass size = size_class(bytes);
  void* block = free_lists[size.index];
  if (block) {
    free_lists[size.index] = static_cast<FreeBlock*>(block)->next;
    stats.cached_bytes -= size.bytes;
  } else {
    block = from_system(size);
    if (!block) {
      empty_cache();
      block = from_system(size);
    }
    if (!block)
      throw MemoryError(text("cannot allocate ", bytes, " bytes; pynn's tensors hold ", stats.allocated_bytes,
                             " bytes now (pynn.memory_stats())"));
  }
  ++stats.allocations;
  stats.allocated_bytes += size.bytes;
  if (stats.allocated_bytes > stats.peak_allocated_bytes) stats.peak_allocated_bytes = stats.allocated_bytes;
  return block;
}

void deallocate(void* block, size_t bytes) noexcept {
  if (!block) return;
  const SizeClass size = size_class(bytes);
  auto* freed = static_cast<FreeBlock*>(block);
  freed->next = free_lists[size.index];
  free_lists[size.index] = freed;
  stats.allocated_bytes -= size.bytes;
  stats.cached_bytes += size.bytes;
}

void empty_cache() {
  // Small blocks are parts of slabs and stay; everything above is the system's again.
  for (int i = kSmallClasses; i < kClasses; ++i) {
    while (FreeBlock* block = free_lists[i]) {
      free_lists[i] = block->next;
      std::free(block);
    }
  }
  size_t kept = 0;
  for (int i = 0; i < kSmallClasses; ++i)
    for (FreeBlock* block = free_lists[i]; block; block = block->next) kept += size_t(i + 1) * kLine;
  stats.cached_bytes = kept;
}

MemoryStats memory_stats() { return stats; }
void reset_peak_memory_stats() { stats.peak_allocated_bytes = stats.allocated_bytes; }

}  // namespace pynn
