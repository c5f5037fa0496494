"""Reading a data set in memory in shuffled batches: MNIST's sizes, and no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Loading:
    """One epoch: every sample is read once. The result is the last batch; when checked, unshuffled."""

    name: str
    samples: int
    features: int
    batch: int

    kind = "loading"
    dtype = "float32"
    checked_runs = 1
    tolerance = 1e-6
    reads_only = False

    @property
    def title(self) -> str:
        return self.name

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (N, features), labels (N,)."""
        rng = np.random.default_rng(3)
        x = rng.standard_normal((self.samples, self.features)).astype(np.float32)
        return x, rng.integers(0, 10, self.samples)

    @property
    def flops(self) -> float:
        return 0.0

    @property
    def bytes(self) -> float:
        """Each row is read and written once."""
        return 2.0 * self.samples * (4 * self.features + 8)

    @property
    def working_set(self) -> float:
        return self.bytes


WORKLOADS = [Loading("loading 60000 x 784 by 64", samples=60_000, features=784, batch=64)]
