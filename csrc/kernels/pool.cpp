#include "kernels/pool.h"

#include "core/scratch.h"
#include "kernels/pool_pairs.h"
#include "kernels/row_kernel.h"

namespace pynn::PYNN_ISA {

template <class T>
PYNN_INLINE int64_t rounded_up(int64_t n) {
  constexpr int L = Vec<T>::lanes;
  return (n + L - 1) / L * L;
}

// A row dealt out into streams; column c of it is element (c + pad) / stride of stream (c + pad) % stride.
template <class T>
class Streams {
 public:
  static int64_t room(const WindowAxis& w) { return length_of(w) * w.stride; }
  Streams(T* memory, const WindowAxis& w, T fill)
      : at_(memory), length_(length_of(w)), size_(w.size), stride_(w.stride), pad_(w.pad), fill_(fill) {
    const Vec<T> f(fill);
    for_each_vector<T>(room(w),
                       [=](int64_t i, int64_t k) PYNN_LAMBDA_INLINE { store_part(memory + i, f, k); });
  }
  // Element b of all windows, window 0 first. It may be read and written in whole vectors.
  PYNN_INLINE T* element(int64_t b, int64_t dilation) const {
    return at_ + b * dilation % stride_ * length_ + b * dilation / stride_;
  }
  PYNN_INLINE void deal(const T* x) const {
    constexpr int L = Vec<T>::lanes;
    if (stride_ == 1) {
      T* const to = column(0);
      for_each_vector<T>(size_, [=](int64_t j, int64_t k)
                                    PYNN_LAMBDA_INLINE { store_part(to + j, load_part(x + j, k, T(0)), k); });
      return;
    }
    if (stride_ == 2) {
      T *const even = column(0), *const odd = column(1);
      for (int64_t i = 0; i < size_; i += 2 * L) {
        const EvenOdd<T> dealt = load_even_odd(x + i, size_ - i < 2 * L ? size_ - i : 2 * L, fill_);
        store(even + i / 2, dealt.even);
        store(odd + i / 2, dealt.odd);
      }
      return;
    }
    for (int64_t s = 0; s < stride_; ++s) {
      T* to = column(s);
      for (int64_t i = s; i < size_; i += stride_) *to++ = x[i];
    }
  }
  PYNN_INLINE void collect(T* x) const {
    constexpr int L = Vec<T>::lanes;
    if (stride_ == 1) {
      const T* const from = column(0);
      for_each_vector<T>(size_, [=](int64_t j, int64_t k) PYNN_LAMBDA_INLINE {
        store_part(x + j, load_part(from + j, k, T(0)), k);
      });
      return;
    }
    if (stride_ == 2) {
      const T *const even = column(0), *const odd = column(1);
      for (int64_t i = 0; i < size_; i += 2 * L)
        store_even_odd<T>(x + i, {load(even + i / 2), load(odd + i / 2)},
                          size_ - i < 2 * L ? size_ - i : 2 * L);
      return;
    }
    for (int64_t s = 0; s < stride_; ++s) {
      const T* from = column(s);
      for (int64_t i = s; i < size_; i += stride_) x[i] = *from++;
    }
  }
  PYNN_INLINE void clear() const {
    for (int64_t i = 0; i < length_ * stride_; i += Vec<T>::lanes) store(at_ + i, Vec<T>(T(0)));
  }

 private:
  static int64_t length_of(const WindowAxis& w) {
    const int64_t read = (w.out - 1) * w.stride + (w.kernel - 1) * w.dilation, dealt = w.pad + w.size - 1;
    return rounded_up<T>((read > dealt ? read : dealt) / w.stride + 1) + Vec<T>::lanes;
  }
  PYNN_INLINE T* column(int64_t c) const {
    return at_ + (c + pad_) % stride_ * length_ + (c + pad_) / stride_;
  }
  T* at_;
  int64_t length_, size_, stride_, pad_;
  T fill_;
};

// The first b of window i that lies in the row, or 0.
PYNN_INLINE int64_t first_inside(const WindowAxis& w, int64_t i) {
  const int64_t start = i * w.stride - w.pad;
  if (start >= 0) return 0;
  const int64_t b = (-start + w.dilation - 1) / w.dilation;
  return b < w.kernel ? b : 0;
}

// visit(i, b) for all windows i that hold `place` as their element b.
template <class Visit>
PYNN_INLINE void for_windows_with(const WindowAxis& w, int64_t place, const Visit& visit) {
  for (int64_t b = w.kernel - 1; b >= 0; --b) {
    const int64_t start = place + w.pad - b * w.dilation;
    if (start >= 0 && start % w.stride == 0 && start / w.stride < w.out) visit(start / w.stride, b);
  }
}

template <bool coded, class T, class Code>
void max_pool_planes(const MaxPoolPlanes<T, Code>& a) {
  using V = Vec<T>;
  using I = BitsOf<T>;
  constexpr int L = V::lanes;
  const WindowAxis h = a.h, w = a.w;
  const int64_t width = rounded_up<T>(w.out), windows = a.planes * h.out * w.out;
  const V lowest(-__builtin_inf());
  const Scratch<T> stream_room(Streams<T>::room(w)), best_room(h.size * width);
  const Scratch<I> first_room(width), code_room(coded ? h.size * width : 1);
  T* const best = best_room.get();
  I *const first = first_room.get(), *const code = code_room.get();
  for (int64_t j = 0; j < width; ++j) first[j] = I(first_inside(w, j));
  const Streams<T> streams(stream_room.get(), w, T(-__builtin_inf()));

  for (int64_t plane = 0; plane < a.planes; ++plane) {
    for (int64_t row = 0; row < h.size; ++row) {
      streams.deal(a.x + (plane * h.size + row) * w.size);
      for (int64_t j = 0; j < width; j += L) {
        V m = lowest;
        Vec<I> c = load(first + j);
        for (int64_t b = 0; b < w.kernel; ++b) {
          const V v = load(streams.element(b, w.dilation) + j);
          if constexpr (coded) {
            const Mask<T> takes = beats(v, m);
            m = select(takes, v, m);
            c = select(Mask<I>(takes.v), Vec<I>(b), c);
          } else {
            m = max(m, v);
          }
        }
        store(best + row * width + j, m);
        if constexpr (coded) store(code + row * width + j, c);
      }
    }
    for (int64_t i = 0; i < h.out; ++i) {
      const int64_t a0 = first_inside(h, i), row0 = i * h.stride - h.pad + a0 * h.dilation;
      const bool nothing = row0 < 0 || row0 >= h.size;  // the whole window lies in the padding
      const int64_t at = (plane * h.out + i) * w.out;
      for (int64_t j = 0; j < w.out; j += L) {
        const int64_t n = w.out - j < L ? w.out - j : L;
        V m = nothing ? lowest : load(best + row0 * width + j);
        Vec<I> c(0);
        if constexpr (coded)
          if (!nothing) c = load(code + row0 * width + j) + Vec<I>(a0 * w.kernel);
        for (int64_t k = a0 + 1, row = row0 + h.dilation; k < h.kernel && row < h.size && !nothing;
             ++k, row += h.dilation) {
          const V v = load(best + row * width + j);
          if constexpr (coded) {
            const Mask<T> takes = beats(v, m);
            m = select(takes, v, m);
            c = select(Mask<I>(takes.v), load(code + row * width + j) + Vec<I>(k * w.kernel), c);
          } else {
            m = max(m, v);
          }
        }
        store_part(a.y + at + j, m, n);
        if constexpr (coded) {
          if (at + j + L > windows)  // the codes that follow belong to another thread
            store_as(a.codes + at + j, c, n);
          else
            store_as(a.codes + at + j, c);  // what goes too far is overwritten by the next row
        }
      }
    }
  }
}

template <class T, class Code>
void max_pool(const MaxPoolPlanes<T, Code>& a) {
  if (is_pairs(a.h) && is_pairs(a.w))
    a.codes ? max_pool_pairs<true>(a) : max_pool_pairs<false>(a);
  else
    a.codes ? max_pool_planes<true>(a) : max_pool_planes<false>(a);
}

// Windows that move by one place, of which each element is in many: every element of dx asks those that hold
// it. Of each plane, dy and the codes are laid out first, with room on either side for windows that there are
// not.
template <class T, class Code>
void max_unpool_dense(const MaxUnpoolPlanes<T, Code>& a) {
  using V = Vec<T>;
  using I = BitsOf<T>;
  constexpr int L = V::lanes;
  const WindowAxis h = a.h, w = a.w;
  const int64_t reach = (w.kernel - 1) * w.dilation, pitch = rounded_up<T>(w.size + reach) + L;
  const Scratch<T> dy_room(h.out * pitch);
  const Scratch<I> code_room(h.out * pitch);
  T* const dy = dy_room.get();
  I* const codes = code_room.get();
  for (int64_t i = 0; i < h.out * pitch; i += L) {
    store(dy + i, V(T(0)));
    store(codes + i, Vec<I>(-1));
  }
  for (int64_t plane = 0; plane < a.planes; ++plane) {
    for (int64_t i = 0; i < h.out; ++i)
      for (int64_t j = 0; j < w.out; j += L) {
        const int64_t n = w.out - j < L ? w.out - j : L;
        const int64_t from = (plane * h.out + i) * w.out + j, to = i * pitch + reach - w.pad + j;
        store(dy + to, load_part(a.dy + from, n, T(0)), n);
        store(codes + to, load_as<I>(a.codes + from), n);
      }
    for (int64_t row = 0; row < h.size; ++row)
      for (int64_t j = 0; j < w.size; j += L) {
        V sum(T(0));
        for_windows_with(h, row, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
          for (int64_t b = 0; b < w.kernel; ++b) {
            const int64_t at = i * pitch + j + (w.kernel - 1 - b) * w.dilation;
            sum += select(Mask<T>((load(codes + at) == Vec<I>(k * w.kernel + b)).v), load(dy + at), V(T(0)));
          }
        });
        store_part(a.dx + (plane * h.size + row) * w.size + j, sum, w.size - j < L ? w.size - j : L);
      }
  }
}

// One row of dx after the other: what all windows over it send.
template <class T, class Code>
void max_unpool(const MaxUnpoolPlanes<T, Code>& a) {
  if (is_pairs(a.h) && is_pairs(a.w)) return max_unpool_pairs(a);
  if (a.w.stride == 1 && a.w.pad <= (a.w.kernel - 1) * a.w.dilation) return max_unpool_dense(a);
  using V = Vec<T>;
  using I = BitsOf<T>;
  constexpr int L = V::lanes;
  const WindowAxis h = a.h, w = a.w;
  const Scratch<T> stream_room(Streams<T>::room(w));
  const Streams<T> streams(stream_room.get(), w, T(0));
  for (int64_t plane = 0; plane < a.planes; ++plane)
    for (int64_t row = 0; row < h.size; ++row) {
      streams.clear();
      for_windows_with(h, row, [&](int64_t i, int64_t k) PYNN_LAMBDA_INLINE {
        const T* const dy = a.dy + (plane * h.out + i) * w.out;
        const Code* const codes = a.codes + (plane * h.out + i) * w.out;
        for (int64_t j = 0; j < w.out; j += L) {
          const V g = load_part(dy + j, w.out - j < L ? w.out - j : L, T(0));
          const Vec<I> c = load_as<I>(codes + j);
          for (int64_t b = 0; b < w.kernel; ++b) {
            T* const to = streams.element(b, w.dilation) + j;
            store(to, load(to) + select(Mask<T>((c == Vec<I>(k * w.kernel + b)).v), g, V(T(0))));
          }
        }
      });
      streams.collect(a.dx + (plane * h.size + row) * w.size);
    }
}

template <class T>
void average(const AveragePlanes<T>& a) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  const WindowAxis h = a.h, w = a.w;
  const int64_t width = rounded_up<T>(w.out);
  const Scratch<T> stream_room(Streams<T>::room(w)), sum_room(h.size * width);
  const Streams<T> streams(stream_room.get(), w, T(0));
  T* const sums = sum_room.get();
  for (int64_t plane = 0; plane < a.planes; ++plane) {
    for (int64_t row = 0; row < h.size; ++row) {
      streams.deal(a.from + (plane * h.size + row) * w.size);
      for (int64_t j = 0; j < width; j += L) {
        V s = load(streams.element(0, w.dilation) + j);
        for (int64_t b = 1; b < w.kernel; ++b) s += load(streams.element(b, w.dilation) + j);
        store(sums + row * width + j, s);
      }
    }
    for (int64_t i = 0; i < h.out; ++i)
      for (int64_t j = 0; j < w.out; j += L) {
        const int64_t n = w.out - j < L ? w.out - j : L;
        V s(T(0));
        for (int64_t k = 0; k < h.kernel; ++k) {
          const int64_t row = i * h.stride - h.pad + k * h.dilation;
          if (row >= 0 && row < h.size) s += load(sums + row * width + j);
        }
        store_part(a.to + (plane * h.out + i) * w.out + j,
                   s / (V(a.heights[i]) * load_part(a.widths + j, n, T(1))), n);
      }
  }
}

template <class T>
void average_back(const AveragePlanes<T>& a) {
  using V = Vec<T>;
  constexpr int L = V::lanes;
  const WindowAxis h = a.h, w = a.w;
  const int64_t width = rounded_up<T>(w.out);
  const Scratch<T> stream_room(Streams<T>::room(w)), sum_room(width);
  const Streams<T> streams(stream_room.get(), w, T(0));
  T* const sums = sum_room.get();
  for (int64_t plane = 0; plane < a.planes; ++plane)
    for (int64_t row = 0; row < h.size; ++row) {
      for (int64_t j = 0; j < width; j += L) store(sums + j, V(T(0)));
      for_windows_with(h, row, [&](int64_t i, int64_t) PYNN_LAMBDA_INLINE {
        const T* const dy = a.from + (plane * h.out + i) * w.out;
        for (int64_t j = 0; j < w.out; j += L) {
          const int64_t n = w.out - j < L ? w.out - j : L;
          const V g = load_part(dy + j, n, T(0)) / (V(a.heights[i]) * load_part(a.widths + j, n, T(1)));
          store(sums + j, load(sums + j) + g);
        }
      });
      streams.clear();
      for (int64_t b = 0; b < w.kernel; ++b) {
        T* const to = streams.element(b, w.dilation);
        for (int64_t j = 0; j < width; j += L) store(to + j, load(to + j) + load(sums + j));
      }
      streams.collect(a.to + (plane * h.size + row) * w.size);
    }
}

extern const PoolKernels pool_kernel_table;
constexpr PoolKernels pool_kernel_table = {
    {max_pool<float, uint8_t>, max_pool<double, uint8_t>},
    {max_pool<float, int32_t>, max_pool<double, int32_t>},
    {max_unpool<float, uint8_t>, max_unpool<double, uint8_t>},
    {max_unpool<float, int32_t>, max_unpool<double, int32_t>},
    {average<float>, average<double>},
    {average_back<float>, average_back<double>},
};

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
namespace pynn {

PYNN_DISPATCH(pool_kernel_table);

const PoolKernels& pool_kernels() { return *pool_kernel_table; }

}  // namespace pynn
#endif
