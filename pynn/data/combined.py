"""Datasets made of others: one after the other, or side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .dataset import Dataset, IterableDataset


class ChainDataset(IterableDataset):
    """Streams one after the other.

    Args:
        datasets: iterable datasets, read in this order.

    Raises:
        TypeError: one of them is not iterable.

    Example:
        >>> import pynn
        >>> class Countdown(pynn.data.IterableDataset):
        ...     def __init__(self, n):
        ...         self.n = n
        ...
        ...     def __iter__(self):
        ...         return iter(range(self.n, 0, -1))
        >>> list(pynn.data.ChainDataset([Countdown(2), Countdown(1)]))
        [2, 1, 1]
    """

    def __init__(self, datasets: Iterable[IterableDataset]) -> None:
        if not isinstance(datasets, Iterable):
            raise TypeError(
                f"ChainDataset: datasets must be a list of datasets, got {type(datasets).__name__}"
            )
        self.datasets = list(datasets)
        for dataset in self.datasets:
            if not isinstance(dataset, Iterable):
                raise TypeError(f"ChainDataset: a dataset must be iterable, got {type(dataset).__name__}")

    def __iter__(self) -> Iterator[Any]:
        for dataset in self.datasets:
            yield from dataset


class StackDataset(Dataset):
    """Datasets side by side: a sample is made of one sample of each.

    Args:
        *args: datasets of one length; samples are tuples.
        **kwargs: datasets by name instead; samples are dictionaries.

    Raises:
        ValueError: the lengths differ, there is no dataset, or both kinds are given.
        TypeError: one of them has no length.

    Example:
        >>> import pynn
        >>> pynn.data.StackDataset(image=[10, 20], label=[0, 1])[1]
        {'image': 20, 'label': 1}
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if bool(args) == bool(kwargs):
            raise ValueError("StackDataset: give datasets one after the other, or each with a name")
        self.datasets: Any = kwargs or args
        for dataset in kwargs.values() if kwargs else args:
            if not hasattr(dataset, "__len__"):
                raise TypeError(f"StackDataset: a dataset must have a length, got {type(dataset).__name__}")
        lengths = {len(dataset) for dataset in (kwargs.values() if kwargs else args)}
        if len(lengths) != 1:
            raise ValueError(f"StackDataset: the datasets have different lengths: {sorted(lengths)}")
        self._length = lengths.pop()

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Any:
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)
