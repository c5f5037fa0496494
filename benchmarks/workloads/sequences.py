"""What sequences need beside attention and recurrent layers: CTC loss, and bags of table rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BYTES = 4  # float32


@dataclass(frozen=True)
class CtcLoss:
    """-log p(labels) over all ways to spread labels in time (Graves et al. 2006), with its gradient.

    Scores become log probabilities first. run() gives the mean loss and the scores' gradient, in one row.
    """

    steps: int = 150
    batch: int = 16
    classes: int = 32  # 0 is the blank
    labels: int = 30

    kind = "ctc"
    dtype = "float32"
    reads_only = False
    checked_runs = 1
    tolerance = 1e-4
    name = "ctc_loss forward+backward"

    @property
    def title(self) -> str:
        return f"{self.name} {self.steps}x{self.batch}x{self.classes}, {self.labels} labels"

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Scores (T, N, C), labels (N, S), how many steps and labels each sequence has."""
        rng = np.random.default_rng(31)
        scores = rng.standard_normal((self.steps, self.batch, self.classes)).astype(np.float32)
        labels = rng.integers(1, self.classes, (self.batch, self.labels))
        steps = rng.integers(self.steps * 3 // 4, self.steps + 1, self.batch)
        return scores, labels, steps, rng.integers(self.labels // 2, self.labels + 1, self.batch)

    @property
    def flops(self) -> float:
        return 0.0  # of multiplications; its exponentials and logarithms are what takes time

    @property
    def bytes(self) -> float:
        """Scores are read and log probabilities written; these are read, and the gradient is written."""
        return BYTES * 4 * self.steps * self.batch * self.classes

    @property
    def working_set(self) -> float:
        return self.bytes


@dataclass(frozen=True)
class EmbeddingBag:
    """The mean of a few rows of a table for each bag, and the table's gradient: run() gives both."""

    table: int = 20_000
    width: int = 64
    bags: int = 1024
    in_bag: int = 32

    kind = "embedding_bag"
    dtype = "float32"
    reads_only = False
    checked_runs = 1
    tolerance = 1e-5
    name = "embedding_bag forward+backward"

    @property
    def title(self) -> str:
        return f"{self.name} {self.bags} bags of {self.in_bag} from {self.table}x{self.width}"

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places (bags, in_bag), the table, the gradient of the result."""
        rng = np.random.default_rng(32)
        places = rng.integers(0, self.table, (self.bags, self.in_bag))
        table = rng.standard_normal((self.table, self.width)).astype(np.float32)
        return places, table, rng.standard_normal((self.bags, self.width)).astype(np.float32)

    @property
    def flops(self) -> float:
        return 2.0 * self.bags * self.in_bag * self.width

    @property
    def bytes(self) -> float:
        """Rows that are drawn, results, their gradients, and all of the table's gradient."""
        drawn = min(self.bags * self.in_bag, self.table)
        return BYTES * self.width * (drawn + 2 * self.bags + self.table)

    @property
    def working_set(self) -> float:
        return self.bytes


WORKLOADS = [CtcLoss(), EmbeddingBag()]
