"""Sequences of different lengths side by side in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pynn import _check, _core, data
from pynn._core import Tensor


class Padded(NamedTuple):
    """A batch of sequences that were filled up to one length.

    Args:
        tokens: `(N, T)`, or `(N, T, ...)` where each step holds more than one number.
        lengths: `(N,)` int64, how much of each row is not filling.
        mask: `(N, T)` bool, True on what is not filling.

    Example:
        >>> import pynn
        >>> tokens, lengths, mask = pynn.text.pad_batch([[5, 6, 7], [8]])
        >>> mask.tolist()
        [[True, True, True], [True, False, False]]
    """

    tokens: Tensor
    lengths: Tensor
    mask: Tensor


def pad_batch(
    sequences: Sequence[Any], pad: float = 0, length: int | None = None, side: str = "right"
) -> Padded:
    """Fill sequences up to one length.

    Args:
        sequences: lists, arrays or tensors `(T_i,)`, or `(T_i, ...)` that agree after the first size.
        pad: what to fill with.
        length: fill up or cut to this length. Default: that of the longest.
        side: "right" fills after each sequence, "left" before it (as for generation, which goes on at the
            right). What is too long loses its end, or with "left" its begin.

    Returns:
        `Padded(tokens, lengths, mask)`: whole numbers become int64, others float32.

    Raises:
        ValueError: there are no sequences, or their steps are of different shapes.

    Example:
        >>> import pynn
        >>> batch = pynn.text.pad_batch([[5, 6, 7], [8]], pad=0)
        >>> batch.tokens.tolist(), batch.lengths.tolist()
        ([[5, 6, 7], [8, 0, 0]], [3, 1])
        >>> pynn.text.pad_batch([[5, 6, 7], [8]], length=2, side="left").tokens.tolist()
        [[6, 7], [0, 8]]
    """
    _check.choice("pad_batch", "side", side, ("right", "left"))
    if not isinstance(sequences, Sequence) or not len(sequences):
        raise ValueError("pad_batch: there are no sequences" + _got(sequences))
    rows = [_row(sequence, i) for i, sequence in enumerate(sequences)]
    longest = max(map(len, rows)) if length is None else _check.integer("pad_batch", "length", length, 1)
    shapes = {row.shape[1:] for row in rows if row.size or row.ndim > 1}
    if len(shapes) > 1:
        raise ValueError(f"pad_batch: steps of shapes {sorted(shapes)} cannot stand in one batch")
    whole = all(row.dtype.kind in "iub" for row in rows if row.size)
    steps = next(iter(shapes), ())
    filled = np.full((len(rows), longest, *steps), pad, np.int64 if whole else np.float32)
    mask = np.zeros((len(rows), longest), bool)
    for i, row in enumerate(rows):
        kept = row[:longest] if side == "right" else row[max(0, len(row) - longest) :]
        place = slice(0, len(kept)) if side == "right" else slice(longest - len(kept), longest)
        filled[i, place] = kept.reshape(len(kept), *steps)
        mask[i, place] = True
    return Padded(_core.from_numpy(filled), _core.from_numpy(mask.sum(1)), _core.from_numpy(mask))


class PadCollate:
    """A `collate_fn` for `DataLoader`: samples whose sequences have different lengths become one batch.

    A sample is a sequence of tokens, or a tuple of parts such as `(tokens, label)`. Of a tuple the parts
    named by `sequences` are padded; the others are collated as usual.

    Args:
        pad: what to fill with.
        sequences: which parts of a tuple are sequences. Default: the first.
        lengths: give each as `Padded(tokens, lengths, mask)`; with False as tokens alone, for models that
            know padding by its number.
        length: fill up or cut to this length. Default: the longest of the batch.
        side: "right" or "left", where to fill.

    Raises:
        ValueError: a sample lacks a part.

    Example:
        >>> import pynn
        >>> samples = [([4, 5, 6], 1), ([7], 0)]
        >>> loader = pynn.data.DataLoader(samples, 2, collate_fn=pynn.text.PadCollate())
        >>> for (tokens, lengths, mask), labels in loader:
        ...     print(tokens.tolist(), lengths.tolist(), labels.tolist())
        [[4, 5, 6], [7, 0, 0]] [3, 1] [1, 0]
    """

    def __init__(
        self,
        pad: float = 0,
        sequences: int | Sequence[int] = 0,
        lengths: bool = True,
        length: int | None = None,
        side: str = "right",
    ) -> None:
        several = sequences if isinstance(sequences, Sequence) else [sequences]
        self.sequences = [_check.integer("PadCollate", "each of sequences", part, 0) for part in several]
        self.pad, self.lengths, self.length = _check.real("PadCollate", "pad", pad), lengths, length
        self.side = _check.choice("PadCollate", "side", side, ("right", "left"))
        if length is not None:
            _check.integer("PadCollate", "length", length, 1)

    def __call__(self, samples: Sequence[Any]) -> Any:
        """One batch.

        Args:
            samples: a list of samples.
        """
        if not len(samples):
            raise ValueError("PadCollate: there are no samples")
        if not isinstance(samples[0], tuple):
            return self._padded(samples)
        parts = list(zip(*samples, strict=True))
        missing = [part for part in self.sequences if part >= len(parts)]
        if missing:
            raise ValueError(f"PadCollate: a sample has {len(parts)} parts, none is number {missing[0]}")
        return tuple(
            self._padded(part) if i in self.sequences else data.default_collate(part)
            for i, part in enumerate(parts)
        )

    def _padded(self, sequences: Sequence[Any]) -> Padded | Tensor:
        batch = pad_batch(sequences, self.pad, self.length, self.side)
        return batch if self.lengths else batch.tokens


def _row(sequence: Any, place: int) -> np.ndarray:
    row = np.asarray(sequence)
    if row.ndim == 0 or row.dtype.kind not in "iubf":
        raise ValueError(
            f"pad_batch: sequence {place} is no list of numbers, but {type(sequence).__name__} "
            f"{str(sequence)[:40]!r}. Encode text first: vocabulary.encode(text)"
        )
    return row


def _got(value: Any) -> str:
    return "" if isinstance(value, Sequence) else f", but a {type(value).__name__}"
