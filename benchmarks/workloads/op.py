"""One call of one operation, written as an expression that every library can read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..program import UnsupportedError

BYTES = {"float32": 4, "bfloat16": 2}


@dataclass(frozen=True)
class Op:
    """`expression` over arrays named as in `shapes`; its other names are looked up in each library."""

    expression: str
    shapes: dict[str, tuple[int, ...]]
    flops: float
    result: int  # elements of the result, for the bytes that must move
    low: float = -2.0  # the values are uniform between low and high
    high: float = 2.0
    grad: bool = False  # record the call for a gradient
    chain: bool = False  # several operations, for those who can make one of them
    tolerance: float = 1e-5  # of the largest value of the float64 reference
    dtype: str = "float32"
    precision: str = "highest"  # of float32 products: set_float32_matmul_precision

    kind = "op"
    checked_runs = 1

    @property
    def name(self) -> str:
        sizes = " ".join("x".join(map(str, shape)) for shape in dict.fromkeys(self.shapes.values()))
        dtype = "" if self.dtype == "float32" else f" {self.dtype}"
        precision = "" if self.precision == "highest" else f" {self.precision}"
        return f"{self.expression} | {sizes}{dtype}{precision}{' grad' if self.grad else ''}"

    @property
    def title(self) -> str:
        return f"`{self.expression}` {self.name.split(' | ')[1]}"

    @property
    def bytes(self) -> float:
        return BYTES[self.dtype] * (sum(math.prod(shape) for shape in self.shapes.values()) + self.result)

    @property
    def reads_only(self) -> bool:
        """Is what is written next to nothing, as with a sum?"""
        return BYTES[self.dtype] * self.result < 0.05 * self.bytes

    @property
    def working_set(self) -> float:
        return self.bytes

    def arrays(self) -> list[np.ndarray]:
        rng = np.random.default_rng(3)
        arrays = [
            rng.uniform(self.low, self.high, shape).astype(np.float32) for shape in self.shapes.values()
        ]
        if self.dtype == "bfloat16":  # float32 values that it holds: of 24 significant bits the upper 8
            for array in arrays:
                array.view(np.uint32)[...] &= 0xFFFF0000
        return arrays

    def function(self, names: dict[str, Any], library: str) -> Callable[..., Any]:
        """The expression as a function of the arrays, with the library's own `tanh`, `sum`, ..."""
        code = compile(f"lambda {', '.join(self.shapes)}: {self.expression}", "<benchmark>", "eval")
        wanted = {name for const in code.co_consts if hasattr(const, "co_names") for name in const.co_names}
        missing = [name for name in wanted if name not in names and f".{name}" not in self.expression]
        if missing:
            raise UnsupportedError(f"{library} has no {', '.join(sorted(missing))}")
        return eval(code, {name: names[name] for name in wanted if name in names})
