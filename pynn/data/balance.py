"""Classes of which some are rare: weights that make up for it, and samples drawn again or left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from .random import Seed, numpy_generator
from .split import pick, samples_in


def class_weights(labels: Any) -> dict[Any, float]:
    """The weight of each class with which all count alike: N / (classes * samples of the class).

    For `fit(..., class_weight=...)`; `nn.CrossEntropyLoss(weight=pynn.tensor(list(weights.values())))` takes
    them too, where classes are 0, 1, 2 and so on.

    Args:
        labels: `(N,)` the classes of the training data.

    Raises:
        ValueError: there are none.

    Source: King & Zeng 2001, Logistic regression in rare events data, section 4.2.

    Example:
        >>> import pynn
        >>> pynn.data.class_weights([0, 0, 0, 1])
        {0: 0.666..., 1: 2.0}
    """
    classes, _, counts = _classes("class_weights", labels)
    weights = counts.sum() / (len(counts) * counts)
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))


def sample_weights(labels: Any) -> np.ndarray:
    """The weight of each sample, that of its class: for `WeightedRandomSampler`, or `sample_weight` of `fit`.

    Args:
        labels: `(N,)` the classes of the training data.

    Returns:
        `(N,)` with a mean of 1.

    Raises:
        ValueError: there are none.

    Example:
        >>> import pynn
        >>> pynn.data.sample_weights(["a", "b", "a", "a"]).round(2).tolist()
        [0.67, 2.0, 0.67, 0.67]
    """
    _, which, counts = _classes("sample_weights", labels)
    return (counts.sum() / (len(counts) * counts))[which]


def oversample(*arrays: Any, labels: Any = None, seed: Seed = None) -> list[Any]:
    """Draw samples of rare classes again until each class is as frequent as the most frequent one.

    Only for the training part, after the split: a sample that is in both parts is no test.

    Args:
        *arrays: tensors, arrays, lists, tables or DataFrames with the same first size N.
        labels: `(N,)` the classes. Default: the last of `arrays`.
        seed: an integer for a choice that can be repeated.

    Returns:
        Each array with all its samples, followed by those that were drawn again.

    Raises:
        ValueError: arrays of different lengths.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.oversample([5, 6, 7, 8], [0, 0, 0, 1])
        >>> x, y
        ([5, 6, 7, 8, 8, 8], [0, 0, 0, 1, 1, 1])
    """
    which, counts = _to_balance("oversample", arrays, labels)
    generator = numpy_generator(seed)
    again = [
        generator.choice(np.flatnonzero(which == i), counts.max() - count) for i, count in enumerate(counts)
    ]
    chosen = np.concatenate([np.arange(len(which)), *again])
    return [pick(array, chosen) for array in arrays]


def undersample(*arrays: Any, labels: Any = None, seed: Seed = None) -> list[Any]:
    """Leave samples of frequent classes out until each class is as frequent as the least frequent one.

    Only for the training part, after the split: what is tested should be as frequent as it is in life.

    Args:
        *arrays: tensors, arrays, lists, tables or DataFrames with the same first size N.
        labels: `(N,)` the classes. Default: the last of `arrays`.
        seed: an integer for a choice that can be repeated.

    Returns:
        What is left of each array, in its order.

    Raises:
        ValueError: arrays of different lengths.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.undersample([5, 6, 7, 8], [0, 0, 0, 1], seed=0)
        >>> len(x), y
        (2, [0, 1])
    """
    which, counts = _to_balance("undersample", arrays, labels)
    generator = numpy_generator(seed)
    left = [
        generator.choice(np.flatnonzero(which == i), counts.min(), replace=False) for i in range(len(counts))
    ]
    chosen = np.sort(np.concatenate(left))
    return [pick(array, chosen) for array in arrays]


def _to_balance(owner: str, arrays: tuple[Any, ...], labels: Any) -> tuple[np.ndarray, np.ndarray]:
    n = samples_in(owner, arrays)
    _, which, counts = _classes(owner, arrays[-1] if labels is None else labels)
    if len(which) != n:
        raise ValueError(f"{owner}: there are {len(which)} labels for {n} samples")
    return which, counts


def _classes(owner: str, labels: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The classes, which of them each sample is, and how often each is there."""
    given = np.asarray(labels)
    if given.ndim != 1 or not len(given):
        raise ValueError(f"{owner}: labels must be the classes (N,) of some samples, got {given.shape}")
    return np.unique(given, return_inverse=True, return_counts=True)
