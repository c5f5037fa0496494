// channels.h — what batch_norm and group_norm share: x (N, C, ...) as rows of L numbers, one for each sample
// and channel.
#pragma once
#include "kernels/channel_norm.h"
#include "ops/reduction.h"

namespace pynn {

struct Channels {
  int64_t n, c, l;
  explicit Channels(const Shape& x) : n(x[0]), c(x[1]), l(1) {
    for (int i = 2; i < x.size(); ++i) l *= x[i];
  }
  int64_t rows() const { return n * c; }
  int64_t rows_per_chunk() const {
    const int64_t few = (int64_t(1) << 14) / (l > 0 ? l : 1);
    return few > 0 ? few : 1;
  }
};

// Throws unless x is (N, C, ...) of floats and each of what is given has one number for each channel.
struct PerChannel {
  const Tensor& t;
  const char* name;
};
void check_channels(const char* op, const Tensor& x, std::initializer_list<PerChannel> given);

// (1, C, 1, ...): against x.
inline Tensor along_channels(const Tensor& t, const Tensor& x) {
  Shape shape = x.shape();
  for (int i = 0; i < x.ndim(); ++i) shape[i] = i == 1 ? t.numel() : 1;
  return reshape(t, shape);
}

template <class T>
T* data_or_null(const Tensor& t) {
  return t ? t.data<T>() : nullptr;
}

}  // namespace pynn
