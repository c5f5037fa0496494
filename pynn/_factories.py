"""Tensors from a size or a range: what pynn exports as ``zeros``, ``full``, ``arange`` ..."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor, dtype, float32, int64, ops

from . import _check
from ._device import device as Device

__all__ = [
    "arange",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]

Size = int | Sequence[int]


def settled_shape(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """The sizes of ``zeros(2, 3)``, ``zeros((2, 3))`` or ``zeros([2, 3])``, each an integer of 0 or more."""
    if len(size) == 1 and not hasattr(size[0], "__index__"):
        size = tuple(size[0]) if isinstance(size[0], Iterable) and not isinstance(size[0], str) else size
    for n in size:
        if type(n) is not int or n < 0:  # a NumPy integer, or a mistake
            break
    else:
        if len(size) <= 8:
            return size
    try:
        shape = tuple(operator.index(n) for n in size)
    except TypeError:
        raise TypeError(f"{name}: a size must be made of integers, got {size}") from None
    if any(n < 0 for n in shape):
        raise ValueError(f"{name}: sizes must be 0 or more, got {shape}")
    if len(shape) > 8:
        raise _core.ShapeError(f"{name}: a tensor has at most 8 axes, got {len(shape)}: {shape}")
    return shape


def finished(name: str, x: Tensor, requires_grad: bool, device: Any) -> Tensor:
    if device is not None:
        try:
            Device(device)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    if requires_grad:
        x.requires_grad = True
    return x


def shape_of(name: str, x: Any) -> tuple[int, ...]:
    return _check.tensor(name, "x", x).shape


def like_dtype(x: Tensor, wanted: dtype | None) -> dtype:
    """The dtype of what is made like ``x``: its own, unless another is wanted."""
    return x.dtype if wanted is None else wanted


# ---- one value -----------------------------------------------------------------------------------------


def zeros(*size: Any, dtype: dtype | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A tensor of zeros.

    Args:
        *size: the shape, as ``zeros(2, 3)`` or ``zeros((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Raises:
        ValueError: a negative size, or more elements than any memory holds.

    Example:
        >>> import pynn
        >>> pynn.zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
    return finished("zeros", ops.zeros(settled_shape("zeros", size), dtype), requires_grad, device)


def ones(*size: Any, dtype: dtype | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A tensor of ones.

    Args:
        *size: the shape, as ``ones(2, 3)`` or ``ones((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Raises:
        ValueError: a negative size, or more elements than any memory holds.

    Example:
        >>> import pynn
        >>> pynn.ones(3)
        tensor([1., 1., 1.])
    """
    return finished("ones", ops.ones(settled_shape("ones", size), dtype), requires_grad, device)


def full(
    size: Size,
    fill_value: Any,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """A tensor of one value.

    Args:
        size: the shape, ``(2, 3)`` or ``3``.
        fill_value: the value.
        dtype: of the elements. Default: a bool makes bools, an int int64, a float float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.full((2,), 2.5)
        tensor([2.5, 2.5])
    """
    if dtype is None:
        is_bool = isinstance(fill_value, (bool, np.bool_))
        dtype = _core.bool if is_bool else int64 if hasattr(fill_value, "__index__") else float32
    if isinstance(fill_value, Tensor) and fill_value.numel() != 1:
        raise _core.ShapeError(f"full: fill_value must be one number, got shape {fill_value.shape}")
    value = _check.real("full", "fill_value", fill_value, any_float=True)
    return finished("full", ops.full(settled_shape("full", (size,)), value, dtype), requires_grad, device)


def empty(*size: Any, dtype: dtype | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A tensor that holds whatever its memory held: write every element before you read it.

    Args:
        *size: the shape, as ``empty(2, 3)`` or ``empty((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.empty(2, 3).shape
        (2, 3)
    """
    return finished("empty", ops.empty(settled_shape("empty", size), dtype), requires_grad, device)


def zeros_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.zeros_like(pynn.tensor([1, 2]))
        tensor([0, 0])
    """
    return zeros(shape_of("zeros_like", x), dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def ones_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Ones of the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.ones_like(pynn.tensor([1, 2]))
        tensor([1, 1])
    """
    return ones(shape_of("ones_like", x), dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def full_like(
    x: Tensor, fill_value: Any, *, dtype: dtype | None = None, requires_grad: bool = False
) -> Tensor:
    """One value in the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        fill_value: the value.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.full_like(pynn.ones(2), 0.5)
        tensor([0.5, 0.5])
    """
    return full(shape_of("full_like", x), fill_value, dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def empty_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Unwritten memory of the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.empty_like(pynn.ones(2, 3)).shape
        (2, 3)
    """
    return empty(shape_of("empty_like", x), dtype=like_dtype(x, dtype), requires_grad=requires_grad)


# ---- ranges --------------------------------------------------------------------------------------------


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Equally spaced numbers from ``start`` to ``end``, end excluded.

    Args:
        start: the first number; the only argument is ``end``, and start 0.
        end: where to stop.
        step: from one number to the next, which may be negative.
        dtype: of the elements. Default: int64 where all three are ints, else float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Raises:
        ValueError: a step of 0, a step away from ``end``, infinities or NaN.

    Example:
        >>> import pynn
        >>> pynn.arange(5)
        tensor([0, 1, 2, 3, 4])
        >>> pynn.arange(1.0, 2.0, 0.25)
        tensor([1.  , 1.25, 1.5 , 1.75])
    """
    if end is None:
        start, end = 0, start
    if dtype is None:
        dtype = int64 if all(hasattr(v, "__index__") for v in (start, end, step)) else float32
    return finished("arange", ops.arange(start, end, step, dtype), requires_grad, device)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Equally spaced numbers from ``start`` to ``end``, both included.

    Args:
        start: the first number.
        end: the last number.
        steps: how many numbers.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.linspace(0, 1, 3)
        tensor([0. , 0.5, 1. ])
    """
    return finished("linspace", ops.linspace(start, end, steps, dtype), requires_grad, device)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """The identity matrix: ones on the diagonal, zeros elsewhere.

    Args:
        n: how many rows.
        m: how many columns. Default: n.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.eye(2)
        tensor([[1., 0.],
                [0., 1.]])
    """
    rows, columns = settled_shape("eye", (n, n if m is None else m))
    return finished("eye", ops.eye(rows, columns, dtype), requires_grad, device)
