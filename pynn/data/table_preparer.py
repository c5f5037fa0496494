"""From a table to the numbers that a network reads, by what the training part alone has taught."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .encoding import LabelEncoder, OneHotEncoder
from .fitted import Fitted
from .missing import STRATEGIES, SimpleImputer, is_missing
from .outliers import OutlierFence
from .scaling import MinMaxScaler, RobustScaler, StandardScaler
from .table import Table

SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler}
KINDS: dict[str, type[Fitted]] = {
    kind.__name__: kind
    for kind in (*SCALERS.values(), SimpleImputer, OutlierFence, OneHotEncoder, LabelEncoder)
}


class TablePreparer(Fitted):
    """Turns the columns of a table into one float32 matrix, and its target into what a loss reads.

    Numbers: outliers are dealt with, missing values are put in, the result is scaled. Words: missing ones
    are put in, the result becomes one-hot rows. What that takes (bounds, medians, means, categories) is
    learned in `fit`, from the training part, and is the same for all that comes later.

    What `to_dict` gives belongs into the checkpoint of the model that learned from it: `pynn.save({"model":
    model.state_dict(), "preparer": preparer.to_dict()}, path)`.

    Args:
        target: the column to predict, which the matrix does not hold.
        numeric: the columns to take as numbers. Default: all of numbers that are not in `categorical`.
        categorical: the columns to take as categories. Default: all of words. Columns that are in neither are
            left out if one of both is given, and the other as well.
        target_kind: "classes" or "numbers". Default: classes if they are words.
        missing: what to put in among numbers: "mean", "median", "most_frequent", or "constant" for 0.
        missing_words: "most_frequent", or "category" to make missing words a category of their own.
        add_indicator: add a feature of 0 and 1 for each column of numbers that lacks some in `fit`.
        outliers: "clip" or "missing", as `OutlierFence` takes them; None lets them be.
        outlier_method: "iqr" or "zscore".
        scaling: "standard", "minmax", "robust" or None.
        handle_unknown: "ignore" gives a category that was not in `fit` a row of zeros; or "error".

    Attributes:
        numeric_: the columns of numbers.
        categorical_: the columns of categories.

    Raises:
        ValueError: an unknown word, a column that is not there, or a table unlike the one in `fit`.

    Example:
        >>> import pynn
        >>> train = pynn.data.Table(
        ...     {"age": [20.0, None, 40.0], "town": ["Ulm", "Bonn", "Ulm"], "buys": ["no", "yes", "no"]}
        ... )
        >>> preparer = pynn.data.TablePreparer(target="buys", scaling=None).fit(train)
        >>> preparer.feature_names, preparer.target_names
        (['age', 'town=Bonn', 'town=Ulm'], ['no', 'yes'])
        >>> preparer.transform(train).tolist(), preparer.targets(train).tolist()
        ([[20.0, 0.0, 1.0], [30.0, 1.0, 0.0], [40.0, 0.0, 1.0]], [0, 1, 0])
    """

    _options = (
        "target",
        "numeric",
        "categorical",
        "target_kind",
        "missing",
        "missing_words",
        "add_indicator",
        "outliers",
        "outlier_method",
        "scaling",
        "handle_unknown",
    )
    _learned = ("numeric_", "categorical_", "fence_", "imputer_", "scaler_", "words_", "encoder_", "labels_")
    numeric_: list[str]
    categorical_: list[str]
    fence_: OutlierFence | None
    imputer_: SimpleImputer | None
    scaler_: Any
    words_: SimpleImputer | None
    encoder_: OneHotEncoder | None
    labels_: LabelEncoder | None

    def __init__(
        self,
        target: str | None = None,
        numeric: Sequence[str] | None = None,
        categorical: Sequence[str] | None = None,
        target_kind: str | None = None,
        missing: str = "median",
        missing_words: str = "most_frequent",
        add_indicator: bool = False,
        outliers: str | None = None,
        outlier_method: str = "iqr",
        scaling: str | None = "standard",
        handle_unknown: str = "ignore",
    ) -> None:
        owner = "TablePreparer"

        def chosen(name: str, value: str | None, known: Sequence[str]) -> str | None:
            return None if value is None else _check.choice(owner, name, value, known)

        def names(name: str, value: Sequence[str] | None) -> list[str] | None:
            several = [value] if isinstance(value, str) else value
            return (
                None if several is None else [_check.text(owner, f"each of {name}", one) for one in several]
            )

        self.target = None if target is None else _check.text(owner, "target", target)
        self.numeric, self.categorical = names("numeric", numeric), names("categorical", categorical)
        self.target_kind = chosen("target_kind", target_kind, ("classes", "numbers"))
        self.missing = _check.choice(owner, "missing", missing, STRATEGIES)
        words = ("most_frequent", "category")
        self.missing_words = _check.choice(owner, "missing_words", missing_words, words)
        self.add_indicator = bool(add_indicator)
        self.outliers = chosen("outliers", outliers, ("clip", "missing"))
        self.outlier_method = _check.choice(owner, "outlier_method", outlier_method, ("iqr", "zscore"))
        self.scaling = chosen("scaling", scaling, tuple(SCALERS))
        self.handle_unknown = _check.choice(owner, "handle_unknown", handle_unknown, ("error", "ignore"))

    # ---- learning ------------------------------------------------------------------------------------

    def fit(self, table: Any) -> TablePreparer:
        """Learn from the training part.

        Args:
            table: a `Table` or a DataFrame, with the target if there is one.

        Raises:
            ValueError: it has no rows, or lacks a column, or a column of numbers has none.
        """
        given = Table(table)
        if not len(given):
            raise ValueError("TablePreparer.fit: the table has no rows")
        self._sort_columns(given)
        self.fence_ = self.imputer_ = self.scaler_ = self.words_ = self.encoder_ = None
        if self.numeric_:
            x = self._numbers(given)
            empty = np.isnan(x).all(0)
            if empty.any() and self.missing != "constant":
                raise ValueError(
                    f"TablePreparer.fit: column {self.numeric_[int(empty.argmax())]!r} has no value at all; "
                    "leave it out: table.drop(...)"
                )
            if self.outliers is not None:
                self.fence_ = OutlierFence(self.outlier_method, action=self.outliers)
                x = self.fence_.fit_transform(x)
            self.imputer_ = SimpleImputer(self.missing, add_indicator=self.add_indicator)
            x = self.imputer_.fit_transform(x)
            if self.scaling is not None:
                self.scaler_ = SCALERS[self.scaling]().fit(x[:, : len(self.numeric_)])
        if self.categorical_:
            words = self._categories(given)
            empty = is_missing(words).all(0)
            if empty.any() and self.missing_words != "category":
                raise ValueError(
                    f"TablePreparer: column {self.categorical_[int(empty.argmax())]!r} has no word at all; "
                    "leave it out: table.drop(...)"
                )
            strategy = "constant" if self.missing_words == "category" else "most_frequent"
            self.words_ = SimpleImputer(strategy, "missing" if strategy == "constant" else None)
            self.encoder_ = OneHotEncoder(self.handle_unknown).fit(self.words_.fit_transform(words))
        self.labels_ = self._learn_target(given)
        return self

    def _sort_columns(self, table: Table) -> None:
        asked = [name for name in (*(self.numeric or ()), *(self.categorical or ())) if name is not None]
        for name in [*asked, *([] if self.target is None else [self.target])]:
            if name not in table:
                raise ValueError(
                    f"TablePreparer: the table has no column {name!r}; it has {', '.join(table.columns)}"
                )
        both = set(self.numeric or ()) & set(self.categorical or ())
        if both or self.target in asked:
            twice = min(both) if both else self.target
            raise ValueError(f"TablePreparer: column {twice!r} cannot be two things at once")
        rest = [name for name in table.columns if name != self.target and name not in asked]
        self.numeric_ = self.numeric or []
        if self.numeric is None:
            self.numeric_ = [name for name in rest if table.is_number(name)]
        self.categorical_ = self.categorical or []
        if self.categorical is None:
            self.categorical_ = [name for name in rest if not table.is_number(name)]
        if not self.numeric_ and not self.categorical_:
            raise ValueError("TablePreparer: no column is left to predict from")

    def _learn_target(self, table: Table) -> LabelEncoder | None:
        if self.target is None or self.target_kind == "numbers":
            return None
        if table.is_number(self.target) and self.target_kind is None:
            return None
        return LabelEncoder().fit(self._target(table))

    # ---- applying what was learned -------------------------------------------------------------------

    def transform(self, table: Any) -> Tensor:
        """The features, `(N, len(feature_names))` float32.

        Args:
            table: a `Table` or a DataFrame with the columns of `fit`, whatever their order; the target may be
                missing, and other columns are not looked at.
        """
        self._check_fitted()
        given = Table(table)
        parts = []
        if self.imputer_ is not None:
            x = self._numbers(given)
            x = self.imputer_.transform(x if self.fence_ is None else self.fence_.transform(x))
            width = len(self.numeric_)
            if self.scaler_ is not None:
                parts.append(self.scaler_.transform(x[:, :width]))
                x = x[:, width:]
            parts.append(x)
        if self.encoder_ is not None and self.words_ is not None:
            parts.append(self.encoder_.transform(self.words_.transform(self._categories(given))).numpy())
        return _core.from_numpy(np.concatenate(parts, axis=1, dtype=np.float32))

    def fit_transform(self, table: Any) -> Tensor:
        """Learn from the training part, and give its features.

        Args:
            table: a `Table` or a DataFrame.
        """
        return self.fit(table).transform(table)

    def targets(self, table: Any) -> Tensor:
        """What is to be predicted, `(N,)`: class numbers (int64), or numbers (float32).

        Args:
            table: a `Table` or a DataFrame that has the target.

        Raises:
            ValueError: no target was named, or it is missing in a row.
        """
        self._check_fitted()
        values = self._target(Table(table))
        if self.labels_ is not None:
            return self.labels_.transform(values)
        return _core.from_numpy(values.astype(np.float32))

    @property
    def feature_names(self) -> list[str]:
        """What the columns of `transform` are."""
        self._check_fitted()
        names = list(self.numeric_)
        if self.imputer_ is not None and self.add_indicator:
            names += [f"{self.numeric_[int(i)]} is missing" for i in self.imputer_.indicator_]
        if self.encoder_ is not None:
            for name, known in zip(self.categorical_, self.encoder_.categories_, strict=True):
                names += [f"{name}={word}" for word in known]
        return names

    @property
    def target_names(self) -> list[str]:
        """The classes in the order of their numbers; of a target of numbers, its name."""
        self._check_fitted()
        if self.labels_ is not None:
            return [str(name) for name in self.labels_.classes_.tolist()]
        return [] if self.target is None else [self.target]

    # ---- columns -------------------------------------------------------------------------------------

    def _of(self, table: Table, name: str) -> np.ndarray:
        if name not in table:
            raise ValueError(
                f"TablePreparer: the table has no column {name!r}, which it was fitted to; "
                f"it has {', '.join(table.columns)}"
            )
        return np.asarray(table[name])

    def _numbers(self, table: Table) -> np.ndarray:
        for name in self.numeric_:
            values = self._of(table, name)
            if values.dtype == object:
                word = next(value for value in values if isinstance(value, str))
                raise ValueError(f"TablePreparer: column {name!r} should hold numbers, but {word!r} is none")
        return np.stack([self._of(table, name).astype(np.float64) for name in self.numeric_], axis=1)

    def _categories(self, table: Table) -> np.ndarray:
        """Words; numbers become such too, so that 3 and 3.0 (beside NaN) are one category."""
        columns = []
        for name in self.categorical_:
            values = self._of(table, name).astype(object)
            columns.append(
                [None if gap else _word(v) for v, gap in zip(values, is_missing(values), strict=True)]
            )
        return np.array(columns, dtype=object).reshape(len(columns), -1).T

    def _target(self, table: Table) -> np.ndarray:
        if self.target is None:
            raise ValueError("TablePreparer: no target was named: TablePreparer(target=...)")
        values = self._of(table, self.target)
        holes = is_missing(values)
        if holes.any():
            raise ValueError(
                f"TablePreparer: the target {self.target!r} is missing in {int(holes.sum())} rows, the first "
                f"is number {int(holes.argmax())}; leave them out: table.take(...)"
            )
        return values

    # ---- keeping -------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Options and what was learned, as strings, numbers and lists: for JSON, or a part of `pynn.save`."""
        state = super().to_dict()
        learned = state["learned"] or {}
        for name, value in learned.items():
            learned[name] = value.to_dict() if isinstance(value, Fitted) else value
        return state

    @staticmethod
    def _restored(value: Any) -> Any:
        if isinstance(value, dict):
            if value.get("kind") not in KINDS:
                raise ValueError(f"TablePreparer.from_dict: there is no part of kind {value.get('kind')!r}")
            return KINDS[value["kind"]].from_dict(value)
        return value


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) else repr(float(value))
