"""A function of one large array, forward and backward."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

BYTES = 4  # float32


@dataclass(frozen=True)
class Backward:
    """`expression` of x and the arrays of `shapes`, and the gradient for x: what run() gives.

    The gradient of the result is dy, or 1 where the result is a number. `gradient` is dx in NumPy's names.
    """

    op: str
    expression: str
    gradient: str
    shape: tuple[int, int]
    passes: float  # times that an array of x's size must be read or written: what bounds the speed
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    labels: bool = False  # y: a class of each row; the result is a number

    kind = "backward"
    reads_only = False
    dtype = "float32"
    checked_runs = 1
    tolerance = 1e-5

    @property
    def name(self) -> str:
        return f"{self.op} forward+backward | {'x'.join(map(str, self.shape))}"

    @property
    def title(self) -> str:
        return f"{self.op} forward+backward {'x'.join(map(str, self.shape))}"

    @property
    def flops(self) -> float:
        return 0.0  # memory takes longer

    @property
    def bytes(self) -> float:
        return BYTES * self.passes * math.prod(self.shape)

    @property
    def working_set(self) -> float:
        return 3 * BYTES * math.prod(self.shape)

    def arrays(self) -> dict[str, np.ndarray]:
        """x, dy (but for a loss), and the others."""
        rng = np.random.default_rng(5)

        def normal(shape: tuple[int, ...]) -> np.ndarray:
            return rng.standard_normal(shape).astype(np.float32)

        made: dict[str, np.ndarray] = {"x": normal(self.shape)}
        if self.labels:
            made["y"] = rng.integers(0, self.shape[1], self.shape[0])
        else:
            made["dy"] = normal(self.shape)
        return made | {name: normal(shape) for name, shape in self.shapes.items()}

    def function(self, names: dict[str, Any], text: str, arguments: list[str]) -> Any:
        """`text` as a function of the arguments, in a library's own names."""
        return eval(f"lambda {', '.join(arguments)}: {text}", dict(names))
