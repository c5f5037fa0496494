"""Functions of single elements that are written in a line of other ops."""

from __future__ import annotations

import math

from pynn._core import Tensor, ops

from . import _check
from ._tensor import method

__all__ = ["copysign", "deg2rad", "float_power", "logit", "positive", "rad2deg", "signbit", "sinc"]


@method
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """ln(x / (1 - x)): the score whose sigmoid is x.

    Args:
        input: probabilities, any shape.
        eps: clip them to [eps, 1 - eps] first. Default: no clipping; outside [0, 1] the result is NaN.

    Example:
        >>> import pynn
        >>> pynn.logit(pynn.tensor([0.5, 1.0]))
        tensor([ 0., inf])
    """
    _check.tensors("logit", input=input)
    if eps is not None:
        _check.real("logit", "eps", eps, any_float=True)
    x = input if eps is None else ops.clip(input, eps, 1 - eps)
    return (x / (1 - x)).log()


@method
def deg2rad(input: Tensor) -> Tensor:
    """Degrees to radians: x π / 180.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.deg2rad(pynn.tensor([180.0]))
        tensor([3.1416])
    """
    _check.tensors("deg2rad", input=input)
    return input * (math.pi / 180)


@method
def rad2deg(input: Tensor) -> Tensor:
    """Radians to degrees: x 180 / π.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.rad2deg(pynn.tensor([pynn.pi]))
        tensor([180.])
    """
    _check.tensors("rad2deg", input=input)
    return input * (180 / math.pi)


@method
def sinc(input: Tensor) -> Tensor:
    """sin(πx) / (πx), and 1 at 0.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.sinc(pynn.tensor([0.0, 0.5]))
        tensor([1.    , 0.6366])
    """
    _check.tensors("sinc", input=input)
    at_zero = input == 0
    x = math.pi * ops.where(at_zero, 1.0, input)  # so that the gradient at 0 is no 0 / 0
    return ops.where(at_zero, 1.0, x.sin() / x)


@method
def signbit(input: Tensor) -> Tensor:
    """Whether the sign of an element is minus, which -0.0 has too.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.signbit(pynn.tensor([-1.0, -0.0, 0.0]))
        tensor([ True,  True, False])
    """
    _check.tensors("signbit", input=input)
    if not input.is_floating_point():
        return input < 0
    return (input < 0) | ((input == 0) & (1 / input < 0))


@method
def copysign(input: Tensor, other: Tensor | float) -> Tensor:
    """The size of the one with the sign of the other.

    Args:
        input: any shape.
        other: a tensor or number that broadcasts with it.

    Example:
        >>> import pynn
        >>> pynn.copysign(pynn.tensor([1.0, -2.0]), pynn.tensor([-0.0, 5.0]))
        tensor([-1.,  2.])
    """
    _check.tensors("copysign", input=input)
    size = ops.abs(input)
    if isinstance(other, Tensor):
        return ops.where(signbit(other), -size, size)
    number = _check.real("copysign", "other", other, any_float=True)
    return -size if math.copysign(1.0, number) < 0 else size


@method
def float_power(input: Tensor, exponent: Tensor | float) -> Tensor:
    """input^exponent, computed in float64.

    Args:
        input: any shape.
        exponent: a number or a tensor that broadcasts.

    Example:
        >>> import pynn
        >>> pynn.float_power(pynn.tensor([2, 3]), 2)
        tensor([4., 9.], dtype=pynn.float64)
    """
    _check.tensors("float_power", input=input)
    return ops.pow(
        input.double(),
        exponent.double()
        if isinstance(exponent, Tensor)
        else _check.real("float_power", "exponent", exponent),
    )


@method
def positive(input: Tensor) -> Tensor:
    """The tensor itself: +x.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.positive(pynn.tensor([-1.0]))
        tensor([-1.])
    """
    _check.tensors("positive", input=input)
    return input
