"""Small helpers by Keras's names."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

import pynn._core
from pynn import _check

from ._config import custom_objects as custom_object_scope
from ._names import clear_session


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers as one-hot rows.

    Args:
        x: whole numbers, `(N,)` or `(N, 1)`.
        num_classes: how many classes; default: one more than the largest number.

    Returns:
        `(N, num_classes)` of float64, as in Keras.

    Raises:
        ValueError: a number that is no class.

    Example:
        >>> from pynn import keras
        >>> keras.utils.to_categorical([0, 2])
        array([[1., 0., 0.],
               [0., 0., 1.]])
    """
    given = np.asarray(x)
    numbers = given.astype(np.int64)
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    largest = int(numbers.max()) if numbers.size else -1
    classes = (
        largest + 1
        if num_classes is None
        else _check.integer("to_categorical", "num_classes", num_classes, 1)
    )
    if numbers.size and (
        numbers.min() < 0 or largest >= classes or not np.all(given == given.astype(np.int64))
    ):
        raise ValueError(
            f"to_categorical: classes are whole numbers of 0 to {classes - 1}, "
            f"got {given.min()} to {given.max()}"
        )
    return np.eye(classes)[numbers]


def set_random_seed(seed: int) -> None:
    """Seed pynn's random numbers, NumPy's and Python's.

    Args:
        seed: any whole number of 0 or more.

    Example:
        >>> from pynn import keras
        >>> keras.utils.set_random_seed(7)
    """
    pynn._core.manual_seed(_check.integer("set_random_seed", "seed", seed, 0))
    np.random.seed(seed % 2**32)
    random.seed(seed)


__all__ = ["clear_session", "custom_object_scope", "set_random_seed", "to_categorical"]
