"""How things look in a notebook: parts of HTML that Tensor, Module and History share."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import numpy as np

# Colours with an alpha, so that one text fits light and dark surroundings.
STYLE = """<style>
.pynn-box{font:13px/1.5 ui-monospace,monospace;display:inline-block;max-width:100%;overflow-x:auto;
border:1px solid rgba(128,128,128,.35);border-radius:8px;padding:.5em .8em;margin:.2em 0}
.pynn-box .head{opacity:.75;font-family:ui-sans-serif,system-ui,sans-serif;margin-bottom:.3em}
.pynn-box table{border-collapse:collapse;margin:.1em 0;font-variant-numeric:tabular-nums}
.pynn-box td,.pynn-box th{padding:.05em .55em;text-align:right;border:0}
.pynn-box td.gap{text-align:center;opacity:.6}
.pynn-box details{margin-left:1.1em}.pynn-box .leaf{margin-left:2.15em}
.pynn-box summary{cursor:pointer}
.pynn-box .soft{opacity:.65}
</style>"""
MOST = 9  # rows or columns that are shown


def box(head: str, body: str) -> str:
    """A framed part of a notebook."""
    return f'{STYLE}<div class="pynn-box"><div class="head">{head}</div>{body}</div>'


def tint(value: float, largest: float) -> str:
    """Orange above zero, blue below, the stronger the further."""
    if not value or not math.isfinite(value):
        return ""
    color = "213,94,0" if value > 0 else "0,114,178"
    return f"background:rgba({color},{0.45 * min(1.0, abs(value) / largest):.2f})"


def places(size: int) -> list[int | None]:
    """Which indices of an axis are shown; None is a gap."""
    if size <= MOST:
        return list(range(size))
    half = MOST // 2
    return [*range(half), None, *range(size - half, size)]


def number(value: Any) -> str:
    """As a tensor's repr writes it, about."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return f"{float(value):.4g}"


def matrix(array: np.ndarray, caption: str = "") -> str:
    """Two axes as a table whose cells are tinted by their values."""
    numeric = array.dtype.kind in "fiu"
    floats = array.astype(np.float64) if numeric else np.zeros(array.shape)
    largest = float(np.abs(floats[np.isfinite(floats)]).max(initial=0.0))
    rows = []
    for i in places(array.shape[0]):
        cells = []
        for j in places(array.shape[1]):
            if i is None or j is None:
                dots = "⋯" if i is not None else "⋮" if j is not None else "⋱"
                cells.append(f'<td class="gap">{dots}</td>')
            else:
                style = tint(float(floats[i, j]), largest) if numeric else ""
                cells.append(f'<td style="{style}">{escape(number(array[i, j]))}</td>')
        rows.append("<tr>" + "".join(cells) + "</tr>")
    label = f'<div class="soft">{escape(caption)}</div>' if caption else ""
    return f"{label}<table>{''.join(rows)}</table>"


def tensor_html(array: np.ndarray, facts: str) -> str:
    """A tensor: its numbers as tables, two axes at a time; of many, the first ones."""
    if array.size == 0:
        return box(facts, '<span class="soft">no elements</span>')
    if array.ndim == 0:
        return box(facts, f"<b>{escape(number(array[()]))}</b>")
    if array.ndim == 1:
        return box(facts, matrix(array[None]))
    if array.ndim == 2:
        return box(facts, matrix(array))
    outer = list(np.ndindex(*array.shape[:-2]))
    tables = [matrix(array[at], f"[{', '.join(map(str, at))}]") for at in outer[:3]]
    if len(outer) > 3:
        tables.append(f'<div class="soft">and {len(outer) - 3} more such matrices</div>')
    return box(facts, "".join(tables))
