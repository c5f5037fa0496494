"""Penalties on weights, by Keras's names. They are added to the loss while `fit` runs."""

from __future__ import annotations

from typing import Any

from pynn import _check
from pynn._core import Tensor

from ._config import Configured, custom, look_up


class Regularizer(Configured):
    """Base class: a function of a weight that gives one number.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> class Sum(keras.regularizers.Regularizer):
        ...     def __call__(self, x):
        ...         return x.sum()
        >>> Sum()(pynn.ones(3)).item()
        3.0
    """

    def __call__(self, x: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not say its penalty")


class L1L2(Regularizer):
    """l1 Σ|w| + l2 Σw².

    Args:
        l1: the strength of the first.
        l2: the strength of the second.

    Raises:
        ValueError: a strength below 0.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.regularizers.L1L2(l1=1.0, l2=2.0)(pynn.tensor([-3.0])).item()
        21.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        name = type(self).__name__
        self.l1 = _check.real(name, "l1", 0.0 if l1 is None else l1, 0)
        self.l2 = _check.real(name, "l2", 0.0 if l2 is None else l2, 0)

    def __call__(self, x: Tensor) -> Tensor:
        parts = []
        if self.l1:
            parts.append(x.abs().sum() * self.l1)
        if self.l2:
            parts.append((x * x).sum() * self.l2)
        return sum(parts[1:], parts[0]) if parts else x.sum() * 0.0


class L1(L1L2):
    """l1 Σ|w|, which makes many weights 0.

    Args:
        l1: its strength.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.regularizers.L1(0.5)(pynn.tensor([-3.0, 1.0])).item()
        2.0
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)


class L2(L1L2):
    """l2 Σw², which keeps weights small.

    Args:
        l2: its strength.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.regularizers.L2(0.5)(pynn.tensor([-3.0, 1.0])).item()
        5.0
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)


l1, l2, l1_l2 = L1, L2, L1L2
NAMED: dict[str, Any] = {"l1": L1, "l2": L2, "l1l2": L1L2, "l1_l2": lambda: L1L2(0.01, 0.01)}


def get(identifier: Any) -> Any:
    """A regularizer from its name, or itself; None is none."""
    identifier = custom(identifier)
    if isinstance(identifier, str):
        return look_up("regularizer", identifier, NAMED)()
    if identifier is not None and (not callable(identifier) or isinstance(identifier, type)):
        raise TypeError(f"a regularizer is a name or a function of a weight, got {identifier!r}")
    return identifier


__all__ = ["L1", "L1L2", "L2", "Regularizer", "l1", "l1_l2", "l2"]
