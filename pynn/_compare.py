"""Whole tensors compared, and questions about what something is."""

from __future__ import annotations

from typing import Any

from pynn._core import Tensor, ops

from . import _check
from ._tensor import method

__all__ = ["allclose", "equal", "is_floating_point", "is_tensor", "numel"]


@method
def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether all elements are nearly equal: |input - other| <= atol + rtol |other|.

    Args:
        input: any shape.
        other: a tensor or number that broadcasts with it.
        rtol: the relative tolerance.
        atol: the absolute tolerance.
        equal_nan: whether NaN equals NaN.

    Example:
        >>> import pynn
        >>> pynn.allclose(pynn.tensor([0.1]) * 3, pynn.tensor([0.3]))
        True
    """
    _check.tensors("allclose", input=input, other=other)
    return bool(ops.all(ops.isclose(input, other, rtol, atol, equal_nan)))


@method
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one shape and the same elements.

    Args:
        input: any shape.
        other: what it is compared with.

    Example:
        >>> import pynn
        >>> pynn.equal(pynn.tensor([1, 2]), pynn.tensor([1, 2])), pynn.equal(pynn.ones(1), pynn.ones(2))
        (True, False)
    """
    _check.tensors("equal", input=input, other=other)
    return input.shape == other.shape and bool(ops.all(ops.eq(input, other)))


def is_tensor(obj: Any) -> bool:
    """Whether an object is a Tensor.

    Args:
        obj: anything.

    Example:
        >>> import pynn
        >>> pynn.is_tensor(pynn.ones(2)), pynn.is_tensor([1.0, 1.0])
        (True, False)
    """
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are floating-point numbers.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.is_floating_point(pynn.ones(2))
        True
    """
    _check.tensors("is_floating_point", input=input)
    return input.is_floating_point()


def numel(input: Tensor) -> int:
    """The number of elements.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.numel(pynn.ones(2, 3))
        6
    """
    _check.tensors("numel", input=input)
    return input.numel()


@method
def is_nonzero(self: Tensor) -> bool:
    """Whether the one element of this tensor differs from 0.

    Example:
        >>> import pynn
        >>> pynn.tensor([0.5]).is_nonzero()
        True
    """
    return bool(self)


@method
def is_same_size(self: Tensor, other: Tensor) -> bool:
    """Whether another tensor has this one's shape.

    Args:
        other: that tensor.

    Example:
        >>> import pynn
        >>> pynn.ones(2).is_same_size(pynn.zeros(2))
        True
    """
    return self.shape == other.shape


@method
def get_device(self: Tensor) -> int:
    """-1, which stands for the CPU.

    Example:
        >>> import pynn
        >>> pynn.ones(2).get_device()
        -1
    """
    return -1
