"""From a series to samples: what was, and what came next. And splits in which the future stays unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .dataset import Dataset, Subset
from .series import Series


class SeriesWindows(Dataset):
    """Samples `(x, y)` of a series: `lookback` values, and the `horizon` values that came next.

    Nothing is copied but a float32 version of the series, if it is not one already.

    Args:
        values: `(T,)` or `(T, F)`, or a `Series`.
        lookback: how many times x shows.
        horizon: how many y holds.
        stride: from the begin of one window to that of the next.
        targets: the columns that y holds, numbers or (of a `Series`) names, one or several. Default: all.
        missing: what to do about NaN: "error", or "drop" to leave out windows with one.

    Shape:
        x is `(lookback, F)`, with F = 1 for `(T,)`. y is `(horizon, K)` for K targets, and `(horizon,)` for
        values `(T,)` or a single target that is not in a list.

    Attributes:
        overlap: how many of the windows that begin after one share targets with it.

    Raises:
        ValueError: the series is too short, or holds NaN.
        KeyError: a target that there is not.

    Example:
        >>> import pynn
        >>> windows = pynn.data.SeriesWindows(pynn.arange(6).float(), lookback=3, horizon=2)
        >>> x, y = windows[1]
        >>> x.squeeze(1).tolist(), y.tolist()
        ([1.0, 2.0, 3.0], [4.0, 5.0])
        >>> len(windows)
        2
    """

    def __init__(
        self,
        values: Any,
        lookback: int,
        horizon: int = 1,
        stride: int = 1,
        targets: int | str | Sequence[int | str] | None = None,
        missing: str = "error",
    ) -> None:
        owner = "SeriesWindows"
        self.lookback = _check.integer(owner, "lookback", lookback, 1)
        self.horizon = _check.integer(owner, "horizon", horizon, 1)
        self.stride = _check.integer(owner, "stride", stride, 1)
        _check.choice(owner, "missing", missing, ("error", "drop"))
        names = values.names if isinstance(values, Series) else []
        series = np.asarray(values.values if isinstance(values, Series) else values)
        if series.ndim not in (1, 2) or series.dtype.kind not in "iuf":
            raise ValueError(
                f"{owner}: values must be numbers (T,) or (T, F), got {series.dtype} of shape {series.shape}"
            )
        self.values = series.astype(np.float32, copy=False).reshape(len(series), -1)
        several = isinstance(targets, Sequence) and not isinstance(targets, str)
        self._flat = series.ndim == 1 or (targets is not None and not several)
        wanted: Any = targets if several else [targets]
        self._columns = None if targets is None else [self._column(name, names) for name in wanted]
        needed = self.lookback + self.horizon
        if len(series) < needed:
            raise ValueError(
                f"{owner}: {self.lookback} values and the next {self.horizon} need {needed}; "
                f"the series has {len(series)}"
            )
        self._starts = np.arange(0, len(series) - needed + 1, self.stride)
        self._leave_out(missing, needed)
        self.overlap = (self.horizon - 1) // self.stride

    def _column(self, name: Any, names: list[str]) -> int:
        if isinstance(name, str):
            if name not in names:
                raise KeyError(f"SeriesWindows: there is no column {name!r}; there are {names}")
            return names.index(name)
        width = self.values.shape[1]
        place = _check.integer("SeriesWindows", "each of targets", name)
        if not -width <= place < width:
            raise KeyError(f"SeriesWindows: there are {width} columns, none is number {place}")
        return place % width

    def _leave_out(self, missing: str, needed: int) -> None:
        holes = np.asarray(np.isnan(self.values).any(1))
        if not holes.any():
            return
        if missing == "error":
            raise ValueError(
                f"SeriesWindows: {holes.sum()} of {len(holes)} times hold NaN, the first is number "
                f"{int(holes.argmax())}. Fill them in, or leave windows with one out: missing='drop'"
            )
        so_far = np.concatenate([[0], np.cumsum(holes)])
        self._starts = self._starts[so_far[self._starts + needed] == so_far[self._starts]]
        if not len(self._starts):
            raise ValueError(f"SeriesWindows: every window of {needed} times holds NaN")

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        place = _check.integer("SeriesWindows", "index", index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"SeriesWindows: index {place} is outside the {len(self)} windows")
        start = int(self._starts[place])
        window = self.values[start : start + self.lookback + self.horizon]
        x, y = self._parts(window[None])
        return _core.from_numpy(x[0]), _core.from_numpy(y[0])

    def take(self, indices: np.ndarray | slice) -> tuple[Tensor, Tensor]:
        """Windows as one batch: `(B, lookback, F)` and `(B, horizon, K)` or `(B, horizon)`.

        Args:
            indices: an integer array, or a slice.
        """
        starts = self._starts[indices]
        x, y = self._parts(self.values[starts[:, None] + np.arange(self.lookback + self.horizon)])
        return _core.from_numpy(x), _core.from_numpy(y)

    def _parts(self, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = windows[:, : self.lookback], windows[:, self.lookback :]
        if self._columns is not None:
            y = y[..., self._columns]
        return x, y[..., 0] if self._flat else y

    def __repr__(self) -> str:
        return f"SeriesWindows({len(self)} windows, {self.lookback} -> {self.horizon})"


def temporal_split(
    *arrays: Any, sizes: Sequence[float] = (0.7, 0.15, 0.15), lookback: int = 0, gap: int = 0
) -> list[Any]:
    """Cut series into parts that follow each other: the first to learn from, the last to test on.

    No part begins before the one before it has ended, so nothing that is tested was seen in training.
    To forecast the first values of a part, a model may look back at what came before them: with
    `lookback`, a part begins that much earlier, and `SeriesWindows(part, lookback)` makes no target of
    what is borrowed.

    Given `SeriesWindows`, it splits the windows, and leaves out those whose targets overlap with the part
    before.

    Args:
        *arrays: tensors, arrays, lists, `Series` or `SeriesWindows` of one length T.
        sizes: counts that add up to T at most, or shares of it that add up to 1 at most.
        lookback: how much each part but the first begins earlier.
        gap: how many to leave out between parts.

    Returns:
        The parts of the first array, then those of the second, and so on; parts of tensors and arrays share
        their memory.

    Raises:
        ValueError: sizes that add up to more, a part without samples, or arrays of different lengths.

    Example:
        >>> import pynn
        >>> train, test = pynn.data.temporal_split(pynn.arange(10), sizes=(0.7, 0.3), lookback=2)
        >>> train.tolist(), test.tolist()
        ([0, 1, 2, 3, 4, 5, 6], [5, 6, 7, 8, 9])
    """
    if not arrays:
        raise ValueError("temporal_split: give at least one series")
    for array in arrays:
        if not hasattr(array, "__len__"):
            raise TypeError(f"temporal_split: expected series, got {type(array).__name__}")
    if len({len(array) for array in arrays}) > 1:
        raise ValueError(f"temporal_split: the series have {', '.join(str(len(a)) for a in arrays)} values")
    total = len(arrays[0])
    back = _check.integer("temporal_split", "lookback", lookback, 0)
    gap = max(_check.integer("temporal_split", "gap", gap, 0), *(_overlap(array) for array in arrays))
    counts = _counts(total, sizes)
    ends = list(accumulate(counts))
    bounds = []
    for i, (count, end) in enumerate(zip(counts, ends, strict=True)):
        first = end - count + (gap if i else 0)
        if first >= end:
            raise ValueError(
                f"temporal_split: part {i} of {list(sizes)} of {total} values is empty"
                + (f" after a gap of {gap}" if gap else "")
            )
        bounds.append((max(0, first - (back if i else 0)), end))
    return [_cut(array, start, end) for array in arrays for start, end in bounds]


def walk_forward(
    samples: Any,
    n_splits: int = 5,
    test_size: int | None = None,
    gap: int = 0,
    max_train_size: int | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cross-validation in which the past forecasts the future: train on all so far, test on what is next.

    As scikit-learn's `TimeSeriesSplit`. Given `SeriesWindows`, the gap is at least such that no target is
    in both parts.

    Args:
        samples: a series, a dataset, or how many samples there are.
        n_splits: how often to train and test.
        test_size: how many samples a test has. Default: as many as fit `n_splits` tests and as much to
            train on before the first.
        gap: how many samples to leave out between the two.
        max_train_size: train on no more than so many, the latest.

    Returns:
        Pairs of sample numbers, to train on and to test on, one after the other.

    Raises:
        ValueError: there are too few samples.

    Example:
        >>> import pynn
        >>> for train, test in pynn.data.walk_forward(6, n_splits=2):
        ...     print(train.tolist(), test.tolist())
        [0, 1] [2, 3]
        [0, 1, 2, 3] [4, 5]
    """
    total = len(samples) if hasattr(samples, "__len__") else samples
    total = _check.integer("walk_forward", "samples", total, 0)
    splits = _check.integer("walk_forward", "n_splits", n_splits, 1)
    gap = max(_check.integer("walk_forward", "gap", gap, 0), _overlap(samples))
    if max_train_size is not None:
        _check.integer("walk_forward", "max_train_size", max_train_size, 1)
    size = total // (splits + 1) if test_size is None else test_size
    size = _check.integer("walk_forward", "test_size", size, 0)
    if size < 1 or total - splits * size - gap < 1:
        raise ValueError(
            f"walk_forward: {total} samples are too few for {splits} tests of {max(size, 1)}, a gap of {gap} "
            "and something to train on before the first"
        )
    order = np.arange(total)
    firsts = range(total - splits * size, total, size)
    return (
        (
            order[0 if max_train_size is None else max(0, first - gap - max_train_size) : first - gap],
            order[first : first + size],
        )
        for first in firsts
    )


def _overlap(samples: Any) -> int:
    return samples.overlap if isinstance(samples, SeriesWindows) else 0


def _counts(total: int, sizes: Sequence[float]) -> list[int]:
    given = [_check.real("temporal_split", "each of sizes", size, above=0) for size in sizes]
    whole = all(size == int(size) for size in given)
    if given and sum(given) <= 1 + 1e-9:
        ends = [round(total * share) for share in accumulate(given)]
        return [end - start for start, end in zip([0, *ends], ends, strict=False)]
    if not given or not whole or sum(given) > total:
        raise ValueError(
            f"temporal_split: sizes {list(sizes)} must be shares that add up to 1 at most, or counts that "
            f"add up to the {total} values at most"
        )
    return [int(size) for size in given]


def _cut(array: Any, start: int, end: int) -> Any:
    if isinstance(array, Series):
        times = None if array.times is None else array.times[start:end]
        return Series(array.values[start:end], times, array.names)
    if isinstance(array, Dataset):
        return Subset(array, range(start, end))
    return array[start:end]
