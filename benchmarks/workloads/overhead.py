"""Calls on 16 numbers: what is left is the price of a call from Python."""

from .op import Op


def small(expression: str, result: int = 16, grad: bool = False) -> Op:
    names = ["x", "y"] if "y" in expression else ["x"]
    return Op(expression, dict.fromkeys(names, (4, 4)), flops=16, result=result, grad=grad)


WORKLOADS = [
    small("x + y"),
    small("x * 2.0"),
    small("tanh(x)"),
    small("x @ y"),
    small("sum(x)", result=1),
    small("x[1]", result=4),
    small("x.T"),
    small("x + y", grad=True),
    small("tanh(x)", grad=True),
]
