"""Pictures that say what they show: each figure of a page is written with a description, its alt text.

The kernel of every page loads this first (conf.py); `_ext/alt_texts.py` reads what it wrote.
"""

from __future__ import annotations

import re
from functools import wraps
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

LONGEST = 400  # letters: a description is read aloud


def plain(text: str) -> str:
    """Text of a label in one line, without the signs of TeX."""
    text = re.sub(r"\\(?:mathrm|mathbf|text|frac|left|right|,|;)|[{}$\\]", "", text)
    return re.sub(r"\s+", " ", text).strip(" :")


def _kind(axes: Axes) -> str:
    if axes.images or any(type(c).__name__ == "QuadMesh" for c in axes.collections):
        return "picture"
    if getattr(axes, "zaxis", None) is not None:
        return "surface in space"
    if axes.containers:
        return "bars"
    if axes.lines:
        return "curves" if len(axes.lines) > 1 else "curve"
    return "points" if axes.collections else "drawing"


def describe_axes(axes: Axes) -> str:
    """One panel: its title, what is drawn, over what, and what the legend names."""
    title = plain(axes.get_title() or axes.get_title("left"))
    across, up = plain(axes.get_xlabel()), plain(axes.get_ylabel())
    words = _kind(axes)
    if across and up:
        words += f" of {up} over {across}"
    elif across or up:
        words += f" of {across or up}"
    legend = axes.get_legend()
    names = [plain(text.get_text()) for text in legend.get_texts()] if legend else []
    written = [plain(text.get_text()) for text in axes.texts]
    if names:
        words += f"; {', '.join(filter(None, names))}"
    elif written and not (across and up):
        words += f"; it says {', '.join(dict.fromkeys(filter(None, written)))}"
    return f"{title}: {words}" if title else words


def describe(figure: Figure) -> str:
    """What a figure shows, in words, from what stands on it."""
    scales = {
        bar.ax for panel in figure.axes for c in panel.collections + panel.images if (bar := c.colorbar)
    }
    panels = [describe_axes(axes) for axes in figure.axes if axes not in scales and axes.get_visible()]
    several = f"{len(panels)} panels. " if len(panels) > 1 else ""
    title = plain(figure.get_suptitle())
    text = f"{title}. " if title else ""
    text += several + ". ".join(dict.fromkeys(panel[:1].upper() + panel[1:] for panel in panels)) + "."
    if len(text) > LONGEST:
        text = text[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"
    return text


_print_png = FigureCanvasAgg.print_png


@wraps(_print_png)  # matplotlib looks at the signature
def print_png(
    self: FigureCanvasAgg, filename_or_obj: Any, *, metadata: Any = None, pil_kwargs: Any = None
) -> None:
    """As matplotlib's, and with the description in the file."""
    metadata = {"Description": describe(self.figure), **(metadata or {})}
    _print_png(self, filename_or_obj, metadata=metadata, pil_kwargs=pil_kwargs)


FigureCanvasAgg.print_png = print_png
