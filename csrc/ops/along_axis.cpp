#include "ops/along_axis.h"

namespace pynn {

Tensor place_along(const Tensor& dy, const Tensor& index, const Shape& shape, int axis) {
  const Tensor dx = zeros(shape, dy.dtype());
  const Tensor from = dy.contiguous(), at = index.contiguous();
  const AroundAxis whole(shape, axis), chosen(at.shape(), axis);
  const int64_t* where = at.data<int64_t>();
  visit_float("place_along", dy.dtype(), [&](auto element) {
    using T = decltype(element);
    const T* g = from.data<T>();
    T* out = dx.data<T>();
    parallel_for(whole.outer, rows_per_piece(chosen.n * chosen.inner), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o)
        for (int64_t k = 0; k < chosen.n; ++k)
          for (int64_t i = 0; i < chosen.inner; ++i) {
            const int64_t source = (o * chosen.n + k) * chosen.inner + i;
            out[(o * whole.n + where[source]) * whole.inner + i] = g[source];
          }
    });
  });
  return dx;
}

}  // namespace pynn
