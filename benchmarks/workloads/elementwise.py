"""Arithmetic and functions of each element, from the first-level cache to main memory."""

from .op import Op

SIZES = [1_000, 100_000, 10_000_000]


def unary(expression: str, n: int) -> Op:
    return Op(expression, {"x": (n,)}, flops=n, result=n)


def binary(expression: str, n: int) -> Op:
    return Op(expression, {"x": (n,), "y": (n,)}, flops=n, result=n)


WORKLOADS = [
    workload
    for n in SIZES
    for workload in [
        binary("x + y", n),
        binary("x * y + x", n),
        unary("relu(x)", n),
        unary("exp(x)", n),
        unary("tanh(x)", n),
        unary("sigmoid(x)", n),
        unary("silu(x)", n),
    ]
] + [
    # A chain of five, as a formula is written.
    Op("relu(sigmoid(x * y + x) * x - y)", {"x": (n,), "y": (n,)}, flops=5 * n, result=n, chain=True)
    for n in SIZES
]
