"""Values that are missing, and what to put in their place."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check

from .fitted import Fitted, like

STRATEGIES = ("mean", "median", "most_frequent", "constant")


class SimpleImputer(Fitted):
    """Puts in what is typical of a feature where its value is missing: NaN, or None among words.

    What is typical is learned from the training data alone.

    Args:
        strategy: "mean", "median", "most_frequent" (of equally frequent values the least) or "constant".
            Words know the last two.
        fill_value: the constant. Default: 0, or "missing" among words.
        add_indicator: add a feature of 0 and 1 for each feature that had missing values in `fit`: that a
            value is missing often says something.

    Attributes:
        statistics_: what is put in, of each feature.
        indicator_: the numbers of the features that had missing values.

    Raises:
        ValueError: an unknown strategy, or a feature without a single value.

    Example:
        >>> import pynn
        >>> nan = float("nan")
        >>> imputer = pynn.data.SimpleImputer("median", add_indicator=True)
        >>> imputer.fit_transform([[1.0, 7.0], [3.0, nan], [8.0, 9.0]]).tolist()
        [[1.0, 7.0, 0.0], [3.0, 8.0, 1.0], [8.0, 9.0, 0.0]]
        >>> imputer.transform([[nan, 5.0]]).tolist()
        [[3.0, 5.0, 0.0]]
    """

    _options = ("strategy", "fill_value", "add_indicator")
    _learned = ("statistics_", "indicator_")
    statistics_: np.ndarray
    indicator_: np.ndarray

    def __init__(self, strategy: str = "mean", fill_value: Any = None, add_indicator: bool = False) -> None:
        self.strategy = _check.choice("SimpleImputer", "strategy", strategy, STRATEGIES)
        self.fill_value, self.add_indicator = fill_value, bool(add_indicator)
        if fill_value is not None and not isinstance(fill_value, str):
            self.fill_value = _check.real("SimpleImputer", "fill_value", fill_value)

    def fit(self, x: Any) -> SimpleImputer:
        """Learn what to put in.

        Args:
            x: `(N, features)`, numbers or words.
        """
        values = _cells(x)
        holes = is_missing(values)
        if not len(values):
            raise ValueError("SimpleImputer.fit: there are no samples")
        words = values.dtype == object
        if words and self.strategy in ("mean", "median"):
            raise ValueError(
                f"SimpleImputer: words have no {self.strategy}; take strategy='most_frequent' or 'constant'"
            )
        if self.strategy == "constant":
            default = "missing" if words else 0.0
            fill = default if self.fill_value is None else self.fill_value
            if isinstance(fill, str) != words:
                raise ValueError(f"SimpleImputer: fill_value {fill!r} does not go with {values.dtype} data")
            self.statistics_ = np.full(values.shape[1], fill, dtype=values.dtype)
        else:
            empty = holes.all(0)
            if empty.any():
                raise ValueError(
                    f"SimpleImputer.fit: feature {int(empty.argmax())} has no value at all; leave it out, or "
                    "take strategy='constant'"
                )
            columns = [column[~gap] for column, gap in zip(values.T, holes.T, strict=True)]
            self.statistics_ = np.array([self._typical(c) for c in columns], dtype=values.dtype)
        self.indicator_ = np.flatnonzero(holes.any(0))
        return self

    def _typical(self, column: np.ndarray) -> Any:
        if self.strategy == "mean":
            return column.mean()
        if self.strategy == "median":
            return np.median(column)
        known, counts = np.unique(column, return_counts=True)
        return known[counts.argmax()]

    def transform(self, x: Any) -> Any:
        """Put values in; a Tensor gives a Tensor, all else an array. `x` stays as it is.

        Args:
            x: `(N, features)`.
        """
        self._check_width(x, len(self.statistics_) if self._has_fitted() else 0)
        values = _cells(x)
        holes = is_missing(values)
        filled = np.where(holes, self.statistics_, values)
        if self.add_indicator:
            # After a load, an empty list of numbers is an array of floats.
            filled = np.concatenate(
                [filled, holes[:, self.indicator_.astype(int)]], axis=1, dtype=filled.dtype
            )
        return like(x, filled)

    def fit_transform(self, x: Any) -> Any:
        """Learn from `x`, then put values in.

        Args:
            x: `(N, features)`.
        """
        return self.fit(x).transform(x)


def is_missing(values: np.ndarray) -> np.ndarray:
    """Where a value is NaN, or None (or pandas' NA) among words."""
    if values.dtype == object:
        # pandas' NA answers no question, not even whether it is itself; NaN is not.
        absent = [v is None or type(v).__name__ == "NAType" or v != v for v in values.flat]
        return np.array(absent, dtype=bool).reshape(values.shape)
    if values.dtype.kind == "f":
        return np.isnan(values)
    return np.zeros(values.shape, dtype=bool)


def _cells(x: Any) -> np.ndarray:
    """Numbers as float64, words as objects; `(N, features)`."""
    values = np.asarray(x)
    if values.ndim != 2:
        raise ValueError(
            "SimpleImputer takes samples in rows and features in columns (N, features), got shape "
            f"{values.shape}"
        )
    if values.dtype.kind in "biuf":
        return values.astype(np.float64, copy=False)
    objects = values.astype(object)
    if not any(isinstance(value, str) for value in objects.flat):
        try:  # numbers that stand among None
            return np.where(is_missing(objects), np.nan, objects).astype(np.float64)
        except (TypeError, ValueError):
            pass
    return objects
