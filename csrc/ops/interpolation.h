// interpolation.h — which places of an axis a resampled place is made of, and with which weights.
#pragma once
#include <string_view>
#include <vector>

#include "kernels/resample.h"

namespace pynn {

struct Interpolation {
  std::string_view mode;  // "nearest", "nearest-exact", "linear", "cubic", "area"
  bool align_corners;     // the first and the last place are those of the input, instead of the edges
  bool antialias;         // when shrinking, the filter is as wide as what it covers
  double scale;           // out / in as it was asked for; 0: as it is
};

// The rows of the matrix, and those of its transpose, as lists of (place, weight).
struct Tap {
  int64_t place;
  double weight;
};
using TapLists = std::vector<std::vector<Tap>>;
TapLists taps_of(const Interpolation& how, int64_t size, int64_t out);
TapLists transposed(const TapLists& lists, int64_t size);

// The same as the kernels read it.
template <class T>
class TapTable {
 public:
  TapTable(const TapLists& lists, int64_t size);
  Taps<T> get() const {
    return {index_.data(), count_.data(), weight_.data(), size_, int64_t(count_.size()), most_, identity_};
  }

 private:
  std::vector<int32_t> index_, count_;
  std::vector<T> weight_;
  int64_t size_, most_;
  bool identity_;
};

}  // namespace pynn
