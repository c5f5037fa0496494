"""Windows over a long stream of tokens, from which a language model learns what comes next."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core, data
from pynn._core import Tensor


class WindowDataset(data.Dataset):
    """Pieces `(x, y)` of a stream of tokens, where y is x one token later.

    The stream is not copied: a window is cut out when it is asked for, also from a file that is mapped
    into memory (`load_tokens`).

    Args:
        tokens: `(N,)` whole numbers: a list, array or tensor.
        length: T, tokens in x and in y.
        stride: from the begin of one window to that of the next. Default: `length`, so that every token
            is predicted once.

    Raises:
        TypeError: the tokens are no whole numbers.
        ValueError: the stream is shorter than `length` + 1.

    Example:
        >>> import pynn
        >>> windows = pynn.text.WindowDataset([5, 6, 7, 8, 9, 4, 3], length=3)
        >>> x, y = windows[0]
        >>> x.tolist(), y.tolist()
        ([5, 6, 7], [6, 7, 8])

        Random windows, each from anywhere:

        >>> windows = pynn.text.WindowDataset(list(range(1000)), length=8, stride=1)
        >>> anywhere = pynn.data.RandomSampler(windows, replacement=True, num_samples=64)
        >>> [x.shape for x, y in pynn.data.DataLoader(windows, 32, sampler=anywhere)]
        [(32, 8), (32, 8)]
    """

    def __init__(self, tokens: Any, length: int, stride: int | None = None) -> None:
        stream = np.asarray(tokens)  # no copy of an array or a tensor
        if stream.ndim != 1:
            raise ValueError(f"WindowDataset: tokens must be one stream (N,), got shape {stream.shape}")
        self.length = _check.integer("WindowDataset", "length", length, 1)
        self.stride = self.length if stride is None else _check.integer("WindowDataset", "stride", stride, 1)
        if len(stream) <= self.length:
            raise ValueError(
                f"WindowDataset: a window of {self.length} tokens and the next one need {self.length + 1}; "
                f"the stream has {len(stream)}"
            )
        if stream.dtype.kind not in "iu":
            raise TypeError(
                f"WindowDataset: tokens are whole numbers, got {stream.dtype}. For a series of measurements "
                "take pynn.data.SeriesWindows; text is encoded first: vocabulary.encode(text)"
            )
        self.tokens = stream
        self._count = (len(stream) - 1 - self.length) // self.stride + 1

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        place = _check.integer("WindowDataset", "index", index)
        if not -self._count <= place < self._count:
            raise IndexError(f"WindowDataset: index {place} is outside the {self._count} windows")
        start = place % self._count * self.stride
        window = _tensor(self.tokens[start : start + self.length + 1])
        return window[:-1], window[1:]

    def take(self, indices: np.ndarray | slice) -> tuple[Tensor, Tensor]:
        """Windows as one batch, `(B, T)` each.

        Args:
            indices: an integer array, or a slice.
        """
        which = np.arange(self._count)[indices] if isinstance(indices, slice) else np.asarray(indices)
        outside = (which < -self._count) | (which >= self._count)
        if outside.any():
            raise IndexError(f"WindowDataset: index {which[outside][0]} is outside the {self._count} windows")
        starts = which % self._count * self.stride
        windows = _tensor(self.tokens[starts[:, None] + np.arange(self.length + 1)])
        return windows[:, :-1], windows[:, 1:]

    def __repr__(self) -> str:
        return f"WindowDataset({self._count} windows of {self.length}, {len(self.tokens)} tokens)"


def _tensor(tokens: np.ndarray) -> Tensor:
    whole = tokens if tokens.dtype == np.int64 and tokens.flags.writeable else tokens.astype(np.int64)
    return _core.from_numpy(np.asarray(whole))
