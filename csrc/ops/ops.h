// ops.h — the ops that other C++ code calls, as plain functions and operators over Tensor. Each is defined
// in the file of its op and records history like the Python function of the same name.
#pragma once
#include "core/cast.h"
#include "core/op.h"

namespace pynn {

// elementwise, with broadcasting
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor neg(const Tensor& x);
Tensor pow(const Tensor& a, const Tensor& b);
Tensor max(const Tensor& a, const Tensor& b);   // maximum
Tensor min(const Tensor& a, const Tensor& b);   // minimum
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

Tensor less(const Tensor& a, const Tensor& b);
Tensor less_equal(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, const Tensor& b);
Tensor greater_equal(const Tensor& a, const Tensor& b);
Tensor equal(const Tensor& a, const Tensor& b);
Tensor not_equal(const Tensor& a, const Tensor& b);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
Tensor isnan(const Tensor& x);

Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor exp2(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor normal_cdf(const Tensor& x);  // P(Z <= x) for a standard normal Z

// geometry
Tensor reshape(const Tensor& x, const Shape& shape);
Tensor expand(const Tensor& x, const Shape& shape);
Tensor permute(const Tensor& x, const Dims& axes);
Tensor transpose(const Tensor& x, int64_t axis_a, int64_t axis_b);
Tensor unsqueeze(const Tensor& x, int64_t axis);
Tensor clone(const Tensor& x);
Tensor narrow(const Tensor& x, int64_t axis, int64_t start, int64_t length);
Tensor select_place(const Tensor& x, int64_t axis, int64_t index);  // the op `select`
Tensor concatenate(TensorList tensors, int64_t axis);

// by index
Tensor gather(const Tensor& x, int64_t axis, const Tensor& index);
Tensor scatter_add(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& src);
Tensor index_select(const Tensor& x, int64_t axis, const Tensor& index);  // index (K,)
Tensor nonzero(const Tensor& x);                                          // (count, ndim) int64

// sums
Tensor sum(const Tensor& x, const Ints& axis = Ints::none(), bool keepdim = false);
Tensor sum_to(const Tensor& x, const Shape& shape);  // the inverse of broadcasting: what each element fed, summed

// products
Tensor matmul(const Tensor& a, const Tensor& b);

// ---- the algebra that formulas are written in -----------------------------------------------------

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator-(const Tensor& x) { return neg(x); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return less(a, b); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return less_equal(a, b); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return greater(a, b); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return greater_equal(a, b); }
inline Tensor operator==(const Tensor& a, const Tensor& b) { return equal(a, b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return not_equal(a, b); }
inline Tensor operator&(const Tensor& a, const Tensor& b) { return logical_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return logical_or(a, b); }
inline Tensor operator~(const Tensor& x) { return logical_not(x); }
inline Tensor select(const Tensor& condition, const Tensor& a, const Tensor& b) { return where(condition, a, b); }
inline Tensor fma(const Tensor& a, const Tensor& b, const Tensor& c) { return add(mul(a, b), c); }

// A C++ number stands where a tensor may, as in Python.
#define PYNN_WITH_NUMBERS(function)                                                            \
  inline Tensor function(const Tensor& a, double b) { return function(a, number(b)); }         \
  inline Tensor function(double a, const Tensor& b) { return function(number(a), b); }
PYNN_WITH_NUMBERS(operator+)
PYNN_WITH_NUMBERS(operator-)
PYNN_WITH_NUMBERS(operator*)
PYNN_WITH_NUMBERS(operator/)
PYNN_WITH_NUMBERS(operator<)
PYNN_WITH_NUMBERS(operator<=)
PYNN_WITH_NUMBERS(operator>)
PYNN_WITH_NUMBERS(operator>=)
PYNN_WITH_NUMBERS(operator==)
PYNN_WITH_NUMBERS(operator!=)
PYNN_WITH_NUMBERS(pow)
PYNN_WITH_NUMBERS(max)
PYNN_WITH_NUMBERS(min)
#undef PYNN_WITH_NUMBERS
inline Tensor select(const Tensor& condition, const Tensor& a, double b) { return where(condition, a, number(b)); }
inline Tensor select(const Tensor& condition, double a, const Tensor& b) { return where(condition, number(a), b); }
inline Tensor select(const Tensor& condition, double a, double b) { return where(condition, number(a), number(b)); }

}  // namespace pynn
