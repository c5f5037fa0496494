"""What convolutional and attending networks look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pynn import autograd
from pynn._core import Tensor
from pynn.nn import Module

from .style import drawing, limits, new_figure, panels, plain, theme_named, to_array


def filters(layer: Module, most: int = 32, theme: str = "light") -> Figure:
    """The weights of a convolution, one picture for each output channel.

    Filters over three channels are shown in colour, others as the mean over their input channels: orange
    above zero, blue below.

    Args:
        layer: a Conv2d, or another layer with weights `(O, C, H, W)`.
        most: how many at most.
        theme: "light" or "dark".

    Raises:
        ValueError: its weights are no filters.

    Example:
        >>> from pynn import nn, viz
        >>> figure = viz.filters(nn.Conv2d(1, 8, 3))
        >>> len(figure.axes)
        8
    """
    weight = getattr(layer, "weight", None)
    if weight is None or weight.ndim != 4:
        raise ValueError(f"filters: expected a layer with weights (O, C, H, W), got {type(layer).__name__}")
    colors = theme_named("filters", theme)
    array = to_array("filters", "weight", weight)[:most]
    with drawing(colors):
        figure, axes = panels(len(array), 0.85, 0.95, 8)
        for k, (ax, kernel) in enumerate(zip(axes, array, strict=True)):
            if len(kernel) == 3:
                low, high = kernel.min(), kernel.max()
                ax.imshow(np.moveaxis((kernel - low) / ((high - low) or 1), 0, -1))
            else:
                shown = kernel.mean(0)
                bound = limits(shown)
                ax.imshow(shown, cmap=colors.diverging, vmin=-bound, vmax=bound)
            ax.set_title(str(k), fontsize=7, weight="normal")
            _framed(ax, colors.soft)
    return figure


def feature_maps(model: Module, x: Tensor, layer: str, most: int = 24, theme: str = "light") -> Figure:
    """What a layer makes of one image: its output channels as pictures.

    Args:
        model: it contains the layer.
        x: one image `(1, C, H, W)`, or a batch, of which the first is taken.
        layer: its path, as `model.named_modules()` gives it, such as "0" or "features.3".
        most: how many channels at most.
        theme: "light" or "dark".

    Raises:
        ValueError: the layer's output is no stack of maps.

    Example:
        >>> import pynn
        >>> from pynn import nn, viz
        >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
        >>> figure = viz.feature_maps(model, pynn.rand(1, 1, 8, 8), "1")
    """
    caught: list[Tensor] = []
    handle = model.get_submodule(layer).register_forward_hook(lambda m, a, output: caught.append(output))
    try:
        with autograd.no_grad():
            model(x)
    finally:
        handle.remove()
    if not caught or caught[0].ndim != 4:
        got = tuple(caught[0].shape) if caught else "nothing"
        raise ValueError(f"feature_maps: the output of {layer!r} must be (N, C, H, W), got {got}")
    colors = theme_named("feature_maps", theme)
    maps = to_array("feature_maps", "maps", caught[0])[0, :most]
    with drawing(colors):
        figure, axes = panels(len(maps), 1.25, 1.35, 6)
        bound = limits(maps)
        signed = maps.min() < 0
        for k, (ax, picture) in enumerate(zip(axes, maps, strict=True)):
            scale = colors.diverging if signed else colors.amounts
            ax.imshow(picture, cmap=scale, vmin=-bound if signed else 0, vmax=bound)
            ax.set_title(f"{k}", fontsize=7.5, weight="normal")
            _framed(ax, colors.soft)
        figure.suptitle(f"{layer} · {type(model.get_submodule(layer)).__name__}", fontsize=10, weight="bold")
    return figure


def attention(
    weights: Any, queries: Sequence[str] = (), keys: Sequence[str] = (), theme: str = "light"
) -> Figure:
    """Attention weights as maps, one for each head: each row is a query, and how it spreads over the keys.

    Args:
        weights: `(T, S)`, `(heads, T, S)` or `(1, heads, T, S)`.
        queries: what the rows stand for, such as tokens.
        keys: what the columns stand for. Default: the same as `queries`, if there are as many columns.
        theme: "light" or "dark".

    Raises:
        ValueError: the weights have another shape, or names and sizes differ.

    Example:
        >>> import pynn
        >>> figure = pynn.viz.attention(pynn.rand(2, 3, 3).softmax(-1), ["the", "cat", "sat"])
        >>> len(figure.axes)
        2
    """
    array = to_array("attention", "weights", weights)
    if array.ndim == 4 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3:
        raise ValueError(f"attention: weights must be (T, S) or (heads, T, S), got shape {np.shape(weights)}")
    heads, rows, columns = array.shape
    if not keys and rows == columns:
        keys = queries
    for name, words, count in (("queries", queries, rows), ("keys", keys, columns)):
        if words and len(words) != count:
            raise ValueError(f"attention: {len(words)} {name} for {count} of the weights' {name}")
    colors = theme_named("attention", theme)
    with drawing(colors):
        side = min(4.2, max(2.0, 0.3 * max(rows, columns)))
        figure, axes = panels(heads, side, side, 4)
        for k, (ax, picture) in enumerate(zip(axes, array, strict=True)):
            ax.imshow(
                picture, cmap=colors.amounts, vmin=0, vmax=max(float(picture.max()), 1e-9), aspect="auto"
            )
            if heads > 1:
                ax.set_title(f"head {k}")
            ax.set_xticks(
                range(columns) if keys else [], keys or [], rotation=60, ha="right", rotation_mode="anchor"
            )
            ax.set_yticks(range(rows) if queries else [], queries or [])
            ax.tick_params(length=0)
            _framed(ax, colors.soft, keep_ticks=True)
        axes[0].set_ylabel("query")
        axes[0].set_xlabel("key")
    return figure


def saliency(model: Module, x: Tensor, target: int | None = None, theme: str = "light") -> Figure:
    """Which pixels the score of a class hangs on: the size of its gradient by each of them.

    Args:
        model: gives scores `(N, classes)` for images.
        x: one image `(1, C, H, W)`.
        target: the class. Default: the one with the highest score.
        theme: "light" or "dark".

    Raises:
        ValueError: `x` is not one image, or the class does not exist.

    Source: Simonyan, Vedaldi & Zisserman 2014, Deep inside convolutional networks, section 3.

    Example:
        >>> import pynn
        >>> from pynn import nn, viz
        >>> model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
        >>> figure = viz.saliency(model, pynn.rand(1, 1, 4, 4))
    """
    if x.ndim != 4 or x.shape[0] != 1:
        raise ValueError(f"saliency: x must be one image (1, C, H, W), got {tuple(x.shape)}")
    colors = theme_named("saliency", theme)
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    try:
        image = x.detach().clone().requires_grad_()
        scores = model(image)
        chosen = int(scores.argmax(-1).item()) if target is None else target
        if not 0 <= chosen < scores.shape[-1]:
            raise ValueError(f"saliency: target {chosen} is not one of {scores.shape[-1]} classes")
        (gradient,) = autograd.grad(scores[0, chosen], image)
    finally:
        for module, mode in modes:
            module.training = mode
    assert gradient is not None
    size = np.abs(to_array("saliency", "gradient", gradient))[0].max(0)
    picture = to_array("saliency", "x", x)[0]
    with drawing(colors):
        figure = new_figure(5.4, 2.9)
        left, right = figure.subplots(1, 2)
        low, high = picture.min(), picture.max()
        shown = np.moveaxis((picture - low) / ((high - low) or 1), 0, -1)
        left.imshow(shown if len(picture) == 3 else shown[..., 0], cmap="gray", vmin=0, vmax=1)
        left.set_title("image")
        mesh = right.imshow(size, cmap=colors.amounts, vmin=0)
        right.set_title(f"∂ score {chosen} / ∂ pixel")
        bar = figure.colorbar(mesh, ax=right, shrink=0.85)
        bar.outline.set_visible(False)
        for ax in (left, right):
            _framed(ax, colors.soft)
    return figure


def _framed(axes: Any, color: str, keep_ticks: bool = False) -> None:
    if not keep_ticks:
        plain(axes)
    for spine in axes.spines.values():
        spine.set(visible=True, color=color, linewidth=0.6)


__all__ = ["attention", "feature_maps", "filters", "saliency"]
