"""The limits of number types, how types combine, and what becomes a tensor without a copy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor, dtype, float32

from ._device import device as Device

__all__ = [
    "as_tensor",
    "asarray",
    "can_cast",
    "e",
    "finfo",
    "get_default_dtype",
    "iinfo",
    "inf",
    "nan",
    "newaxis",
    "pi",
    "promote_types",
    "result_type",
]

pi, e, inf, nan = math.pi, math.e, math.inf, math.nan
newaxis = None


class finfo:  # noqa: N801 - torch's and NumPy's name
    """The limits of a floating-point type: ``eps``, ``max``, ``min``, ``tiny``, ``resolution`` and ``bits``.

    Args:
        type: a floating-point dtype. Default: float32.

    Raises:
        TypeError: the dtype is not floating-point.

    Example:
        >>> import pynn
        >>> pynn.finfo(pynn.float32).eps
        1.1920928955078125e-07
    """

    def __init__(self, type: dtype = float32) -> None:
        if not type.is_floating_point:
            raise TypeError(f"finfo: {type} is no floating-point type. Did you mean pynn.iinfo?")
        limits: Any = np.finfo(type.numpy)
        self.dtype, self.bits = str(type).removeprefix("pynn."), 8 * type.itemsize
        self.eps, self.resolution = float(limits.eps), float(limits.resolution)
        self.max, self.min = float(limits.max), float(limits.min)
        self.tiny = self.smallest_normal = float(limits.tiny)
        if type == _core.bfloat16:  # float32's exponents, 8 bits of significand
            self.eps, self.resolution = 2.0**-7, 0.01
            self.max, self.min = (2 - 2.0**-7) * 2.0**127, -(2 - 2.0**-7) * 2.0**127

    def __repr__(self) -> str:
        return f"finfo(eps={self.eps:g}, max={self.max:g}, min={self.min:g}, dtype={self.dtype})"


class iinfo:  # noqa: N801 - torch's and NumPy's name
    """The limits of an integer type: ``max``, ``min`` and ``bits``.

    Args:
        type: an integer dtype.

    Raises:
        TypeError: the dtype is no integer type.

    Example:
        >>> import pynn
        >>> pynn.iinfo(pynn.uint8).max
        255
    """

    def __init__(self, type: dtype) -> None:
        if type.is_floating_point or type == _core.bool:
            raise TypeError(f"iinfo: {type} is no integer type. Did you mean pynn.finfo?")
        limits: Any = np.iinfo(type.numpy)
        self.dtype, self.bits = str(type).removeprefix("pynn."), int(limits.bits)
        self.max, self.min = int(limits.max), int(limits.min)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"


def get_default_dtype() -> dtype:
    """The dtype of ``pynn.zeros(2)`` and of ``pynn.tensor(0.5)``: float32.

    Example:
        >>> import pynn
        >>> pynn.get_default_dtype()
        pynn.float32
    """
    return float32


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that both convert to: what an op computes in when it is given both.

    Args:
        type1: a dtype.
        type2: another one.

    Example:
        >>> import pynn
        >>> pynn.promote_types(pynn.int64, pynn.float32)
        pynn.float32
    """
    return (_core.ops.zeros((1,), type1) + _core.ops.zeros((1,), type2)).dtype


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype of ``tensor1 + tensor2``. Python numbers and 0-d tensors adapt to a tensor with axes.

    Args:
        tensor1: a tensor or a number.
        tensor2: another one.

    Example:
        >>> import pynn
        >>> pynn.result_type(pynn.ones(3), 2.5), pynn.result_type(pynn.tensor([1, 2]), 2.5)
        (pynn.float32, pynn.float32)
    """
    empty = [x.detach()[..., :0] if isinstance(x, Tensor) and x.ndim else x for x in (tensor1, tensor2)]
    shapes = [x.shape for x in empty if isinstance(x, Tensor) and x.ndim]
    if len(shapes) == 2:
        return promote_types(tensor1.dtype, tensor2.dtype)
    return _core.ops.add(*empty).dtype


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a conversion keeps the kind of number: not from floating-point to integers, nor to bool.

    Args:
        from_: the dtype that there is.
        to: the dtype that is wanted.

    Example:
        >>> import pynn
        >>> pynn.can_cast(pynn.float64, pynn.float32), pynn.can_cast(pynn.float32, pynn.int64)
        (True, False)
    """

    def kind(t: dtype) -> int:
        return 2 if t.is_floating_point else int(t != _core.bool)

    names: Any = (from_, to)  # a name such as "int64" is taken as well
    return kind(_core.dtype(names[0])) <= kind(_core.dtype(names[1]))


def as_tensor(data: Any, dtype: dtype | None = None, device: Any = None) -> Tensor:
    """A tensor of the data, which shares its memory where it can: a tensor itself, or a NumPy array's.

    Args:
        data: a tensor, a NumPy array, a number or nested lists of numbers.
        dtype: the dtype of the elements. Default: that of the data.
        device: None or "cpu".

    Example:
        >>> import numpy as np
        >>> import pynn
        >>> a = np.zeros(2)
        >>> t = pynn.as_tensor(a)
        >>> a[0] = 5.0
        >>> t
        tensor([5., 0.], dtype=pynn.float64)
    """
    if device is not None:
        Device(device)
    if isinstance(data, np.ndarray):
        try:
            data = _core.from_numpy(data)
        except (TypeError, ValueError):
            return _core.tensor(data, dtype)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return _core.tensor(data, dtype)


def asarray(obj: Any, *, dtype: dtype | None = None, device: Any = None, copy: bool | None = None) -> Tensor:
    """:func:`as_tensor` under NumPy's name.

    Args:
        obj: a tensor, a NumPy array, a number or nested lists of numbers.
        dtype: the dtype of the elements. Default: that of the data.
        device: None or "cpu".
        copy: True to copy in any case.

    Example:
        >>> import pynn
        >>> pynn.asarray([1, 2])
        tensor([1, 2])
    """
    made = as_tensor(obj, dtype, device)
    return made.clone() if copy else made
