"""Values far from all others: bounds learned from the training data, and what to do about what is beyond."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check

from .fitted import Fitted, like, matrix


class OutlierFence(Fitted):
    """Bounds for each feature; what lies beyond is an outlier.

    By the interquartile range they are Q1 - k (Q3 - Q1) and Q3 + k (Q3 - Q1), by the z-score mean ± k
    standard deviations. The first is the better one where there are many outliers: these widen the second.

    `transform` moves outliers to the bound, or takes them for missing. To leave samples out, ask `inside`,
    and only of the training data: a model is tested on all that comes.

    Args:
        method: "iqr" or "zscore".
        threshold: k. Default: 1.5 by the interquartile range, 3 by the z-score.
        action: "clip" to the bounds, or "missing" for NaN, which `SimpleImputer` then fills.

    Attributes:
        low_: the lower bound of each feature.
        high_: the upper bound.

    Raises:
        ValueError: an unknown word, a negative threshold, or data without a number in a feature.

    Source: Tukey 1977, Exploratory data analysis (the fences).

    Example:
        >>> import pynn
        >>> x = [[1.0], [2.0], [3.0], [4.0], [1000.0]]
        >>> fence = pynn.data.OutlierFence().fit(x)
        >>> fence.transform(x)[:, 0].tolist(), fence.inside(x).tolist()
        ([1.0, 2.0, 3.0, 4.0, 7.0], [True, True, True, True, False])
    """

    _options = ("method", "threshold", "action")
    _learned = ("low_", "high_")
    low_: np.ndarray
    high_: np.ndarray

    def __init__(self, method: str = "iqr", threshold: float | None = None, action: str = "clip") -> None:
        self.method = _check.choice("OutlierFence", "method", method, ("iqr", "zscore"))
        self.action = _check.choice("OutlierFence", "action", action, ("clip", "missing"))
        default = 1.5 if method == "iqr" else 3.0
        self.threshold = _check.real(
            "OutlierFence", "threshold", default if threshold is None else threshold, 0
        )

    def fit(self, x: Any) -> OutlierFence:
        """Learn the bounds; NaN does not count.

        Args:
            x: `(N, features)`.
        """
        values = matrix("OutlierFence", x)
        measured = ~np.isnan(values)
        if np.isinf(values).any() or not measured.any(0).all() or not values.size:
            raise ValueError(
                "OutlierFence.fit: the data is empty, or a feature holds infinity or not one number"
            )
        if self.method == "iqr":
            below, above = np.nanpercentile(values, (25, 75), axis=0)
            reach = self.threshold * (above - below)
        else:
            below = above = np.nanmean(values, axis=0)
            reach = self.threshold * np.nanstd(values, axis=0)
        self.low_, self.high_ = below - reach, above + reach
        return self

    def transform(self, x: Any) -> Any:
        """Deal with outliers; a Tensor gives a Tensor, all else an array.

        Args:
            x: `(N, features)`.
        """
        values = self._values(x)
        if self.action == "clip":
            return like(x, np.clip(values, self.low_, self.high_))
        return like(x, np.where((values < self.low_) | (values > self.high_), np.nan, values))

    def fit_transform(self, x: Any) -> Any:
        """Learn from `x`, then deal with its outliers.

        Args:
            x: `(N, features)`.
        """
        return self.fit(x).transform(x)

    def inside(self, x: Any) -> np.ndarray:
        """Which samples have no outlier in any feature, `(N,)`: `x[fence.inside(x)]` leaves the others out.

        Args:
            x: `(N, features)`; NaN is no outlier.
        """
        values = self._values(x)
        return np.asarray(~((values < self.low_) | (values > self.high_)).any(1))

    def _values(self, x: Any) -> np.ndarray:
        self._check_width(x, len(self.low_) if self._has_fitted() else 0)
        return matrix("OutlierFence", x)
