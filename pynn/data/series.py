"""Series: measurements in the order of time, from a CSV file or from those that come with pynn."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .csv_rows import MISSING, read_rows


@dataclass(frozen=True)
class Series:
    """Measurements in the order of time.

    Args:
        values: `(T, F)` float32, a row a time; NaN where nothing was measured.
        times: `(T,)`: `datetime64` if all are dates as in ISO 8601 ("2024", "2024-03-01"), numbers if all are
            that, else strings; or None.
        names: what the F columns are.

    Example:
        >>> import pynn
        >>> series = pynn.data.load_sunspots()
        >>> series
        Series(3120 times from 1749-01 to 2008-12: sunspots)
        >>> series["sunspots"].shape
        (3120,)
    """

    values: Tensor
    times: np.ndarray | None
    names: list[str]

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def __getitem__(self, name: str) -> Tensor:
        """A column `(T,)` by its name."""
        return self.values[:, self.column(name)]

    def column(self, name: str) -> int:
        """The number of a column.

        Args:
            name: one of `names`.

        Raises:
            KeyError: it is none of them.
        """
        if name not in self.names:
            raise KeyError(f"Series: there is no column {name!r}; there are {', '.join(self.names)}")
        return self.names.index(name)

    def __repr__(self) -> str:
        span = f" from {self.times[0]} to {self.times[-1]}" if self.times is not None and len(self) else ""
        return f"Series({len(self)} times{span}: {', '.join(self.names)})"


def read_series(
    path: str | os.PathLike[str],
    columns: Sequence[str] | str | None = None,
    time: str | int | None = 0,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Series:
    """Read a series from a CSV file whose first row names the columns.

    Empty cells and "NA", "NaN", "null", "none", "?" and "." become NaN.

    Args:
        path: the file.
        columns: the names of the columns to read. Default: all but the time.
        time: the column of times, by name or number; None if there is none. Dates and numbers must not go
            back.
        delimiter: what stands between cells.
        encoding: of the file.

    Raises:
        FileNotFoundError: there is no such file.
        KeyError: a column that the file does not have.
        ValueError: a cell is no number, a row is too short or too long, or the times go back; the message
            says in which line.

    Example:
        >>> import pathlib, pynn, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "weather.csv"
        >>> _ = path.write_text('''day,rain,wind
        ... 2024-03-01,0.5,12
        ... 2024-03-02,NA,9
        ... ''')
        >>> series = pynn.data.read_series(path)
        >>> series
        Series(2 times from 2024-03-01 to 2024-03-02: rain, wind)
        >>> series["rain"]
        tensor([0.5, nan])
    """
    header, rows = read_rows("read_series", path, delimiter, encoding)
    when = None if time is None else _place(header, time, path)
    wanted = [columns] if isinstance(columns, str) else columns
    if wanted is None:
        places = [i for i in range(len(header)) if i != when]
    else:
        places = [_place(header, name, path) for name in wanted]
    values = np.array(
        [[_number(row[i], path, line, header[i]) for i in places] for line, row in rows], np.float32
    ).reshape(len(rows), len(places))
    times = None
    if when is not None:
        times = _times([row[when].strip() for _, row in rows])
        for i in range(1, len(times) if times.dtype.kind in "Mf" else 0):
            if times[i] < times[i - 1]:
                raise ValueError(
                    f"read_series: {path}, line {rows[i][0]}: the time goes back, from {times[i - 1]} to "
                    f"{times[i]}; sort the rows by time, or say which column it is: time=..."
                )
    return Series(_core.from_numpy(values), times, [header[i] for i in places])


def _place(header: list[str], column: str | int, path: object) -> int:
    if isinstance(column, str):
        if column not in header:
            raise KeyError(
                f"read_series: {path} has no column {column!r}; it has {', '.join(map(repr, header))}"
            )
        return header.index(column)
    place = _check.integer("read_series", "time", column, 0)
    if place >= len(header):
        raise KeyError(f"read_series: {path} has {len(header)} columns, none is number {place}")
    return place


def _number(cell: str, path: object, line: int, name: str) -> float:
    if cell.strip().lower() in MISSING:
        return math.nan
    try:
        return float(cell)
    except ValueError:
        raise ValueError(
            f"read_series: {path}, line {line}: {cell!r} in column {name!r} is no number; "
            "name the columns to read: columns=[...]"
        ) from None


def _times(cells: list[str]) -> np.ndarray:
    kinds = (
        ("datetime64", "float64") if all(re.match(r"\d{4}(-|$)", cell) for cell in cells) else ("float64",)
    )
    for kind in kinds:
        try:
            return np.array(cells, dtype=kind)
        except ValueError:
            pass
    return np.array(cells)


def load_sunspots() -> Series:
    """Sunspot numbers, monthly means from January 1749 to December 2008 (NOAA, public domain).

    Activity rises and falls in some 11 years. The numbers are those of the old count (version 1.0).

    Example:
        >>> import pynn
        >>> pynn.data.load_sunspots()["sunspots"][:3].tolist()
        [58.0, 62.599..., 70.0]
    """
    return _bundled("sunspots.csv")


def load_co2(weekly: bool = False) -> Series:
    """Carbon dioxide in the air at Mauna Loa, Hawaii, in parts per million by volume, 1958 to 2001.

    (Keeling & Whorf 2004, Scripps and CDIAC, public domain.) It rises from year to year and has a season.

    Args:
        weekly: give the 2284 weekly means as they were published, with NaN in the 59 weeks without one.
            Otherwise the mean of each of 526 months is given; months in which nothing was measured lie on a
            straight line between their neighbours.

    Example:
        >>> import pynn
        >>> pynn.data.load_co2()
        Series(526 times from 1958-03 to 2001-12: co2)
        >>> pynn.data.load_co2(weekly=True)
        Series(2284 times from 1958-03-29 to 2001-12-29: co2)
    """
    series = _bundled("co2.csv")
    if weekly:
        return series
    assert series.times is not None
    values = series.values.numpy()[:, 0].astype(np.float64)
    months, which = np.unique(series.times.astype("datetime64[M]"), return_inverse=True)
    measured = ~np.isnan(values)
    counts = np.bincount(which[measured], minlength=len(months))
    sums = np.bincount(which[measured], values[measured], minlength=len(months))
    there = counts > 0
    places = np.arange(len(months))
    means = np.interp(places, places[there], sums[there] / counts[there])
    return Series(_core.from_numpy(means.astype(np.float32)[:, None]), months, series.names)


def _bundled(name: str) -> Series:
    with resources.as_file(resources.files(__package__).joinpath("bundled").joinpath(name)) as path:
        return read_series(path)
