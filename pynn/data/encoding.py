"""Classes as one-hot rows, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor


class OneHotEncoder:
    """Categories, numbers or words, to rows with a single 1.

    Takes `(N,)` labels or `(N, F)` columns, whose rows are put side by side.

    Args:
        handle_unknown: "error", or "ignore" for a row of zeros where a category was not in the data of `fit`.

    Attributes:
        categories_: the sorted categories of each column.

    Example:
        >>> import pynn
        >>> encoder = pynn.data.OneHotEncoder().fit(["cat", "dog", "cat"])
        >>> encoder.transform(["dog", "cat"]).tolist()
        [[0.0, 1.0], [1.0, 0.0]]
        >>> encoder.inverse_transform([[0.2, 0.8]]).tolist()
        ['dog']
    """

    def __init__(self, handle_unknown: str = "error") -> None:
        if handle_unknown not in ("error", "ignore"):
            raise ValueError(f"OneHotEncoder: handle_unknown is 'error' or 'ignore', got {handle_unknown!r}")
        self.handle_unknown = handle_unknown
        self.categories_: list[np.ndarray] | None = None

    def fit(self, x: Any) -> OneHotEncoder:
        """Learn which categories there are.

        Args:
            x: labels `(N,)` or columns `(N, F)`.
        """
        columns, self._flat = _columns(x)
        if columns.size == 0:
            raise ValueError("OneHotEncoder.fit: there are no samples")
        self.categories_ = [np.unique(column) for column in columns.T]
        return self

    def transform(self, x: Any) -> Tensor:
        """Rows `(N, categories)` of float32.

        Args:
            x: labels or columns like those that it was fitted to.
        """
        categories = self._fitted()
        columns, _ = _columns(x)
        if columns.shape[1] != len(categories):
            raise ValueError(f"OneHotEncoder was fitted to {len(categories)} columns; got {columns.shape[1]}")
        return _core.from_numpy(
            np.concatenate([self._rows(c, known) for c, known in zip(columns.T, categories, strict=True)], 1)
        )

    def fit_transform(self, x: Any) -> Tensor:
        """Learn the categories of `x`, then encode it."""
        return self.fit(x).transform(x)

    def inverse_transform(self, rows: Any) -> np.ndarray:
        """The category of the largest value of each row, so that the outputs of a model may be given.

        Args:
            rows: `(N, categories)`.
        """
        categories = self._fitted()
        values = np.asarray(rows)
        width = sum(len(known) for known in categories)
        if values.ndim != 2 or values.shape[1] != width:
            raise ValueError(f"OneHotEncoder: expected rows (N, {width}) to decode, got {values.shape}")
        ends = np.cumsum([len(known) for known in categories])[:-1]
        parts = np.split(values, ends, axis=1)
        columns = [known[part.argmax(1)] for part, known in zip(parts, categories, strict=True)]
        return columns[0] if self._flat else np.stack(columns, 1)

    def _rows(self, column: np.ndarray, known: np.ndarray) -> np.ndarray:
        match = column[:, None] == known
        unknown = ~match.any(1)
        if unknown.any() and self.handle_unknown == "error":
            where = int(unknown.argmax())
            raise ValueError(
                f"OneHotEncoder: {column[where].item()!r} at position {where} is not one of "
                f"{', '.join(repr(value) for value in known[:10].tolist())}. Fit to data that has it, or use "
                'OneHotEncoder(handle_unknown="ignore").'
            )
        return match.astype(np.float32)

    def _fitted(self) -> list[np.ndarray]:
        if self.categories_ is None:
            raise RuntimeError("OneHotEncoder has not seen data yet: call fit first")
        return self.categories_


def _columns(x: Any) -> tuple[np.ndarray, bool]:
    """Samples in rows, and whether they came without columns."""
    values = np.asarray(x)
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise ValueError("OneHotEncoder: NaN is no category")
    if values.ndim not in (1, 2):
        raise ValueError(f"OneHotEncoder takes labels (N,) or columns (N, F), got shape {values.shape}")
    is_flat = values.ndim == 1
    return values[:, None] if is_flat else values, is_flat
