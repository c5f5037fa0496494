"""Seeds for shuffling and augmentation: NumPy generators that follow pynn's own seed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pynn._core import ops

Seed = Any
"""None (follow `pynn.manual_seed`), an integer, or a NumPy generator, which moves on with each use."""

_in_this_thread = threading.local()


def numpy_generator(seed: Seed = None) -> np.random.Generator:
    """A generator for one use: from a seed, or from the next of pynn's random numbers."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        current = getattr(_in_this_thread, "generator", None)
        if current is not None:
            return current
        seed = int(ops.randint(0, 2**62, (1,)).item())
    elif hasattr(seed, "initial_seed"):
        seed = seed.initial_seed()
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise TypeError(f"a seed is a whole number of 0 or more or a numpy.random.Generator, got {seed!r}")
    return np.random.default_rng(int(seed))


@contextmanager
def numbers_from(generator: np.random.Generator) -> Iterator[None]:
    """The block in which `numpy_generator()` of this thread is `generator`.

    A loader opens it for each batch, so that the numbers belong to the batch, whichever thread makes it.
    """
    before = getattr(_in_this_thread, "generator", None)
    _in_this_thread.generator = generator
    try:
        yield
    finally:
        _in_this_thread.generator = before
