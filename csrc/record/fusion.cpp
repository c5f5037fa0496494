#include "record/fusion.h"

#include <algorithm>

#include "core/parallel.h"
#include "core/scratch.h"
#include "core/strided.h"

namespace pynn {

namespace {

constexpr int64_t kCacheBytes = int64_t(24) << 10;  // what the tiles of one thread may take together
constexpr int64_t kLargestTile = 2048;              // elements
constexpr int64_t kSmallestTile = 256;

const Storage* storage_of(const Tensor& t) { return t.impl()->storage.get(); }
int64_t byte_offset(const Tensor& t) { return t.impl()->offset * itemsize(t.dtype()); }

bool is_number(const Tensor& x) {
  if (x.numel() == 0) return false;
  for (int i = 0; i < x.ndim(); ++i)
    if (x.shape()[i] != 1 && x.strides()[i] != 0) return false;
  return true;
}

// The same elements at the same places.
bool same_places(const Tensor& a, const Tensor& b) {
  return byte_offset(a) == byte_offset(b) && a.dtype() == b.dtype() && a.numel() == b.numel() &&
         a.is_contiguous() && b.is_contiguous();
}

}  // namespace

bool is_fusable(const Loop& loop) {
  const int64_t total = loop.out.numel();
  if (total == 0 || !loop.out.is_contiguous() || is_narrow(loop.out.dtype())) return false;
  for (DType type : loop.types)
    if (is_narrow(type)) return false;  // rounded tile by tile: run_elementwise does it
  for (const Tensor& x : loop.in)
    if (!(x.is_contiguous() && x.numel() == total) && !is_number(x)) return false;
  return true;
}

bool may_join(const std::vector<const Loop*>& chain, const Loop& next) {
  if (chain.front()->out.numel() != next.out.numel()) return false;
  const auto clash = [](const Tensor& written, const Tensor& other) {
    return storage_of(written) == storage_of(other) && !same_places(written, other);
  };
  for (const Loop* before : chain) {
    if (clash(before->out, next.out)) return false;
    for (const Tensor& x : next.in)
      if (clash(before->out, x)) return false;
    for (const Tensor& x : before->in)
      if (clash(next.out, x)) return false;
  }
  for (const Tensor& x : next.in)
    if (clash(next.out, x)) return false;
  return true;
}

FusedLoops::FusedLoops(const std::vector<const Loop*>& chain, const std::vector<bool>& out_is_private)
    : total_(chain.front()->out.numel()) {
  struct Place {  // of a private result
    const Storage* storage;
    int tile;
  };
  std::vector<Place> places;
  const auto tile_holding = [&](const Tensor& x) {
    for (const Place& place : places)
      if (place.storage == storage_of(x)) return place.tile;
    return -1;
  };
  // How far a private result is read: its tile is free for others afterwards.
  const auto last_read = [&](const Storage* storage) {
    size_t last = 0;
    for (size_t s = 0; s < chain.size(); ++s)
      for (const Tensor& x : chain[s]->in)
        if (storage_of(x) == storage) last = s;
    return last;
  };
  std::vector<int> free_tiles;
  std::vector<std::pair<size_t, int>> busy;  // (last loop that reads it, tile)
  const auto new_tile = [&] {
    if (free_tiles.empty()) return tiles_++;
    const int tile = free_tiles.back();
    free_tiles.pop_back();
    return tile;
  };
  const auto tile_of_number = [&](const Operand& x) {  // one that it keeps for the whole chunk
    for (const Operand& y : numbers_)
      if (y.storage == x.storage && y.offset == x.offset && y.from == x.from && y.to == x.to) return y.tile;
    numbers_.push_back(x);
    return numbers_.back().tile = tiles_++;
  };
  int64_t widest = 1;
  for (size_t s = 0; s < chain.size(); ++s) {
    const Loop& loop = *chain[s];
    Step step{loop.loop, {}, {}, loop.parameters.data()};
    std::vector<int> only_now;
    for (size_t k = 0; k < loop.in.size(); ++k) {
      const Tensor& x = loop.in[k];
      Operand in;
      in.storage = storage_of(x);
      in.offset = byte_offset(x);
      in.from = x.dtype();
      in.to = loop.types[k];
      in.number = !(x.is_contiguous() && x.numel() == total_);
      const int held = tile_holding(x);
      widest = std::max<int64_t>(widest, itemsize(in.to));
      if (in.number) {
        in.tile = tile_of_number(in);
      } else if (in.from != in.to) {
        in.converted = true;
        if (held >= 0) in.offset = -1 - held;  // from the tile, not from memory
        in.tile = new_tile();
        only_now.push_back(in.tile);
      } else {
        in.tile = held;
      }
      step.in.push_back(in);
    }
    step.out.storage = storage_of(loop.out);
    step.out.offset = byte_offset(loop.out);
    step.out.to = loop.out.dtype();
    widest = std::max<int64_t>(widest, itemsize(loop.out.dtype()));
    if (out_is_private[s]) {
      int tile = tile_holding(loop.out);
      if (tile < 0) {
        tile = new_tile();
        places.push_back({storage_of(loop.out), tile});
        busy.push_back({last_read(storage_of(loop.out)), tile});
      }
      step.out.tile = tile;
    }
    steps_.push_back(std::move(step));
    free_tiles.insert(free_tiles.end(), only_now.begin(), only_now.end());
    std::erase_if(busy, [&](const std::pair<size_t, int>& use) {
      if (use.first > s) return false;
      free_tiles.push_back(use.second);
      std::erase_if(places, [&](const Place& place) { return place.tile == use.second; });
      return true;
    });
  }
  tile_ = std::clamp(kCacheBytes / (widest * std::max(tiles_, 1)), kSmallestTile, kLargestTile);
  tile_ = std::min(tile_ / 64 * 64, (total_ + 63) / 64 * 64);
}

void FusedLoops::run() const {
  parallel_for(total_, elementwise_grain(total_),
               [this](int64_t begin, int64_t end) { run_chunk(begin, end); });
}

void FusedLoops::run_chunk(int64_t begin, int64_t end) const {
  constexpr int kMaxOperands = 4;
  const int64_t tile_bytes = tile_ * 8;
  const Scratch<char> room(tile_bytes * tiles_);
  const auto tile_at = [&](int tile) { return room.get() + tile * tile_bytes; };
  const auto address = [&](const Operand& x, int64_t first, DType dtype) {
    return x.tile >= 0 ? tile_at(x.tile) : x.storage->data + x.offset + first * itemsize(dtype);
  };
  const int64_t most = std::min(tile_, end - begin);
  for (const Operand& x : numbers_)
    convert(x.storage->data + x.offset, x.from, 0, tile_at(x.tile), x.to, 1, most);
  for (int64_t first = begin; first < end; first += tile_) {
    const int64_t n = std::min(tile_, end - first);
    for (const Step& step : steps_) {
      const void* in[kMaxOperands];
      for (size_t k = 0; k < step.in.size(); ++k) {
        const Operand& x = step.in[k];
        if (x.converted) {
          const char* from = x.offset < 0 ? tile_at(int(-1 - x.offset))
                                          : x.storage->data + x.offset + first * itemsize(x.from);
          convert(from, x.from, 1, tile_at(x.tile), x.to, 1, n);
        }
        in[k] = address(x, first, x.from);
      }
      step.loop(in, address(step.out, first, step.out.to), n, step.parameters);
    }
  }
}

}  // namespace pynn
