"""Parameter: a tensor that a module owns and an optimizer moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynn import _core
from pynn._core import Tensor


class Parameter(Tensor):
    """A tensor that a `Module` finds by attribute and an optimizer updates.

    Args:
        data: the initial value. Its memory is shared, not copied.
        requires_grad: whether `backward` computes a gradient for it.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> class Scale(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = nn.Parameter(pynn.ones(3))
        ...
        ...     def forward(self, x):
        ...         return x * self.factor
        >>> [name for name, _ in Scale().named_parameters()]
        ['factor']
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        if data is None:
            data = _core.ops.empty((0,))
        if not isinstance(data, Tensor):
            raise TypeError(
                f"Parameter: data must be a Tensor, got {type(data).__name__}. "
                "Did you mean nn.Parameter(pynn.tensor(data))?"
            )
        return Tensor._make_subclass(cls, data, requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.detach().numpy(), self.requires_grad)


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet: the weight of `nn.Linear(None, 10)` before its first call.

    It has no values and takes part in no arithmetic. `materialize` turns this very object into an
    ordinary `Parameter`, so whoever holds it (an optimizer, a tied layer) sees the result.

    Args:
        requires_grad: whether `backward` computes a gradient for it.

    Example:
        >>> from pynn import nn
        >>> layer = nn.Linear(None, 10)
        >>> layer.weight
        UninitializedParameter(shape settled on the first call)
        >>> layer.build((None, 5))
        >>> layer.weight.shape
        (10, 5)
    """

    def __new__(cls, requires_grad: bool = True) -> UninitializedParameter:
        return Tensor._make_subclass(cls, _core.ops.empty((0,)), requires_grad)

    def materialize(self, shape: Sequence[int], dtype: Any = None) -> None:
        """Give the parameter its shape. The values are whatever the memory held: initialise them next.

        Args:
            shape: its sizes.
            dtype: of its elements. Default: what it had.
        """
        dtype = self.dtype if dtype is None else dtype
        self.__class__ = Parameter  # type: ignore[assignment] # it becomes what it stood for
        self.data = _core.ops.empty(tuple(shape), dtype=dtype)

    def __deepcopy__(self, memo: dict[int, Any]) -> UninitializedParameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return UninitializedParameter, (self.requires_grad,)

    def __repr__(self) -> str:
        return "UninitializedParameter(shape settled on the first call)"


def _rebuild(cls: type[Parameter], values: Any, requires_grad: bool) -> Parameter:
    return cls(_core.from_numpy(values), requires_grad)
