"""Cross-validation: every sample is tested on once, by a model that has not seen it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from pynn import _check

from .random import Seed, numpy_generator


class KFold:
    """Cuts samples into `n_splits` parts; each is the test part once. scikit-learn's class of that name.

    Args:
        n_splits: how many parts, 2 or more.
        shuffle: deal samples out at random; otherwise the parts follow each other.
        seed: an integer for folds that can be repeated.
        random_state: scikit-learn's name for `seed`.

    Raises:
        ValueError: fewer than 2 parts, or a seed without shuffling.

    Example:
        >>> import pynn
        >>> for train, test in pynn.data.KFold(2).split(range(4)):
        ...     print(train.tolist(), test.tolist())
        [2, 3] [0, 1]
        [0, 1] [2, 3]
    """

    def __init__(
        self, n_splits: int = 5, shuffle: bool = False, seed: Seed = None, random_state: Seed = None
    ) -> None:
        name = type(self).__name__
        self.n_splits = _check.integer(name, "n_splits", n_splits, 2)
        self.shuffle, self.seed = bool(shuffle), random_state if seed is None else seed
        if self.seed is not None and not shuffle:
            raise ValueError(f"{name}: a seed does nothing without shuffle=True")

    def split(self, x: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Sample numbers to train on and to test on, `n_splits` times.

        Args:
            x: the samples, of which the number counts.
            y: their classes `(N,)`, where folds are stratified.
            groups: accepted for scikit-learn's sake and ignored.

        Raises:
            ValueError: there are fewer samples than parts.
        """
        if not hasattr(x, "__len__"):
            raise TypeError(f"{type(self).__name__}: expected samples, got {type(x).__name__}")
        if len(x) < self.n_splits:
            raise ValueError(f"{type(self).__name__}: {len(x)} samples are too few for {self.n_splits} parts")
        fold = self._folds(len(x), y)
        return ((np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(self.n_splits))

    def get_n_splits(self, x: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many parts there are.

        Args:
            x: ignored, as are the others.
            y: ignored.
            groups: ignored.
        """
        return self.n_splits

    def _folds(self, n: int, y: Any) -> np.ndarray:
        """The part of each sample, `(N,)`; the first parts are longer by one where they cannot be equal."""
        sizes = n // self.n_splits + (np.arange(self.n_splits) < n % self.n_splits)
        in_order = np.arange(self.n_splits).repeat(sizes)
        if not self.shuffle:
            return in_order
        fold = np.empty(n, np.int64)
        fold[numpy_generator(self.seed).permutation(n)] = in_order
        return fold


class StratifiedKFold(KFold):
    """As `KFold`, with the classes in each part as frequent as in the whole.

    Args:
        n_splits: how many parts, 2 or more.
        shuffle: deal samples of a class out at random; otherwise in their order.
        seed: an integer for folds that can be repeated.
        random_state: scikit-learn's name for `seed`.

    Raises:
        ValueError: fewer than 2 parts, a seed without shuffling, or no class with a sample for each part.
            A single class that is so rare is warned of.

    Example:
        >>> import pynn
        >>> labels = [0, 0, 0, 0, 1, 1]
        >>> for train, test in pynn.data.StratifiedKFold(2).split(labels, labels):
        ...     print(train.tolist(), test.tolist())
        [2, 3, 5] [0, 1, 4]
        [0, 1, 4] [2, 3, 5]
    """

    def _folds(self, n: int, y: Any) -> np.ndarray:
        labels = np.asarray(y)
        if y is None or labels.shape != (n,):
            raise ValueError(
                f"StratifiedKFold: expected a class for each sample, y ({n},), got shape {labels.shape}"
            )
        classes, first, which = np.unique(labels, return_index=True, return_inverse=True)
        there = np.bincount(which)
        if there.min() < self.n_splits:
            rare = classes.tolist()[int(there.argmin())]
            text = f"StratifiedKFold: {there.min()} samples of class {rare!r} are too few for "
            text += f"{self.n_splits} parts"
            if there.max() < self.n_splits:
                raise ValueError(f"{text}, as are those of all other classes. Did you mean KFold?")
            warnings.warn(f"{text}: some parts hold none of them", stacklevel=3)
        generator = numpy_generator(self.seed) if self.shuffle else None
        fold = np.empty(n, np.int64)
        dealt = 0
        # Like cards: class after class, in the order in which they appear, one sample to each part in turn.
        # So no part gets more than one sample more of a class, or of all, than another.
        for label in np.argsort(first):
            parts = np.sort((dealt + np.arange(there[label])) % self.n_splits)
            fold[which == label] = parts if generator is None else generator.permutation(parts)
            dealt += int(there[label])
        return fold
