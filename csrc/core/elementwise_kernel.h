// elementwise_kernel.h — from a formula to loops over contiguous memory, once per element type.
//
// A formula is a struct of templates over the value type V:
//   struct Tanh {
//     template <class V> V forward(V x) const { return tanh(x); }
//     template <class V> V backward_from_output(V y, V dy) const { return dy * (1 - y * y); }
//   };
//   PYNN_ELEMENTWISE(tanh_kernel, Tanh, kFloats);
// One text serves Vec<float>, Vec<double> and, for gradients of gradients, Tensor. Which backward an
// input has is found by its name and arguments:
//   one input    backward(x, dy), or backward_from_output(y, dy)
//   two, three   backward_a(a, b, dy), backward_b(a, b, dy), backward_c(a, b, c, dy)
//   any of them  backward(dy), backward_a(dy) ...: needs no input, so none is kept
// Fields of the struct (all double) are the op's parameters, in the order of its arguments.
#pragma once
#include <stdint.h>

#include "core/isa.h"
#include "core/simd.h"
#include "core/simd_math.h"

namespace pynn {

// in: one pointer per operand, contiguous; out: contiguous. parameters: the formula's fields.
using ElementwiseLoop = void(const void* const* in, void* out, int64_t n, const double* parameters);

struct ElementwiseKernel {
  ElementwiseLoop* forward[6];  // by DType: bool, uint8, int32, int64, float32, float64; null: not offered
  ElementwiseLoop* backward[3][2];  // [input][float32, float64]; null: no gradient
};

}  // namespace pynn

namespace pynn::PYNN_ISA {

// Which element types a formula's forward is compiled for.
enum ElementTypes {
  kFloats,
  kIntegers,
  kNumbers,
  kBits,
  kAll
};  // kNumbers: floats, integers; kBits: integers, bool

template <class F>
PYNN_INLINE F with_parameters(const double* parameters) {
  F formula;
  if constexpr (!__is_empty(F)) __builtin_memcpy(&formula, parameters, sizeof formula);
  return formula;
}

template <class T>
PYNN_INLINE void put(T* y, Vec<T> v) {
  store(y, v);
}
template <class T>
PYNN_INLINE void put(T* y, Vec<T> v, int64_t n) {
  store(y, v, n);
}
template <class T>
PYNN_INLINE void put(uint8_t* y, Mask<T> m) {
  store_mask(y, m);
}
template <class T>
PYNN_INLINE void put(uint8_t* y, Mask<T> m, int64_t n) {
  store_mask(y, m, n);
}
template <class R>
struct ResultElement {
  using type = uint8_t;
};
template <class T>
struct ResultElement<Vec<T>> {
  using type = T;
};

// y[i] = f(in0[i], in1[i], ...): whole vectors, then the rest under a mask. The missing lanes of the rest
// hold 1, for which every formula is tame.
template <class T, class F, class... In>
PYNN_INLINE void map_rows(F f, void* out, int64_t n, const In*... in) {
  constexpr int L = Vec<T>::lanes;
  auto* y = static_cast<typename ResultElement<decltype(f(load(in)...))>::type*>(out);
  int64_t i = 0;
  for (; i + L <= n; i += L) put(y + i, f(load(in + i)...));
  if (i < n) put(y + i, f(load(in + i, n - i, T(1))...), n - i);
}
template <class T, int operands, class F>
PYNN_INLINE void map_operands(F f, const void* const* in, void* out, int64_t n) {
  const auto row = [in](int k) { return static_cast<const T*>(in[k]); };
  if constexpr (operands == 1)
    map_rows<T>(f, out, n, row(0));
  else if constexpr (operands == 2)
    map_rows<T>(f, out, n, row(0), row(1));
  else if constexpr (operands == 3)
    map_rows<T>(f, out, n, row(0), row(1), row(2));
  else
    map_rows<T>(f, out, n, row(0), row(1), row(2), row(3));
}

// How many inputs a formula takes, as seen by the values V that it is given.
template <class F, class V = Vec<float>>
consteval int arity_of() {
  if constexpr (requires(F f, V v) { f.forward(v); })
    return 1;
  else if constexpr (requires(F f, V v) { f.forward(v, v); })
    return 2;
  else
    return 3;
}

template <class F, class T>
void forward_loop(const void* const* in, void* out, int64_t n, const double* parameters) {
  const F f = with_parameters<F>(parameters);
  map_operands<T, arity_of<F>()>([&f](auto... v) PYNN_LAMBDA_INLINE { return f.forward(v...); }, in, out, n);
}
// bool is uint8 that holds 0 or 1: what comes out is made so again.
template <class F>
void forward_bool_loop(const void* const* in, void* out, int64_t n, const double* parameters) {
  const F f = with_parameters<F>(parameters);
  map_operands<uint8_t, arity_of<F>()>(
      [&f](auto... v) PYNN_LAMBDA_INLINE {
        const auto y = f.forward(v...);
        if constexpr (requires { y != uint8_t(0); })
          return select(y != uint8_t(0), Vec<uint8_t>(1), Vec<uint8_t>(0));
        else
          return y;
      },
      in, out, n);
}

// The gradient for one input: BACKWARD is the method, called with whichever of its forms the formula has.
#define PYNN_BACKWARD_LOOP(loop_name, method)                                                               \
  template <class F, class T>                                                                               \
  consteval ElementwiseLoop* loop_name() {                                                                  \
    using V = Vec<T>;                                                                                       \
    if constexpr (requires(F f, V v) { f.method(v); })                                                      \
      return [](const void* const* in, void* out, int64_t n, const double* parameters) {                    \
        const F f = with_parameters<F>(parameters);                                                         \
        map_operands<T, 1>([&f](V dy) PYNN_LAMBDA_INLINE { return V(f.method(dy)); }, in, out, n);          \
      };                                                                                                    \
    else if constexpr (requires(F f, V v) { f.method(v, v); })                                              \
      return [](const void* const* in, void* out, int64_t n, const double* parameters) {                    \
        const F f = with_parameters<F>(parameters);                                                         \
        map_operands<T, 2>([&f](V a, V dy) PYNN_LAMBDA_INLINE { return V(f.method(a, dy)); }, in, out, n);  \
      };                                                                                                    \
    else if constexpr (requires(F f, V v) { f.method(v, v, v); })                                           \
      return [](const void* const* in, void* out, int64_t n, const double* parameters) {                    \
        const F f = with_parameters<F>(parameters);                                                         \
        map_operands<T, 3>([&f](V a, V b, V dy) PYNN_LAMBDA_INLINE { return V(f.method(a, b, dy)); }, in,   \
                           out, n);                                                                         \
      };                                                                                                    \
    else if constexpr (requires(F f, V v) { f.method(v, v, v, v); })                                        \
      return [](const void* const* in, void* out, int64_t n, const double* parameters) {                    \
        const F f = with_parameters<F>(parameters);                                                         \
        map_operands<T, 4>(                                                                                 \
            [&f](V a, V b, V c, V dy) PYNN_LAMBDA_INLINE { return V(f.method(a, b, c, dy)); }, in, out, n); \
      };                                                                                                    \
    else                                                                                                    \
      return nullptr;                                                                                       \
  }
PYNN_BACKWARD_LOOP(backward_loop, backward)
PYNN_BACKWARD_LOOP(backward_from_output_loop, backward_from_output)
PYNN_BACKWARD_LOOP(backward_a_loop, backward_a)
PYNN_BACKWARD_LOOP(backward_b_loop, backward_b)
PYNN_BACKWARD_LOOP(backward_c_loop, backward_c)
#undef PYNN_BACKWARD_LOOP

template <class F, class T>
consteval ElementwiseLoop* first_backward_loop() {
  if (auto* loop = backward_loop<F, T>()) return loop;
  if (auto* loop = backward_from_output_loop<F, T>()) return loop;
  return backward_a_loop<F, T>();
}

template <class F, ElementTypes types>
consteval ElementwiseKernel elementwise_kernel() {
  ElementwiseKernel k{};
  if constexpr (types == kBits || types == kAll) k.forward[0] = forward_bool_loop<F>;
  if constexpr (types != kFloats) {
    k.forward[1] = forward_loop<F, uint8_t>;
    k.forward[2] = forward_loop<F, int32_t>;
    k.forward[3] = forward_loop<F, int64_t>;
  }
  if constexpr (types == kFloats || types == kNumbers || types == kAll) {
    k.forward[4] = forward_loop<F, float>;
    k.forward[5] = forward_loop<F, double>;
    k.backward[0][0] = first_backward_loop<F, float>();
    k.backward[0][1] = first_backward_loop<F, double>();
    k.backward[1][0] = backward_b_loop<F, float>();
    k.backward[1][1] = backward_b_loop<F, double>();
    k.backward[2][0] = backward_c_loop<F, float>();
    k.backward[2][1] = backward_c_loop<F, double>();
  }
  return k;
}

}  // namespace pynn::PYNN_ISA

// Defines the loops of a formula under `name`, for PYNN_DISPATCH(name) in the once section.
#define PYNN_ELEMENTWISE(name, Formula, types) \
  extern const ElementwiseKernel name;         \
  constexpr ElementwiseKernel name = elementwise_kernel<Formula, types>()
