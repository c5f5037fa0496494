"""Names of layers as Keras makes them: dense, dense_1, batch_normalization ..."""

from __future__ import annotations

import re
from collections import Counter

_counts: Counter[str] = Counter()


def snake(kind: str) -> str:
    """The name of a class in small letters: BatchNormalization as batch_normalization."""
    return re.sub(r"(?<=[a-z])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", r"_\1\2", kind).lower()


def unique_name(kind: str) -> str:
    """The next free name for a class."""
    name = snake(kind)
    number = _counts[name]
    _counts[name] += 1
    return f"{name}_{number}" if number else name


def clear_session() -> None:
    """Begin to count the names of layers anew.

    Example:
        >>> from pynn import keras
        >>> keras.utils.clear_session()
        >>> keras.layers.Dense(3).name
        'dense'
    """
    _counts.clear()
