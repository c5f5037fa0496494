"""One step of Adam over one long vector of parameters: nothing but memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BYTES = 4  # float32


@dataclass(frozen=True)
class AdamStep:
    """The step reads parameters, gradients and two moments, and writes all but the gradients."""

    parameters: int
    lr: float = 1e-3

    kind = "adam_step"
    reads_only = False
    dtype = "float32"
    checked_runs = 3
    tolerance = 1e-4

    @property
    def name(self) -> str:
        return f"Adam step | {self.parameters}"

    @property
    def title(self) -> str:
        return f"Adam step, {self.parameters:,} parameters"

    @property
    def flops(self) -> float:
        return 0.0

    @property
    def bytes(self) -> float:
        return 7 * BYTES * self.parameters

    @property
    def working_set(self) -> float:
        return 4 * BYTES * self.parameters

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Parameters and their gradients."""
        rng = np.random.default_rng(6)
        shape = (2, self.parameters)
        return tuple(rng.standard_normal(shape, np.float32) * np.float32([[1.0], [0.01]]))
