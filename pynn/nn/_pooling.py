"""Pooling: one number for each window of a sequence or an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pynn import _check
from pynn._core import ShapeError, Tensor, functional, ops

from ._sizes import image, pair

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "lp_pool1d",
    "lp_pool2d",
    "max_pool1d",
    "max_pool2d",
    "max_unpool1d",
    "max_unpool2d",
]

Size = int | Sequence[int]
OutputSize = int | None | Sequence[int | None]


def max_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window along the last axis; NaN if one is NaN.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        padding: so many places of -inf at both ends, at most half a window.
        dilation: the distance of neighbours in a window.
        ceil_mode: add a window for what is left over at the end.
        return_indices: return where the maxima lie as well, as :func:`max_unpool1d` wants them.

    Returns:
        ``(N, C, L_out)`` with ``L_out = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1``.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: a size below 1, or a padding of more than half a window.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.max_pool1d(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[3., 2.]])
    """
    pool = ops.max_pool1d_with_indices if return_indices else ops.max_pool1d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window over the last two axes; NaN if one is NaN.

    Every size is one integer or ``(height, width)``.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        padding: so many places of -inf around the image, at most half a window.
        dilation: the distance of neighbours in a window.
        ceil_mode: add windows for what is left over at the right and below.
        return_indices: return where the maxima lie as well: row times width plus column, int64.

    Returns:
        ``(N, C, H_out, W_out)`` with
        ``H_out = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1``.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: a size below 1, or a padding of more than half a window.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.max_pool2d(pynn.arange(16.0).reshape(1, 4, 4), 2)
        tensor([[[ 5.,  7.],
                 [13., 15.]]])
    """
    pool = ops.max_pool2d_with_indices if return_indices else ops.max_pool2d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """:func:`max_pool1d` undone as far as it goes: maxima where they came from, zeros elsewhere.

    Args:
        input: the maxima, ``(N, C, L)`` or ``(C, L)``.
        indices: where they lay, from ``max_pool1d(..., return_indices=True)``.
        kernel_size: as it was in pooling.
        stride: as it was in pooling. Default: `kernel_size`.
        padding: as it was in pooling.
        output_size: the shape before pooling, or its last axis alone. Default: the smallest possible.

    Raises:
        ShapeError: `indices` has another shape than `input`.
        IndexError: an index lies outside the result.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> y, where = F.max_pool1d(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]), 2, return_indices=True)
        >>> F.max_unpool1d(y, where, 2)
        tensor([[0., 3., 2., 0.]])
    """
    return _max_unpool("max_unpool1d", 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """:func:`max_pool2d` undone as far as it goes: maxima where they came from, zeros elsewhere.

    Args:
        input: the maxima, ``(N, C, H, W)`` or ``(C, H, W)``.
        indices: where they lay, from ``max_pool2d(..., return_indices=True)``.
        kernel_size: as it was in pooling.
        stride: as it was in pooling. Default: `kernel_size`.
        padding: as it was in pooling.
        output_size: the shape before pooling, or its last two axes. Default: the smallest possible.

    Raises:
        ShapeError: `indices` has another shape than `input`.
        IndexError: an index lies outside the result.

    Source: Zeiler & Fergus 2014, Visualizing and understanding convolutional networks, section 2.1.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> y, where = F.max_pool2d(pynn.arange(4.0).reshape(1, 2, 2), 2, return_indices=True)
        >>> F.max_unpool2d(y, where, 2)
        tensor([[[0., 0.],
                 [0., 3.]]])
    """
    return _max_unpool("max_unpool2d", 2, input, indices, kernel_size, stride, padding, output_size)


def _max_unpool(
    name: str,
    axes: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    output_size: Sequence[int] | None,
) -> Tensor:
    image(name, input, axes)
    if _check.tensor(name, "indices", indices).shape != input.shape:
        raise ShapeError(
            f"{name}: input {tuple(input.shape)} and indices {tuple(indices.shape)} must have one shape"
        )
    kernel = pair(name, "kernel_size", kernel_size, axes, 1)
    step = kernel if stride is None else pair(name, "stride", stride, axes, 1)
    pad = pair(name, "padding", padding, axes, 0)
    lead, sizes = tuple(input.shape[:-axes]), tuple(input.shape[-axes:])
    if output_size is None:
        size = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(sizes, step, pad, kernel, strict=True))
        if min(size) < 0:
            raise ShapeError(f"{name}: input {tuple(input.shape)} comes from no image with padding {padding}")
    else:
        size = tuple(_check.integer(name, "each of output_size", n, 0) for n in output_size)[-axes:]
        if len(size) != axes:
            raise ShapeError(f"{name}: output_size must have {axes} axes or more, got {output_size}")
    flat = ops.zeros((math.prod(lead), math.prod(size)), input.dtype)
    rows = (math.prod(lead), math.prod(sizes))
    return flat.scatter(1, indices.reshape(rows), input.reshape(rows)).reshape((*lead, *size))


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


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: int, stride: int | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) over each window along the last axis.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        norm_type: p, above 0: 1 is the sum, 2 the length, a large one near the maximum.
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        ceil_mode: add a window for what is left over at the end.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: p is not above 0.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.lp_pool1d(pynn.tensor([[3.0, 4.0, 6.0, 8.0]]), 2, 2)
        tensor([[ 5., 10.]])
    """
    p = _check.real("lp_pool1d", "norm_type", norm_type, above=0)
    _check.tensor("lp_pool1d", "input", input)
    return _root(functional.avg_pool1d(input**p, kernel_size, stride, 0, ceil_mode, True, 1), p)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) over each window over the last two axes.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        norm_type: p, above 0: 1 is the sum, 2 the length, a large one near the maximum.
        kernel_size: the size of a window, one integer or ``(height, width)``.
        stride: from one window to the next. Default: `kernel_size`.
        ceil_mode: add windows for what is left over at the right and below.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: p is not above 0.

    Source: Sermanet, Chintala & LeCun 2012, arXiv:1204.3968, section 2.2.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.lp_pool2d(pynn.ones(1, 4, 4), 2, 2)
        tensor([[[2., 2.],
                 [2., 2.]]])
    """
    p = _check.real("lp_pool2d", "norm_type", norm_type, above=0)
    _check.tensor("lp_pool2d", "input", input)
    return _root(functional.avg_pool2d(input**p, kernel_size, stride, 0, ceil_mode, True, 1), p)


def _root(sums: Tensor, p: float) -> Tensor:
    # A negative sum, of an odd p, has no root: 0, as PyTorch has it.
    return ops.relu(sums) ** (1 / p)
