"""A trace as a table: plain text, or drawn by rich in a terminal."""

from __future__ import annotations

import html as _html
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from .record import Event, OptimizerStep

if TYPE_CHECKING:
    from .trace import Trace

HEAD = ("#", "op", "in", "shape", "value", "time", "bytes", "gradient in", "gradient out")
RIGHT = ("#", "time", "bytes")


def duration(ns: float) -> str:
    """12.3 µs."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.0f} ns"


def size(nbytes: float) -> str:
    """12.3 KB."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if nbytes >= step:
            return f"{nbytes / step:.3g} {unit}"
    return f"{nbytes:.0f} B"


def rows(trace: Trace) -> Iterator[tuple[str, ...]]:
    """One for each event, in the order in which they ran forward, then one for each optimizer step."""
    for event in trace.events:
        yield event_row(trace, event)
    for step in trace.optimizer_steps:
        yield optimizer_row(step)


def event_row(trace: Trace, event: Event) -> tuple[str, ...]:
    """The cells of one event."""
    outputs = [trace.values[v].numbers for v in event.outputs if v in trace.values]
    made = [numbers for numbers in outputs if numbers is not None]
    shape = ", ".join(str(numbers.shape) for numbers in made)
    value = "; ".join(numbers.span for numbers in made)
    incoming = outgoing = ""
    if event.backward:
        last = event.backward[-1]
        incoming = "; ".join(dy.span for dy in last.incoming if dy is not None)
        outgoing = "; ".join(
            f"{trace.name(v) if v is not None else '?'}: {dx.span}"
            for v, dx in last.outgoing
            if dx is not None
        )
    ns = event.ns + sum(visit.ns for visit in event.backward)
    moved = event.bytes + sum(visit.bytes for visit in event.backward)
    name = " › ".join([*event.within, event.op])
    where = event.path or (str(event.where) if event.where else "")
    return (str(event.index), name, where, shape, value, duration(ns), size(moved), incoming, outgoing)


def optimizer_row(step: OptimizerStep) -> tuple[str, ...]:
    """The cells of one step of an optimizer."""
    rate = f"lr {step.options['lr']:g}" if "lr" in step.options else ""
    moved = f"{len(step.updates)} parameters"
    return ("", f"{step.name}.step", "", moved, rate, duration(step.ns), "", "", "")


def _columns(trace: Trace) -> tuple[list[int], list[tuple[str, ...]]]:
    """(the columns that hold anything, the rows)."""
    body = list(rows(trace))
    return [i for i in range(len(HEAD)) if any(row[i] for row in body)], body


def plain(trace: Trace, widest: int = 44) -> str:
    """The table as text."""
    columns, body = _columns(trace)
    if not body:
        return "an empty trace"
    lines = [[HEAD[i] for i in columns]]
    lines += [[_cut(row[i], widest) for i in columns] for row in body]
    widths = [max(len(line[k]) for line in lines) for k in range(len(columns))]
    text = []
    for line in lines:
        cells = [
            cell.rjust(width) if HEAD[i] in RIGHT else cell.ljust(width)
            for cell, width, i in zip(line, widths, columns, strict=True)
        ]
        text.append("  ".join(cells).rstrip())
    text.insert(1, "─" * max(len(line) for line in text))
    return "\n".join(text)


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else text[: widest - 1] + "…"


def show(trace: Trace, file: TextIO) -> None:
    """Print it, by rich if that is there and `file` is a terminal."""
    if file is sys.stdout and in_notebook():
        from IPython.display import HTML, display

        display(HTML(html(trace)))  # type: ignore[no-untyped-call]
        return
    if file.isatty():
        try:
            from rich.console import Console
            from rich.table import Table
        except ImportError:
            pass
        else:
            columns, body = _columns(trace)
            table = Table(header_style="bold", row_styles=["", "on grey7"], pad_edge=False)
            for i in columns:
                justify = "right" if HEAD[i] in RIGHT else "left"
                table.add_column(HEAD[i], justify=justify)  # type: ignore[arg-type] # a literal either way
            for row in body:
                table.add_row(*(row[i].replace("[", r"\[") for i in columns))
            Console(file=file).print(table)
            return
    print(plain(trace), file=file)


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this, where tables are better HTML."""
    shell = sys.modules.get("IPython")
    return shell is not None and hasattr(shell.get_ipython(), "kernel")


def html(trace: Trace) -> str:
    """The table for a notebook."""
    columns, body = _columns(trace)
    head = "".join(f"<th>{_html.escape(HEAD[i])}</th>" for i in columns)
    lines = ["<tr>" + "".join(f"<td>{_html.escape(row[i])}</td>" for i in columns) + "</tr>" for row in body]
    table = (
        f"<table style='font-size:85%'><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )
    return f"<div style='overflow-x:auto'>{table}</div>"
