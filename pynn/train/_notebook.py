"""How a History looks in a notebook: its curves, drawn without matplotlib, and the last values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from pynn._notebook import box

if TYPE_CHECKING:
    from .history import History

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 300, 170, 46, 26, 22
COLORS = ("#3b8fd0", "#e07b39")  # of training and validation: seen on light and on dark


def history_html(record: History) -> str:
    """A panel for each quantity, validation dashed."""
    names = [name for name in record.history if not name.startswith("val_")]
    epochs = len(record.epoch)
    facts = f"{epochs} epochs in {sum(record.seconds):.3g} s" + (
        ", interrupted" if record.interrupted else ""
    )
    if not names:
        return box(facts, '<span class="soft">nothing was recorded</span>')
    return box(facts, "".join(_panel(name, record.history) for name in names))


def _panel(name: str, values: dict[str, list[float]]) -> str:
    curves = [values[key] for key in (name, f"val_{name}") if key in values]
    finite = [v for curve in curves for v in curve if math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    longest = max(len(curve) for curve in curves)
    lines = "".join(_line(curve, k, low, high, longest) for k, curve in enumerate(curves))
    last = ", ".join(
        f"{word} {curve[-1]:.4g}"
        for word, curve in zip(("training", "validation"), curves, strict=False)
        if curve
    )
    text = 'font-size="11" fill="currentColor" fill-opacity=".75"'
    axis = f"M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - 8}"
    legend = "".join(
        f'<tspan fill="{COLORS[k]}" fill-opacity="1"> {"━" if k == 0 else "╍"} {word}</tspan>'
        for k, word in enumerate(("training", "validation")[: len(curves)])
    )
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'style="max-width:100%">'
        f"<title>{escape(name)} over {longest} epochs: {escape(last)} at the end</title>"
        f'<path d="{axis}" fill="none" stroke="currentColor" stroke-opacity=".35"/>{lines}'
        f'<text x="{LEFT}" y="14" {text}><tspan font-weight="bold">{escape(name)}</tspan>{legend}</text>'
        f'<text x="{LEFT - 5}" y="{TOP + 6}" text-anchor="end" {text}>{high:.3g}</text>'
        f'<text x="{LEFT - 5}" y="{HEIGHT - BOTTOM}" text-anchor="end" {text}>{low:.3g}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 10}" {text}>1</text>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 10}" text-anchor="end" {text}>epoch {longest}</text></svg>'
    )


def _line(curve: Sequence[float], k: int, low: float, high: float, longest: int) -> str:
    step = (WIDTH - 8 - LEFT) / max(1, longest - 1)
    path, pen = "", "M"
    for i, value in enumerate(curve):
        if not math.isfinite(value):
            pen = "M"  # a gap
            continue
        y = HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP)
        path += f"{pen}{LEFT + i * step:.1f} {y:.1f}"
        pen = "L"
    if len(curve) == 1:
        path += "h.1"
    dash = ' stroke-dasharray="5 4"' if k else ""
    return (
        f'<path d="{path}" fill="none" stroke="{COLORS[k]}" stroke-width="2" stroke-linecap="round" '
        f'stroke-linejoin="round"{dash}/>'
    )
