"""max and min as in PyTorch: over everything, along an axis with the places, or of two tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pynn._core import Tensor, functions

__all__ = ["Extrema", "max", "min"]


class Extrema(NamedTuple):
    """The extreme values along an axis, and where they are: the first place of several."""

    values: Tensor
    indices: Tensor


def _along(
    x: Tensor, where: Callable[..., Tensor], dim: int, keepdim: bool
) -> Extrema:  # the gradient goes to the place that was chosen, as in PyTorch
    indices = where(x, dim, True) if x.ndim else where(x)
    values = functions.gather(x, dim, indices) if x.ndim else x
    return (
        Extrema(values, indices)
        if keepdim or not x.ndim
        else Extrema(values.squeeze(dim), indices.squeeze(dim))
    )


def max(  # noqa: A001 - torch's name
    x: Tensor, dim: int | Tensor | None = None, keepdim: bool = False
) -> Tensor | Extrema:
    """The largest element; along ``dim`` also its index; with a tensor, the larger of each pair.

    Args:
        x: any shape.
        dim: None for all of ``x``, an axis, or another tensor (then it is `maximum`).
        keepdim: keep the axis, of size 1.

    Returns:
        A tensor, or with an axis the pair ``(values, indices)``.

    Raises:
        ShapeError: ``x`` has no element along the axis.

    >>> import pynn
    >>> x = pynn.tensor([[1.0, 5.0], [7.0, 2.0]])
    >>> pynn.max(x)
    tensor(7.)
    >>> values, indices = pynn.max(x, dim=1)
    >>> indices
    tensor([1, 0])
    """
    if dim is None:
        return functions.amax(x)
    if isinstance(dim, Tensor):
        return functions.maximum(x, dim)
    return _along(x, functions.argmax, dim, keepdim)


def min(  # noqa: A001 - torch's name
    x: Tensor, dim: int | Tensor | None = None, keepdim: bool = False
) -> Tensor | Extrema:
    """The smallest element; along ``dim`` also its index; with a tensor, the smaller of each pair.

    Args, results and errors are those of `max`.

    >>> import pynn
    >>> pynn.min(pynn.tensor([[1.0, 5.0], [7.0, 2.0]]), 0).values
    tensor([1., 2.])
    """
    if dim is None:
        return functions.amin(x)
    if isinstance(dim, Tensor):
        return functions.minimum(x, dim)
    return _along(x, functions.argmin, dim, keepdim)


Tensor.max = max
Tensor.min = min
