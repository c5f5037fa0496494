"""max and min: one name for the largest of all, the largest along an axis, and the larger of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from pynn._core import Tensor, ops

if TYPE_CHECKING:
    from pynn._core.ops import _MaxWithIndexResult, _MinWithIndexResult

__all__ = ["max", "min"]


@overload
def max(input: Tensor) -> Tensor: ...
@overload
def max(input: Tensor, dim: Tensor) -> Tensor: ...
@overload
def max(input: Tensor, dim: int, keepdim: bool = False) -> _MaxWithIndexResult: ...
def max(input: Tensor, dim: Tensor | int | None = None, keepdim: bool = False) -> Any:
    """The largest element; along a ``dim`` the largest and where they stand; with a tensor the larger one.

    Args:
        input: any shape.
        dim: None for one number, ``()``; an axis for ``(values, indices)``; a tensor to compare with.
        keepdim: keep the axis with size 1.

    Returns:
        A tensor, or the named tuple ``(values, indices)`` if ``dim`` is an axis. NaN counts as the largest.

    Raises:
        ValueError: there is no element to choose from.

    >>> import pynn
    >>> x = pynn.tensor([[1.0, 4.0], [3.0, 2.0]])
    >>> pynn.max(x)
    tensor(4.)
    >>> x.max(dim=1).indices
    tensor([1, 0])
    """
    if dim is None:
        return ops.amax(input)
    if isinstance(dim, Tensor):
        return ops.maximum(input, dim)
    return ops.max_with_index(input, dim, keepdim)


@overload
def min(input: Tensor) -> Tensor: ...
@overload
def min(input: Tensor, dim: Tensor) -> Tensor: ...
@overload
def min(input: Tensor, dim: int, keepdim: bool = False) -> _MinWithIndexResult: ...
def min(input: Tensor, dim: Tensor | int | None = None, keepdim: bool = False) -> Any:
    """The smallest element; along a ``dim`` the smallest and where they stand; with a tensor the smaller one.

    Args:
        input: any shape.
        dim: None for one number, ``()``; an axis for ``(values, indices)``; a tensor to compare with.
        keepdim: keep the axis with size 1.

    Returns:
        A tensor, or the named tuple ``(values, indices)`` if ``dim`` is an axis. NaN counts as the smallest.

    Raises:
        ValueError: there is no element to choose from.

    Example:
        >>> import pynn
        >>> pynn.tensor([3.0, 1.0, 2.0]).min()
        tensor(1.)
    """
    if dim is None:
        return ops.amin(input)
    if isinstance(dim, Tensor):
        return ops.minimum(input, dim)
    return ops.min_with_index(input, dim, keepdim)


Tensor.max = max  # type: ignore[method-assign, assignment]
Tensor.min = min  # type: ignore[method-assign, assignment]
