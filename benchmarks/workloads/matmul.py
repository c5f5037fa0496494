"""Matrix products: square from 16 to 2048, and the shapes that a small network makes of them."""

from .op import Op

# bfloat16 keeps 8 significant bits of the result: half a unit in the last place is 2^-8 of it.
TOLERANCE = {"float32": 1e-4, "bfloat16": 5e-3}


def product(m: int, k: int, n: int, expression: str = "x @ y", dtype: str = "float32", **more: str) -> Op:
    y = (n, k) if expression == "x @ y.T" else (k, n)
    flops, shapes = 2 * m * k * n, {"x": (m, k), "y": y}
    return Op(expression, shapes, flops, result=m * n, tolerance=TOLERANCE[dtype], dtype=dtype, **more)


WORKLOADS = [
    *[product(n, n, n) for n in [16, 32, 64, 128, 256, 512, 1024, 2048]],
    product(32, 784, 128, "x @ y.T"),  # a layer's forward pass: weights are (out, in)
    product(256, 784, 128, "x @ y.T"),
    product(1, 1024, 1024, "x @ y.T"),  # one sample: a matrix-vector product
    *[product(n, n, n, dtype="bfloat16") for n in [256, 1024, 2048]],
    product(256, 784, 128, "x @ y.T", dtype="bfloat16"),
    *[product(n, n, n, precision="high") for n in [512, 1024, 2048]],
]
