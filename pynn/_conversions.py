"""Methods of Tensor that make a tensor like another one: its type, device, shape, or a new one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynn import _core
from pynn._core import Tensor

from ._device import CPU
from ._device import device as Device
from ._factories import empty, full, like_dtype, ones, zeros
from ._tensor import attribute, method


@method
def to(self: Tensor, *args: Any, dtype: Any = None, device: Any = None, copy: bool = False) -> Tensor:
    """The tensor with another dtype, on another device, or with those of another tensor.

    ``x.to(pynn.float64)``, ``x.to("cpu")``, ``x.to("cpu", pynn.float64)`` and ``x.to(other)``.

    Args:
        *args: a dtype, a device, or a tensor that has them.
        dtype: the dtype by name.
        device: the device by name.
        copy: make a copy in any case. Default: the tensor itself if it is that already.

    Raises:
        ValueError: a device that pynn does not have.
        TypeError: an argument that is neither dtype, device nor tensor.

    Example:
        >>> import pynn
        >>> pynn.tensor([1, 2]).to(pynn.float32)
        tensor([1., 2.])
    """
    for given in args:
        if isinstance(given, Tensor):
            dtype = given.dtype
        elif isinstance(given, _core.dtype):
            dtype = given
        elif isinstance(given, (str, Device)):
            device = given
        elif given is not None:
            raise TypeError(f"to: expected a dtype, a device or a Tensor, got {given!r}")
    if device is not None:
        Device(device)
    if dtype is not None and dtype != self.dtype:
        return _core.ops.cast(self, dtype)
    return self.clone() if copy else self


def _device(self: Tensor) -> Device:
    """Where the memory lies: always the CPU."""
    return CPU


_device.__name__ = "device"
attribute(_device)


@attribute
def is_cuda(self: Tensor) -> bool:
    """False: pynn computes on the CPU."""
    return False


@method
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor with the dtype of another one.

    Args:
        other: the tensor that has the dtype.

    Example:
        >>> import pynn
        >>> pynn.tensor([1, 2]).type_as(pynn.ones(1))
        tensor([1., 2.])
    """
    return self.to(other.dtype)


@method
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """The same elements, in the shape of another tensor; a view.

    Args:
        other: the tensor that has the shape.

    Raises:
        ShapeError: the shapes differ in number of elements, or no view can be.

    Example:
        >>> import pynn
        >>> pynn.arange(4).view_as(pynn.ones(2, 2)).tolist()
        [[0, 1], [2, 3]]
    """
    return _core.ops.view(self, other.shape)


@method
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """The same elements in the shape of another tensor; a copy where a view cannot be.

    Args:
        other: the tensor that has the shape.

    Example:
        >>> import pynn
        >>> pynn.arange(4).reshape_as(pynn.ones(2, 2)).tolist()
        [[0, 1], [2, 3]]
    """
    return _core.ops.reshape(self, other.shape)


@method
def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor broadcast to the shape of another one, without a copy.

    Args:
        other: the tensor that has the shape.

    Example:
        >>> import pynn
        >>> pynn.tensor([1, 2]).expand_as(pynn.ones(2, 2)).tolist()
        [[1, 2], [1, 2]]
    """
    return _core.ops.expand(self, other.shape)


# ---- new tensors of this one's dtype ---------------------------------------------------------------------


@method
def new_zeros(
    self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Zeros of this tensor's dtype.

    Args:
        *size: the shape, as ``x.new_zeros(2, 3)`` or ``x.new_zeros((2, 3))``.
        dtype: another dtype.
        device: None or "cpu".
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.tensor([1, 2]).new_zeros(3)
        tensor([0, 0, 0])
    """
    return zeros(*size, dtype=like_dtype(self, dtype), requires_grad=requires_grad, device=device)


@method
def new_ones(
    self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Ones of this tensor's dtype.

    Args:
        *size: the shape, as ``x.new_ones(2, 3)`` or ``x.new_ones((2, 3))``.
        dtype: another dtype.
        device: None or "cpu".
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.tensor([1, 2]).new_ones(3)
        tensor([1, 1, 1])
    """
    return ones(*size, dtype=like_dtype(self, dtype), requires_grad=requires_grad, device=device)


@method
def new_empty(
    self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of this one's dtype whose values are whatever the memory held.

    Args:
        *size: the shape, as ``x.new_empty(2, 3)`` or ``x.new_empty((2, 3))``.
        dtype: another dtype.
        device: None or "cpu".
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.tensor([1, 2]).new_empty(3).shape
        (3,)
    """
    return empty(*size, dtype=like_dtype(self, dtype), requires_grad=requires_grad, device=device)


@method
def new_full(
    self: Tensor,
    size: int | Sequence[int],
    fill_value: float,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of one value, of this tensor's dtype.

    Args:
        size: the shape.
        fill_value: the value.
        dtype: another dtype.
        device: None or "cpu".
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.ones(1).new_full((2,), 7)
        tensor([7., 7.])
    """
    return full(size, fill_value, dtype=like_dtype(self, dtype), requires_grad=requires_grad, device=device)


@method
def new_tensor(
    self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor from data, as :func:`pynn.tensor`, but of this tensor's dtype.

    Args:
        data: numbers, nested lists, an array or a tensor; it is copied.
        dtype: another dtype.
        device: None or "cpu".
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.ones(1).new_tensor([1, 2])
        tensor([1., 2.])
    """
    if device is not None:
        Device(device)
    return _core.tensor(data, like_dtype(self, dtype), requires_grad)
