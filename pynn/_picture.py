"""The figures that pynn draws: matplotlib's, but they belong to no window until they are asked to show."""

from __future__ import annotations

import functools
import io
from typing import Any


@functools.cache
def picture_class() -> Any:
    """Matplotlib's Figure with two doors: a notebook shows it as it is, `show()` opens a window."""
    from matplotlib.figure import Figure

    class Picture(Figure):  # type: ignore[misc, unused-ignore]
        """A figure that needs no closing; made without pyplot, which keeps every figure it knows."""

        def _repr_png_(self) -> bytes:
            file = io.BytesIO()
            self.savefig(file, format="png", dpi=144, facecolor=self.get_facecolor())
            return file.getvalue()

        def show(self, warn: bool = True) -> None:
            """Open a window, and wait until it is closed.

            Args:
                warn: accepted for matplotlib's sake: it says itself where no window can be opened.
            """
            import matplotlib.pyplot as plt

            if self.canvas.manager is None:
                itself: Any = lambda *_, **__: self  # noqa: E731 - where pyplot would make one
                plt.figure(FigureClass=itself)  # and gives it a window
            plt.show()

    Picture.__name__ = Picture.__qualname__ = "Figure"
    return Picture


def new_figure(width: float, height: float, who: str) -> Any:
    """An empty figure, in inches.

    Args:
        width: in inches.
        height: in inches.
        who: who draws, for the error.

    Raises:
        ImportError: matplotlib is not installed; the message says how to get it.
    """
    try:
        picture = picture_class()
    except ImportError as error:
        raise ImportError(f"{who} draws with matplotlib: pip install 'pynn-learn[viz]'") from error
    return picture(figsize=(width, height), layout="constrained")
