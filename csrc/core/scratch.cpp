#include "core/scratch.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace pynn {
namespace {

constexpr std::align_val_t kAlignment{64};
constexpr int64_t kFirstBlock = 64 * 1024;

struct FreeAligned {
  void operator()(std::byte* memory) const { ::operator delete(memory, kAlignment); }
};

struct Block {
  explicit Block(int64_t bytes)
      : memory(static_cast<std::byte*>(::operator new(size_t(bytes), kAlignment))), size(bytes) {}
  std::unique_ptr<std::byte, FreeAligned> memory;
  int64_t size;
  int64_t used = 0;
};

// Blocks of growing size. Memory is taken from the last; when that is too small and nothing of it is in
// use it is replaced, else a larger one is added and the small ones go as soon as they are empty.
struct Stack {
  std::vector<Block> blocks;

  void* take(int64_t bytes) {
    bytes = std::max<int64_t>((bytes + 63) / 64 * 64, 64);
    if (blocks.empty() || blocks.back().size - blocks.back().used < bytes) add_block(bytes);
    Block& block = blocks.back();
    void* const start = block.memory.get() + block.used;
    block.used += bytes;
    return start;
  }

  void add_block(int64_t bytes) {
    int64_t size = std::max(bytes, kFirstBlock);
    if (!blocks.empty()) {
      size = std::max(size, 2 * blocks.back().size);
      if (blocks.back().used == 0) blocks.pop_back();
    }
    blocks.emplace_back(size);
  }

  void give_back(void* memory) {
    auto* const start = static_cast<std::byte*>(memory);
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
      std::byte* const first = block->memory.get();
      if (start < first || start >= first + block->size) continue;
      block->used = start - first;
      break;
    }
    while (blocks.size() > 1 && blocks.front().used == 0) blocks.erase(blocks.begin());
  }
};

thread_local Stack stack;

}  // namespace

void* scratch_take(int64_t bytes) { return stack.take(bytes); }
void scratch_give_back(void* memory) { stack.give_back(memory); }

}  // namespace pynn
