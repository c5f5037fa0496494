"""Networks as diagrams: layers side by side, and the graph of what ran."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

from pynn import autograd
from pynn._core import Tensor
from pynn.nn import Linear, Module
from pynn.tracing import Trace, graph
from pynn.tracing.layout import layered

from .style import Theme, drawing, limits, new_figure, theme_named

MOST_CIRCLES = 9


@dataclass(frozen=True)
class _Stage:
    """One column of the diagram."""

    label: str
    shape: tuple[int, ...]  # without the batch
    module: Module | None


def network(model: Module, x: Tensor, theme: str = "light") -> Figure:
    """The layers of a model from left to right: neurons and weights, stacks of maps, blocks for the rest.

    Lines between fully connected layers are the weights: orange above zero, blue below, the stronger the
    larger. Of more neurons than fit, the first and last are shown. Layers are leaves of the model, in the
    order in which they run.

    Args:
        model: any module.
        x: an input; one sample is enough.
        theme: "light" or "dark".

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
        >>> pynn.viz.network(model, pynn.zeros(1, 2)).axes[0].get_title()
        '17 parameters'
    """
    colors = theme_named("network", theme)
    stages = _stages(model, x)
    with drawing(colors):
        figure = new_figure(max(4.0, 1.55 * len(stages) + 0.6), 3.9)
        axes = figure.subplots()
        spots = [_draw_stage(axes, stage, 1.6 * k, colors) for k, stage in enumerate(stages)]
        for k in range(1, len(stages)):
            _join(axes, stages[k], spots[k - 1], spots[k], colors)
        axes.set_title(f"{sum(p.numel() for p in model.parameters()):,} parameters")
        axes.set(xlim=(-0.9, 1.6 * len(stages) - 0.7), ylim=(-2.3, 1.95), aspect="equal")
        axes.set_axis_off()
    return figure


def _stages(model: Module, x: Tensor) -> list[_Stage]:
    found: list[_Stage] = [_Stage("input", tuple(x.shape[1:]), None)]

    def note(module: Module, args: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            found.append(_Stage(type(module).__name__, tuple(output.shape[1:]), module))

    leaves = [m for m in model.modules() if not any(True for _ in m.children())]
    handles = [leaf.register_forward_hook(note) for leaf in leaves]
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    try:
        with autograd.no_grad():
            model(x)
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes:
            module.training = mode
    merged: list[_Stage] = []
    for stage in found:  # an activation stands under the layer whose outputs it changes
        plain = stage.module is not None and not any(True for _ in stage.module.parameters())
        if plain and merged[-1].shape == stage.shape and merged[-1].module is not None:
            merged[-1] = _Stage(f"{merged[-1].label}\n{stage.label}", stage.shape, merged[-1].module)
        else:
            merged.append(stage)
    return merged


@dataclass(frozen=True)
class _Spots:
    """Where lines to and from a column attach: neurons with their numbers, or the middle of a block."""

    x: float
    ys: list[float]
    units: list[int]
    half: float


def _draw_stage(axes: Axes, stage: _Stage, x: float, colors: Theme) -> _Spots:
    shape = " × ".join(map(str, stage.shape)) or "1"
    axes.text(x, -1.62, stage.label, ha="center", va="top", fontsize=8.5, linespacing=1.35)
    axes.text(x, 1.56, shape, ha="center", va="bottom", fontsize=8.5, color=colors.ink, weight="bold")
    if len(stage.shape) == 1:
        return _circles(axes, stage.shape[0], x, colors, stage.module is None)
    if len(stage.shape) == 3:
        return _maps(axes, stage.shape, x, colors)
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.32, -0.9),
            0.64,
            1.8,
            boxstyle="round,pad=0.02",
            fc=colors.paper,
            ec=colors.cycle[0],
            lw=1.4,
        )
    )
    return _Spots(x, [0.0], [0], 0.36)


def _circles(axes: Axes, count: int, x: float, colors: Theme, is_input: bool) -> _Spots:
    shown = list(range(count))
    if count > MOST_CIRCLES:
        half = MOST_CIRCLES // 2
        shown = [*range(half), *range(count - half, count)]
    slots = len(shown) + (count > MOST_CIRCLES)
    step = min(0.44, 2.6 / max(1, slots - 1)) if slots > 1 else 0.0
    radius = min(0.15, 0.42 * step) if slots > 1 else 0.15
    ys = []
    for k in range(len(shown)):
        slot = k + (count > MOST_CIRCLES and k >= MOST_CIRCLES // 2)
        ys.append((slots - 1) / 2 * step - slot * step)
    color = colors.cycle[2] if is_input else colors.cycle[0]
    for y in ys:
        axes.add_patch(Circle((x, y), radius, fc=colors.paper, ec=color, lw=1.6, zorder=3))
    if count > MOST_CIRCLES:
        axes.text(
            x, (slots - 1) / 2 * step - MOST_CIRCLES // 2 * step, "⋮", ha="center", va="center", zorder=3
        )
    return _Spots(x, ys, shown, radius)


def _maps(axes: Axes, shape: tuple[int, ...], x: float, colors: Theme) -> _Spots:
    channels, height, _ = shape
    sheets = max(1, min(6, round(math.log2(channels + 1)) + 1))
    side = 0.34 + 0.2 * math.log2(max(1, height)) / 2
    side = min(side, 1.0)
    shift = 0.07
    for k in reversed(range(sheets)):
        at = (x - side / 2 + (k - sheets / 2) * shift, -side / 2 + (k - sheets / 2) * shift)
        axes.add_patch(
            Rectangle(
                at, side, side, fc=colors.paper, ec=colors.cycle[1], lw=1.2, zorder=3 + (sheets - k) / 10
            )
        )
    return _Spots(x, [0.0], [0], side / 2 + 0.22)


def _join(axes: Axes, stage: _Stage, left: _Spots, right: _Spots, colors: Theme) -> None:
    dense = (
        isinstance(stage.module, Linear) and len(left.ys) == len(left.units) and left.units and right.units
    )
    if dense and (len(left.ys) > 1 or len(right.ys) > 1 or left.half <= 0.16):
        assert isinstance(stage.module, Linear)
        weight = np.asarray(stage.module.weight.detach())
        if max(left.units) < weight.shape[1] and max(right.units) < weight.shape[0]:
            _weights(axes, weight, left, right, colors)
            return
    if len(left.ys) > 1 or len(right.ys) > 1:  # flattened, or an op between two columns of neurons
        lines = [
            [(left.x + left.half, a), (right.x - right.half, b)]
            for a in left.ys
            for b in (right.ys if len(left.ys) == 1 or len(right.ys) == 1 else [a])
        ]
        axes.add_collection(LineCollection(lines, colors=colors.soft, linewidths=0.6, alpha=0.6, zorder=1))
        return
    axes.add_patch(
        FancyArrowPatch(
            (left.x + left.half, 0), (right.x - right.half, 0),
            arrowstyle="-|>", mutation_scale=10, color=colors.soft, lw=1.3, shrinkA=2, shrinkB=2,
        )
    )  # fmt: skip


def _weights(axes: Axes, weight: np.ndarray, left: _Spots, right: _Spots, colors: Theme) -> None:
    largest = limits(weight)
    lines, shades, widths = [], [], []
    for a, i in zip(left.ys, left.units, strict=True):
        for b, j in zip(right.ys, right.units, strict=True):
            share = float(weight[j, i]) / largest
            lines.append([(left.x + left.half, a), (right.x - right.half, b)])
            shades.append(colors.diverging(0.5 + 0.5 * np.sign(share) * (0.25 + 0.75 * abs(share))))
            widths.append(0.4 + 1.8 * abs(share))
    order = np.argsort(widths)
    axes.add_collection(
        LineCollection(
            [lines[k] for k in order],
            colors=[shades[k] for k in order],
            linewidths=[widths[k] for k in order],
            zorder=1,
        )
    )


def computation_graph(trace: Trace, theme: str = "light") -> Figure:
    """The graph of a trace: ops in boxes, inputs green, parameters orange, from the top down.

    `trace.svg()` is the same as a file for the web.

    Args:
        trace: what `pynn.trace()` left.
        theme: "light" or "dark".

    Raises:
        ImportError: fast-sugiyama, which lays out the graph, is not installed.
        ValueError: nothing ran in the trace.

    Example:
        >>> import pynn
        >>> with pynn.trace() as t:
        ...     y = pynn.ones(2).exp().sum()
        >>> figure = pynn.viz.computation_graph(t)
    """
    colors = theme_named("computation_graph", theme)
    boxes, edges = graph.boxes_and_edges(trace)
    if not boxes:
        raise ValueError("computation_graph: nothing ran in this trace")
    layout = layered([box.size for box in boxes], [(a, b) for a, b, _ in edges])
    fills = {"op": colors.cycle[0], "parameter": colors.cycle[4], "input": colors.cycle[2]}
    with drawing(colors):
        figure = new_figure(max(2.5, layout.width / 95), max(2.0, layout.height / 95))
        axes = figure.subplots()
        for k, (a, b, _) in enumerate(edges):
            points = [*layout.routes[k]]
            points[0] = points[0][0], points[0][1] + boxes[a].size[1] / 2
            points[-1] = points[-1][0], points[-1][1] - boxes[b].size[1] / 2
            xs, ys = zip(*_smooth(points), strict=True)
            axes.plot(xs, ys, color=colors.soft, lw=1.1, zorder=1, solid_capstyle="round")
            tip_x, tip_y = points[-1]
            axes.add_patch(
                Polygon(
                    [(tip_x, tip_y), (tip_x - 3.2, tip_y - 7), (tip_x + 3.2, tip_y - 7)], color=colors.soft
                )
            )
        for box, (x, y) in zip(boxes, layout.centres, strict=True):
            width, height = box.size
            color = fills.get(box.kind, colors.cycle[2])
            rounding = 4.0 if box.kind == "op" else height / 2 - 1
            axes.add_patch(
                FancyBboxPatch(
                    (x - width / 2, y - height / 2), width, height,
                    boxstyle=f"round,pad=0,rounding_size={rounding}", fc=colors.paper, ec=color, lw=1.4,
                )
            )  # fmt: skip
            for k, line in enumerate(box.lines):
                at = y - height / 2 + 5.5 + (k + 0.5) * graph.LINE
                axes.text(
                    x, at, graph.cut(line), ha="center", va="center", fontsize=8.5 if k == 0 else 7.5,
                    weight="bold" if k == 0 else "normal", color=colors.ink,
                )  # fmt: skip
        axes.set(xlim=(0, layout.width), ylim=(layout.height, 0), aspect="equal")
        axes.set_axis_off()
    return figure


def _smooth(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points on curves that leave and arrive upright."""
    path = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for t in np.linspace(0, 1, 16):
            s = t * t * (3 - 2 * t)
            path.append((float(x0 + (x1 - x0) * s), float(y0 + (y1 - y0) * t)))
    return path


__all__ = ["computation_graph", "network"]
