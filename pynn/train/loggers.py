"""Callbacks that write down how training goes: to a file, or row by row on the screen."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from .callbacks import Callback, Logs, check_path


class CSVLogger(Callback):
    """Write a line an epoch to a file of comma-separated values, at once, so that it can be followed.

    Args:
        path: the file.
        separator: what stands between two values.
        append: go on with a file that exists instead of writing it anew.

    Raises:
        ValueError: the file that is appended to has other columns.

    Example:
        >>> import os, tempfile
        >>> import pynn
        >>> path = os.path.join(tempfile.mkdtemp(), "log.csv")
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> x = pynn.zeros(4, 1)
        >>> history = model.fit(x, x, verbose=0, callbacks=[pynn.train.CSVLogger(path)])
        >>> with open(path) as file:
        ...     file.readline().strip()
        'epoch,loss'
    """

    def __init__(self, path: str | Path, separator: str = ",", append: bool = False) -> None:
        check_path("CSVLogger", path)
        if not isinstance(separator, str) or len(separator) != 1:
            raise ValueError(f"CSVLogger: separator must be one character, got {separator!r}")
        self.path, self.separator, self.append = Path(path), separator, append

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._names: list[str] | None = None
        if self.append and self.path.exists() and self.path.stat().st_size:
            with self.path.open(newline="", encoding="utf-8") as file:
                self._names = next(csv.reader(file, delimiter=self.separator))[1:]
        self._begun = self.append  # a file that is not appended to is emptied with the first line

    def state_dict(self) -> dict[str, Any]:
        size = self.path.stat().st_size if self._begun and self.path.exists() else 0
        return {"names": self._names, "size": size}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        if self.path.exists() and state_dict["size"] <= self.path.stat().st_size:
            os.truncate(self.path, state_dict["size"])  # lines that came after this state are written again
            self._names, self._begun = state_dict["names"], True

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        mode = "a" if self._begun else "w"
        self._begun = True
        with self.path.open(mode, newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=self.separator)
            if self._names is None:
                self._names = list(logs)
                writer.writerow(["epoch", *self._names])
            if set(logs) != set(self._names):
                raise ValueError(
                    f"CSVLogger: {self.path} has the columns {', '.join(self._names)}; this training "
                    f"records {', '.join(logs)}. Did you mean another file, or append=False?"
                )
            writer.writerow([epoch, *(logs[name] for name in self._names)])


class ProgressTable(Callback):
    """Print a row of the values every few epochs: for long trainings, with `fit(..., verbose=0)`.

    Args:
        every: epochs from one row to the next; the last epoch is always shown.

    Raises:
        ValueError: every is no whole number of 1 or more.

    Example:
        >>> from pynn.train import ProgressTable
        >>> table = ProgressTable(every=10)
        >>> table.on_train_begin()
        >>> table.on_epoch_end(0, {"loss": 0.5})
        epoch       loss
            1     0.5000
    """

    def __init__(self, every: int = 1) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ValueError(f"ProgressTable: every must be a whole number of 1 or more, got {every!r}")
        self.every = every

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._headed, self._seen, self._shown = False, -1, -1

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._seen = epoch
        if epoch % self.every == 0:
            self._row(epoch, logs or {})

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._seen > self._shown:
            self._row(self._seen, logs or {})

    def _row(self, epoch: int, logs: Logs) -> None:
        widths = [max(len(name), 9) for name in logs]
        if not self._headed:
            self._headed = True
            names = (f"{name:>{width}}" for name, width in zip(logs, widths, strict=True))
            print("  ".join(["epoch", *names]))
        values = (f"{value:>{width}.4f}" for value, width in zip(logs.values(), widths, strict=True))
        print("  ".join([f"{epoch + 1:>5}", *values]), flush=True)
        self._shown = epoch
