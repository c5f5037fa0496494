"""Tables: columns with names, of numbers or words, from a CSV file or a pandas DataFrame."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pynn import _check
from pynn._core import Tensor

from .csv_rows import MISSING, read_rows
from .missing import is_missing


class Table:
    """Columns of equal length by their names: numbers, or words.

    A column is an array `(N,)`: int64 where all values are whole numbers, float64 with NaN for what is
    missing, or words as objects, with None for what is missing. There is no more to a table than that; who
    wants to join and group takes pandas, whose DataFrames are accepted wherever tables are.

    Args:
        columns: name -> values; or a DataFrame, or another table.

    Attributes:
        columns: the names.

    Raises:
        ValueError: columns of different lengths, or none at all.
        TypeError: a column of dates or of other objects.

    Example:
        >>> import pynn
        >>> table = pynn.data.Table({"name": ["Ada", "Bo", None], "age": [36, None, 7]})
        >>> table
        Table(3 rows: name, age)
        >>> table["age"].tolist(), table[["name"]].columns
        ([36.0, nan, 7.0], ['name'])
    """

    def __init__(self, columns: Any) -> None:
        if isinstance(columns, Table):
            columns = columns._values
        if not isinstance(columns, Mapping) and not hasattr(columns, "iloc"):
            raise TypeError(
                f"Table: expected columns by name or a DataFrame, got {type(columns).__name__}. "
                "Did you mean pynn.data.read_table(path)?"
            )
        self._values: dict[str, np.ndarray] = {}
        for name in columns:
            self._values[_check.text("Table", "the name of a column", name)] = _column(name, columns[name])
        lengths = {len(values) for values in self._values.values()}
        if len(lengths) != 1:
            raise ValueError(f"Table: the columns have {', '.join(map(str, sorted(lengths))) or 'no'} values")

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._values)

    def __len__(self) -> int:
        return len(next(iter(self._values.values())))

    def __getitem__(self, name: str | Sequence[str]) -> Any:
        """A column by its name, or a table of several."""
        if not isinstance(name, str):
            return Table({each: self[each] for each in name})
        if name not in self._values:
            raise KeyError(f"Table: there is no column {name!r}; there are {', '.join(self._values)}")
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def drop(self, columns: str | Sequence[str]) -> Table:
        """The table without some of its columns.

        Args:
            columns: a name, or several.

        Raises:
            KeyError: there is no such column.
        """
        gone = [columns] if isinstance(columns, str) else list(columns)
        for name in gone:
            self[name]
        return Table({name: values for name, values in self._values.items() if name not in gone})

    def take(self, indices: Any) -> Table:
        """Some of the rows.

        Args:
            indices: their numbers `(K,)`, or for each row whether to take it `(N,)`.
        """
        rows = np.asarray(indices)
        return Table({name: values[rows] for name, values in self._values.items()})

    def is_number(self, name: str) -> bool:
        """Whether a column holds numbers, not words.

        Args:
            name: of the column.
        """
        return bool(self[name].dtype != object)

    def missing(self) -> dict[str, int]:
        """How many values each column lacks, of those that lack any."""
        counts = {name: int(is_missing(values).sum()) for name, values in self._values.items()}
        return {name: count for name, count in counts.items() if count}

    def __repr__(self) -> str:
        names = self.columns
        some = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        return f"Table({len(self)} rows: {some})"


def read_table(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Table:
    """Read a table from a CSV file whose first row names the columns.

    A column is one of numbers if each cell is a number or missing: empty, or "NA", "NaN", "null", "none", "?"
    or ".".

    Args:
        path: the file.
        columns: the names of those to read. Default: all.
        delimiter: what stands between cells.
        encoding: of the file.

    Raises:
        FileNotFoundError: there is no such file.
        KeyError: a column that the file does not have.
        ValueError: two columns of one name, or a row that is too short or too long; the message says in which
            line.

    Example:
        >>> import pathlib, pynn, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "people.csv"
        >>> _ = path.write_text('''name,age
        ... Ada,36
        ... Bo,?
        ... ''')
        >>> table = pynn.data.read_table(path)
        >>> table["age"].tolist(), table["name"].tolist(), table.missing()
        ([36.0, nan], ['Ada', 'Bo'], {'age': 1})
    """
    header, rows = read_rows("read_table", path, delimiter, encoding)
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise ValueError(f"read_table: {path} has two columns of the name {twice[0]!r}")
    for name in columns or ():
        if name not in header:
            raise KeyError(f"read_table: {path} has no column {name!r}; it has {', '.join(header)}")
    cells = dict(zip(header, zip(*(row for _, row in rows), strict=True), strict=True)) if rows else {}
    return Table({name: _parsed(cells.get(name, ())) for name in columns or header})


def _parsed(cells: Sequence[str]) -> np.ndarray:
    stripped = [cell.strip() for cell in cells]
    words = np.array([None if cell.lower() in MISSING else cell for cell in stripped], dtype=object)
    for kind in (np.int64, np.float64):
        try:  # None is no int, but as a float it is NaN
            return words.astype(kind)
        except (TypeError, ValueError, OverflowError):
            pass
    return words


def _column(name: str, given: Any) -> np.ndarray:
    if hasattr(given, "iloc"):  # pandas, whose own types say by NA what is missing
        values = given.to_numpy()
    else:
        plain = given.detach() if isinstance(given, Tensor) else given
        # NumPy would make words of numbers that stand among words.
        values = np.asarray(plain, dtype=object if isinstance(plain, (list, tuple)) else None)
    if values.ndim != 1:
        raise ValueError(f"Table: column {name!r} must be values (N,), got shape {values.shape}")
    if values.dtype.kind in "biu":
        return values.astype(np.int64)
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    if values.dtype.kind not in "OU":
        raise TypeError(
            f"Table: column {name!r} holds {values.dtype}; expected numbers or words. "
            "Make numbers of dates first, such as days since a day"
        )
    objects = values.astype(object)
    holes = is_missing(objects)
    objects[holes] = None
    rest = objects[~holes]
    if all(isinstance(value, str) for value in rest) and len(rest):
        return objects
    numbers = np.where(holes, np.nan, objects)
    try:
        return numbers.astype(np.float64 if holes.any() or any(v != int(v) for v in rest) else np.int64)
    except (TypeError, ValueError):
        strange = next((v for v in rest if not isinstance(v, str)), rest[0])
        raise TypeError(
            f"Table: column {name!r} holds neither numbers nor words alone, but also {strange!r}"
        ) from None
