"""Layers that put room around sequences and images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pynn import _check
from pynn._core import Tensor, functional

from ._sizes import image
from .module import Module

_pad = functional.pad


class _Pad(Module):
    _axes: ClassVar[int]
    _mode: ClassVar[str] = "constant"

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__()
        name, sides = type(self).__name__, 2 * self._axes
        if isinstance(padding, (tuple, list)):
            widths = tuple(_check.integer(name, "each of padding", p) for p in padding)
            if len(widths) != sides:
                raise ValueError(f"{name}: padding must be one integer or {sides}, got {padding!r}")
        else:
            widths = (_check.integer(name, "padding", padding),) * sides
        self.padding = widths
        self.value = 0.0

    def forward(self, input: Tensor) -> Tensor:
        image(type(self).__name__, input, self._axes)
        return _pad(input, self.padding, self._mode, self.value)

    def extra_repr(self) -> str:
        return str(self.padding)


class _ConstantPad(_Pad):
    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = _check.real(type(self).__name__, "value", value, any_float=True)

    def extra_repr(self) -> str:
        return f"{self.padding}, value={self.value}"


class ZeroPad1d(_Pad):
    """Zeros around a sequence.

    Args:
        padding: one width, or (left, right); negative ones cut off.

    Shape:
        `(N, C, L)` -> `(N, C, left + L + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ZeroPad1d(1)(pynn.tensor([[1.0, 2.0, 3.0]])).tolist()
        [[0.0, 1.0, 2.0, 3.0, 0.0]]
    """

    _axes = 1


class ZeroPad2d(_Pad):
    """Zeros around an image.

    Args:
        padding: one width, or (left, right, top, bottom); negative ones cut off.

    Shape:
        `(N, C, H, W)` -> `(N, C, top + H + bottom, left + W + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ZeroPad2d(1)(pynn.randn(2, 3, 4, 5)).shape
        (2, 3, 6, 7)
    """

    _axes = 2


class ConstantPad1d(_ConstantPad):
    """A constant around a sequence.

    Args:
        padding: one width, or (left, right); negative ones cut off.
        value: what to put there.

    Shape:
        `(N, C, L)` -> `(N, C, left + L + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ConstantPad1d(1, 9.0)(pynn.tensor([[1.0, 2.0, 3.0]])).tolist()
        [[9.0, 1.0, 2.0, 3.0, 9.0]]
    """

    _axes = 1


class ConstantPad2d(_ConstantPad):
    """A constant around an image.

    Args:
        padding: one width, or (left, right, top, bottom); negative ones cut off.
        value: what to put there.

    Shape:
        `(N, C, H, W)` -> `(N, C, top + H + bottom, left + W + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ConstantPad2d(1, 9.0)(pynn.randn(2, 3, 4, 5)).shape
        (2, 3, 6, 7)
    """

    _axes = 2


class ReflectionPad1d(_Pad):
    """A sequence mirrored at its edges, which are not repeated.

    Args:
        padding: one width, or (left, right); negative ones cut off.

    Shape:
        `(N, C, L)` -> `(N, C, left + L + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ShapeError: a width of the size of the axis or more.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ReflectionPad1d(1)(pynn.tensor([[1.0, 2.0, 3.0]])).tolist()
        [[2.0, 1.0, 2.0, 3.0, 2.0]]
    """

    _axes = 1
    _mode = "reflect"


class ReflectionPad2d(_Pad):
    """An image mirrored at its edges, which are not repeated.

    Args:
        padding: one width, or (left, right, top, bottom); negative ones cut off.

    Shape:
        `(N, C, H, W)` -> `(N, C, top + H + bottom, left + W + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ShapeError: a width of the size of the axis or more.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ReflectionPad2d(1)(pynn.randn(2, 3, 4, 5)).shape
        (2, 3, 6, 7)
    """

    _axes = 2
    _mode = "reflect"


class ReplicationPad1d(_Pad):
    """The elements at the edges of a sequence repeated outwards.

    Args:
        padding: one width, or (left, right); negative ones cut off.

    Shape:
        `(N, C, L)` -> `(N, C, left + L + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ReplicationPad1d(1)(pynn.tensor([[1.0, 2.0, 3.0]])).tolist()
        [[1.0, 1.0, 2.0, 3.0, 3.0]]
    """

    _axes = 1
    _mode = "replicate"


class ReplicationPad2d(_Pad):
    """The elements at the edges of an image repeated outwards.

    Args:
        padding: one width, or (left, right, top, bottom); negative ones cut off.

    Shape:
        `(N, C, H, W)` -> `(N, C, top + H + bottom, left + W + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ReplicationPad2d(1)(pynn.randn(2, 3, 4, 5)).shape
        (2, 3, 6, 7)
    """

    _axes = 2
    _mode = "replicate"


class CircularPad1d(_Pad):
    """What lies at the other side of a sequence, as if it went on and on.

    Args:
        padding: one width, or (left, right); negative ones cut off.

    Shape:
        `(N, C, L)` -> `(N, C, left + L + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ShapeError: a width of more than the size of the axis.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.CircularPad1d(1)(pynn.tensor([[1.0, 2.0, 3.0]])).tolist()
        [[3.0, 1.0, 2.0, 3.0, 1.0]]
    """

    _axes = 1
    _mode = "circular"


class CircularPad2d(_Pad):
    """What lies at the other side of an image, as if it went on and on.

    Args:
        padding: one width, or (left, right, top, bottom); negative ones cut off.

    Shape:
        `(N, C, H, W)` -> `(N, C, top + H + bottom, left + W + right)`, or without N.

    Raises:
        ShapeError: another number of axes, or nothing left.
        ShapeError: a width of more than the size of the axis.
        ValueError: another number of widths.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.CircularPad2d(1)(pynn.randn(2, 3, 4, 5)).shape
        (2, 3, 6, 7)
    """

    _axes = 2
    _mode = "circular"
