"""Counting, sorting in and looking up: integers and answers, through which no gradient flows."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _core
from pynn._core import ShapeError, Tensor

from . import _check
from ._tensor import method

__all__ = [
    "bincount",
    "bucketize",
    "histc",
    "isin",
    "searchsorted",
    "unique",
]


@method
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements, in order.

    Args:
        input: any shape.
        sorted: accepted for PyTorch's sake; they always are.
        return_inverse: also return where each element of the input stands among them.
        return_counts: also return how often each occurs.
        dim: compare whole slices along this axis. Default: single elements.

    Returns:
        A tensor, or a tuple of it and what else was asked for.

    Example:
        >>> import pynn
        >>> pynn.unique(pynn.tensor([3, 1, 3]), return_counts=True)
        (tensor([1, 3]), tensor([1, 2]))
    """
    _check.tensors("unique", input=input)
    if dim is not None:
        _check.integer("unique", "dim", dim)
    values = np.asarray(input.detach())
    found = np.unique(values, return_inverse=True, return_counts=True, axis=dim)
    inverse = found[1].reshape(values.shape if dim is None else -1)
    wanted = [found[0], *([inverse] if return_inverse else []), *([found[2]] if return_counts else [])]
    # np.ascontiguousarray would make a row of a single number
    made = tuple(_core.tensor(np.asarray(part, order="C")) for part in wanted)
    return made if len(made) > 1 else made[0]


@method
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of the numbers 0, 1, 2, ... occurs.

    Args:
        input: ``(N,)``, integers of 0 or more.
        weights: how much each occurrence counts, ``(N,)``. Default: 1.
        minlength: the least size of the result.

    Returns:
        ``(max(input) + 1,)`` or more: int64, or the dtype of the weights.

    Raises:
        ValueError: a number below 0, or another shape.

    Example:
        >>> import pynn
        >>> pynn.bincount(pynn.tensor([0, 2, 2]), minlength=4)
        tensor([1, 0, 2, 0])
    """
    _check.tensors("bincount", input=input)
    values = np.asarray(input.detach())
    if values.ndim != 1 or values.dtype.kind not in "iu" or (values.size and values.min() < 0):
        raise ValueError(
            "bincount: expected a 1-d tensor of integers of 0 or more, "
            f"got {input.dtype} {tuple(input.shape)}"
        )
    if weights is not None and weights.shape != input.shape:
        raise ShapeError(f"bincount: weights {tuple(weights.shape)} and input {tuple(input.shape)} differ")
    counts = np.bincount(values, None if weights is None else np.asarray(weights.detach()), minlength)
    return _core.tensor(counts, _core.int64 if weights is None else weights.dtype)


@method
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements fall into each of ``bins`` equal intervals of [min, max].

    Args:
        input: any shape, floating-point.
        bins: how many intervals.
        min: where the first begins.
        max: where the last ends. Both 0: the least and the largest element.

    Returns:
        ``(bins,)``, of the input's dtype. Elements outside are not counted.

    Raises:
        ValueError: bins is below 1, or min above max.

    Example:
        >>> import pynn
        >>> pynn.histc(pynn.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
        tensor([0., 2., 1., 0.])
    """
    _check.tensors("histc", input=input)
    _check.integer("histc", "bins", bins)
    for name, end in (("min", min), ("max", max)):
        _check.real("histc", name, end)
    if bins < 1 or min > max:
        raise ValueError(f"histc: expected bins of 1 or more and min <= max, got {bins}, {min} and {max}")
    values = np.asarray(input.detach()).reshape(-1)
    if min == max == 0 and values.size:
        min, max = float(values.min()), float(values.max())
    if min == max:
        min, max = min - 1, max + 1
    return _core.tensor(np.histogram(values, bins, (min, max))[0], input.dtype)


def searchsorted(sorted_sequence: Tensor, input: Any, *, right: bool = False) -> Tensor:
    """Where each element would have to be inserted to keep a sequence in order.

    Args:
        sorted_sequence: ``(N,)``, in rising order.
        input: any shape, or a number.
        right: among equal elements, after the last instead of before the first.

    Returns:
        Indices from 0 to N, of the input's shape.

    Raises:
        ShapeError: the sequence is not 1-d.

    Example:
        >>> import pynn
        >>> pynn.searchsorted(pynn.tensor([1, 3, 5]), pynn.tensor([3, 6]))
        tensor([1, 3])
    """
    _check.tensors("searchsorted", sorted_sequence=sorted_sequence)
    if sorted_sequence.ndim != 1:
        raise ShapeError(f"searchsorted: expected a sequence (N,), got {tuple(sorted_sequence.shape)}")
    side: Any = "right" if right else "left"
    found = np.searchsorted(np.asarray(sorted_sequence.detach()), np.asarray(input), side)
    return _core.tensor(np.asarray(found, dtype=np.int64))


def bucketize(input: Any, boundaries: Tensor, *, right: bool = False) -> Tensor:
    """The number of the interval between ``boundaries`` that each element falls into.

    Args:
        input: any shape, or a number.
        boundaries: ``(N,)``, in rising order.
        right: an element at a boundary belongs to the interval above it.

    Returns:
        Numbers from 0 to N, of the input's shape.

    Example:
        >>> import pynn
        >>> pynn.bucketize(pynn.tensor([0.5, 2.0, 9.0]), pynn.tensor([1.0, 2.0]))
        tensor([0, 1, 2])
    """
    _check.tensors("bucketize", boundaries=boundaries)
    return searchsorted(boundaries, input, right=right)


def isin(elements: Tensor, test_elements: Any, *, invert: bool = False) -> Tensor:
    """Whether each element is among others.

    Args:
        elements: any shape.
        test_elements: a tensor, a list or a number.
        invert: whether it is not.

    Example:
        >>> import pynn
        >>> pynn.isin(pynn.tensor([1, 2, 3]), pynn.tensor([2, 3]))
        tensor([False,  True,  True])
    """
    _check.tensors("isin", elements=elements)
    found = np.isin(np.asarray(elements.detach()), np.asarray(test_elements), invert=invert)
    return _core.tensor(np.asarray(found))
