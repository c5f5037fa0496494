"""One epoch of a multi-layer perceptron over a shuffled data set in memory, with its mean loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mlp import Mlp


@dataclass(frozen=True)
class Epoch(Mlp):
    """The steps of `Mlp`, fed by a loader. Everybody writes the loop by hand but who has a `fit`."""

    batches: int = 128

    kind = "epoch"
    more_rounds = 4  # what is compared differs by a few per cent: the middle must be known better
    checked_runs = 1  # the mean loss of the first epoch, dropout off and unshuffled, must agree

    @property
    def flops(self) -> float:
        return super().flops * self.batches

    @property
    def bytes(self) -> float:
        """Each step moves what `Mlp` says; shuffling writes the batch once more."""
        return (super().bytes + 4 * self.batch * self.sizes[0]) * self.batches

    @property
    def working_set(self) -> float:
        return 4.0 * self.batches * self.batch * self.sizes[0]

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (N, features) and labels (N,)."""
        inputs, labels = self.data()
        return inputs.reshape(-1, self.sizes[0]), labels.reshape(-1)
