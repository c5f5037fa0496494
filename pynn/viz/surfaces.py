"""Surfaces: where a classifier changes its mind, what a loss looks like, how optimizers go down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from pynn import _check, _core, autograd
from pynn._core import Tensor
from pynn.nn import Module
from pynn.optim import Optimizer

from .style import MARKERS, check_lengths, drawing, new_figure, theme_named, to_array


def decision_boundary(
    model: Callable[[Tensor], Tensor], x: Any, y: Any, resolution: int = 160, theme: str = "light"
) -> Figure:
    """The plane as a classifier sees it, and the points it learned from.

    The colour is the class that it would say, the stronger the surer it is; lines part the classes. One
    output is the score of class 1 (the boundary is at 0), several are scores of as many classes.

    Args:
        model: scores `(N, 1)`, `(N,)` or `(N, classes)` for points `(N, 2)`.
        x: points `(N, 2)`.
        y: their classes `(N,)`, from 0.
        resolution: points of the grid along either axis.
        theme: "light" or "dark".

    Raises:
        ValueError: points are not in a plane, or not as many as classes.

    Example:
        >>> import pynn
        >>> from pynn import nn, viz
        >>> figure = viz.decision_boundary(nn.Linear(2, 3), pynn.randn(9, 2), [0, 1, 2] * 3)
    """
    points = to_array("decision_boundary", "x", x, 2)
    classes = to_array("decision_boundary", "y", y).reshape(-1).astype(int)
    if points.shape[1] != 2:
        raise ValueError(f"decision_boundary: x must be (N, 2), got {points.shape}")
    check_lengths("decision_boundary", x=points, y=classes)
    _check.integer("decision_boundary", "resolution", resolution, 2)
    colors = theme_named("decision_boundary", theme)
    low, high = points.min(0), points.max(0)
    edge = 0.12 * (high - low) + 1e-9
    across = np.linspace(low[0] - edge[0], high[0] + edge[0], resolution)
    up = np.linspace(low[1] - edge[1], high[1] + edge[1], resolution)
    grid = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2).astype(np.float32)
    probability = _probabilities(model, grid).reshape(resolution, resolution, -1)
    best, sure = probability.argmax(-1), probability.max(-1)
    count = max(probability.shape[-1], int(classes.max(initial=0)) + 1)
    paper = np.array(to_rgb(colors.paper))
    ground = np.array([to_rgb(colors.cycle[k % len(colors.cycle)]) for k in range(count)])
    chance = 1 / probability.shape[-1]
    strength = 0.12 + 0.38 * np.clip((sure - chance) / (1 - chance), 0, 1)
    with drawing(colors):
        figure = new_figure(4.8, 4.0)
        axes = figure.subplots()
        picture = paper * (1 - strength[..., None]) + ground[best] * strength[..., None]
        axes.imshow(
            picture, origin="lower", extent=(across[0], across[-1], up[0], up[-1]), aspect="auto",
            interpolation="bilinear",
        )  # fmt: skip
        for k in range(probability.shape[-1]):
            others = np.delete(probability, k, -1).max(-1)
            margin = probability[..., k] - others
            if margin.min() < 0 < margin.max():
                axes.contour(across, up, margin, [0], colors=colors.ink, linewidths=1.1, alpha=0.8)
        for k in range(count):
            mine = points[classes == k]
            color, marker = colors.cycle[k % len(colors.cycle)], MARKERS[k % len(MARKERS)]
            axes.scatter(
                mine[:, 0], mine[:, 1], c=color, marker=marker, s=30, edgecolors=colors.paper, linewidths=0.7,
                label=f"class {k}", zorder=3,
            )  # fmt: skip
        axes.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handletextpad=0.2)
    return figure


def _probabilities(model: Callable[[Tensor], Tensor], grid: np.ndarray) -> np.ndarray:
    modes = [(m, m.training) for m in model.modules()] if isinstance(model, Module) else []
    for module, _ in modes:
        module.training = False
    try:
        with autograd.no_grad():
            scores = np.asarray(model(_core.tensor(grid))).astype(np.float64)
    finally:
        for module, mode in modes:
            module.training = mode
    scores = scores.reshape(len(grid), -1)
    if scores.shape[1] == 1:
        scores = np.concatenate([np.zeros_like(scores), scores], 1)
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def loss_landscape(
    model: Module,
    loss: Callable[[], Tensor],
    span: float = 1.0,
    resolution: int = 25,
    seed: int = 0,
    theme: str = "light",
) -> Figure:
    """The loss on a plane through the present weights, along two random directions.

    Each direction is scaled filter by filter to the size of the weights, so that pictures of different
    networks can be compared; biases and other vectors stay where they are. The weights come back unchanged.

    Args:
        model: whose weights are moved.
        loss: computes the loss with the weights as they are, such as `lambda: F.cross_entropy(model(x), y)`.
        span: how far to go, in sizes of the weights.
        resolution: points along either direction.
        seed: of the directions.
        theme: "light" or "dark".

    Raises:
        ValueError: `resolution` is below 2, or the model has no weights.

    Source: Li, Xu, Taylor, Studer & Goldstein 2018, Visualizing the loss landscape of neural nets, section 4.

    Example:
        >>> import pynn
        >>> from pynn import nn, viz
        >>> model, x = nn.Linear(2, 1), pynn.randn(8, 2)
        >>> figure = viz.loss_landscape(model, lambda: model(x).square().mean(), resolution=5)
    """
    _check.integer("loss_landscape", "resolution", resolution, 2)
    weights = list(model.parameters())
    if not weights:
        raise ValueError("loss_landscape: the model has no parameters")
    colors = theme_named("loss_landscape", theme)
    rng = np.random.default_rng(seed)
    start = [np.array(w.detach()) for w in weights]
    ways = [[_filter_normalised(rng.standard_normal(w.shape), w) for w in start] for _ in range(2)]
    steps = np.linspace(-span, span, resolution)
    heights = np.zeros((resolution, resolution))
    try:
        with autograd.no_grad():
            for i, b in enumerate(steps):
                for j, a in enumerate(steps):
                    for w, s, u, v in zip(weights, start, *ways, strict=True):
                        w.copy_(_core.tensor((s + a * u + b * v).astype(s.dtype)))
                    heights[i, j] = float(loss().item())
    finally:
        with autograd.no_grad():
            for w, s in zip(weights, start, strict=True):
                w.copy_(_core.tensor(s))
    with drawing(colors):
        figure = new_figure(8.2, 3.7)
        flat = figure.add_subplot(1, 2, 1)
        solid = figure.add_subplot(1, 2, 2, projection="3d")
        shown = np.where(np.isfinite(heights), heights, np.nan)
        levels = np.linspace(np.nanmin(shown), np.nanquantile(shown, 0.97) + 1e-12, 18)
        filled = flat.contourf(steps, steps, shown, levels, cmap=_heights(colors), extend="max")
        flat.contour(steps, steps, shown, levels, colors=colors.ink, linewidths=0.4, alpha=0.5)
        flat.plot(0, 0, "o", color=colors.cycle[1], ms=7, mec=colors.paper, label="the weights")
        flat.set(xlabel="direction 1", ylabel="direction 2", aspect="equal", title="the loss from above")
        flat.legend(loc="lower right", frameon=True, facecolor=colors.paper, edgecolor="none", framealpha=0.8)
        bar = figure.colorbar(filled, ax=flat, shrink=0.85, format="%.3g")
        bar.outline.set_visible(False)
        a, b = np.meshgrid(steps, steps)
        solid.plot_surface(
            a, b, np.minimum(shown, levels[-1]), cmap=_heights(colors), linewidth=0, antialiased=True
        )
        solid.set_title("and from the side")
        for axis in (solid.xaxis, solid.yaxis, solid.zaxis):
            axis.pane.set_facecolor(colors.paper)
            axis.pane.set_edgecolor(colors.soft)
            axis._axinfo["grid"].update(color=colors.soft, linewidth=0.3)
        solid.set_facecolor(colors.paper)
        solid.tick_params(labelsize=7, pad=0)
    return figure


def _filter_normalised(direction: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """D ‖w‖ / ‖d‖ for each filter, the slices along the first axis; 0 for vectors."""
    if weight.ndim < 2:
        return np.zeros_like(direction)
    axes = tuple(range(1, weight.ndim))
    size = np.sqrt((weight**2).sum(axes, keepdims=True))
    return direction * size / (np.sqrt((direction**2).sum(axes, keepdims=True)) + 1e-10)


def _heights(colors: Any) -> Any:
    """From the valley to the hills: dark to light, blue to yellow."""
    ends = ["#20355c", "#2f6f9f", "#6fb3b8", "#d9d59b", "#f2e9c8"]
    return LinearSegmentedColormap.from_list("pynn-heights", ends)


def optimizer_paths(
    surface: Callable[[Tensor, Tensor], Tensor],
    optimizers: Mapping[str, Callable[[list[Tensor]], Optimizer]],
    start: tuple[float, float],
    steps: int = 60,
    x_range: tuple[float, float] = (-2.0, 2.0),
    y_range: tuple[float, float] = (-2.0, 2.0),
    theme: str = "light",
) -> Figure:
    """How optimizers go down a surface from one starting point, and how the height falls.

    Args:
        surface: the height at x and y, written in pynn; also called with many points at once.
        optimizers: name -> a function that makes one for a list of parameters.
        start: the point where all begin.
        steps: how many each takes.
        x_range: what is shown, from left to right.
        y_range: from bottom to top.
        theme: "light" or "dark".

    Raises:
        ValueError: there is no optimizer, or `steps` is below 1.

    Example:
        >>> import pynn
        >>> from pynn import viz
        >>> sgd = {"SGD": lambda p: pynn.optim.SGD(p, lr=0.1)}
        >>> figure = viz.optimizer_paths(lambda x, y: x * x + 4 * y * y, sgd, (1.5, 1.0), steps=10)
    """
    _check.integer("optimizer_paths", "steps", steps, 1)
    if not optimizers:
        raise ValueError("optimizer_paths: no optimizer was given")
    colors = theme_named("optimizer_paths", theme)
    across, up = np.linspace(*x_range, 140), np.linspace(*y_range, 140)
    grid_x, grid_y = np.meshgrid(across, up)
    with autograd.no_grad():
        heights = np.asarray(
            surface(_core.tensor(grid_x, _core.float64), _core.tensor(grid_y, _core.float64)), dtype=float
        )
    ways = {name: _descend(surface, make, start, steps) for name, make in optimizers.items()}
    with drawing(colors):
        figure = new_figure(8.4, 3.7)
        above, fall = figure.subplots(1, 2, width_ratios=[1.15, 1])
        spread = heights - heights.min()
        bent = np.log1p(20 * spread / (np.median(spread) or 1))  # valleys would vanish beside the hills
        ground = LinearSegmentedColormap.from_list("ground", [colors.paper, colors.soft])
        above.contourf(across, up, bent, 24, cmap=ground)
        above.contour(across, up, bent, 24, colors=colors.ink, linewidths=0.3, alpha=0.3)
        for k, (name, way) in enumerate(ways.items()):
            look = {"color": colors.cycle[k % len(colors.cycle)], "marker": MARKERS[k % len(MARKERS)]}
            above.plot(way[:, 0], way[:, 1], color=colors.paper, lw=3.4, alpha=0.7)
            above.plot(way[:, 0], way[:, 1], lw=1.7, ms=3.6, markevery=max(1, steps // 20), **look)
            fall.plot(way[:, 2], label=name, ms=4.5, markevery=max(1, steps // 8), **look)
        above.plot(*start, "o", color=colors.ink, ms=8, mec=colors.paper, zorder=5)
        above.set(xlim=x_range, ylim=y_range, xlabel="x", ylabel="y", title=f"{steps} steps from {start}")
        lows = np.concatenate([way[:, 2] for way in ways.values()])
        if lows.min() > 0:
            fall.set_yscale("log")
        fall.set(xlabel="step", title="height")
        fall.grid(True)
        fall.legend()
    return figure


def _descend(surface: Any, make: Any, start: tuple[float, float], steps: int) -> np.ndarray:
    """(x, y, height) before each step and after the last."""
    x = _core.tensor([start[0]], _core.float64).requires_grad_()
    y = _core.tensor([start[1]], _core.float64).requires_grad_()
    optimizer = make([x, y])
    way = []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        height = surface(x, y).sum()
        way.append((x.item(), y.item(), height.item()))
        height.backward()
        optimizer.step()
    return np.array(way, dtype=float)


__all__ = ["decision_boundary", "loss_landscape", "optimizer_paths"]
