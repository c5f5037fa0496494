"""How the pictures look: colours that every kind of eye tells apart, on light and on dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from pynn import _picture

try:
    import matplotlib
    from cycler import cycler
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, LinearSegmentedColormap
    from matplotlib.figure import Figure
except ImportError as error:
    raise ImportError("pynn.viz draws with matplotlib: pip install 'pynn-learn[viz]'") from error


@dataclass(frozen=True)
class Theme:
    """Colours of one look.

    Attributes:
        paper: the ground.
        ink: text and lines.
        soft: what stands back.
        cycle: for things of different kinds, after Okabe and Ito.
        low: one end of a scale through zero, for what is negative.
        high: the other end.
    """

    paper: str
    ink: str
    soft: str
    cycle: tuple[str, ...]
    low: str
    high: str

    @property
    def diverging(self) -> Colormap:
        """Through zero: blue below, orange above, the ground between."""
        return LinearSegmentedColormap.from_list("pynn-diverging", [self.low, self.paper, self.high])

    @property
    def amounts(self) -> Colormap:
        """From nothing, the ground, to much."""
        return LinearSegmentedColormap.from_list("pynn-amounts", [self.paper, self.cycle[0]])


THEMES = {
    "light": Theme(
        "#ffffff", "#1b2733", "#8a99a8",
        ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195"), "#0072B2", "#D55E00",
    ),
    "dark": Theme(
        "#12181f", "#e8eef4", "#75869a",
        ("#56B4E9", "#E69F00", "#2FC79A", "#E59BC4", "#F0E442", "#8EC9F0", "#B79AE0"), "#56B4E9", "#F08A3C",
    ),
}  # fmt: skip
MARKERS = "o^sDvP*X"  # shape and colour both tell kinds apart


def theme_named(owner: str, name: str) -> Theme:
    """The theme.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in THEMES:
        raise ValueError(f"{owner}: theme is 'light' or 'dark', got {name!r}")
    return THEMES[name]


@contextmanager
def drawing(theme: Theme) -> Iterator[None]:
    """Matplotlib's settings for a picture made inside."""
    settings: Any = {
        "axes.edgecolor": theme.soft,
        "axes.facecolor": theme.paper,
        "axes.labelcolor": theme.ink,
        "axes.prop_cycle": cycler(color=theme.cycle),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": theme.ink,
        "axes.titlesize": 10.5,
        "axes.titleweight": "bold",
        "figure.dpi": 110,
        "figure.facecolor": theme.paper,
        "font.size": 9.5,
        "grid.alpha": 0.25,
        "grid.color": theme.soft,
        "legend.frameon": False,
        "legend.labelcolor": theme.ink,
        "lines.linewidth": 2.0,
        "savefig.facecolor": theme.paper,
        "text.color": theme.ink,
        "xtick.color": theme.soft,
        "xtick.labelcolor": theme.ink,
        "ytick.color": theme.soft,
        "ytick.labelcolor": theme.ink,
    }
    with matplotlib.rc_context(settings):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty picture, in inches."""
    figure: Figure = _picture.new_figure(width, height, "pynn.viz")
    return figure


def panels(count: int, width: float, height: float, most: int = 4) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, in rows of at most `most`; the last row may have gaps."""
    rows = -(-count // most)
    columns = -(-count // rows)  # so that rows are of about one length
    figure = new_figure(width * columns, height * rows)
    axes = figure.subplots(rows, columns, squeeze=False).reshape(-1)
    for empty in axes[count:]:
        empty.set_axis_off()
    return figure, list(axes[:count])


def plain(axes: Axes) -> None:
    """No ticks and no frame: for pictures of pictures."""
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)


def limits(values: np.ndarray) -> float:
    """The bound of a scale around zero; 1 where all is zero."""
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max(initial=0.0)) or 1.0


def ink_on(color: Any, theme: Theme) -> str:
    """Black or white, whichever can be read on a colour."""
    red, green, blue, *_ = color
    return "#101418" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "#ffffff"


def check_lengths(owner: str, **given: Sequence[Any] | np.ndarray) -> None:
    """Raise ValueError unless all arguments have the same length."""
    lengths = {name: len(value) for name, value in given.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise ValueError(f"{owner}: {said}; they must be of one length")


def to_array(owner: str, name: str, value: Any, ndim: int | None = None) -> np.ndarray:
    """A tensor, an array or a list as an array.

    Raises:
        ValueError: it has another number of axes than `ndim`, or is no array of numbers.
    """
    array = np.asarray(value.detach() if hasattr(value, "detach") else value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{owner}: {name} must be numbers, got {type(value).__name__} of {array.dtype}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{owner}: {name} must have {ndim} axes, got shape {array.shape}")
    return array
