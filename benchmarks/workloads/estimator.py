"""A classifier with the interface of scikit-learn, from data to trained: fit on the digits, all in all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

BYTES = 4  # float32


@dataclass(frozen=True)
class Estimator:
    """So many epochs of a multi-layer perceptron on scikit-learn's digits; then it names those held out."""

    name: str
    hidden: int = 100
    epochs: int = 100

    kind = "estimator"
    dtype = "float32"
    batch = 200
    samples = 1347  # of 1797
    checked_runs = 1
    right = 0.973  # of those held out, as MLPClassifier has it from several seeds ...
    tolerance = 0.012  # ... which differ by less
    reads_only = False

    @property
    def title(self) -> str:
        return f"{self.name}, {self.epochs} epochs"

    def data(self) -> tuple[Any, Any, Any, Any]:
        """Inputs (1347, 64) and (450, 64) within [0, 1], and their labels."""
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split

        x, y = load_digits(return_X_y=True)
        x, x_test, y, y_test = train_test_split(x / 16, y, random_state=0, stratify=y)
        return x, x_test, y, y_test

    def parameters(self) -> dict[str, Any]:
        """The same for all: those of a default MLPClassifier, but that nobody ends early."""
        return {
            "hidden_layer_sizes": (self.hidden,),
            "max_iter": self.epochs,
            "n_iter_no_change": self.epochs + 1,
            "random_state": 0,
        }

    def expected(self) -> np.ndarray:
        return np.array([self.right])

    @property
    def _edges(self) -> list[int]:
        return [n * m for n, m in pairwise((64, self.hidden, 10))]

    @property
    def flops(self) -> float:
        """2 a weight and sample, three times (forward, weights' and inputs' gradient); no gradient of x."""
        return 2 * self.epochs * self.samples * (3 * sum(self._edges) - self._edges[0])

    @property
    def bytes(self) -> float:
        """Each sample once an epoch; in each step the parameters and their moments are read and written."""
        steps = self.epochs * -(-self.samples // self.batch)
        return BYTES * (self.epochs * self.samples * 64 + steps * 6 * sum(self._edges))

    @property
    def working_set(self) -> float:
        return BYTES * (self.samples * 64 + 6 * sum(self._edges))


WORKLOADS = [Estimator("digits_estimator")]
