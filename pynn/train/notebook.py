"""The progress of a training in a notebook: a table and a bar of plain HTML, without widgets."""

from __future__ import annotations

import time
from html import escape
from typing import Any

from .better import larger_is_better
from .progress import Silent, duration


class Notebook(Silent):
    """An output that is written again as training goes on. Where HTML is not shown, it is lines of text."""

    max_rows = 12
    redraws_per_second = 5

    def __init__(self) -> None:
        self.rows: list[tuple[int, dict[str, float], float]] = []
        self.drawn = 0.0
        self.running: tuple[int, float, float] | None = None  # epoch, part done, loss
        self.handle: Any = None

    def begin(self, epochs: int, batches: int | None) -> None:
        self.epochs, self.batches = epochs, batches
        self.started = time.perf_counter()

    def batch(self, epoch: int, batch: int, loss: float) -> None:
        if time.perf_counter() - self.drawn >= 1 / self.redraws_per_second:
            self.running = (epoch, (batch + 1) / self.batches if self.batches else 0.0, loss)
            self.draw()

    def epoch(self, epoch: int, logs: dict[str, float], seconds: float) -> None:
        self.rows.append((epoch, logs, seconds))
        self.running = None
        if time.perf_counter() - self.drawn >= 1 / self.redraws_per_second:
            self.draw()

    def end(self) -> None:
        self.running = None
        self.draw()

    def draw(self) -> None:
        from IPython import display

        self.drawn = time.perf_counter()
        if self.handle is None:
            self.handle = display.display(self, display_id=True)  # type: ignore[no-untyped-call, unused-ignore]
        else:
            self.handle.update(self)

    def __repr__(self) -> str:
        width = len(str(self.epochs))
        return "\n".join(
            f"epoch {epoch + 1:{width}}/{self.epochs}  {duration(seconds):>9}  "
            + "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
            for epoch, logs, seconds in self.rows
        )

    def _repr_html_(self) -> str:
        names = list(self.rows[-1][1]) if self.rows else []
        hidden = max(0, len(self.rows) - self.max_rows)
        lines = [row("th", ["epoch", *map(escape, names), "time"])] if names else []
        if hidden:
            lines.append(row("td", ["…"] * (len(names) + 2)))
        best = {name: self._best(name) for name in names}
        for epoch, logs, seconds in self.rows[hidden:]:
            cells = [
                f"<b>{logs[name]:.4f}</b>" if logs[name] == best[name] else f"{logs[name]:.4f}"
                for name in names
            ]
            lines.append(row("td", [f"{epoch + 1}/{self.epochs}", *cells, duration(seconds)]))
        table = f"<table>{''.join(lines)}</table>" if lines else ""
        if self.running is None:
            return table
        epoch, done, loss = self.running
        took = duration(time.perf_counter() - self.started)
        bar = f'<progress value="{done:.3f}" max="1" style="width: 20em"></progress>'
        return f"{table}<div>epoch {epoch + 1} {bar} loss {loss:.4f}  {took}</div>"

    def _best(self, name: str) -> float:
        values = [logs[name] for _, logs, _ in self.rows if name in logs]
        return max(values) if larger_is_better(name) else min(values)


def row(kind: str, cells: list[str]) -> str:
    """One row of a table."""
    style = ' style="text-align: right"'
    return f"<tr>{''.join(f'<{kind}{style}>{cell}</{kind}>' for cell in cells)}</tr>"
