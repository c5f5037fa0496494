"""Which samples train and which judge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pynn import _check
from pynn.data import KFold, StratifiedKFold
from pynn.data.split import pick

Split = tuple[np.ndarray, np.ndarray]
"""The numbers of the samples to train on, and of those to judge by."""


def labels_of(y: Any) -> np.ndarray | None:
    """`y` if it names classes: whole numbers or words, most of which come again and again."""
    given = np.asarray(y)
    if given.ndim != 1 or given.dtype.kind not in "biuOUST":
        return None
    return given if len(np.unique(given)) <= len(given) / 2 else None


def folds(verb: str, y: Any, cv: Any, seed: int) -> list[Split]:
    """The splits that `cv` stands for: a number of parts, a splitter of scikit-learn, or pairs of numbers."""
    n = len(y)
    if hasattr(cv, "split"):
        return [(np.asarray(train), np.asarray(test)) for train, test in cv.split(np.zeros((n, 1)), y)]
    if isinstance(cv, Iterable):
        return [(np.asarray(train), np.asarray(test)) for train, test in cv]
    parts = _check.integer(verb, "cv", cv, 2)
    if parts > n:
        raise ValueError(f"{verb}: cv={parts} parts of {n} samples leave some empty")
    labels = labels_of(y)
    enough = labels is not None and np.unique(labels, return_counts=True)[1].max() >= parts
    kind = StratifiedKFold if enough else KFold
    return list(kind(parts, shuffle=True, seed=seed).split(np.zeros(n), labels))


def spread(y: Any, rows: np.ndarray, seed: int) -> np.ndarray:
    """`rows` in random order, such that every beginning of it has the classes in proportion."""
    rng, labels = np.random.default_rng(seed), labels_of(y)
    rows = rng.permutation(rows)
    if labels is None:
        return rows
    place = np.empty(len(rows))
    for label in np.unique(labels[rows]):
        of_class = np.flatnonzero(labels[rows] == label)
        place[of_class] = (np.arange(len(of_class)) + rng.random()) / len(of_class)
    return rows[np.argsort(place, kind="stable")]


def take(data: Any, rows: np.ndarray) -> Any:
    """The samples of these numbers, of whatever holds samples, or of several such in a tuple or dict."""
    if isinstance(data, tuple):
        return tuple(take(part, rows) for part in data)
    if isinstance(data, dict):
        return {name: take(part, rows) for name, part in data.items()}
    return pick(data, rows)
