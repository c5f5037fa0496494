"""Keeping some samples back, to test on what was not trained on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor

from .random import Seed, numpy_generator


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
        *arrays: tensors, arrays or lists with the same first size N.
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
    if not arrays:
        raise ValueError("train_test_split: give at least one array")
    for array in arrays:
        if not hasattr(array, "__len__"):
            raise TypeError(f"train_test_split: expected arrays of samples, got {type(array).__name__}")
    sizes = [len(array) for array in arrays]
    if len(set(sizes)) != 1:
        raise ValueError(f"train_test_split: the arrays have {', '.join(map(str, sizes))} samples")
    n = sizes[0]
    n_train, n_test = _sizes(n, test_size, train_size)
    generator = numpy_generator(random_state if seed is None else seed) if shuffle else None
    if stratify is not None:
        if generator is None:
            raise ValueError("train_test_split: stratify needs shuffle=True")
        labels = np.asarray(stratify)
        if labels.shape != (n,):
            raise ValueError(f"train_test_split: stratify has shape {labels.shape}, expected ({n},)")
        test, train = _stratified(labels, n_test, n_train, generator)
    else:
        order = np.arange(n) if generator is None else generator.permutation(n)
        train, test = order[:n_train], order[n_train : n_train + n_test]
        if generator is None:
            test = order[n - n_test :]
    return [part for array in arrays for part in (_pick(array, train), _pick(array, test))]


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
    labels: np.ndarray, n_test: int, n_train: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Each class gives its share, rounded so that the total is exact (largest remainders first)."""
    classes, which = np.unique(labels, return_inverse=True)
    counts = np.bincount(which)
    if counts.min() < 2:
        rare = classes[int(counts.argmin())]
        raise ValueError(f"train_test_split: class {rare!r} has one sample; it cannot be in both parts")

    def shares(total: int, limits: np.ndarray) -> np.ndarray:
        exact = total * counts / counts.sum()
        share = np.minimum(np.floor(exact).astype(int), limits)
        for i in np.argsort(share - exact, kind="stable"):
            if share.sum() < total and share[i] < limits[i]:
                share[i] += 1
        return share

    of_test = shares(n_test, counts)
    of_train = shares(n_train, counts - of_test)
    test, train = [], []
    for i in range(len(classes)):
        members = generator.permutation(np.flatnonzero(which == i))
        test.append(members[: of_test[i]])
        train.append(members[of_test[i] : of_test[i] + of_train[i]])
    return generator.permutation(np.concatenate(test)), generator.permutation(np.concatenate(train))


def _pick(array: Any, indices: np.ndarray) -> Any:
    if isinstance(array, Tensor):
        return array[_core.from_numpy(np.ascontiguousarray(indices, dtype=np.int64))]
    if isinstance(array, np.ndarray):
        return array[indices]
    return [array[i] for i in indices]
