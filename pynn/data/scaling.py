"""Scaling features to like sizes. What was learned from the training data is applied to the test data."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor


class _Scaler:
    """x -> (x - shift) / scale, feature by feature; `fit` says which."""

    _shift: np.ndarray | None = None
    _scale: np.ndarray

    def _learn(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError

    def fit(self, x: Any) -> _Scaler:
        """Learn shift and scale.

        Args:
            x: `(N, features)`.

        Raises:
            ValueError: the data is empty, or holds NaN or infinity.
        """
        values = _matrix(x, type(self).__name__)
        if len(values) == 0 or not np.isfinite(values).all():
            raise ValueError(f"{type(self).__name__}.fit: the data is empty or holds NaN or infinity")
        self._shift, self._scale = self._learn(values)
        return self

    def transform(self, x: Any) -> Any:
        """Scale; a Tensor gives a Tensor, an array an array.

        Args:
            x: `(N, features)`.

        Raises:
            RuntimeError: `fit` has not seen data yet.
            ValueError: another number of features.
        """
        shift = self._fitted(x)
        return _like(x, (_matrix(x, type(self).__name__) - shift) / self._scale)

    def fit_transform(self, x: Any) -> Any:
        """Learn from `x`, then scale it.

        Args:
            x: `(N, features)`.
        """
        return self.fit(x).transform(x)

    def inverse_transform(self, x: Any) -> Any:
        """Back to the original units.

        Args:
            x: `(N, features)`, scaled.
        """
        shift = self._fitted(x)
        return _like(x, _matrix(x, type(self).__name__) * self._scale + shift)

    def _fitted(self, x: Any) -> np.ndarray:
        if self._shift is None:
            raise RuntimeError(f"{type(self).__name__} has not seen data yet: call fit first")
        if np.shape(x)[-1:] != self._shift.shape:
            raise ValueError(
                f"{type(self).__name__} was fitted to {len(self._shift)} features; "
                f"got shape {tuple(np.shape(x))}"
            )
        return self._shift


class StandardScaler(_Scaler):
    """To mean 0 and standard deviation 1. A feature that never changes is only shifted.

    Example:
        >>> import pynn
        >>> scaler = pynn.data.StandardScaler().fit(pynn.tensor([[0.0], [2.0]]))
        >>> scaler.transform(pynn.tensor([[4.0]])).tolist()
        [[3.0]]
    """

    def _learn(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.mean_, self.var_ = x.mean(axis=0), x.var(axis=0)
        # Rounding leaves a constant column with a tiny variance: measured against its own size.
        constant = self.var_ <= (10 * np.finfo(x.dtype).eps * np.abs(self.mean_)) ** 2
        self.scale_ = np.where(constant, 1.0, np.sqrt(self.var_))
        return self.mean_, self.scale_


class MinMaxScaler(_Scaler):
    """To the range from 0 to 1, or any other. A feature that never changes goes to its lower end.

    Args:
        feature_range: (lowest, highest) value after scaling.

    Raises:
        ValueError: the range does not rise.

    Example:
        >>> import pynn
        >>> scaler = pynn.data.MinMaxScaler().fit(pynn.tensor([[0.0], [4.0]]))
        >>> scaler.transform(pynn.tensor([[1.0]])).tolist()
        [[0.25]]
    """

    def __init__(self, feature_range: tuple[float, float] = (0.0, 1.0)) -> None:
        if not isinstance(feature_range, (tuple, list)) or len(feature_range) != 2:
            raise TypeError(f"MinMaxScaler: feature_range is (lowest, highest), got {feature_range!r}")
        low, high = (_check.real("MinMaxScaler", "each of feature_range", end) for end in feature_range)
        if not low < high:
            raise ValueError(f"MinMaxScaler: feature_range must rise, got {feature_range}")
        self.feature_range = feature_range

    def _learn(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = self.feature_range
        self.data_min_, self.data_max_ = x.min(axis=0), x.max(axis=0)
        span = self.data_max_ - self.data_min_
        scale = np.where(span == 0, 1.0, span) / (high - low)
        return self.data_min_ - low * scale, scale


def _matrix(x: Any, name: str) -> np.ndarray:
    try:
        values = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} takes numbers (N, features), which {type(x).__name__} does not hold"
        ) from None
    if values.ndim != 2:
        raise ValueError(
            f"{name} takes samples in rows and features in columns (N, features), got shape {values.shape}"
        )
    return values


def _like(x: Any, values: np.ndarray) -> Any:
    if isinstance(x, Tensor):
        dtype = x.dtype if x.is_floating_point() else _core.float32
        return _core.tensor(values, dtype=dtype)
    return values
