"""Digits of one dimension: as instructive as images of digits, and a hundred times smaller."""

from __future__ import annotations

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .random import Seed, numpy_generator

# Where a pen is on its way from the top of a digit to its bottom, left (-1) or right (1): ten strokes.
STROKES = np.array(
    [
        [0.0, 0.5, 0.8, 0.95, 1.0, 1.0, 1.0, 1.0, 0.95, 0.8, 0.5, 0.0],  # 0, its right side
        [0.6, -0.6, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.7, 0.8],
        [0.0, 0.6, 0.9, 0.9, 0.6, 0.2, -0.2, -0.6, -0.9, -1.0, -0.4, 0.5],
        [0.0, 0.6, 0.9, 0.8, 0.3, -0.3, -0.2, 0.4, 0.9, 1.0, 0.6, 0.0],
        [-0.2, -0.4, -0.6, -0.8, -1.0, -0.4, 0.4, 1.0, 0.3, 0.3, 0.3, 0.3],
        [0.7, 0.0, -0.8, -0.8, -0.7, 0.0, 0.7, 1.0, 1.0, 0.6, 0.0, -0.7],
        [0.6, 0.1, -0.4, -0.8, -1.0, -1.0, -0.2, 0.4, 0.7, 0.6, 0.2, -0.3],
        [-0.9, -0.2, 0.5, 1.0, 0.8, 0.6, 0.4, 0.2, 0.0, -0.2, -0.4, -0.6],
        [0.0, 0.6, 0.8, 0.6, 0.1, -0.5, 0.1, 0.7, 1.0, 1.0, 0.6, 0.0],
        [-0.3, 0.4, 0.8, 0.6, 0.0, -0.6, -0.8, 0.0, 0.8, 0.9, 0.9, 0.9],
    ]
)
WIDE = 72  # places before a signal is read at `length` of them


def make_mnist1d(
    n_samples: int = 4000,
    length: int = 40,
    noise: float = 0.02,
    max_shift: int = 48,
    generator: Seed = None,
) -> tuple[Tensor, Tensor]:
    """Signals in which one of ten short strokes, the digits, is hidden.

    A stroke is made longer or shorter, greater or smaller, is moved to a random place, is surrounded by
    smooth noise that looks like a stroke, and stands on a slope. A linear model can do little here, a network
    of dense layers more, one that does not care about the place (convolutional) most; each trains in seconds.
    The ten strokes are pynn's own, so accuracies compare with each other, not with those of the paper.

    Args:
        n_samples: how many signals.
        length: how long each is, 2 or more.
        noise: the standard deviation of what is added to each number.
        max_shift: how many of 72 places a stroke may be moved; with 0 it begins where the signal does.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x `(N, length)` float32, y `(N,)` of 0 to 9, in random order.

    Raises:
        ValueError: a negative count or noise, a length below 2, a shift of no place.

    Source: Greydanus & Kobak 2020, Scaling down deep learning with MNIST-1D, section 3 and figure 1.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_mnist1d(100, generator=0)
        >>> x.shape, y.bincount().tolist()
        ((100, 40), [10, 10, 10, 10, 10, 10, 10, 10, 10, 10])
    """
    count = _check.integer("make_mnist1d", "n_samples", n_samples, 0)
    length = _check.integer("make_mnist1d", "length", length, 2)
    noise = _check.real("make_mnist1d", "noise", noise, 0)
    max_shift = _check.integer("make_mnist1d", "max_shift", max_shift, 0)
    if max_shift > 48:
        raise ValueError(
            f"make_mnist1d: max_shift is at most 48, so that a stroke stays whole, got {max_shift}"
        )
    random = numpy_generator(generator)
    digits = random.permutation(np.arange(count) % 10)

    def each(low: float, high: float) -> np.ndarray:
        return random.uniform(low, high, (count, 1))

    # The place of each number on its stroke: 0 at the top, 11 at the bottom.
    stroke = STROKES.shape[1]
    padded = random.integers(36, 61, (count, 1)) + stroke  # a stroke and what surrounds it
    begin = random.integers(0, max_shift + 1, (count, 1))
    place = (np.arange(WIDE) - begin) * (padded / WIDE)
    inside = (place >= 0) & (place <= stroke - 1)
    left = np.clip(place, 0, stroke - 2).astype(int)
    part = place - left
    heights = STROKES[digits[:, None], left] * (1 - part) + STROKES[digits[:, None], left + 1] * part
    x = np.where(inside, heights * each(0.8, 1.2), 0.3 * _smooth(random, count))
    x += noise * random.standard_normal(x.shape)
    x += each(-0.375, 0.375) * np.linspace(-1, 1, WIDE)
    # Read at `length` places, between two numbers where need be.
    where = np.linspace(0, WIDE - 1, length)
    left = np.minimum(where.astype(int), WIDE - 2)
    x = x[:, left] * (left + 1 - where) + x[:, left + 1] * (where - left)
    return _core.from_numpy(x.astype(np.float32)), _core.from_numpy(digits.astype(np.int64))


def _smooth(random: np.random.Generator, count: int) -> np.ndarray:
    """Noise of standard deviation 1 whose neighbours are alike, `(count, WIDE)`."""
    reach = np.arange(-6, 7)
    bell = np.exp(-0.5 * (reach / 2) ** 2)
    bell /= np.sqrt((bell**2).sum())
    white = random.standard_normal((count, WIDE + len(reach) - 1))
    return np.lib.stride_tricks.sliding_window_view(white, len(reach), axis=1) @ bell
