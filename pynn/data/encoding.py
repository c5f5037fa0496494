"""Categories as one-hot rows or numbers, and back."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .fitted import Fitted

Self = TypeVar("Self", bound="_Categories")


class _Categories(Fitted):
    """Columns of categories, which `fit` collects and sorts."""

    _learned = ("categories_",)
    categories_: list[np.ndarray]

    def fit(self: Self, x: Any) -> Self:
        """Learn which categories there are.

        Args:
            x: labels `(N,)` or columns `(N, F)`.
        """
        columns, self._flat = self._columns(x)
        if columns.size == 0:
            raise ValueError(f"{type(self).__name__}.fit: there are no samples")
        self.categories_ = [np.unique(column) for column in columns.T]
        return self

    def _columns(self, x: Any) -> tuple[np.ndarray, bool]:
        """Samples in rows, and whether they came without columns."""
        name = type(self).__name__
        values = np.asarray(x)
        absent = values.dtype.kind == "f" and np.isnan(values).any()
        if absent or (values.dtype == object and any(v is None or v != v for v in values.flat)):
            raise ValueError(f"{name}: NaN is no category, nor is None; SimpleImputer puts values in")
        if values.ndim not in (1, 2):
            raise ValueError(f"{name} takes labels (N,) or columns (N, F), got shape {values.shape}")
        is_flat = values.ndim == 1
        return values[:, None] if is_flat else values, is_flat

    def _known_columns(self, x: Any) -> list[tuple[np.ndarray, np.ndarray]]:
        """Each column with the categories that it was fitted to."""
        self._check_fitted()
        columns, _ = self._columns(x)
        if columns.shape[1] != len(self.categories_):
            raise ValueError(
                f"{type(self).__name__} was fitted to {len(self.categories_)} columns; got {columns.shape[1]}"
            )
        return list(zip(columns.T, self.categories_, strict=True))

    def _matches(self, column: np.ndarray, known: np.ndarray, hint: str | None) -> np.ndarray:
        """Which category each value is, `(N, categories)`; with a hint, none is an error."""
        match = np.asarray(column[:, None] == known)
        unknown = ~match.any(1)
        if unknown.any() and hint is not None:
            where = int(unknown.argmax())
            value = column[where : where + 1].tolist()[0]
            raise ValueError(
                f"{type(self).__name__}: {value!r} at position {where} is not one of "
                f"{', '.join(repr(value) for value in known[:10].tolist())}. Fit to data that has it{hint}"
            )
        return match

    def to_dict(self) -> dict[str, Any]:
        """Options and what was learned, as strings, numbers and lists: for JSON, or a part of `pynn.save`."""
        state = super().to_dict()
        return {**state, "flat": self._flat} if self._has_fitted() else state

    @classmethod
    def from_dict(cls: type[Self], state: dict[str, Any]) -> Self:
        """What `to_dict` wrote, ready to transform.

        Args:
            state: that dictionary.

        Raises:
            ValueError: it was written by another class, or is incomplete.
        """
        made = super().from_dict(state)
        made._flat = bool(state.get("flat", False))
        return made


class OneHotEncoder(_Categories):
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

    _options = ("handle_unknown",)

    def __init__(self, handle_unknown: str = "error") -> None:
        self.handle_unknown = _check.choice(
            "OneHotEncoder", "handle_unknown", handle_unknown, ("error", "ignore")
        )

    def transform(self, x: Any) -> Tensor:
        """Rows `(N, categories)` of float32.

        Args:
            x: labels or columns like those that it was fitted to.
        """
        hint = ', or use OneHotEncoder(handle_unknown="ignore").' if self.handle_unknown == "error" else None
        rows = [self._matches(column, known, hint) for column, known in self._known_columns(x)]
        return _core.from_numpy(np.concatenate(rows, 1, dtype=np.float32))

    def fit_transform(self, x: Any) -> Tensor:
        """Learn the categories of `x`, then encode it.

        Args:
            x: labels or columns.
        """
        return self.fit(x).transform(x)

    def inverse_transform(self, rows: Any) -> np.ndarray:
        """The category of the largest value of each row, so that the outputs of a model may be given.

        Args:
            rows: `(N, categories)`.
        """
        self._check_fitted()
        values = np.asarray(rows)
        width = sum(len(known) for known in self.categories_)
        if values.ndim != 2 or values.shape[1] != width:
            raise ValueError(f"OneHotEncoder: expected rows (N, {width}) to decode, got {values.shape}")
        ends = np.cumsum([len(known) for known in self.categories_])[:-1]
        parts = np.split(values, ends, axis=1)
        columns = [known[part.argmax(1)] for part, known in zip(parts, self.categories_, strict=True)]
        return columns[0] if self._flat else np.stack(columns, 1)


class OrdinalEncoder(_Categories):
    """Categories, numbers or words, to whole numbers from 0 in their sorted order: what `nn.Embedding` reads.

    Args:
        handle_unknown: "error", or "use_encoded_value" for categories that were not in the data of `fit`.
        unknown_value: the number that stands for those. Default: -1.

    Attributes:
        categories_: the sorted categories of each column.

    Raises:
        ValueError: `unknown_value` is the number of a category.

    Example:
        >>> import pynn
        >>> sizes = pynn.data.OrdinalEncoder("use_encoded_value").fit([["red", 40], ["blue", 38]])
        >>> sizes.transform([["blue", 40], ["green", 38]]).tolist()
        [[0, 1], [-1, 0]]
    """

    _options: ClassVar[tuple[str, ...]] = ("handle_unknown", "unknown_value")

    def __init__(self, handle_unknown: str = "error", unknown_value: int = -1) -> None:
        known = ("error", "use_encoded_value")
        self.handle_unknown = _check.choice("OrdinalEncoder", "handle_unknown", handle_unknown, known)
        self.unknown_value = _check.integer("OrdinalEncoder", "unknown_value", unknown_value)

    def transform(self, x: Any) -> Tensor:
        """Numbers `(N, F)` of int64, or `(N,)` of labels.

        Args:
            x: labels or columns like those that it was fitted to.
        """
        lenient = self.handle_unknown == "use_encoded_value"
        hint = None if lenient else ', or use OrdinalEncoder(handle_unknown="use_encoded_value").'
        columns = []
        for column, known in self._known_columns(x):
            if lenient and 0 <= self.unknown_value < len(known):
                raise ValueError(
                    f"OrdinalEncoder: unknown_value {self.unknown_value} is the number of "
                    f"{known[self.unknown_value]!r}; take -1, or {len(known)}"
                )
            match = self._matches(column, known, hint)
            columns.append(np.where(match.any(1), match.argmax(1), self.unknown_value))
        return _core.from_numpy(columns[0] if self._flat else np.stack(columns, 1))

    def fit_transform(self, x: Any) -> Tensor:
        """Learn the categories of `x`, then encode it.

        Args:
            x: labels or columns.
        """
        return self.fit(x).transform(x)

    def inverse_transform(self, numbers: Any) -> np.ndarray:
        """The categories of numbers; an unknown one is an error.

        Args:
            numbers: as `transform` gives them.
        """
        self._check_fitted()
        columns, is_flat = self._columns(numbers)
        if columns.dtype.kind not in "iu" or columns.shape[1] != len(self.categories_):
            raise ValueError(
                f"{type(self).__name__}: expected whole numbers in {len(self.categories_)} columns, "
                f"got {columns.dtype} of shape {np.shape(numbers)}"
            )
        for column, known in zip(columns.T, self.categories_, strict=True):
            wrong = column[(column < 0) | (column >= len(known))]
            if len(wrong):
                raise ValueError(
                    f"{type(self).__name__}: {wrong[0]} is the number of no category; there are {len(known)}"
                )
        found = [known[column] for column, known in zip(columns.T, self.categories_, strict=True)]
        return found[0] if is_flat else np.stack(found, 1)


class LabelEncoder(OrdinalEncoder):
    """Class names `(N,)` to class numbers from 0 in their sorted order, as cross-entropy takes them.

    Attributes:
        categories_: a list with the classes.

    Example:
        >>> import pynn
        >>> encoder = pynn.data.LabelEncoder().fit(["dog", "cat", "dog"])
        >>> encoder.transform(["cat", "dog"]), encoder.classes_.tolist()
        (tensor([0, 1]), ['cat', 'dog'])
        >>> encoder.inverse_transform([1]).tolist()
        ['dog']
    """

    _options = ()

    def __init__(self) -> None:
        super().__init__()

    @property
    def classes_(self) -> np.ndarray:
        """The classes in the order of their numbers."""
        self._check_fitted()
        return self.categories_[0]

    def _columns(self, x: Any) -> tuple[np.ndarray, bool]:
        if np.ndim(x) != 1:
            raise ValueError(f"LabelEncoder takes labels (N,), got shape {np.shape(x)}")
        return super()._columns(x)
