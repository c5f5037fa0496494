"""Medians, quantiles, counts: what a sample of numbers is like."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pynn import _core
from pynn._core import ShapeError, Tensor, ops

from . import _check
from ._tensor import method

__all__ = [
    "bincount",
    "bucketize",
    "corrcoef",
    "cov",
    "histc",
    "isin",
    "median",
    "nanmean",
    "nansum",
    "quantile",
    "searchsorted",
    "std_mean",
    "unique",
    "var_mean",
]


class MedianResult(NamedTuple):
    """The medians along an axis, and where they stand.

    Example:
        >>> import pynn
        >>> pynn.tensor([[3, 1, 2]]).median(1).indices
        tensor([2])
    """

    values: Tensor
    indices: Tensor


@method
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The element in the middle, the lower one of two; NaN if there is a NaN.

    Args:
        input: any shape, with an element at least.
        dim: None for one number, ``()``; an axis for ``(values, indices)``.
        keepdim: keep the axis with size 1.

    Returns:
        A tensor, or the named tuple ``(values, indices)`` if ``dim`` is an axis.

    Raises:
        ValueError: there is no element to choose from.

    Example:
        >>> import pynn
        >>> pynn.median(pynn.tensor([4.0, 1.0, 3.0, 2.0]))
        tensor(2.)
        >>> pynn.tensor([[1, 5, 3], [9, 7, 8]]).median(dim=1).values
        tensor([3, 8])
    """
    _check.tensors("median", input=input)
    x, axis = (input.reshape(-1), 0) if dim is None else (input, dim)
    size = x.shape[axis] if x.ndim else 1
    if size == 0:
        raise ValueError(f"median: there is no element along an axis of size 0, in shape {tuple(x.shape)}")
    if x.ndim == 0:
        return MedianResult(x, ops.zeros((), _core.int64))
    values, indices = ops.sort(x, axis)
    last = values.select(axis, size - 1)  # NaN is sorted to the end
    place = ops.where(ops.isnan(last), size - 1, (size - 1) // 2) if x.is_floating_point() else None
    if place is None:
        picked = [t.narrow(axis, (size - 1) // 2, 1) for t in (values, indices)]
    else:
        picked = [ops.gather(t, axis, place.unsqueeze(axis)) for t in (values, indices)]
    if not keepdim or dim is None:
        picked = [t.squeeze(axis) for t in picked]
    return picked[0] if dim is None else MedianResult(*picked)


@method
def quantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """The value that a share ``q`` of the elements is not above.

    Args:
        input: any shape, floating-point.
        q: a number in [0, 1], or a 1-d tensor of K such numbers: the result then has a first axis of size K.
        dim: the axis. Default: all elements together.
        keepdim: keep the axis with size 1.
        interpolation: between two elements: "linear", "lower", "higher", "nearest" or "midpoint".

    Raises:
        ValueError: q is not in [0, 1], there is no element, or another interpolation.

    Example:
        >>> import pynn
        >>> pynn.quantile(pynn.tensor([0.0, 1.0, 2.0, 3.0]), 0.5)
        tensor(1.5)
    """
    _check.tensors("quantile", input=input)
    x, axis = (input.reshape(-1), 0) if dim is None else (input, dim % max(input.ndim, 1))
    if x.ndim == 0 or x.shape[axis] == 0:
        raise ValueError(f"quantile: there is nothing to choose from in shape {tuple(input.shape)}")
    shares = np.atleast_1d(np.asarray(q, dtype=np.float64))
    if shares.ndim > 1 or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"quantile: q must be a number, or a list of numbers, in [0, 1], got {q}")
    place = shares * (x.shape[axis] - 1)
    low, high = np.floor(place), np.ceil(place)
    weights = {
        "linear": place - low,
        "lower": np.zeros_like(place),
        "higher": np.ones_like(place),
        "nearest": np.rint(place) - low,
        "midpoint": np.full_like(place, 0.5),
    }
    if interpolation not in weights:
        raise ValueError(
            f"quantile: interpolation must be one of {', '.join(weights)}, got {interpolation!r}"
        )
    ordered = ops.sort(x, axis)[0].movedim(axis, 0)
    shape = [-1, *[1] * (ordered.ndim - 1)]
    below, above = (ordered.index_select(0, _core.tensor(at.astype(np.int64))) for at in (low, high))
    y = ops.lerp(below, above, _core.tensor(weights[interpolation], x.dtype).reshape(shape))
    y = ops.where(ops.isnan(ordered[-1:]), float("nan"), y)
    if keepdim:
        y = y.reshape((-1, *[1] * input.ndim)) if dim is None else y.unsqueeze(axis + 1)
    return y if isinstance(q, Tensor) and q.ndim == 1 else y.squeeze(0)


@method
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The sum of the elements that are not NaN.

    Args:
        input: any shape.
        dim: an axis or several. Default: all.
        keepdim: keep the axes with size 1.

    Example:
        >>> import pynn
        >>> pynn.nansum(pynn.tensor([1.0, float("nan"), 2.0]))
        tensor(3.)
    """
    _check.tensors("nansum", input=input)
    return ops.sum(ops.where(ops.isnan(input), 0, input), dim, keepdim)


@method
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The mean of the elements that are not NaN.

    Args:
        input: any shape.
        dim: an axis or several. Default: all.
        keepdim: keep the axes with size 1.

    Example:
        >>> import pynn
        >>> pynn.nanmean(pynn.tensor([1.0, float("nan"), 2.0])).item()
        1.5
    """
    _check.tensors("nanmean", input=input)
    return nansum(input, dim, keepdim) / ops.sum(ops.logical_not(ops.isnan(input)), dim, keepdim)


def std_mean(
    input: Tensor, dim: Any = None, *, correction: float = 1, keepdim: bool = False
) -> tuple[Tensor, Tensor]:
    """The standard deviation and the mean.

    Args:
        input: any shape, floating-point.
        dim: an axis or several. Default: all.
        correction: the sum of squares is divided by N - correction.
        keepdim: keep the axes with size 1.

    Example:
        >>> import pynn
        >>> pynn.std_mean(pynn.tensor([1.0, 3.0]), correction=0)
        (tensor(1.), tensor(2.))
    """
    _check.tensors("std_mean", input=input)
    return ops.std(input, dim, correction, keepdim), ops.mean(input, dim, keepdim)


def var_mean(
    input: Tensor, dim: Any = None, *, correction: float = 1, keepdim: bool = False
) -> tuple[Tensor, Tensor]:
    """The variance and the mean.

    Args:
        input: any shape, floating-point.
        dim: an axis or several. Default: all.
        correction: the sum of squares is divided by N - correction.
        keepdim: keep the axes with size 1.

    Example:
        >>> import pynn
        >>> pynn.var_mean(pynn.tensor([1.0, 3.0]))
        (tensor(2.), tensor(2.))
    """
    _check.tensors("var_mean", input=input)
    return ops.var(input, dim, correction, keepdim), ops.mean(input, dim, keepdim)


@method
def cov(input: Tensor, *, correction: int = 1) -> Tensor:
    """The covariances of variables: rows of ``input`` are variables, columns are observations.

    Args:
        input: ``(V, N)``, or ``(N,)`` for the variance of one.
        correction: the sums are divided by N - correction.

    Returns:
        ``(V, V)``, or ``()``.

    Raises:
        ShapeError: more than two axes.

    Example:
        >>> import pynn
        >>> pynn.cov(pynn.tensor([[1.0, 3.0], [2.0, 0.0]]))
        tensor([[ 2., -2.],
                [-2.,  2.]])
    """
    _check.tensors("cov", input=input)
    if input.ndim > 2:
        raise ShapeError(f"cov: expected (V, N) or (N,), got {tuple(input.shape)}")
    rows = input.reshape(-1, input.shape[-1]) if input.ndim else input.reshape(1, 1)
    centred = rows - rows.mean(1, keepdim=True)
    y = centred @ centred.T / max(rows.shape[1] - correction, 0)
    return y if input.ndim == 2 else y.reshape(())


@method
def corrcoef(input: Tensor) -> Tensor:
    """The correlations of variables, in -1 to 1: their covariances over the product of their deviations.

    Args:
        input: ``(V, N)``: rows are variables, columns are observations.

    Returns:
        ``(V, V)``.

    Example:
        >>> import pynn
        >>> pynn.corrcoef(pynn.tensor([[1.0, 3.0], [2.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    _check.tensors("corrcoef", input=input)
    c = cov(input)
    if c.ndim == 0:
        return c / c
    deviation = c.diagonal().sqrt()
    return (c / deviation.unsqueeze(1) / deviation).clip(-1, 1)


# ---- counting: no gradient flows through these ------------------------------------------------------


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
    values = np.asarray(input.detach())
    found = np.unique(values, return_inverse=True, return_counts=True, axis=dim)
    inverse = found[1].reshape(values.shape if dim is None else -1)
    wanted = [found[0], *([inverse] if return_inverse else []), *([found[2]] if return_counts else [])]
    made = tuple(_core.tensor(np.ascontiguousarray(part)) for part in wanted)
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
