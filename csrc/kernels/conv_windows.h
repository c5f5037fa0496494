// conv_windows.h — which vectors of a plane's numbering hold outputs, and how these get to memory.
//
// A window is as many neighbours as a vector has lanes. Some of them may be places between two rows, that
// belong to no output; those of the others follow each other in the output without gaps. So a window is
// stored by moving its outputs together and writing that many. The next window begins at the next output.
#pragma once
#include "kernels/conv_planes.h"

namespace pynn::PYNN_ISA {

struct Window {
  int64_t source;  // of the first lane, in the plane's numbering
  int64_t target;  // of its first output, counted in outputs
  uint32_t lanes;  // bit i: lane i is an output
  int32_t count;   // of outputs
};

// At most so many windows: each but a row's last one is full.
template <class T>
PYNN_INLINE int64_t most_windows(int64_t deep, int64_t high, int64_t wide) {
  return deep * high * ceil_div(wide, Vec<T>::lanes);
}

// The windows of deep x high x wide outputs.
template <class T>
int64_t set_windows(Window* windows, const Planes& p, int64_t deep, int64_t high, int64_t wide) {
  constexpr int lanes = Vec<T>::lanes;
  if (high == 0 || wide == 0) return 0;
  Window* next = windows;
  int64_t done = 0;  // outputs
  for (int64_t d = 0, h = 0, w = 0; d < deep;) {
    Window window{(d * p.rows + h) * p.pitch + w, done, 0, 0};
    const int64_t end = window.source + lanes;
    while (d < deep) {  // the outputs of this row, then of the next, as far as the lanes reach
      const int64_t at = (d * p.rows + h) * p.pitch + w;
      if (at >= end) break;
      const int64_t count = smaller(end - at, wide - w);
      window.lanes |= uint32_t((uint64_t(1) << count) - 1) << (at - window.source);
      window.count += int32_t(count);
      w += count;
      if (w == wide) {
        w = 0;
        if (++h == high) h = 0, ++d;
      }
    }
    done += window.count;
    *next++ = window;
  }
  return next - windows;
}

// The chosen lanes moved together.
template <class T>
PYNN_INLINE Vec<T> compress(Vec<T> x, uint32_t lanes) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    typedef float Raw __attribute__((vector_size(64)));
    return typename Vec<T>::Raw(__builtin_ia32_compresssf512_mask(Raw(x.v), Raw{}, uint16_t(lanes)));
  } else {
    typedef double Raw __attribute__((vector_size(64)));
    return typename Vec<T>::Raw(__builtin_ia32_compressdf512_mask(Raw(x.v), Raw{}, uint8_t(lanes)));
  }
#else
  T values[Vec<T>::lanes], together[Vec<T>::lanes];
  store(values, x);
  int n = 0;
  for (int i = 0; i < Vec<T>::lanes; ++i) {
    together[n] = values[i];
    n += lanes >> i & 1;
  }
  return load(together);
#endif
}

template <class T>
PYNN_INLINE void store_window(T* y, Vec<T> x, const Window& window) {
  if (window.count == Vec<T>::lanes)
    store(y + window.target, x);
  else if ((window.lanes & (window.lanes + 1)) == 0)
    store(y + window.target, x, window.count);
  else
    store(y + window.target, compress(x, window.lanes), window.count);
}

}  // namespace pynn::PYNN_ISA
