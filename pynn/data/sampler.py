"""Samplers: in which order a dataset is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any

import numpy as np

from pynn import _check

from .random import Seed, numpy_generator


class Sampler:
    """An order of sample numbers. A subclass says `__iter__` and, if it can, `__len__`.

    Example:
        >>> import pynn
        >>> class Backwards(pynn.data.Sampler):
        ...     def __init__(self, n):
        ...         self.n = n
        ...
        ...     def __iter__(self):
        ...         return iter(range(self.n - 1, -1, -1))
        >>> list(Backwards(3))
        [2, 1, 0]
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} does not say its order (__iter__)")


class SequentialSampler(Sampler):
    """0, 1, 2 ...

    Args:
        data_source: what is sampled; its length counts.

    Example:
        >>> import pynn
        >>> list(pynn.data.SequentialSampler("abc"))
        [0, 1, 2]
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """A new random order each time it is read.

    Args:
        data_source: what is sampled.
        replacement: draw each number afresh, so that some come twice and some not at all.
        num_samples: how many to draw; default: as many as there are.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Raises:
        ValueError: more samples than there are, without replacement.

    Example:
        >>> import pynn
        >>> sorted(pynn.data.RandomSampler("abc", generator=0))
        [0, 1, 2]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Seed = None,
    ) -> None:
        self.data_source, self.replacement = data_source, replacement
        count = len(data_source) if num_samples is None else num_samples
        self.num_samples = _check.integer("RandomSampler", "num_samples", count, 0)
        if self.num_samples > len(data_source) and (not replacement or len(data_source) == 0):
            raise ValueError(
                f"RandomSampler: cannot draw {self.num_samples} of {len(data_source)} samples"
                + ("" if replacement else " without replacement")
            )
        # A whole number as a seed gives a sequence of orders, not the same order each time.
        self._generator = generator if generator is None else numpy_generator(generator)

    def permutation(self) -> np.ndarray:
        """The next order, `(num_samples,)`."""
        generator = numpy_generator(self._generator)
        if self.replacement:
            return generator.integers(0, len(self.data_source), self.num_samples)
        return generator.permutation(len(self.data_source))[: self.num_samples]

    def __iter__(self) -> Iterator[int]:
        return iter(self.permutation().tolist())

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """The given sample numbers in random order.

    Args:
        indices: the numbers.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Example:
        >>> import pynn
        >>> sorted(pynn.data.SubsetRandomSampler([5, 7], generator=0))
        [5, 7]
    """

    def __init__(self, indices: Sequence[int], generator: Seed = None) -> None:
        if not isinstance(indices, Iterable):
            raise TypeError(f"SubsetRandomSampler: indices must be a list of sample numbers, got {indices!r}")
        self.indices = list(indices)
        self._generator = generator if generator is None else numpy_generator(generator)

    def __iter__(self) -> Iterator[int]:
        order = numpy_generator(self._generator).permutation(len(self.indices))
        return (self.indices[i] for i in order.tolist())

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Sample numbers drawn with the given weights: a rare class can be made as frequent as the others.

    Args:
        weights: `(N,)`, 0 or more, not all 0.
        num_samples: how many to draw.
        replacement: whether a number may be drawn again.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Raises:
        ValueError: weights that are no weights.

    Example:
        >>> import pynn
        >>> list(pynn.data.WeightedRandomSampler([0.0, 1.0], num_samples=3))
        [1, 1, 1]
    """

    def __init__(
        self, weights: Any, num_samples: int, replacement: bool = True, generator: Seed = None
    ) -> None:
        try:
            self.weights = np.asarray(weights, dtype=np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"WeightedRandomSampler: weights must be numbers, got {weights!r}") from None
        if self.weights.ndim != 1 or not (self.weights >= 0).all() or not self.weights.sum() > 0:
            raise ValueError("WeightedRandomSampler: weights must be a list of numbers >= 0, not all 0")
        self.num_samples = _check.integer("WeightedRandomSampler", "num_samples", num_samples, 0)
        self.replacement = replacement
        if not replacement and self.num_samples > np.count_nonzero(self.weights):
            raise ValueError(
                f"WeightedRandomSampler: cannot draw {num_samples} of the {np.count_nonzero(self.weights)} "
                "samples with a weight above 0 without replacement"
            )
        self._generator = generator if generator is None else numpy_generator(generator)

    def __iter__(self) -> Iterator[int]:
        drawn = numpy_generator(self._generator).choice(
            len(self.weights), self.num_samples, self.replacement, self.weights / self.weights.sum()
        )
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Another sampler's numbers in lists of `batch_size`.

    Args:
        sampler: where the numbers come from.
        batch_size: how many to a list, 1 or more.
        drop_last: leave out a last list that is not full.

    Raises:
        ValueError: a batch size that is no whole number of 1 or more.

    Example:
        >>> import pynn
        >>> list(pynn.data.BatchSampler(range(5), batch_size=2))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool = False) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(
                f"BatchSampler: batch_size must be a whole number of 1 or more, got {batch_size!r}"
            )
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        batch: list[int] = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)
