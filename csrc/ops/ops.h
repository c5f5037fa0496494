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
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, const Tensor& b);
Tensor max(const Tensor& a, const Tensor& b);  // maximum
Tensor min(const Tensor& a, const Tensor& b);  // minimum
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
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor trunc(const Tensor& x);
Tensor square(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor hypot(const Tensor& a, const Tensor& b);
Tensor exp(const Tensor& x);
Tensor exp2(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor xlogy(const Tensor& a, const Tensor& b);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor relu_gradient(const Tensor& y, const Tensor& dy);
Tensor batch_norm_evaluation(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                             const Tensor& bias, double eps, bool relu);
Tensor normal_cdf(const Tensor& x);  // P(Z <= x) for a standard normal Z
Tensor normal_pdf(const Tensor& x);  // its density

// Pairs that vectors compute in one go (core/math): here each is an op of its own.
struct SigmoidAndSlope {
  Tensor value, slope;
};
SigmoidAndSlope sigmoid_and_slope(const Tensor& x);
struct CdfAndPdf {
  Tensor cdf, pdf;
};
CdfAndPdf normal_cdf_and_pdf(const Tensor& x);

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
Tensor sum_to(const Tensor& x,
              const Shape& shape);  // the inverse of broadcasting: what each element fed, summed

// other reductions, and what runs along one axis
Tensor mean(const Tensor& x, const Ints& axis = Ints::none(), bool keepdim = false);
Tensor var(const Tensor& x, const Ints& axis = Ints::none(), double correction = 1, bool keepdim = false);
Tensor prod(const Tensor& x, const Ints& axis = Ints::none(), bool keepdim = false);
Tensor amax(const Tensor& x, const Ints& axis = Ints::none(), bool keepdim = false);
Tensor amin(const Tensor& x, const Ints& axis = Ints::none(), bool keepdim = false);
Tensor count_nonzero(const Tensor& x, const Ints& axis = Ints::none());
Tensor logsumexp(const Tensor& x, const Ints& axis, bool keepdim = false);
Tensor norm(const Tensor& x, double p = 2, const Ints& axis = Ints::none(), bool keepdim = false);
Tensor cumsum(const Tensor& x, int64_t axis);
Tensor cumprod(const Tensor& x, int64_t axis);
Tensor shift(const Tensor& x, int64_t axis, int64_t by, double fill);  // y[i] = x[i - by], or `fill` outside
// y[i] = a[i] y[i - 1] + b[i] along the axis, from the front or, reversed, y[i] = a[i] y[i + 1] + b[i] from
// the back
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int64_t axis, bool reverse);
Tensor softmax(const Tensor& x, int64_t axis = -1);
Tensor log_softmax(const Tensor& x, int64_t axis = -1);

// products
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

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
inline Tensor select(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return where(condition, a, b);
}
inline Tensor fma(const Tensor& a, const Tensor& b, const Tensor& c) { return add(mul(a, b), c); }

// A C++ number stands where a tensor may, as in Python.
#define PYNN_WITH_NUMBERS(function)                                                    \
  inline Tensor function(const Tensor& a, double b) { return function(a, number(b)); } \
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
inline Tensor select(const Tensor& condition, const Tensor& a, double b) {
  return where(condition, a, number(b));
}
inline Tensor select(const Tensor& condition, double a, const Tensor& b) {
  return where(condition, number(a), b);
}
inline Tensor select(const Tensor& condition, double a, double b) {
  return where(condition, number(a), number(b));
}

}  // namespace pynn
