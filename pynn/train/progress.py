"""Showing how training goes: a live table in a terminal or a notebook, one line an epoch elsewhere."""

from __future__ import annotations

import os
import sys
import time
from typing import Any, Protocol

from .better import larger_is_better


def can_show(signs: str, file: Any = None) -> bool:
    """Whether a stream can write these characters; one that does not say its encoding is asked for ASCII."""
    encoding = getattr(file or sys.stdout, "encoding", None) or "ascii"
    try:
        signs.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def duration(seconds: float, micro: str = "µ") -> str:
    """A time in the unit that suits it, nine characters wide at most.

    Example:
        >>> duration(0.00042), duration(0.0123), duration(2.5), duration(125)
        ('420 µs', '12.3 ms', '2.50 s', '2 min 5 s')
    """
    if seconds < 0.9995e-3:
        return f"{seconds * 1e6:.0f} {micro}s"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


class Progress(Protocol):
    """What `fit` tells about its progress."""

    def begin(self, epochs: int, batches: int | None) -> None: ...
    def batch(self, epoch: int, batch: int, loss: float) -> None: ...
    def epoch(self, epoch: int, logs: dict[str, float], seconds: float) -> None: ...
    def end(self) -> None: ...


class Silent:
    """Says nothing."""

    def begin(self, epochs: int, batches: int | None) -> None: ...
    def batch(self, epoch: int, batch: int, loss: float) -> None: ...
    def epoch(self, epoch: int, logs: dict[str, float], seconds: float) -> None: ...
    def end(self) -> None: ...


class Lines(Silent):
    """One line an epoch, for logs and notebooks."""

    def begin(self, epochs: int, batches: int | None) -> None:
        self.epochs = epochs

    def epoch(self, epoch: int, logs: dict[str, float], seconds: float) -> None:
        values = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
        width = len(str(self.epochs))
        took = duration(seconds, "µ" if can_show("µ") else "u")
        print(f"epoch {epoch + 1:{width}}/{self.epochs}  {took:>9}  {values}", flush=True)


class Live(Silent):
    """A table that grows by a row an epoch, with a bar for the running one, drawn by rich."""

    max_rows = 12
    redraws_per_second = 12

    def __init__(self) -> None:
        self.rows: list[tuple[int, dict[str, float], float]] = []
        self.bar, self.drawn = 0.0, 0.0
        self.loss: float | None = None
        self.micro, self.dots = ("µ", "…") if can_show("µ…") else ("u", "...")

    def begin(self, epochs: int, batches: int | None) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        self.epochs, self.batches, self.running = epochs, batches, 0
        self.started = time.perf_counter()
        self.display = RichLive(console=Console(file=sys.stdout), auto_refresh=False, transient=False)
        self.display.start()

    def batch(self, epoch: int, batch: int, loss: float) -> None:
        now = time.perf_counter()
        if now - self.drawn < 1 / self.redraws_per_second:
            return
        self.running, self.loss, self.drawn = epoch, loss, now
        self.bar = (batch + 1) / self.batches if self.batches else 0.0
        self.display.update(self._table(), refresh=True)

    def epoch(self, epoch: int, logs: dict[str, float], seconds: float) -> None:
        self.rows.append((epoch, logs, seconds))
        self.running, self.bar, self.loss = epoch + 1, 0.0, None
        now = time.perf_counter()
        if now - self.drawn >= 1 / self.redraws_per_second or epoch + 1 == self.epochs:
            self.drawn = now
            self.display.update(self._table(), refresh=True)

    def end(self) -> None:
        self.loss = None
        self.display.update(self._table(), refresh=True)
        self.display.stop()

    def _table(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        names = list(self.rows[-1][1]) if self.rows else []
        table = Table(box=None, header_style="bold cyan", padding=(0, 2))
        table.add_column("epoch", justify="right")
        for name in names:
            table.add_column(name, justify="right")
        table.add_column("time", justify="right", style="dim")
        best = {name: self._best(name) for name in names}
        hidden = max(0, len(self.rows) - self.max_rows)
        if hidden:
            table.add_row(*[self.dots] * (len(names) + 2), style="dim")
        for epoch, logs, seconds in self.rows[hidden:]:
            cells = [
                Text(f"{logs[name]:.4f}", style="bold green" if logs[name] == best[name] else "")
                for name in names
            ]
            table.add_row(f"{epoch + 1}/{self.epochs}", *cells, duration(seconds, self.micro))
        if self.loss is None:
            return table
        bar = ProgressBar(total=1.0, completed=self.bar, width=40)
        elapsed = time.perf_counter() - self.started
        running = Table.grid(padding=(0, 1))
        running.add_row(
            f"  epoch {self.running + 1}", bar, f"loss {self.loss:.4f}  {duration(elapsed, self.micro)}"
        )
        return Group(table, running)

    def _best(self, name: str) -> float:
        values = [logs[name] for _, logs, _ in self.rows]
        return max(values) if larger_is_better(name) else min(values)


def choose(verbose: int | str) -> Progress:
    """0: silent; 1: live where possible; 2: lines; "auto": live in a terminal or a notebook, else lines."""
    if verbose not in (0, 1, 2, "auto"):
        raise ValueError(f"verbose is 0 (silent), 1 (live), 2 (a line an epoch) or 'auto', got {verbose!r}")
    if verbose == 0:
        return Silent()
    if verbose == 2:
        return Lines()
    if in_notebook():
        from .notebook import Notebook

        return Notebook()
    return Live() if sys.stdout.isatty() and _has_rich() and os.environ.get("TERM") != "dumb" else Lines()


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this: it alone has a display that can be written again."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    return running is not None and getattr(running, "kernel", None) is not None


def _has_rich() -> bool:
    try:
        import rich  # noqa: F401
    except ImportError:
        return False
    return True
