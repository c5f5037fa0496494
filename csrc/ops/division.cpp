// division — quotient and remainder in whole numbers: floor_divide and remainder (Python's // and %), fmod
// (C's).
#include "core/elementwise_kernel.h"
#include "ops/safe_gradient.h"

namespace pynn::PYNN_ISA {

struct FloorDivide {
  template <class V>
  V forward(V a, V b) const {
    return floor_divide(a, b);
  }
  template <class V>
  V backward_a(V dy) const {
    return zero_gradient(dy);
  }
  template <class V>
  V backward_b(V dy) const {
    return zero_gradient(dy);
  }
};
PYNN_ELEMENTWISE(floor_divide_kernel, FloorDivide, kNumbers);

struct Remainder {
  template <class V>
  V forward(V a, V b) const {
    return remainder(a, b);
  }
  template <class V>
  V backward_a(V dy) const {
    return dy;
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return safe_gradient(dy, -dy * floor_divide(a, b));
  }
};
PYNN_ELEMENTWISE(remainder_kernel, Remainder, kNumbers);

struct Fmod {
  template <class V>
  V forward(V a, V b) const {
    return fmod(a, b);
  }
  template <class V>
  V backward_a(V dy) const {
    return dy;
  }
  template <class V>
  V backward_b(V a, V b, V dy) const {
    return safe_gradient(dy, -dy * trunc(a / b));
  }
};
PYNN_ELEMENTWISE(fmod_kernel, Fmod, kNumbers);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(floor_divide_kernel);
PYNN_DISPATCH(remainder_kernel);
PYNN_DISPATCH(fmod_kernel);

static const Op& floor_divide_op = elementwise<PYNN_ISA::FloorDivide>(
    floor_divide_kernel,
    {.name = "floor_divide",
     .args = {"a", "b"},
     .formula = "y = ⌊a / b⌋",
     .gradient = "da = 0, db = 0: constant between its jumps",
     .reference = "floor_divide(a, b)",
     .samples = {"3 * randn(3, 4), 1 + rand(3, 4)", "7 * randn(2, 1, 5), -1 - rand(4, 1)",
                 "7.25 * randn(65), 2.5", "randint(-20, 20, 50), randint(1, 7, 50)",
                 "randint(-20, 20, 50), -3"},
     .doc =
         "The largest whole number not above a / b, as Python's //. An integer divided by 0 gives 0, as in "
         "NumPy; a float gives inf or nan."});

static const Op& remainder_op = elementwise<PYNN_ISA::Remainder>(
    remainder_kernel, {.name = "remainder",
                       .args = {"a", "b"},
                       .formula = "y = a - b ⌊a / b⌋",
                       .gradient = "da = dy, db = -dy ⌊a / b⌋",
                       .reference = "remainder(a, b)",
                       .samples = {"3 * randn(3, 4), 1 + rand(3, 4)", "7 * randn(2, 1, 5), -1 - rand(4, 1)",
                                   "7.25 * randn(65), 2.5", "randint(-20, 20, 50), randint(1, 7, 50)",
                                   "randint(-20, 20, 50), -3"},
                       .doc = "What is left of a after whole multiples of b, with the sign of b, as Python's "
                              "%. An integer modulo 0 "
                              "is 0, as in NumPy."});

static const Op& fmod_op = elementwise<PYNN_ISA::Fmod>(
    fmod_kernel,
    {.name = "fmod",
     .args = {"a", "b"},
     .formula = "y = a - b trunc(a / b)",
     .gradient = "da = dy, db = -dy trunc(a / b)",
     .reference = "fmod(a, b)",
     .samples = {"3 * randn(3, 4), 1 + rand(3, 4)", "7 * randn(2, 1, 5), -1 - rand(4, 1)",
                 "7.25 * randn(65), 2.5", "randint(-20, 20, 50), randint(1, 7, 50)"},
     .doc =
         "What is left of a after whole multiples of b, with the sign of a, as C's fmod. See remainder for "
         "Python's rule."});

Tensor floor_divide(const Tensor& a, const Tensor& b) { return call(floor_divide_op, a, b); }

}  // namespace pynn
#endif
