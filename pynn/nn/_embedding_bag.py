"""Embeddings of sets: the rows of each bag of indices, added, averaged, or the largest of each feature."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

__all__ = ["embedding_bag"]

_embedding = ops.embedding


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Any = None,
    *,
    mode: str = "mean",
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The rows of `weight` that the indices of each bag name, made one: added, averaged, or their maximum.

    Args:
        input: integers, `(N, L)`: N bags of L; or `(K,)`, all bags in a row, with `offsets`.
        weight: the table, `(rows, features)`.
        offsets: `(N,)`, where in a row of indices each bag begins. The first is 0; a bag may be empty.
        mode: "mean", "sum" or "max".
        per_sample_weights: what each index counts, of the shape of the input; with "sum" alone.
        include_last_offset: the last offset is where the last bag ends, so that there are N + 1.
        padding_idx: an index that counts for nothing, and whose row gets no gradient.

    Shape:
        `(N, features)`. A bag without indices is 0.

    Raises:
        ShapeError: input, offsets and weights do not fit.
        IndexError: an index is not one of the rows.
        ValueError: another mode, or offsets that do not grow from 0.

    Source: Joulin et al. 2016, Bag of tricks for efficient text classification, arXiv:1607.01759.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> table = pynn.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
        >>> F.embedding_bag(pynn.tensor([0, 1, 2, 2]), table, [0, 3], mode="sum")
        tensor([[ 6., 60.],
                [ 3., 30.]])
    """
    owner = "embedding_bag"
    _check.choice(owner, "mode", mode, ("mean", "sum", "max"))
    shape = tuple(_check.tensor(owner, "input", input).shape)
    if input.dtype.is_floating_point:
        raise DTypeError(f"{owner}: input must be indices, integers; got {input.dtype}")
    if tuple(_check.tensor(owner, "weight", weight).shape)[1:] == () or weight.ndim != 2:
        raise ShapeError(f"{owner}: weight must be (rows, features), got {tuple(weight.shape)}")
    if per_sample_weights is not None:
        if mode != "sum":
            raise ValueError(f"{owner}: per_sample_weights count in mode='sum' alone, got mode={mode!r}")
        if tuple(_check.tensor(owner, "per_sample_weights", per_sample_weights).shape) != shape:
            raise ShapeError(
                f"{owner}: per_sample_weights {tuple(per_sample_weights.shape)} must have the shape of the "
                f"input, {shape}"
            )
    if padding_idx is not None:
        rows = weight.shape[0]
        if not -rows <= _check.integer(owner, "padding_idx", padding_idx) < rows:
            raise ValueError(f"{owner}: padding_idx={padding_idx} is not one of the {rows} rows")
        padding_idx %= rows
    counts: Tensor | None = None  # (N, L), which indices count; None: all
    if len(shape) == 1:
        places, filled = _bags(offsets, shape[0], include_last_offset)
        at = _core.from_numpy(places)
        counts = None if filled.all() else _core.from_numpy(filled)
        if shape[0]:
            input = input[at]
            per_sample_weights = None if per_sample_weights is None else per_sample_weights[at]
        else:
            input = at
            per_sample_weights = None if per_sample_weights is None else at.to(weight.dtype)
    elif len(shape) != 2 or offsets is not None:
        said = "" if len(shape) != 2 else " without offsets, which are for (K,)"
        raise ShapeError(f"{owner}: input must be (N, L), or (K,) with offsets; got {shape}{said}")
    if padding_idx is not None:
        real = input != padding_idx
        counts = real if counts is None else counts & real
    if input.shape[1] == 0:
        return ops.zeros((input.shape[0], weight.shape[1]), dtype=weight.dtype)
    found = _embedding(input, weight, padding_idx)  # (N, L, features)
    return _largest(found, counts) if mode == "max" else _sum(found, counts, per_sample_weights, mode)


def _sum(found: Tensor, counts: Tensor | None, weights: Tensor | None, mode: str) -> Tensor:
    """Σ over a bag, as a product of a row of weights with its matrix of rows."""
    if counts is None and weights is None:
        return found.mean(1) if mode == "mean" else found.sum(1)
    each = None if counts is None else counts.to(found.dtype)
    if mode == "mean" and each is not None:
        each = each / each.sum(1, keepdim=True).clip(1)
    if weights is not None:
        weights = weights.to(found.dtype)
        each = weights if each is None else weights * each
    assert each is not None
    return (each.unsqueeze(1) @ found).squeeze(1)


def _largest(found: Tensor, counts: Tensor | None) -> Tensor:
    if counts is None:
        return found.max(1)[0]
    most = found.masked_fill(~counts.unsqueeze(2), -float("inf")).max(1)[0]
    return most.masked_fill(~counts.any(1).unsqueeze(1), 0.0)


def _bags(offsets: Any, total: int, include_last: bool) -> tuple[np.ndarray, np.ndarray]:
    """Places `(N, L)` of the indices of each bag in their row, and which of them are no filling."""
    if offsets is None:
        raise ShapeError(
            f"embedding_bag: input ({total},), all bags in a row, needs offsets: where each begins. Did you "
            "mean input.unsqueeze(0), one bag?"
        )
    starts = np.asarray(offsets.numpy() if isinstance(offsets, Tensor) else offsets)
    if starts.ndim != 1:
        raise ShapeError(f"embedding_bag: offsets must be (N,), got {starts.shape}")
    if starts.dtype.kind not in "iu" and starts.size:
        raise TypeError(f"embedding_bag: offsets must be integers, got {offsets!r}")
    starts = starts.astype(np.int64)
    ends = starts if include_last else np.append(starts, total)
    sizes = np.diff(ends)
    if len(ends) < 1 or (len(starts) and starts[0] != 0) or (sizes < 0).any() or ends[-1] > total:
        raise ValueError(
            f"embedding_bag: offsets begin with 0, never fall, and stay within the {total} indices; "
            f"got {starts.tolist()}"
        )
    filled = np.arange(sizes.max(initial=0)) < sizes[:, None]
    places = np.zeros(filled.shape, np.int64)
    places[filled] = np.arange(sizes.sum())
    return places, filled
