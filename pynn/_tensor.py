"""The methods of Tensor that Python says well; the hot ones are C++ (csrc/bindings/tensor_type.cpp)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor, _autograd

from . import _notebook
from ._printing import PRINT_OPTIONS


def method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function of this file a method of Tensor."""
    setattr(Tensor, function.__name__, function)
    return function


def attribute(
    function: Callable[[Tensor], Any], setter: Callable[[Tensor, Any], None] | None = None
) -> Callable[[Tensor], Any]:
    """Makes a function of this file an attribute of Tensor, read-only unless it has a setter."""
    setattr(Tensor, function.__name__, property(function, setter, doc=function.__doc__))
    return function


# ---- looks -------------------------------------------------------------------------------------------


@method
def _repr_html_(self: Tensor) -> str:
    plain = self.detach().float() if self.dtype == _core.bfloat16 else self.detach()
    facts = f"Tensor {tuple(self.shape)} · {str(self.dtype).removeprefix('pynn.')}"
    return _notebook.tensor_html(
        np.asarray(plain), facts + (" · requires grad" if self.requires_grad else "")
    )


# ---- out to Python and NumPy ---------------------------------------------------------------------------


@method
def numpy(self: Tensor) -> np.ndarray:
    """The same memory as a NumPy array.

    Raises:
        AutogradError: the tensor requires a gradient; call ``x.detach().numpy()``.
        TypeError: the tensor is bfloat16, which NumPy does not have; call ``x.float().numpy()``.
            ``np.asarray(x)``, which does not promise the same memory, gives the values as float32.

    Example:
        >>> import pynn
        >>> x = pynn.zeros(2)
        >>> x.numpy()[0] = 5
        >>> x
        tensor([5., 0.])
    """
    if self.requires_grad:
        raise _core.AutogradError(
            "numpy: this tensor requires a gradient, which NumPy would not record. "
            "Did you mean x.detach().numpy()?"
        )
    if self.dtype == _core.bfloat16:
        raise TypeError(
            "numpy: NumPy has no bfloat16 that could share this memory. Did you mean x.float().numpy()?"
        )
    return _core.to_numpy(self)


@method
def __array__(self: Tensor, dtype: Any = None, *, copy: bool | None = None) -> np.ndarray:
    array = _core.to_numpy(self.detach())
    if dtype is not None and np.dtype(dtype) != array.dtype:
        if copy is False:
            raise ValueError(f"a {self.dtype} tensor cannot become {np.dtype(dtype)} without a copy")
        return array.astype(dtype)
    return array.copy() if copy else array


@method
def tolist(self: Tensor) -> Any:
    """The values as (nested) lists of Python numbers; a number for a 0-d tensor.

    Example:
        >>> import pynn
        >>> pynn.eye(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return _core.to_numpy(self.detach()).tolist()


@method
def __repr__(self: Tensor) -> str:
    with np.printoptions(**PRINT_OPTIONS):
        prefix = f"{type(self).__name__.lower() if type(self) is Tensor else type(self).__name__}("
        body = np.array2string(_core.to_numpy(self.detach()), separator=", ", prefix=prefix)
    extra = []
    if 0 in self.shape:
        extra.append(f"shape={self.shape}")
    if self.dtype not in (_core.float32, _core.int64, _core.bool):
        extra.append(f"dtype={self.dtype}")
    if self.op_name:
        extra.append(f"op={self.op_name}")
    elif self.requires_grad and type(self) is Tensor:
        extra.append("requires_grad=True")
    return f"{prefix}{', '.join([body, *extra])})"


@method
def __format__(self: Tensor, spec: str) -> str:
    return format(self.item(), spec) if spec and self.numel() == 1 else repr(self)


@method
def __dlpack__(
    self: Tensor,
    *,
    stream: Any = None,
    max_version: Any = None,
    dl_device: Any = None,
    copy: bool | None = None,
) -> Any:
    return _core.to_dlpack(self, stream, max_version, dl_device, copy)


@method
def __dlpack_device__(self: Tensor) -> tuple[int, int]:
    return (1, 0)


# ---- pickling and copying ------------------------------------------------------------------------------


def _rebuild(values: np.ndarray, requires_grad: bool) -> Tensor:
    return _core.from_numpy(values).requires_grad_(requires_grad)


def _rebuild_bfloat16(bits: np.ndarray, requires_grad: bool) -> Tensor:
    return _core.from_bits(bits).requires_grad_(requires_grad)


@method
def __reduce_ex__(self: Tensor, protocol: Any) -> Any:
    if not self.is_leaf:
        raise _core.AutogradError("only leaf tensors can be pickled. Did you mean x.detach()?")
    if self.dtype == _core.bfloat16:
        return _rebuild_bfloat16, (np.array(_core.bits_of(self.detach())), self.requires_grad)
    return _rebuild, (np.array(_core.to_numpy(self.detach())), self.requires_grad)


@method
def __deepcopy__(self: Tensor, memo: dict[int, Any]) -> Tensor:
    if not self.is_leaf:
        raise _core.AutogradError("only leaf tensors can be deep-copied. Did you mean x.detach().clone()?")
    if id(self) in memo:
        return memo[id(self)]
    values = _core.tensor(self.detach(), self.dtype)
    made = (
        values.requires_grad_(self.requires_grad)
        if type(self) is Tensor
        else Tensor._make_subclass(type(self), values, self.requires_grad)
    )
    for name, value in getattr(self, "__dict__", {}).items():
        setattr(made, name, copy.deepcopy(value, memo))
    if self.grad is not None:
        made.grad = copy.deepcopy(self.grad.detach(), memo)
    memo[id(self)] = made
    return made


# ---- geometry and type -----------------------------------------------------------------------------------


@method
def __contains__(self: Tensor, value: Any) -> bool:
    return bool(_core.functions.any(_core.functions.eq(self, value)))


def _type(self: Tensor, dtype: Any = None) -> Any:
    """The dtype, or the tensor converted to one."""
    return self.dtype if dtype is None else _core.ops.cast(self, dtype)


_type.__name__ = "type"
method(_type)


@method
def cpu(self: Tensor) -> Tensor:
    """The tensor in main memory: itself.

    Example:
        >>> import pynn
        >>> x = pynn.ones(2)
        >>> x.cpu() is x
        True
    """
    return self


# ---- written in place ----------------------------------------------------------------------------------


@method
def uniform_(self: Tensor, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Fills the tensor with random numbers, evenly spread over [low, high).

    Args:
        low: the lower end.
        high: the upper end.

    Example:
        >>> import pynn
        >>> bool((pynn.empty(5).uniform_(-1, 1).abs() <= 1).all())
        True
    """
    if not _autograd.draw_uniform(self, low, high):
        _autograd.assign_in_place(self, _core.ops.uniform(self.shape, low, high, self.dtype), "uniform")
    return self


@method
def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Fills the tensor with random numbers from a normal distribution.

    Args:
        mean: their mean.
        std: their standard deviation.

    Example:
        >>> import pynn
        >>> pynn.empty(2).normal_(3.0, 0.0)
        tensor([3., 3.])
    """
    if not _autograd.draw_normal(self, mean, std):
        _autograd.assign_in_place(self, _core.ops.normal(self.shape, mean, std, self.dtype), "normal")
    return self


@method
def exponential_(self: Tensor, lambd: float = 1.0) -> Tensor:
    """Fills the tensor with random numbers from an exponential distribution: -ln(u) / lambd.

    Args:
        lambd: the rate, above 0; the mean is 1 / lambd.

    Raises:
        ValueError: lambd is not above 0.

    Example:
        >>> import pynn
        >>> bool((pynn.empty(3).exponential_() > 0).all())
        True
    """
    if not lambd > 0:
        raise ValueError(f"exponential_: lambd must be above 0, got {lambd}")
    draws = _core.ops.uniform(self.shape, 1e-30, 1.0, self.dtype).log() / -lambd
    _autograd.assign_in_place(self, draws, "exponential")
    return self


@method
def bernoulli_(self: Tensor, p: Any = 0.5) -> Tensor:
    """Fills the tensor with 1 where a coin with probability ``p`` falls on heads, else 0.

    Args:
        p: a number in [0, 1], or a tensor of them that broadcasts to this shape.

    Example:
        >>> import pynn
        >>> pynn.empty(3).bernoulli_(1.0)
        tensor([1., 1., 1.])
    """
    chances = _core.ops.expand(_core.as_operand(p).to(_core.float32), self.shape)
    return self.copy_(_core.ops.bernoulli(chances))


@method
def random_(self: Tensor, low: int = 0, high: int | None = None) -> Tensor:
    """Fills the tensor with random integers of ``low`` to ``high`` - 1; one argument is ``high``.

    Args:
        low: the least integer.
        high: one above the largest. Default: 2^24, which every dtype but uint8 and bool holds.

    Example:
        >>> import pynn
        >>> pynn.empty(3).random_(5, 6)
        tensor([5., 5., 5.])
    """
    if high is None:
        low, high = (
            0,
            low or (1 << (8 if self.dtype == _core.uint8 else 1 if self.dtype == _core.bool else 24)),
        )
    draws = _core.ops.uniform(self.shape, float(low), float(high), _core.float64).floor()
    return self.copy_(draws)


@method
def where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """This tensor where the condition holds, ``other`` elsewhere.

    Args:
        condition: a bool tensor that broadcasts with this one.
        other: a tensor or number that broadcasts with this one.

    Example:
        >>> import pynn
        >>> x = pynn.tensor([-1.0, 2.0])
        >>> x.where(x > 0, 0.0)
        tensor([0., 2.])
    """
    return _core.ops.where(condition, self, other)


@method
def clamp_min(self: Tensor, min: Any) -> Tensor:
    """The larger of each element and ``min``.

    Example:
        >>> import pynn
        >>> pynn.tensor([-1.0, 2.0]).clamp_min(0)
        tensor([0., 2.])
    """
    return _core.ops.clip(self, min)


@method
def clamp_max(self: Tensor, max: Any) -> Tensor:
    """The smaller of each element and ``max``.

    Example:
        >>> import pynn
        >>> pynn.tensor([-1.0, 2.0]).clamp_max(0)
        tensor([-1.,  0.])
    """
    return _core.ops.clip(self, None, max)


# ---- gradients -------------------------------------------------------------------------------------------


@method
def backward(
    self: Tensor, gradient: Tensor | None = None, retain_graph: bool | None = None, create_graph: bool = False
) -> None:
    """Adds the gradient of this tensor to the ``.grad`` of every leaf it was computed from.

    Args:
        gradient: the gradient of what follows, of this shape. Default: 1, for a one-element tensor.
        retain_graph: keep what forward saved, so that backward can run again. Default: ``create_graph``.
        create_graph: record the backward itself, for gradients of gradients.

    Raises:
        AutogradError: the tensor has several elements and no ``gradient`` is given, it has no history, or the
            graph was already used up.

    Example:
        >>> import pynn
        >>> x = pynn.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """
    retain = create_graph if retain_graph is None else retain_graph
    _autograd.backward(self, gradient, retain, create_graph)


class HookHandle:
    """Removes a hook again: ``handle.remove()``."""

    def __init__(self, tensor: Tensor, hook_id: int) -> None:
        self._tensor, self._id = tensor, hook_id

    def remove(self) -> None:
        """Takes the hook away."""
        _autograd.remove_hook(self._tensor, self._id)


@method
def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> HookHandle:
    """Calls a function when this tensor's gradient arrives.

    Args:
        hook: ``hook(gradient)``; a Tensor it returns takes the gradient's place.

    Returns:
        A handle: ``handle.remove()`` takes the hook away.

    Example:
        >>> import pynn
        >>> x = pynn.ones(2, requires_grad=True)
        >>> handle = x.register_hook(lambda gradient: gradient * 10)
        >>> x.sum().backward()
        >>> x.grad
        tensor([10., 10.])
    """
    if not callable(hook):
        raise TypeError(f"register_hook: expected a function of the gradient, got {type(hook).__name__}")
    return HookHandle(self, _autograd.register_hook(self, hook))


@method
def retain_grad(self: Tensor) -> None:
    """Lets backward keep the gradient of this computed tensor in ``.grad``, as it does for leaves.

    Example:
        >>> import pynn
        >>> y = pynn.ones(2, requires_grad=True) * 2
        >>> y.retain_grad()
        >>> y.sum().backward()
        >>> y.grad
        tensor([1., 1.])
    """
    _autograd.retain_grad(self)
