"""Scaling features to like sizes. What was learned from the training data is applied to the test data."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from pynn import _check

from .fitted import Fitted, like, matrix

Self = TypeVar("Self", bound="_Scaler")


class _Scaler(Fitted):
    """x -> (x - shift) / scale, feature by feature; a subclass says which."""

    def _learn(self, x: np.ndarray) -> None:
        raise NotImplementedError

    def _shift_and_scale(self) -> tuple[Any, Any]:
        raise NotImplementedError

    def fit(self: Self, x: Any) -> Self:
        """Learn shift and scale.

        Args:
            x: `(N, features)`.

        Raises:
            ValueError: the data is empty, or holds NaN or infinity.
        """
        values = matrix(type(self).__name__, x)
        if len(values) == 0 or not np.isfinite(values).all():
            raise ValueError(
                f"{type(self).__name__}.fit: the data is empty or holds NaN or infinity. "
                "SimpleImputer puts values in where they are missing"
            )
        self._learn(values)
        return self

    def transform(self, x: Any) -> Any:
        """Scale; a Tensor gives a Tensor, all else an array.

        Args:
            x: `(N, features)`.

        Raises:
            RuntimeError: `fit` has not seen data yet.
            ValueError: another number of features.
        """
        shift, scale = self._of(x)
        return like(x, (matrix(type(self).__name__, x) - shift) / scale)

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
        shift, scale = self._of(x)
        return like(x, matrix(type(self).__name__, x) * scale + shift)

    def _of(self, x: Any) -> tuple[Any, Any]:
        self._check_fitted()
        shift, scale = self._shift_and_scale()
        self._check_width(x, len(scale))
        return shift, scale


class StandardScaler(_Scaler):
    """To mean 0 and standard deviation 1. A feature that never changes is only shifted.

    Attributes:
        mean_: of each feature.
        var_: the variance of each feature.
        scale_: what is divided by.

    Example:
        >>> import pynn
        >>> scaler = pynn.data.StandardScaler().fit(pynn.tensor([[0.0], [2.0]]))
        >>> scaler.transform(pynn.tensor([[4.0]])).tolist()
        [[3.0]]
    """

    _learned = ("mean_", "var_", "scale_")
    mean_: np.ndarray
    var_: np.ndarray
    scale_: np.ndarray

    def _learn(self, x: np.ndarray) -> None:
        self.mean_, self.var_ = x.mean(axis=0), x.var(axis=0)
        # Rounding leaves a constant column with a tiny variance: measured against its own size.
        constant = self.var_ <= (10 * np.finfo(x.dtype).eps * np.abs(self.mean_)) ** 2
        self.scale_ = np.where(constant, 1.0, np.sqrt(self.var_))

    def _shift_and_scale(self) -> tuple[Any, Any]:
        return self.mean_, self.scale_


class MinMaxScaler(_Scaler):
    """To the range from 0 to 1, or any other. A feature that never changes goes to its lower end.

    Args:
        feature_range: (lowest, highest) value after scaling.

    Attributes:
        data_min_: the least of each feature.
        data_max_: the greatest.

    Raises:
        ValueError: the range does not rise.

    Example:
        >>> import pynn
        >>> scaler = pynn.data.MinMaxScaler().fit(pynn.tensor([[0.0], [4.0]]))
        >>> scaler.transform(pynn.tensor([[1.0]])).tolist()
        [[0.25]]
    """

    _options = ("feature_range",)
    _learned = ("data_min_", "data_max_")
    data_min_: np.ndarray
    data_max_: np.ndarray

    def __init__(self, feature_range: tuple[float, float] = (0.0, 1.0)) -> None:
        self.feature_range = _rising("MinMaxScaler", "feature_range", feature_range)

    def _learn(self, x: np.ndarray) -> None:
        self.data_min_, self.data_max_ = x.min(axis=0), x.max(axis=0)

    def _shift_and_scale(self) -> tuple[Any, Any]:
        low, high = self.feature_range
        span = self.data_max_ - self.data_min_
        scale = np.where(span == 0, 1.0, span) / (high - low)
        return self.data_min_ - low * scale, scale


class RobustScaler(_Scaler):
    """To median 0 and a distance of 1 between two quantiles, which a few outliers do not move.

    Args:
        with_centering: subtract the median.
        with_scaling: divide by the distance of the quantiles; a feature where it is 0 is only shifted.
        quantile_range: the two quantiles in percent.

    Attributes:
        center_: what is subtracted from each feature.
        scale_: what it is divided by.

    Raises:
        ValueError: quantiles that do not rise, or lie outside of 0 to 100.

    Example:
        >>> import pynn
        >>> x = [[1.0], [2.0], [3.0], [4.0], [1000.0]]
        >>> pynn.data.RobustScaler().fit_transform(x)[:, 0].tolist()
        [-1.0, -0.5, 0.0, 0.5, 498.5]
    """

    _options = ("with_centering", "with_scaling", "quantile_range")
    _learned = ("center_", "scale_")
    center_: np.ndarray
    scale_: np.ndarray

    def __init__(
        self,
        with_centering: bool = True,
        with_scaling: bool = True,
        quantile_range: tuple[float, float] = (25.0, 75.0),
    ) -> None:
        self.with_centering, self.with_scaling = bool(with_centering), bool(with_scaling)
        self.quantile_range = _rising("RobustScaler", "quantile_range", quantile_range)
        if self.quantile_range[0] < 0 or self.quantile_range[1] > 100:
            raise ValueError(
                f"RobustScaler: quantile_range lies between 0 and 100 percent, got {quantile_range}"
            )

    def _learn(self, x: np.ndarray) -> None:
        width = x.shape[1]
        self.center_ = np.median(x, axis=0) if self.with_centering else np.zeros(width)
        self.scale_ = np.ones(width)
        if self.with_scaling:
            low, high = np.percentile(x, self.quantile_range, axis=0)
            constant = high - low <= 10 * np.finfo(x.dtype).eps
            self.scale_ = np.where(constant, 1.0, high - low)

    def _shift_and_scale(self) -> tuple[Any, Any]:
        return self.center_, self.scale_


def _rising(owner: str, name: str, pair: Any) -> tuple[float, float]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"{owner}: {name} is (lowest, highest), got {pair!r}")
    low, high = (_check.real(owner, f"each of {name}", end) for end in pair)
    if not low < high:
        raise ValueError(f"{owner}: {name} must rise, got {tuple(pair)}")
    return low, high
