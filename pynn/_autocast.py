"""Mixed precision: regions in which matrix products are computed in bfloat16."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from pynn import _core

from ._device import device as Device

__all__ = ["autocast", "is_autocast_enabled"]

F = TypeVar("F", bound=Callable[..., Any])


def is_autocast_enabled(device_type: str = "cpu") -> bool:
    """Whether this thread is inside a region of `autocast`.

    Args:
        device_type: "cpu".

    Example:
        >>> import pynn
        >>> with pynn.autocast("bfloat16"):
        ...     pynn.is_autocast_enabled()
        True
    """
    Device(device_type)
    return _core.is_autocast_enabled()


class autocast:  # noqa: N801 - torch's name
    """A region in which matrix products of float32 tensors are computed in bfloat16, for speed.

    `linear`, `matmul` and their relatives round their operands to bfloat16, sum in float32 and give
    bfloat16. Sums, norms, softmax and losses take bfloat16 inputs as float32 and give float32. All other ops
    compute in the types that they are given. Each op's record says which it is: ``pynn.softmax.autocast``.

    Parameters stay float32 and receive float32 gradients, so small updates are not lost to rounding, and
    bfloat16 has float32's range of exponents, so no loss needs scaling. Put the forward pass and the loss
    inside; `backward()` may stand outside and uses the types of the forward pass.

    Args:
        device_type: ``"cpu"``, the only device; or the dtype, for short: ``autocast("bfloat16")``.
        dtype: ``pynn.bfloat16``, the only choice, also the default.
        enabled: ``False`` switches an outer region off inside this one.
        cache_enabled: taken for PyTorch's sake. Products round parameters as they read them, so there are
            no converted copies to keep.

    Raises:
        ValueError: another device, or another dtype.
        TypeError: used as a decorator without parentheses.

    Source:
        Micikevicius et al., "Mixed Precision Training", ICLR 2018.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(4, 2)
        >>> with pynn.autocast("bfloat16"):
        ...     y = model(pynn.ones(3, 4))
        ...     loss = (y - 1).square().mean()
        >>> y.dtype, loss.dtype
        (pynn.bfloat16, pynn.float32)
        >>> loss.backward()
        >>> model.weight.grad.dtype
        pynn.float32
    """

    def __init__(
        self,
        device_type: str | _core.dtype = "cpu",
        dtype: _core.dtype | str | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if callable(device_type):
            raise TypeError("autocast: a decorator needs its parentheses: @pynn.autocast()")
        if isinstance(device_type, _core.dtype) or device_type in ("bfloat16", "float16", "float32"):
            if dtype is not None:
                raise ValueError(f"autocast: two dtypes, {device_type} and {dtype}; expected one")
            device_type, dtype = "cpu", device_type
        Device(device_type)
        if dtype is not None and str(dtype).removeprefix("pynn.") != "bfloat16":
            raise ValueError(
                f"autocast: computes in pynn.bfloat16 only, got {dtype}. Did you mean enabled=False?"
            )
        self._enabled = bool(enabled)
        self._before: list[bool] = []

    def __enter__(self) -> autocast:
        self._before.append(_core.is_autocast_enabled())
        _core.set_autocast_enabled(self._enabled)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _core.set_autocast_enabled(self._before.pop())

    def __call__(self, function: F) -> F:
        """As a decorator: the whole function is a region."""

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with autocast(enabled=self._enabled):
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]
