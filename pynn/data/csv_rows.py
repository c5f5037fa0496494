"""The rows of a CSV file, with the line that each stands in."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from pynn import _check

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?", "."))
"""What stands in a cell for a value that is not known, whatever its capitals."""


def read_rows(
    owner: str, path: str | os.PathLike[str], delimiter: str, encoding: str
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The names in the first row, and the number of its line with each row that follows.

    Args:
        owner: who asks, for messages.
        path: the file.
        delimiter: what stands between cells.
        encoding: of the file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is empty or no CSV file, or a row is too short or too long.
    """
    file = Path(path)
    if len(_check.text(owner, "delimiter", delimiter)) != 1:
        raise ValueError(f"{owner}: delimiter must be one character, got {delimiter!r}")
    with file.open(newline="", encoding=encoding) as opened:
        try:
            rows = [(n, row) for n, row in enumerate(csv.reader(opened, delimiter=delimiter), 1) if row]
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{owner}: {path} is no CSV file in {encoding}: {error}") from None
    if not rows:
        raise ValueError(f"{owner}: {path} is empty")
    header = [name.strip() for name in rows.pop(0)[1]]
    for line, row in rows:
        if len(row) != len(header):
            raise ValueError(
                f"{owner}: {path}, line {line} has {len(row)} cells, the first line {len(header)}. "
                f"Is {delimiter!r} what stands between them?"
            )
    return header, rows
