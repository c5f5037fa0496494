"""History: what came out of training, epoch by epoch."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pynn._picture import new_figure

from ._notebook import history_html
from .better import larger_is_better


class History(Mapping[str, list[float]]):
    """The record that `fit` returns: a read-only dictionary of lists with a value for each epoch.

    Attributes:
        history: name -> one value per epoch: `loss`, the metrics, and `val_...` of both.
        epoch: the numbers of the epochs, from 0.
        seconds: how long each took.
        interrupted: whether Ctrl-C ended the training.
        problem: what made a loss that is NaN or infinite, or None.

    Example:
        >>> from pynn.train import History
        >>> record = History()
        >>> record.append(0, {"loss": 0.5}, seconds=0.1)
        >>> record
        History(1 epochs, loss 0.5000)
        >>> dict(record)
        {'loss': [0.5]}
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.seconds: list[float] = []
        self.interrupted = False
        self.problem: str | None = None

    def append(self, epoch: int, logs: dict[str, float], seconds: float) -> None:
        """Add one epoch.

        Args:
            epoch: its number, from 0.
            logs: its averages, by name.
            seconds: how long it took.
        """
        self.epoch.append(epoch)
        self.seconds.append(seconds)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def last(self) -> dict[str, float]:
        """The values of the last epoch, by name; none before the first."""
        return {name: values[-1] for name, values in self.history.items()}

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.history:
            raise KeyError(f"no {name!r} was recorded; there are {', '.join(self.history) or 'no values'}")
        return self.history[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.history)

    def __len__(self) -> int:
        return len(self.history)

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {values[-1]:.4f}" for name, values in self.history.items())
        return f"History({', '.join(filter(None, [f'{len(self.epoch)} epochs', last]))})"

    def best_epoch(self, name: str | None = None) -> int:
        """The number, from 0, of the epoch in which a value was best.

        Args:
            name: which; default: "val_loss" if it was recorded, else "loss". Accuracies and scores are best
                when they are largest, everything else when it is smallest.

        Raises:
            KeyError: no such value was recorded.

        Example:
            >>> from pynn.train import History
            >>> record = History()
            >>> for epoch, loss in enumerate([0.5, 0.2, 0.3]):
            ...     record.append(epoch, {"loss": loss}, seconds=0.1)
            >>> record.best_epoch()
            1
        """
        name = name or ("val_loss" if "val_loss" in self.history else "loss")
        sign = -1 if larger_is_better(name) else 1
        ranked = [math.inf if math.isnan(value) else sign * value for value in self[name]]
        return self.epoch[ranked.index(min(ranked))]

    def to_csv(self, path: str | Path) -> None:
        """Write a line an epoch: its number, its seconds, and all values.

        Args:
            path: the file.

        Example:
            >>> import os, tempfile
            >>> from pynn.train import History
            >>> record = History()
            >>> record.append(0, {"loss": 0.5}, seconds=0.25)
            >>> path = os.path.join(tempfile.mkdtemp(), "history.csv")
            >>> record.to_csv(path)
            >>> with open(path) as file:
            ...     print(file.read().strip())
            epoch,seconds,loss
            0,0.25,0.5
        """
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["epoch", "seconds", *self.history])
            for row in zip(self.epoch, self.seconds, *self.history.values(), strict=True):
                writer.writerow(row)

    def _repr_html_(self) -> str:
        return history_html(self)

    def plot(self, names: list[str] | None = None, path: str | Path | None = None) -> Any:
        """Draw the curves, training and validation of one quantity in one panel.

        A notebook shows the figure; in a script, `history.plot().show()` opens a window.

        Args:
            names: which quantities; default: all.
            path: also write the picture there.

        Returns:
            The matplotlib figure.
        """
        names = [n for n in self.history if not n.startswith("val_")] if names is None else list(names)
        if not names:
            raise ValueError("History.plot: there is nothing to draw yet")
        figure = new_figure(4.8 * len(names), 3.4, "History.plot")
        for name, axes in zip(names, figure.subplots(1, len(names), squeeze=False)[0], strict=True):
            draw_curves(axes, self, name)
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure


def draw_curves(axes: Any, record: History, name: str) -> None:
    """One quantity over the epochs: training solid, validation dashed."""
    curves = [("training", name, "#2563eb", "-"), ("validation", f"val_{name}", "#ea580c", "--")]
    shown = [curve for curve in curves if curve[1] in record.history]
    for label, key, color, style in shown:
        values = record.history[key]
        epochs = [epoch + 1 for epoch in record.epoch[: len(values)]]
        axes.plot(
            epochs,
            values,
            style,
            color=color,
            label=label,
            linewidth=2,
            marker="." if len(epochs) < 3 else "",
        )
    axes.set_xlabel("epoch")
    axes.set_title(name)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if len(shown) > 1:
        axes.legend(frameon=False)
