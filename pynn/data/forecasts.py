"""Forecasting: scaling a series, the forecasts that any model must beat, and how to measure it."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .series import Series


class SeriesScaler:
    """Brings the columns of a series to mean 0 and standard deviation 1, and forecasts back.

    Fit it to the part that is trained on alone: whoever scales by the whole series has told the model
    about the future. NaN is left as it is and does not count.

    Attributes:
        mean_: `(F,)`.
        scale_: `(F,)` standard deviations; 1 for a column that never changes.

    Example:
        >>> import pynn
        >>> train, test = pynn.data.temporal_split(pynn.tensor([1.0, 3.0, 5.0]), sizes=(2, 1))
        >>> scaler = pynn.data.SeriesScaler().fit(train)
        >>> scaler.transform(test).tolist(), scaler.inverse_transform(pynn.tensor([[3.0]])).tolist()
        ([3.0], [[5.0]])
    """

    mean_: np.ndarray | None = None
    scale_: np.ndarray

    def fit(self, values: Any) -> SeriesScaler:
        """Learn mean and standard deviation.

        Args:
            values: `(T,)` or `(T, F)`, or a `Series`: what is trained on.

        Raises:
            ValueError: a column without a number, or with an infinite one.
        """
        series = _array("SeriesScaler", values)
        if series.ndim not in (1, 2) or not len(series):
            raise ValueError(f"SeriesScaler: expected a series (T,) or (T, F), got shape {series.shape}")
        columns = series.reshape(len(series), -1)
        measured = ~np.isnan(columns)
        if np.isinf(columns).any() or not measured.any(0).all():
            raise ValueError("SeriesScaler.fit: a column holds no number at all, or an infinite one")
        counts = measured.sum(0)
        mean = np.where(measured, columns, 0).sum(0) / counts
        spread = np.sqrt((np.where(measured, columns - mean, 0) ** 2).sum(0) / counts)
        constant = spread <= 10 * np.finfo(np.float64).eps * np.abs(mean)
        self.mean_, self.scale_ = mean, np.where(constant, 1.0, spread)
        return self

    def transform(self, values: Any, column: int | None = None) -> Any:
        """To the new units; a Tensor gives a Tensor, a `Series` a `Series`, all else an array.

        Args:
            values: `(..., F)`; or of any shape, if there is one column or `column` says which it is.
            column: all values are of this column.
        """
        mean, scale = self._of(values, column)
        return _like(values, (_array("SeriesScaler", values) - mean) / scale)

    def inverse_transform(self, values: Any, column: int | None = None) -> Any:
        """Back to the units of the series, as forecasts are.

        Args:
            values: `(..., F)`; or of any shape, if there is one column or `column` says which it is.
            column: all values are of this column.
        """
        mean, scale = self._of(values, column)
        return _like(values, _array("SeriesScaler", values) * scale + mean)

    def _of(self, values: Any, column: int | None) -> tuple[Any, Any]:
        if self.mean_ is None:
            raise RuntimeError("SeriesScaler has not seen data yet: call fit first")
        width = len(self.mean_)
        if column is not None:
            place = _check.integer("SeriesScaler", "column", column)
            if not -width <= place < width:
                raise ValueError(f"SeriesScaler: there are {width} columns, none is number {place}")
            return self.mean_[place], self.scale_[place]
        shape = np.shape(values.values if isinstance(values, Series) else values)
        if width == 1:
            return self.mean_[0], self.scale_[0]
        if shape[-1:] != (width,):
            raise ValueError(
                f"SeriesScaler was fitted to {width} columns, got shape {tuple(shape)}. If all of it is one "
                "column, say which: column=..."
            )
        return self.mean_, self.scale_


def naive_forecast(history: Any, horizon: int = 1, season: int = 1) -> Any:
    """What any model must beat: tomorrow is as today, or as the same day of the last season.

    Args:
        history: `(N, T)` or `(N, T, F)`, as x of `SeriesWindows`; or one series `(T,)`.
        horizon: how many values to forecast.
        season: how long a season is; 1 repeats the last value.

    Returns:
        `(N, horizon)`, `(N, horizon, F)` or `(horizon,)`; a Tensor of a Tensor, an array of all else.

    Raises:
        ValueError: the history is shorter than a season.

    Source: Hyndman & Athanasopoulos 2021, Forecasting: principles and practice, section 5.2.

    Example:
        >>> import pynn
        >>> pynn.data.naive_forecast([1, 5, 2, 6], horizon=3, season=2).tolist()
        [2.0, 6.0, 2.0]
    """
    steps = _check.integer("naive_forecast", "horizon", horizon, 1)
    period = _check.integer("naive_forecast", "season", season, 1)
    past = _array("naive_forecast", history)
    if past.ndim not in (1, 2, 3):
        raise ValueError(f"naive_forecast: expected (T,), (N, T) or (N, T, F), got shape {past.shape}")
    axis = 0 if past.ndim == 1 else 1
    length = past.shape[axis]
    if length < period:
        raise ValueError(f"naive_forecast: a history of {length} values is shorter than a season of {period}")
    return _like(history, np.take(past, length - period + np.arange(steps) % period, axis))


def smape(outputs: Any, targets: Any) -> float:
    """The symmetric mean absolute percentage error, 0 to 200.

    100 times the mean of 2 |y - f| / (|y| + |f|); where both are 0 the error is 0.

    Args:
        outputs: the forecasts f, of any shape.
        targets: what came true, y, of the same shape.

    Raises:
        ValueError: other shapes, or nothing to measure.

    Source: Makridakis et al. 2020, The M4 competition, equation 1.

    Example:
        >>> import pynn
        >>> pynn.data.smape([110.0, 90.0], [90.0, 90.0])
        10.0
    """
    forecast, truth = _pair("smape", outputs, targets)
    size = np.abs(forecast) + np.abs(truth)
    return float(200 * np.divide(np.abs(forecast - truth), size, where=size > 0, out=size * 0).mean())


def mase(outputs: Any, targets: Any, history: Any, season: int = 1) -> float:
    """The mean absolute scaled error: below 1 is better than the naive forecast was on the history.

    The mean of |y - f|, divided by the mean of |h_t - h_{t - season}| over the history, which is how wrong
    it is to repeat the last season by one step.

    Args:
        outputs: the forecasts f, of any shape.
        targets: what came true, y, of the same shape.
        history: `(T,)`, the series that was trained on, in the units of the targets.
        season: how long a season is.

    Raises:
        ValueError: other shapes, a history that is too short, or one that never changes.

    Source: Hyndman & Koehler 2006, Another look at measures of forecast accuracy.

    Example:
        >>> import pynn
        >>> pynn.data.mase([5.0], [6.0], history=[0.0, 2.0, 4.0])
        0.5
    """
    forecast, truth = _pair("mase", outputs, targets)
    period = _check.integer("mase", "season", season, 1)
    past = _array("mase", history).squeeze()
    if past.ndim != 1 or len(past) <= period:
        raise ValueError(
            f"mase: history must be one series (T,) longer than a season of {period}, got {past.shape}"
        )
    steps = np.abs(past[period:] - past[:-period])
    steps = steps[~np.isnan(steps)]
    if not len(steps) or steps.mean() == 0:
        raise ValueError("mase: the history never changes from season to season, so errors have no measure")
    return float(np.abs(forecast - truth).mean() / steps.mean())


def _array(owner: str, values: Any) -> np.ndarray:
    plain = values.values if isinstance(values, Series) else values
    plain = plain.detach() if isinstance(plain, Tensor) else plain
    try:
        return np.asarray(plain, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{owner} takes numbers, which {type(values).__name__} does not hold") from None


def _pair(owner: str, outputs: Any, targets: Any) -> tuple[np.ndarray, np.ndarray]:
    forecast, truth = _array(owner, outputs), _array(owner, targets)
    if forecast.shape != truth.shape or not forecast.size:
        raise ValueError(
            f"{owner}: outputs {forecast.shape} and targets {truth.shape} must have one shape and a value"
        )
    return forecast, truth


def _like(given: Any, values: np.ndarray) -> Any:
    if isinstance(given, Series):
        return Series(_core.tensor(values, dtype=_core.float32), given.times, given.names)
    if isinstance(given, Tensor):
        return _core.tensor(values, dtype=given.dtype if given.is_floating_point() else _core.float32)
    return values
