"""History: what came out of training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class History(Mapping[str, list[float]]):
    """The record that `fit` returns: a read-only dictionary of lists with a value for each epoch.

    Attributes:
        history: name -> one value per epoch: `loss`, the metrics, and `val_...` of both.
        epoch: the numbers of the epochs, from 0.
        seconds: how long each took.
        interrupted: whether Ctrl-C ended the training.

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

    def plot(self, names: list[str] | None = None, path: str | Path | None = None) -> Any:
        """Draw the curves, training and validation of one quantity in one panel.

        Args:
            names: which quantities; default: all.
            path: also write the picture there.

        Returns:
            The matplotlib figure.
        """
        try:
            from matplotlib.figure import Figure
        except ImportError as error:
            raise ImportError("History.plot draws with matplotlib: pip install 'pynn-learn[viz]'") from error

        names = [n for n in self.history if not n.startswith("val_")] if names is None else list(names)
        if not names:
            raise ValueError("History.plot: there is nothing to draw yet")
        figure = Figure(figsize=(4.8 * len(names), 3.4), layout="constrained")
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
