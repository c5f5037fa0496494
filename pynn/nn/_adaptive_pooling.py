"""Pooling to a size that is given: an axis of L places is cut into n windows of nearly equal size.

Window i holds the places from ``i L // n`` to ``⌈(i + 1) L / n⌉``; neighbours may share one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pynn import _check
from pynn._core import ShapeError, Tensor, functional, ops

from ._pooling import max_pool1d, max_pool2d
from ._sizes import image

__all__ = ["adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_max_pool1d", "adaptive_max_pool2d"]

OutputSize = int | None | Sequence[int | None]


def adaptive_avg_pool1d(input: Tensor, output_size: OutputSize) -> Tensor:
    """The last axis cut into `output_size` windows of nearly equal size: the mean of each.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        output_size: how many windows; window i holds the places from ``i L // n`` to ``⌈(i + 1) L / n⌉``.

    Raises:
        ShapeError: another number of axes, or an empty last axis.
        ValueError: `output_size` is negative.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.adaptive_avg_pool1d(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[2., 1.]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool1d", input, output_size, 1)


def adaptive_avg_pool2d(input: Tensor, output_size: OutputSize) -> Tensor:
    """The last two axes cut into windows of nearly equal size: the mean of each.

    With ``output_size=1`` this is global average pooling: one number for each channel.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        output_size: one integer or ``(height, width)``; None keeps the input's size.

    Raises:
        ShapeError: another number of axes, or an image without pixels.
        ValueError: `output_size` is negative.

    Source: Lin, Chen & Yan 2014, Network in network, arXiv:1312.4400, section 3.2.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.adaptive_avg_pool2d(pynn.ones(8, 64, 7, 9), 1).shape
        (8, 64, 1, 1)
    """
    return _adaptive_avg_pool("adaptive_avg_pool2d", input, output_size, 2)


def _adaptive_avg_pool(name: str, input: Tensor, output_size: OutputSize, axes: int) -> Tensor:
    size = _adaptive_size(name, input, output_size, axes)
    if all(n == 1 for n in size):
        return input.mean(tuple(range(-axes, 0)), keepdim=True)
    sizes = tuple(input.shape[-axes:])
    if all(n > 0 and full % n == 0 for full, n in zip(sizes, size, strict=True)):
        kernel = tuple(full // n for full, n in zip(sizes, size, strict=True))
        pool = functional.avg_pool1d if axes == 1 else functional.avg_pool2d
        return pool(input, kernel)
    return ops.resample(input, size, "area")


def adaptive_max_pool1d(input: Tensor, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The last axis cut into `output_size` windows of nearly equal size: the largest element of each.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        output_size: how many windows, cut as in :func:`adaptive_avg_pool1d`.
        return_indices: return where the maxima lie as well.

    Raises:
        ShapeError: another number of axes, or an empty last axis.
        ValueError: `output_size` is negative.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.adaptive_max_pool1d(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]), 1)
        tensor([[3.]])
    """
    return _adaptive_max_pool("adaptive_max_pool1d", input, output_size, return_indices, 1)


def adaptive_max_pool2d(input: Tensor, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The last two axes cut into windows of nearly equal size: the largest element of each.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        output_size: one integer or ``(height, width)``; None keeps the input's size.
        return_indices: return where the maxima lie as well: row times width plus column.

    Raises:
        ShapeError: another number of axes, or an image without pixels.
        ValueError: `output_size` is negative.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.adaptive_max_pool2d(pynn.arange(16.0).reshape(1, 4, 4), (1, 2))
        tensor([[[13., 15.]]])
    """
    return _adaptive_max_pool("adaptive_max_pool2d", input, output_size, return_indices, 2)


def _adaptive_max_pool(
    name: str, input: Tensor, output_size: OutputSize, return_indices: bool, axes: int
) -> Any:
    size = _adaptive_size(name, input, output_size, axes)
    lead, sizes = tuple(input.shape[:-axes]), tuple(input.shape[-axes:])
    if all(n > 0 and full % n == 0 for full, n in zip(sizes, size, strict=True)):
        kernel = tuple(full // n for full, n in zip(sizes, size, strict=True))
        return (max_pool1d if axes == 1 else max_pool2d)(input, kernel, return_indices=return_indices)
    # Windows of different sizes overlap: each axis is read once for every window that a place lies in.
    places = ops.arange(0, math.prod(sizes), 1).reshape(sizes)
    outer = math.prod(lead)
    values, where = input.reshape((outer, *sizes)), places.expand((outer, *sizes))
    for axis, n in enumerate(size, 1):
        values, where = _max_along(values, where, axis, n)
    values, where = values.reshape((*lead, *size)), where.reshape((*lead, *size))
    return (values, where) if return_indices else values


def _max_along(values: Tensor, where: Tensor, axis: int, n: int) -> tuple[Tensor, Tensor]:
    full = values.shape[axis]
    parts = []
    for i in range(n):
        start, end = i * full // n, -(-(i + 1) * full // n)
        part = values.narrow(axis, start, end - start)
        best = part.argmax(axis, keepdim=True)
        parts.append((part.gather(axis, best), where.narrow(axis, start, end - start).gather(axis, best)))
    return tuple(ops.cat([part[k] for part in parts], axis) for k in (0, 1))  # type: ignore[return-value]


def _adaptive_size(name: str, input: Tensor, output_size: OutputSize, axes: int) -> tuple[int, ...]:
    image(name, input, axes)
    sizes = tuple(input.shape[-axes:])
    wanted = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * axes
    if len(wanted) != axes:
        raise ValueError(f"{name}: output_size must be one integer or {axes}, got {output_size!r}")
    if min(sizes) == 0:
        raise ShapeError(f"{name}: got input {tuple(input.shape)}, which has no element to pool")
    return tuple(
        full if n is None else _check.integer(name, "output_size", n, 0)
        for full, n in zip(sizes, wanted, strict=True)
    )
