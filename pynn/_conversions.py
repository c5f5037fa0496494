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

    ``x.to(pynn.float64)``, ``x.to("cpu")``, ``x.to("cpu", pynn.float64)`` and ``x.to(other)``. The tensor
    itself if it is that already, unless ``copy``.

    Raises:
        ValueError: a device that pynn does not have.
        TypeError: an argument that is neither dtype, device nor tensor.

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
    """The tensor with the dtype of another one."""
    return self.to(other.dtype)


@method
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """The same elements, in the shape of another tensor."""
    return _core.ops.view(self, other.shape)


@method
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """The same elements in the shape of another tensor; a copy where a view cannot be."""
    return _core.ops.reshape(self, other.shape)


@method
def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor broadcast to the shape of another one, without a copy."""
    return _core.ops.expand(self, other.shape)


# ---- new tensors of this one's dtype ---------------------------------------------------------------------


@method
def new_zeros(
    self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Zeros of this tensor's dtype: ``x.new_zeros(2, 3)`` or ``x.new_zeros((2, 3))``."""
    return zeros(*size, dtype=like_dtype(self, dtype), requires_grad=requires_grad, device=device)


@method
def new_ones(
    self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Ones of this tensor's dtype."""
    return ones(*size, dtype=like_dtype(self, dtype), requires_grad=requires_grad, device=device)


@method
def new_empty(
    self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of this one's dtype whose values are whatever the memory held."""
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
    """A tensor of one value, of this tensor's dtype."""
    return full(size, fill_value, dtype=like_dtype(self, dtype), requires_grad=requires_grad, device=device)


@method
def new_tensor(
    self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor from data, as :func:`pynn.tensor`, but of this tensor's dtype."""
    if device is not None:
        Device(device)
    return _core.tensor(data, like_dtype(self, dtype), requires_grad)
