"""Matrix products: square from 16 to 2048, and the shapes that a small network makes of them."""

from .op import Op


def product(m: int, k: int, n: int, expression: str = "x @ y") -> Op:
    y = (n, k) if expression == "x @ y.T" else (k, n)
    return Op(expression, {"x": (m, k), "y": y}, flops=2 * m * k * n, result=m * n, tolerance=1e-4)


WORKLOADS = [
    *[product(n, n, n) for n in [16, 32, 64, 128, 256, 512, 1024, 2048]],
    product(32, 784, 128, "x @ y.T"),  # a layer's forward pass: weights are (out, in)
    product(256, 784, 128, "x @ y.T"),
    product(1, 1024, 1024, "x @ y.T"),  # one sample: a matrix-vector product
]
