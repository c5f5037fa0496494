"""Keeping some samples back, to test on what was not trained on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .random import Seed, numpy_generator
from .table import Table


def train_test_split(
    *arrays: Any,
    test_size: float | None = None,
    train_size: float | None = None,
    stratify: Any = None,
    shuffle: bool = True,
    seed: Seed = None,
    random_state: Seed = None,
) -> list[Any]:
    """Split arrays of the same samples into a part for training and a part for testing.

    Args:
        *arrays: tensors, arrays, lists, tables or DataFrames with the same first size N.
        test_size: a fraction between 0 and 1, or a count; default a quarter.
        train_size: the same for the training part; default: what is left.
        stratify: `(N,)` labels whose proportions both parts keep.
        shuffle: draw at random; otherwise the last samples are the test part.
        seed: an integer for a split that can be repeated.
        random_state: scikit-learn's name for `seed`.

    Returns:
        First train then test part of the first array, then of the second, and so on; tensors stay tensors.

    Example:
        >>> import pynn
        >>> x, y = pynn.zeros(8, 2), pynn.tensor([0, 1] * 4)
        >>> x_train, x_test, y_train, y_test = pynn.data.train_test_split(x, y, stratify=y, seed=0)
        >>> x_train.shape, sorted(y_test.tolist())
        ((6, 2), [0, 1])
    """
    n = samples_in("train_test_split", arrays)
    n_train, n_test = _sizes(n, test_size, train_size)
    generator = numpy_generator(random_state if seed is None else seed) if shuffle else None
    if stratify is not None:
        labels = _labels("train_test_split", stratify, n, shuffle)
        assert generator is not None
        test, train = _stratified("train_test_split", labels, [n_test, n_train], generator)
    else:
        order = np.arange(n) if generator is None else generator.permutation(n)
        train, test = order[:n_train], order[n_train : n_train + n_test]
        if generator is None:
            test = order[n - n_test :]
    return [part for array in arrays for part in (pick(array, train), pick(array, test))]


def train_val_test_split(
    *arrays: Any,
    sizes: Sequence[float] = (0.7, 0.15, 0.15),
    stratify: Any = None,
    shuffle: bool = True,
    seed: Seed = None,
) -> list[Any]:
    """Split arrays of the same samples into parts: to train on, to choose by, and to test on once.

    Args:
        *arrays: tensors, arrays, lists, tables or DataFrames with the same first size N.
        sizes: of the three parts: shares of N that add up to 1 at most, or counts that add up to N at most.
        stratify: `(N,)` labels whose proportions all parts keep.
        shuffle: draw at random; otherwise the parts follow each other.
        seed: an integer for a split that can be repeated.

    Returns:
        The three parts of the first array, then those of the second, and so on.

    Raises:
        ValueError: sizes that add up to more, a part without samples, arrays of different lengths, or a class
            that cannot be in all parts.

    Example:
        >>> import pynn
        >>> x = pynn.arange(20)
        >>> train, val, test = pynn.data.train_val_test_split(x, seed=0)
        >>> len(train), len(val), len(test)
        (14, 3, 3)
    """
    owner = "train_val_test_split"
    n = samples_in(owner, arrays)
    counts = _counts(owner, n, sizes)
    if stratify is not None:
        labels = _labels(owner, stratify, n, shuffle)
        parts = _stratified(owner, labels, counts, numpy_generator(seed))
    else:
        order = numpy_generator(seed).permutation(n) if shuffle else np.arange(n)
        parts = np.split(order[: sum(counts)], np.cumsum(counts)[:-1])
    return [pick(array, part) for array in arrays for part in parts]


def samples_in(owner: str, arrays: Sequence[Any]) -> int:
    """How many samples all of the arrays have.

    Args:
        owner: who asks, for messages.
        arrays: what has a length.

    Raises:
        TypeError: one has none.
        ValueError: there are none, or they differ.
    """
    if not arrays:
        raise ValueError(f"{owner}: give at least one array")
    for array in arrays:
        if not hasattr(array, "__len__"):
            raise TypeError(f"{owner}: expected arrays of samples, got {type(array).__name__}")
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) != 1:
        raise ValueError(f"{owner}: the arrays have {', '.join(map(str, lengths))} samples")
    return lengths[0]


def _labels(owner: str, stratify: Any, n: int, shuffle: bool) -> np.ndarray:
    if not shuffle:
        raise ValueError(f"{owner}: stratify needs shuffle=True")
    labels = np.asarray(stratify)
    if labels.shape != (n,):
        raise ValueError(f"{owner}: stratify has shape {labels.shape}, expected ({n},)")
    return labels


def _counts(owner: str, n: int, sizes: Sequence[float]) -> list[int]:
    given = [_check.real(owner, "each of sizes", size, above=0) for size in sizes]
    if len(given) != 3:
        raise ValueError(f"{owner}: sizes are those of three parts, got {list(sizes)}")
    if sum(given) <= 1 + 1e-9:
        ends = [0, *(round(n * share) for share in accumulate(given))]
        counts = [end - start for start, end in pairwise(ends)]
    elif all(size == int(size) for size in given) and sum(given) <= n:
        counts = [int(size) for size in given]
    else:
        raise ValueError(
            f"{owner}: sizes {list(sizes)} must be shares that add up to 1 at most, or counts that add up to "
            f"the {n} samples at most"
        )
    if min(counts) < 1:
        raise ValueError(f"{owner}: of {n} samples, sizes {list(sizes)} leave a part without any")
    return counts


def _sizes(n: int, test_size: float | None, train_size: float | None) -> tuple[int, int]:
    def count(name: str, size: float, rounded: Any) -> int:
        if isinstance(size, float) and 0 < size < 1:
            return int(rounded(n * size))
        if isinstance(size, (int, np.integer)) and 0 < size < n:
            return int(size)
        raise ValueError(
            f"train_test_split: {name} must be a fraction between 0 and 1 or a count below the {n} samples, "
            f"got {size!r}"
        )

    if test_size is None and train_size is None:
        test_size = 0.25
    n_test = None if test_size is None else count("test_size", test_size, math.ceil)
    n_train = None if train_size is None else count("train_size", train_size, math.floor)
    n_test = n - n_train if n_test is None and n_train is not None else n_test
    assert n_test is not None
    n_train = n - n_test if n_train is None else n_train
    if n_train < 1 or n_test < 1 or n_train + n_test > n:
        raise ValueError(
            f"train_test_split: {n} samples cannot give {n_train} for training and {n_test} for test"
        )
    return n_train, n_test


def _stratified(
    owner: str, labels: np.ndarray, counts: Sequence[int], generator: np.random.Generator
) -> list[np.ndarray]:
    """Each class gives its share to each part, rounded so that totals are exact: largest remainders first."""
    classes, which = np.unique(labels, return_inverse=True)
    there = np.bincount(which)
    if there.min() < len(counts):
        rare, some = classes.tolist()[int(there.argmin())], int(there.min())
        has = "one sample" if some == 1 else f"{some} samples"
        parts = "both parts" if len(counts) == 2 else f"all {len(counts)} parts"
        raise ValueError(f"{owner}: class {rare!r} has {has}; it cannot be in {parts}")

    def shares(total: int, limits: np.ndarray) -> np.ndarray:
        exact = total * there / there.sum()
        share = np.minimum(np.floor(exact).astype(int), limits)
        for i in np.argsort(share - exact, kind="stable"):
            if share.sum() < total and share[i] < limits[i]:
                share[i] += 1
        return share

    taken = [np.zeros_like(there)]
    for count in counts:
        taken.append(taken[-1] + shares(count, there - taken[-1]))
    parts_of_classes = []
    for i in range(len(classes)):
        members = generator.permutation(np.flatnonzero(which == i))
        parts_of_classes.append(np.split(members, [ends[i] for ends in taken[1:]])[: len(counts)])
    return [generator.permutation(np.concatenate(part)) for part in zip(*parts_of_classes, strict=True)]


def pick(array: Any, indices: np.ndarray) -> Any:
    """Samples by their numbers, of a tensor, array, table, DataFrame or list.

    Args:
        array: what holds samples.
        indices: `(K,)`.
    """
    if isinstance(array, Tensor):
        return array[_core.from_numpy(np.ascontiguousarray(indices, dtype=np.int64))]
    if isinstance(array, np.ndarray):
        return array[indices]
    if hasattr(array, "iloc"):
        return array.iloc[indices]
    if isinstance(array, Table):
        return array.take(indices)
    return [array[i] for i in indices]
