"""What learns from the training data and is applied to all data; it goes into a checkpoint as plain lists."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import numpy as np

from pynn import _core
from pynn._core import Tensor

Self = TypeVar("Self", bound="Fitted")


class Fitted:
    """Fit to training data, then applied to whatever comes; kept as a dictionary that JSON can hold.

    A subclass names the arguments of its `__init__` and the attributes that `fit` sets, which end in an
    underscore.
    """

    _options: ClassVar[tuple[str, ...]] = ()
    _learned: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Any]:
        """Options and what was learned, as strings, numbers and lists: for JSON, or a part of `pynn.save`."""
        learned = (
            {name: _plain(getattr(self, name)) for name in self._learned} if self._has_fitted() else None
        )
        return {
            "kind": type(self).__name__,
            "options": {name: _plain(getattr(self, name)) for name in self._options},
            "learned": learned,
        }

    @classmethod
    def from_dict(cls: type[Self], state: dict[str, Any]) -> Self:
        """What `to_dict` wrote, ready to transform.

        Args:
            state: that dictionary.

        Raises:
            ValueError: it was written by another class, or is incomplete.
        """
        if not isinstance(state, dict) or state.get("kind") != cls.__name__:
            kind = state.get("kind") if isinstance(state, dict) else type(state).__name__
            raise ValueError(f"{cls.__name__}.from_dict: this is the state of a {kind}")
        options, learned = state.get("options"), state.get("learned")
        if not isinstance(options, dict) or set(options) != set(cls._options):
            raise ValueError(f"{cls.__name__}.from_dict: expected the options {', '.join(cls._options)}")
        made = cls(**options)
        if learned is None:
            return made
        if not isinstance(learned, dict) or set(learned) != set(cls._learned):
            raise ValueError(f"{cls.__name__}.from_dict: expected to learn of {', '.join(cls._learned)}")
        for name, value in learned.items():
            setattr(made, name, cls._restored(value))
        return made

    @staticmethod
    def _restored(value: Any) -> Any:
        """A list is an array, a list of lists a list of arrays (of different lengths)."""
        if isinstance(value, list):
            several = bool(value) and isinstance(value[0], list)
            return [np.asarray(each) for each in value] if several else np.asarray(value)
        return value

    def _has_fitted(self) -> bool:
        return all(name in vars(self) for name in self._learned)

    def _check_fitted(self) -> None:
        if not self._has_fitted():
            raise RuntimeError(f"{type(self).__name__} has not seen data yet: call fit first")

    def _check_width(self, x: Any, width: int) -> None:
        self._check_fitted()
        shape = tuple(np.shape(x))
        if len(shape) == 2 and shape[1] != width:
            raise ValueError(f"{type(self).__name__} was fitted to {width} features; got shape {shape}")


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def matrix(owner: str, x: Any) -> np.ndarray:
    """`x` as float64 `(N, features)`.

    Raises:
        TypeError: it does not hold numbers.
        ValueError: it is no matrix.
    """
    try:
        values = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(
            f"{owner} takes numbers (N, features), which {type(x).__name__} does not hold"
        ) from None
    if values.ndim != 2:
        raise ValueError(
            f"{owner} takes samples in rows and features in columns (N, features), got shape {values.shape}"
        )
    return values


def like(x: Any, values: np.ndarray) -> Any:
    """`values` as a Tensor if x is one."""
    if isinstance(x, Tensor):
        dtype = x.dtype if x.is_floating_point() else _core.float32
        return _core.tensor(values, dtype=dtype)
    return values
