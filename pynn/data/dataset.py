"""Datasets: where samples come from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .random import Seed, numpy_generator


class Dataset:
    """Samples by number. A subclass says `__len__` and `__getitem__(index)`.

    A dataset that can produce a whole batch at once says `take(indices)` too: an integer array in, the
    collated batch out. `DataLoader` then makes one call per batch instead of one per sample.

    Example:
        >>> import pynn
        >>> class Squares(pynn.data.Dataset):
        ...     def __len__(self):
        ...         return 4
        ...
        ...     def __getitem__(self, index):
        ...         return index**2
        >>> [batch.tolist() for batch in pynn.data.DataLoader(Squares(), batch_size=2)]
        [[0, 1], [4, 9]]
    """

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} does not say how many samples it has (__len__)")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what sample {index} is (__getitem__)")

    def __add__(self, other: Dataset) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset:
    """Samples in the order in which they come, such as lines of a stream. A subclass says `__iter__`.

    Example:
        >>> import pynn
        >>> class Countdown(pynn.data.IterableDataset):
        ...     def __iter__(self):
        ...         return iter([3, 2, 1])
        >>> [batch.tolist() for batch in pynn.data.DataLoader(Countdown(), batch_size=2)]
        [[3, 2], [1]]
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} does not say what its samples are (__iter__)")


class TensorDataset(Dataset):
    """Tensors whose first axes count the same samples.

    Args:
        *tensors: `(N, ...)` each; arrays are converted.

    Raises:
        ValueError: the tensors disagree about N.

    Example:
        >>> import pynn
        >>> data = pynn.data.TensorDataset(pynn.zeros(10, 3), pynn.ones(10))
        >>> len(data), data[0][0].shape
        (10, (3,))
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors: tuple[Tensor, ...] = tuple(as_tensor(tensor) for tensor in tensors)
        if not self.tensors:
            raise ValueError("TensorDataset: give at least one tensor")
        sizes = [tensor.shape[0] if tensor.ndim else None for tensor in self.tensors]
        if None in sizes or len(set(sizes)) != 1:
            shapes = ", ".join(str(tuple(tensor.shape)) for tensor in self.tensors)
            raise ValueError(
                f"TensorDataset: shapes {shapes} do not share their first size, the sample count"
            )

    def __len__(self) -> int:
        return int(self.tensors[0].shape[0])

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def take(self, indices: np.ndarray | slice) -> tuple[Tensor, ...]:
        """The samples at `indices` as one batch: a gather per tensor, or for a slice a view.

        Args:
            indices: an integer array, or a slice.
        """
        if isinstance(indices, slice):
            return tuple(tensor[indices] for tensor in self.tensors)
        index = _core.from_numpy(np.ascontiguousarray(indices, dtype=np.int64))
        return tuple(tensor[index] for tensor in self.tensors)


class Subset(Dataset):
    """Some samples of another dataset, by their numbers there.

    Args:
        dataset: where the samples are.
        indices: their numbers.

    Raises:
        IndexError: a number that the dataset does not have.

    Example:
        >>> import pynn
        >>> data = pynn.data.TensorDataset(pynn.arange(10))
        >>> pynn.data.Subset(data, [3, 7])[1]
        (tensor(7),)
    """

    def __init__(self, dataset: Dataset, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = np.array([_check.integer("Subset", "each of indices", i) for i in indices], np.int64)
        outside = (self.indices < -len(dataset)) | (self.indices >= len(dataset))
        if outside.any():
            where = int(np.argmax(outside))
            raise IndexError(
                f"Subset: index {self.indices[where]} at position {where} is outside "
                f"the {len(dataset)} samples"
            )
        if hasattr(dataset, "take"):
            self.take = self._take

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[int(self.indices[index])]

    def _take(self, indices: np.ndarray | slice) -> Any:
        return self.dataset.take(self.indices[indices])  # type: ignore[attr-defined]


class ConcatDataset(Dataset):
    """Datasets one after the other.

    Args:
        datasets: one or more.

    Raises:
        ValueError: there is none.

    Example:
        >>> import pynn
        >>> a, b = pynn.data.TensorDataset(pynn.arange(2)), pynn.data.TensorDataset(pynn.arange(5))
        >>> len(pynn.data.ConcatDataset([a, b]))
        7
    """

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset: give at least one dataset")
        for dataset in self.datasets:
            if not hasattr(dataset, "__len__"):
                raise TypeError(f"ConcatDataset: {type(dataset).__name__} is no dataset, it has no length")
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(f"ConcatDataset: index {index} is outside the {len(self)} samples")
        index %= len(self)
        which = bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]


def random_split(dataset: Dataset, lengths: Sequence[float], generator: Seed = None) -> list[Subset]:
    """Deal a dataset's samples out at random.

    Args:
        dataset: what is split.
        lengths: sample counts that add up to `len(dataset)`, or fractions that add up to 1.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Example:
        >>> import pynn
        >>> data = pynn.data.TensorDataset(pynn.zeros(10, 3))
        >>> [len(part) for part in pynn.data.random_split(data, [0.8, 0.2], generator=0)]
        [8, 2]
    """
    total = len(dataset)
    counts: list[float] = [_check.real("random_split", "each of lengths", n) for n in lengths]
    if all(0 <= length <= 1 for length in counts) and abs(sum(counts) - 1) < 1e-9:
        parts = [int(total * length) for length in counts]
        for i in range(total - sum(parts)):
            parts[i % len(parts)] += 1
        counts = list(parts)
    if sum(counts) != total or any(count < 0 or count != int(count) for count in counts):
        raise ValueError(f"random_split: {list(lengths)} do not add up to the {total} samples (or to 1)")
    order = numpy_generator(generator).permutation(total).tolist()
    ends = list(accumulate(int(count) for count in counts))
    return [Subset(dataset, order[end - int(n) : end]) for end, n in zip(ends, counts, strict=True)]


def as_tensor(data: Any) -> Tensor:
    """A tensor as it is; arrays, lists, frames and their columns converted (float64 becomes float32).

    Raises:
        TypeError: there are words among the numbers.
    """
    if isinstance(data, Tensor):
        return data
    array = data.to_numpy() if hasattr(data, "to_numpy") else data
    if isinstance(array, np.ndarray) and array.dtype.kind in "OUS":
        array = _numbers(data, array)
    return _core.tensor(array)


def _numbers(data: Any, array: np.ndarray) -> np.ndarray:
    """An array of Python objects as one of numbers: bools beside floats, say."""
    for place, value in np.ndenumerate(array):
        if isinstance(value, (str, bytes)):
            columns = getattr(data, "columns", None)
            where = "" if columns is None else f" in column {columns[place[-1]]!r}"
            raise TypeError(
                f"words such as {str(value)!r}{where} must become numbers first: pynn.data.TablePreparer "
                "does it for a table, pynn.data.LabelEncoder for classes"
            )
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"an array of objects holds what is no number ({error}). Missing values? "
            "pynn.data.SimpleImputer or TablePreparer puts some in; rows of different length? pad them"
        ) from None
