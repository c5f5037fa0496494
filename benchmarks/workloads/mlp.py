"""One training step of a multi-layer perceptron: forward, cross-entropy, backward, Adam."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

BYTES = 4  # float32


@dataclass(frozen=True)
class Mlp:
    """Linear layers of the given sizes with an activation, and dropout, between them."""

    name: str
    sizes: tuple[int, ...]
    activation: str  # "relu" or "tanh"
    dropout: float
    batch: int
    lr: float = 1e-3
    batches: int = 32  # the steps cycle through so many batches

    kind = "mlp"
    dtype = "float32"
    checked_runs = 20  # the losses of so many steps, dropout off, must agree ...
    tolerance = 1e-3  # ... to this relative difference with the float64 reference
    reads_only = False  # the optimizer writes as much as it reads

    @property
    def title(self) -> str:
        return self.name

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(out, in) weights and (out,) biases of each layer, uniform within 1 / sqrt(in)."""
        rng = np.random.default_rng(1)
        return [
            tuple(rng.uniform(-(n**-0.5), n**-0.5, shape).astype(np.float32) for shape in [(m, n), (m,)])
            for n, m in pairwise(self.sizes)
        ]

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (batches, batch, features), labels (batches, batch).

        The second half repeats the inputs of the first under other labels. No network can learn that, so
        gradients never vanish however long a run lasts, and nobody is timed on denormal numbers.
        """
        rng = np.random.default_rng(2)
        half, classes = self.batches // 2, self.sizes[-1]
        x = rng.standard_normal((half, self.batch, self.sizes[0])).astype(np.float32)
        y = rng.integers(0, classes, (half, self.batch))
        return np.concatenate([x, x]), np.concatenate([y, (y + 1) % classes])

    @property
    def _edges(self) -> list[int]:
        return [n * m for n, m in pairwise(self.sizes)]

    @property
    def flops(self) -> float:
        """2 a weight and row, three times (forward, weights' and inputs' gradient); no gradient of x."""
        return 2 * self.batch * (3 * sum(self._edges) - self._edges[0])

    @property
    def bytes(self) -> float:
        """The batch is read; each parameter and its two Adam moments are read and written."""
        parameters = sum(self._edges) + sum(self.sizes[1:])
        return BYTES * (6 * parameters + self.batch * self.sizes[0])

    @property
    def working_set(self) -> float:
        return self.bytes
