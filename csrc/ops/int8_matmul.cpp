// int8_matmul — the product of matrices of bytes in int32: what quantised layers stand on.
//
// The arithmetic is kernels/gemm_int8.cpp. It takes any strides, so a transpose costs nothing here.
#include "core/op.h"
#include "ops/narrow_product.h"

namespace pynn {

static Tensor int8_matmul(const Tensor& a, const Tensor& b) {
  if ((a.dtype() != DType::uint8 && a.dtype() != DType::int8) || b.dtype() != DType::int8)
    throw DTypeError(text("int8_matmul: expected a of uint8 or int8 and b of int8, got ", a.dtype(), " and ",
                          b.dtype(), ". Did you mean x.to(pynn.int8)?"));
  if (a.ndim() != 2 || b.ndim() != 2 || a.size(1) != b.size(0))
    throw ShapeError(
        text("int8_matmul: shapes ", a.shape(), " @ ", b.shape(), "; expected (m, k) @ (k, n).",
             a.ndim() == 2 && b.ndim() == 2 && a.size(1) == b.size(1) ? " Did you mean b.T?" : ""));
  const Tensor y = empty({a.size(0), b.size(1)}, DType::int32);
  gemm_int8(narrow_product(narrow_operand(a), narrow_operand(b), a.size(0), a.size(1), b.size(1), y));
  return y;
}
static const Op& op = composite<&int8_matmul>({
    .name = "int8_matmul",
    .args = {"a", "b"},
    .formula = "Y[i, j] = Σ_k A[i, k] B[k, j], in int32",
    .gradient = "none: integers",
    .reference = "a.astype(int32) @ b.astype(int32)",
    .samples = {"randint(-128, 128, 3, 5).astype(int8), randint(-128, 128, 5, 4).astype(int8)",
                "randint(0, 256, 13, 67).astype(uint8), randint(-128, 128, 67, 33).astype(int8)",
                "randint(0, 256, 2, 0).astype(uint8), randint(-128, 128, 0, 3).astype(int8)"},
    .doc =
        "The product of a matrix of uint8 or int8 and one of int8, exact in int32 (modulo 2³²: sums of up to "
        "65,793 products always fit).",
    .home = Home::internal,
    .takes_narrow = true,
});

}  // namespace pynn
