"""Watching training: the activations and gradients of every layer, step after step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pynn import _check
from pynn._core import Tensor
from pynn.nn import Module

from .style import drawing, panels, theme_named

BINS = 60


class Watcher:
    """Keeps histograms of what flows through a model while it is trained: `with viz.Watcher(model) as w:`.

    Args:
        model: whose layers to watch: all leaves that have outputs.
        every: note one of so many calls.
        most: keep at most so many numbers of a tensor, evenly spread.

    Attributes:
        activations: for each layer, by its path, the sampled outputs of each noted call.
        gradients: the same of the gradients that reached its outputs.

    Example:
        >>> import pynn
        >>> from pynn import nn, viz
        >>> model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
        >>> with viz.Watcher(model) as watcher:
        ...     for _ in range(3):
        ...         model(pynn.randn(16, 2)).square().mean().backward()
        >>> sorted(watcher.activations), len(watcher.gradients["1"])
        (['0', '1', '2'], 3)
    """

    def __init__(self, model: Module, every: int = 1, most: int = 2000) -> None:
        if not isinstance(model, Module):
            raise TypeError(f"Watcher: expected a Module, got {type(model).__name__}")
        self._every = _check.integer("Watcher", "every", every, 1)
        self._most = _check.integer("Watcher", "most", most, 1)
        self._model = model
        self._handles: list[Any] = []
        self.activations: dict[str, list[np.ndarray]] = {}
        self.gradients: dict[str, list[np.ndarray]] = {}

    def __enter__(self) -> Watcher:
        for path, module in self._model.named_modules():
            if not any(True for _ in module.children()):
                self._handles.append(module.register_forward_hook(self._hook(path or type(module).__name__)))
        return self

    def __exit__(self, *error: object) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _hook(self, path: str) -> Callable[..., None]:
        calls = [0]

        def note(module: Module, args: Any, output: Any) -> None:
            calls[0] += 1
            if not isinstance(output, Tensor) or (calls[0] - 1) % self._every:
                return
            self.activations.setdefault(path, []).append(self._sample(output))
            if output.requires_grad:
                output.register_hook(lambda dy: self.gradients.setdefault(path, []).append(self._sample(dy)))

        return note

    def _sample(self, tensor: Tensor) -> np.ndarray:
        flat = np.asarray(tensor.detach().float()).reshape(-1)
        if flat.size > self._most:
            flat = flat[np.linspace(0, flat.size - 1, self._most).astype(int)]
        return flat[np.isfinite(flat)].copy()

    def histograms(self, what: str = "activations", theme: str = "light") -> Figure:
        """How the numbers of each layer are spread, from the first noted call (left) to the last (right).

        The darker, the more of them; the line is their middle, the band between the dotted lines holds nine
        tenths. What dies shows as a line at 0, what saturates as two bands at the ends.

        Args:
            what: "activations" or "gradients".
            theme: "light" or "dark".

        Raises:
            ValueError: nothing was noted yet, or `what` is something else.
        """
        if what not in ("activations", "gradients"):
            raise ValueError(f"histograms: what is 'activations' or 'gradients', got {what!r}")
        kept = getattr(self, what)
        noted = {path: kept[path] for path in self.activations if any(a.size for a in kept.get(path, []))}
        if not noted:
            raise ValueError(f"histograms: no {what} were noted. Did you call the model inside the block?")
        colors = theme_named("histograms", theme)
        with drawing(colors):
            figure, axes = panels(len(noted), 3.0, 2.3, 3)
            for ax, (path, calls) in zip(axes, noted.items(), strict=True):
                everything = np.concatenate(calls)
                low, high = np.quantile(everything, [0.002, 0.998])
                if low == high:
                    low, high = low - 0.5, high + 0.5
                edges = np.linspace(low, high, BINS + 1)
                density = np.stack(
                    [np.histogram(call, edges)[0] / max(1, call.size) for call in calls], axis=1
                )
                steps = np.arange(len(calls) + 1) + 0.5
                ax.pcolormesh(steps, edges, np.sqrt(density), cmap=colors.amounts, rasterized=True)
                if len(calls) > 1:
                    for q, style in ((0.05, ":"), (0.5, "-"), (0.95, ":")):
                        line = [np.quantile(call, q) if call.size else np.nan for call in calls]
                        ax.plot(np.arange(1, len(calls) + 1), line, style, color=colors.cycle[1], lw=1.2)
                name = type(dict(self._model.named_modules()).get(path, self._model)).__name__
                ax.set_title(path if path == name else f"{path} · {name}")
                ax.set(xlabel="call", ylim=(low, high))
                ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        return figure
