// bitwise — and, or, xor, not and shifts of the bits of integers; of truth values, their logic.
#include "core/elementwise_kernel.h"

namespace pynn::PYNN_ISA {

struct BitwiseAnd {
  template <class V>
  V forward(V a, V b) const {
    return a & b;
  }
};
struct BitwiseOr {
  template <class V>
  V forward(V a, V b) const {
    return a | b;
  }
};
struct BitwiseXor {
  template <class V>
  V forward(V a, V b) const {
    return a ^ b;
  }
};
struct BitwiseNot {
  template <class V>
  V forward(V x) const {
    return ~x;
  }
};
PYNN_ELEMENTWISE(bitwise_and_kernel, BitwiseAnd, kBits);
PYNN_ELEMENTWISE(bitwise_or_kernel, BitwiseOr, kBits);
PYNN_ELEMENTWISE(bitwise_xor_kernel, BitwiseXor, kBits);
PYNN_ELEMENTWISE(bitwise_not_kernel, BitwiseNot, kIntegers);

// C++ leaves shifts by a negative count, or by all the bits and more, undefined. Here they shift everything
// out.
struct LeftShift {
  template <class V>
  V forward(V a, V b) const {
    constexpr int bits = 8 * sizeof(typename V::Scalar);
    return select((b >= 0) & (b < bits), a << (b & (bits - 1)), 0);
  }
};
struct RightShift {
  template <class V>
  V forward(V a, V b) const {
    using T = typename V::Scalar;
    constexpr int bits = 8 * sizeof(T);
    const V all_out = T(-1) < T(0) ? a >> (bits - 1) : V(0);
    return select((b >= 0) & (b < bits), a >> (b & (bits - 1)), all_out);
  }
};
PYNN_ELEMENTWISE(left_shift_kernel, LeftShift, kIntegers);
PYNN_ELEMENTWISE(right_shift_kernel, RightShift, kIntegers);

}  // namespace pynn::PYNN_ISA

#if PYNN_ONCE
#include "ops/elementwise.h"

namespace pynn {

PYNN_DISPATCH(bitwise_and_kernel);
PYNN_DISPATCH(bitwise_or_kernel);
PYNN_DISPATCH(bitwise_xor_kernel);
PYNN_DISPATCH(bitwise_not_kernel);
PYNN_DISPATCH(left_shift_kernel);
PYNN_DISPATCH(right_shift_kernel);

static const Op& and_op = elementwise<PYNN_ISA::BitwiseAnd>(
    bitwise_and_kernel, {.name = "bitwise_and",
                         .args = {"a", "b"},
                         .formula = "y = a & b, bit by bit",
                         .gradient = "none: integers",
                         .reference = "bitwise_and(a, b)",
                         .samples = {"randint(-9, 9, 65), randint(-9, 9, 65)",
                                     "randint(-9, 9, 3, 1), randint(-9, 9, 4)", "randn(7) > 0, randn(7) > 0"},
                         .doc = "The bits that both have. For bool tensors `a & b` is `and`."});

static const Op& or_op = elementwise<PYNN_ISA::BitwiseOr>(
    bitwise_or_kernel, {.name = "bitwise_or",
                        .args = {"a", "b"},
                        .formula = "y = a | b, bit by bit",
                        .gradient = "none: integers",
                        .reference = "bitwise_or(a, b)",
                        .samples = {"randint(-9, 9, 65), randint(-9, 9, 65)",
                                    "randint(-9, 9, 3, 1), randint(-9, 9, 4)", "randn(7) > 0, randn(7) > 0"},
                        .doc = "The bits that at least one has. For bool tensors `a | b` is `or`."});

static const Op& xor_op = elementwise<PYNN_ISA::BitwiseXor>(
    bitwise_xor_kernel, {.name = "bitwise_xor",
                         .args = {"a", "b"},
                         .formula = "y = a ^ b, bit by bit",
                         .gradient = "none: integers",
                         .reference = "bitwise_xor(a, b)",
                         .samples = {"randint(-9, 9, 65), randint(-9, 9, 65)",
                                     "randint(-9, 9, 3, 1), randint(-9, 9, 4)", "randn(7) > 0, randn(7) > 0"},
                         .doc = "The bits that exactly one has."});

static const Op& flip_op =
    elementwise<PYNN_ISA::BitwiseNot>(bitwise_not_kernel, {.name = "flip_bits",
                                                           .args = {"x"},
                                                           .formula = "y = ~x, bit by bit",
                                                           .gradient = "none: integers",
                                                           .reference = "invert(x)",
                                                           .samples = {"randint(-9, 9, 65)"},
                                                           .doc = "bitwise_not for integers.",
                                                           .home = Home::internal});

static Tensor bitwise_not(const Tensor& x) {
  return x.dtype() == DType::boolean ? logical_not(x) : call(flip_op, x);
}

static const Op& not_op = composite<&bitwise_not>({
    .name = "bitwise_not",
    .args = {"x"},
    .formula = "y = ~x, bit by bit",
    .gradient = "none: integers",
    .reference = "invert(x)",
    .samples = {"randint(-9, 9, 65)", "randn(7) > 0"},
    .doc = "Every bit flipped: -x - 1. For bool tensors `~x` is `not`.",
    .in_place = true,
    .takes_narrow = true,
});

static const Op& left_shift_op = elementwise<PYNN_ISA::LeftShift>(
    left_shift_kernel,
    {.name = "bitwise_left_shift",
     .args = {"a", "b"},
     .formula = "y = a 2ᵇ, without the bits that leave on the left",
     .gradient = "none: integers",
     .reference = "left_shift(a, b)",
     .samples = {"randint(-9, 9, 65), randint(0, 9, 65)", "randint(-9, 9, 3, 1), randint(0, 9, 4)",
                 "randint(-9, 9, 7), 3"},
     .doc = "The bits of a moved b places to the left; 0 for b < 0 or past the last bit."});

static const Op& right_shift_op = elementwise<PYNN_ISA::RightShift>(
    right_shift_kernel,
    {.name = "bitwise_right_shift",
     .args = {"a", "b"},
     .formula = "y = ⌊a / 2ᵇ⌋",
     .gradient = "none: integers",
     .reference = "right_shift(a, b)",
     .samples = {"randint(-99, 99, 65), randint(0, 9, 65)", "randint(-99, 99, 3, 1), randint(0, 9, 4)",
                 "randint(-99, 99, 7), 3"},
     .doc = "The bits of a moved b places to the right, keeping the sign. For b < 0, or past the "
            "last bit, what is left of them: 0 or -1."});

}  // namespace pynn
#endif
