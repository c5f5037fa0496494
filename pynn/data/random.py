"""Seeds for shuffling: NumPy generators that follow pynn's own seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn._core import ops

Seed = Any
"""None (follow `pynn.manual_seed`), an integer, or a NumPy generator, which moves on with each use."""


def numpy_generator(seed: Seed = None) -> np.random.Generator:
    """A generator for one use: from a seed, or from the next of pynn's random numbers."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        seed = int(ops.randint(0, 2**62, (1,)).item())
    elif hasattr(seed, "initial_seed"):
        seed = seed.initial_seed()
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise TypeError(f"a seed is a whole number of 0 or more or a numpy.random.Generator, got {seed!r}")
    return np.random.default_rng(int(seed))
