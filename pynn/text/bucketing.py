"""Batches of sequences of like lengths, in which little is filling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pynn import _check, data


class BucketBatchSampler(data.Sampler):
    """Lists of sample numbers, each of sequences of like lengths, for `DataLoader(batch_sampler=...)`.

    Each time it is read, the samples are shuffled and cut into pools of `pool` batches. A pool is sorted
    by length and cut into batches, and then all batches are shuffled. A larger pool means less filling and
    less chance in which samples meet.

    Args:
        lengths: `(N,)`, how long each sample is; or the sequences themselves.
        batch_size: samples in a batch.
        shuffle: deal the samples anew each time. Otherwise all are sorted, shortest first.
        drop_last: leave out a last batch that is not full.
        pool: how many batches are sorted together.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Raises:
        ValueError: a size below 1, or negative lengths.

    Example:
        >>> import pynn
        >>> texts = ["a", "bb", "c", "dddd", "eee", "ff"]
        >>> batches = pynn.text.BucketBatchSampler(texts, batch_size=2, generator=0)
        >>> sorted([texts[i] for i in batch] for batch in batches)
        [['c', 'a'], ['eee', 'dddd'], ['ff', 'bb']]
    """

    def __init__(
        self,
        lengths: Any,
        batch_size: int,
        shuffle: bool = True,
        drop_last: bool = False,
        pool: int = 50,
        generator: data.random.Seed = None,
    ) -> None:
        owner = "BucketBatchSampler"
        self.lengths = _lengths(lengths)
        self.batch_size = _check.integer(owner, "batch_size", batch_size, 1)
        self.pool = _check.integer(owner, "pool", pool, 1)
        self.shuffle, self.drop_last = shuffle, drop_last
        self._generator = generator if generator is None else data.random.numpy_generator(generator)

    def __iter__(self) -> Iterator[list[int]]:
        total = len(self.lengths)
        generator = data.random.numpy_generator(self._generator) if self.shuffle else None
        order = np.arange(total) if generator is None else generator.permutation(total)
        size = self.batch_size * self.pool if self.shuffle else max(1, total)
        pools = [order[start : start + size] for start in range(0, total, size)]
        # Stable, so that those of one length keep their random order.
        pools = [pool[np.argsort(self.lengths[pool], kind="stable")] for pool in pools]
        batches = [
            pool[start : start + self.batch_size].tolist()
            for pool in pools
            for start in range(0, len(pool), self.batch_size)
        ]
        if self.drop_last and batches and len(batches[-1]) < self.batch_size:
            batches.pop()
        if generator is not None:
            batches = [batches[i] for i in generator.permutation(len(batches))]
        return iter(batches)

    def __len__(self) -> int:
        count = len(self.lengths)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


def _lengths(given: Any) -> np.ndarray:
    if isinstance(given, Sequence) and len(given) and hasattr(given[0], "__len__"):
        return np.array([len(sequence) for sequence in given], np.int64)
    lengths = np.asarray(given)
    if lengths.ndim != 1 or (lengths.size and (lengths.dtype.kind not in "iu" or lengths.min() < 0)):
        raise ValueError(
            "BucketBatchSampler: lengths must be whole numbers (N,) of 0 or more, or sequences; got "
            f"{type(given).__name__} of shape {lengths.shape}"
        )
    return lengths
