"""What the pages of the guide share for drawing: the style, the colours, the scenes that come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

plt.close(plt.figure())  # loads the backend, so that a cell can end in a Figure
plt.style.use(Path(__file__).parent / "_static" / "pynn.mplstyle")

Probability = Callable[[np.ndarray], np.ndarray]  # of class 1, for points (N, 2)
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SIDES = LinearSegmentedColormap.from_list("sides", ["#9ecae8", "#ffffff", "#f5c39b"])


def points(axes: Axes, x: np.ndarray, y: np.ndarray, names: tuple[str, str] = ("0", "1")) -> None:
    """Two classes in the plane; shape and colour both tell them apart."""
    for label, (color, marker) in enumerate([(BLUE, "o"), (ORANGE, "^")]):
        mine = x[y == label]
        look = {"c": color, "marker": marker, "s": 42, "edgecolors": "white", "zorder": 3}
        axes.scatter(mine[:, 0], mine[:, 1], label=names[label], **look)


def line(axes: Axes, w: np.ndarray, b: float, **look: object) -> None:
    """The points where w·x + b = 0, across the axes as they stand."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    if abs(w[1]) > abs(w[0]):
        ends = np.array([left, right])
        axes.plot(ends, -(w[0] * ends + b) / w[1], **look)
    elif w[0] != 0:
        ends = np.array([low, high])
        axes.plot(-(w[1] * ends + b) / w[0], ends, **look)
    axes.set(xlim=(left, right), ylim=(low, high))


def regions(
    axes: Axes, probability: Callable[[np.ndarray], np.ndarray], **limits: tuple[float, float]
) -> None:
    """Shade the plane by the probability of class 1; where it is one half, a line."""
    axes.set(**limits)
    across, up = np.meshgrid(np.linspace(*axes.get_xlim(), 160), np.linspace(*axes.get_ylim(), 160))
    grid = np.stack([across.ravel(), up.ravel()], axis=1).astype(np.float32)
    height = np.asarray(probability(grid)).reshape(across.shape)
    axes.pcolormesh(across, up, height, cmap=SIDES, vmin=0, vmax=1, shading="gouraud", rasterized=True)
    if height.min() < 0.5 < height.max():
        axes.contour(across, up, height, [0.5], colors="#333333", linewidths=1.5)
    axes.grid(False)
