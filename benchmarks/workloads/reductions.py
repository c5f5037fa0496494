"""Sums, extremes and softmax: over everything, down the columns, along the rows."""

from .op import Op


def over_all(expression: str, n: int) -> Op:
    return Op(expression, {"x": (n,)}, flops=n, result=1, low=0, high=1)


def over_axis(expression: str, rows: int, columns: int, result: int) -> Op:
    return Op(expression, {"x": (rows, columns)}, flops=rows * columns, result=result, low=0, high=1)


WORKLOADS = [
    over_all("sum(x)", 1_000),
    over_all("sum(x)", 10_000_000),
    *[
        over_axis(expression, rows, columns, result)
        for rows, columns in [(64, 10), (1024, 1024)]
        for expression, result in [
            ("sum(x, 0)", columns),
            ("sum(x, -1)", rows),
            ("amax(x, -1)", rows),
            ("argmax(x, -1)", rows),
            ("logsumexp(x, -1)", rows),
            ("softmax(x, -1)", rows * columns),
        ]
    ],
]
