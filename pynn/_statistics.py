"""Medians, quantiles, covariances: what a sample of numbers is like."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pynn import _core
from pynn._core import ShapeError, Tensor, ops

from . import _check
from ._tensor import method

__all__ = [
    "corrcoef",
    "cov",
    "median",
    "nanmean",
    "nansum",
    "quantile",
    "std_mean",
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
