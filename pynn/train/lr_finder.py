"""The range test: which learning rates make the loss fall, found in one short sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from pynn import _check, autograd, nn, optim
from pynn._picture import new_figure

from .batches import unpacked
from .nested import call, size
from .unchanged import unchanged, untouched
from .updates import Updates, region_of


class LearningRateCurve:
    """What `model.find_lr` measured: the loss after each step of a sweep over learning rates.

    Args:
        rates: the learning rates, rising.
        losses: the loss at each, smoothed.

    Raises:
        ValueError: there are more of one than of the other.

    Attributes:
        suggestion: the rate at which the loss falls most steeply; None if it never falls.

    Example:
        >>> from pynn.train import LearningRateCurve
        >>> curve = LearningRateCurve([1e-4, 1e-3, 1e-2, 1e-1, 1.0], [2.3, 2.2, 1.5, 1.3, 4.0])
        >>> curve.suggestion
        0.01
    """

    def __init__(self, rates: list[float], losses: list[float]) -> None:
        self.rates, self.losses = list(rates), list(losses)
        if len(self.rates) != len(self.losses):
            raise ValueError(
                f"LearningRateCurve: one loss for each rate, got {len(self.rates)} rates and "
                f"{len(self.losses)} losses"
            )
        self.suggestion = self._steepest()

    def _steepest(self) -> float | None:
        if len(self.rates) < 3:
            return None
        x, y = np.log10(self.rates), np.asarray(self.losses)
        lowest = int(np.argmin(y))  # beyond it the sweep only comes apart
        # The slope of a line through a decade: batches differ, and a shorter piece would follow their noise.
        half = max(1, round(0.5 / (x[1] - x[0])))
        places = range(half, max(lowest - half, half) + 1)
        slopes = {i: np.polyfit(x[i - half : i + half + 1], y[i - half : i + half + 1], 1)[0] for i in places}
        best = min(slopes, key=lambda i: slopes[i])
        return self.rates[best] if slopes[best] < 0 and lowest else None

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw the loss over the learning rate, the suggestion marked.

        Args:
            path: also write the picture there.

        Returns:
            The matplotlib figure.
        """
        figure = new_figure(5.5, 3.4, "LearningRateCurve.plot")
        axes = figure.subplots()
        axes.plot(self.rates, self.losses, color="#2563eb", linewidth=2)
        if self.suggestion is not None:
            axes.axvline(self.suggestion, color="#ea580c", linestyle="--", label=f"{self.suggestion:.1e}")
            axes.legend(frameon=False)
        axes.set(xscale="log", xlabel="learning rate", ylabel="loss")
        finite = [loss for loss in self.losses if math.isfinite(loss)]
        if finite:
            low, first = min(finite), finite[0]
            axes.set_ylim(low - 0.1 * (first - low), first + 0.5 * max(first - low, 1e-12))
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure

    def __repr__(self) -> str:
        best = "none" if self.suggestion is None else f"{self.suggestion:.2e}"
        return f"LearningRateCurve({len(self.rates)} rates, suggestion {best})"


def find_lr(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    optimizer: optim.Optimizer,
    loss: Callable[..., Any],
    start_lr: float = 1e-6,
    end_lr: float = 1.0,
    steps: int = 100,
    smoothing: float = 0.9,
    diverge: float = 4.0,
    precision: str = "float32",
    accumulate: int = 1,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    gradient_noise: float | None = None,
) -> LearningRateCurve:
    """Train for some steps while the learning rate rises exponentially, and watch the loss.

    Afterwards model, optimizer and random numbers are what they were.

    Args:
        model: what would be trained.
        batches: of `(inputs, targets)`, read again and again.
        optimizer: whose rates are swept.
        loss: (outputs, targets) -> a tensor of one number.
        start_lr: the first rate.
        end_lr: the last.
        steps: how many.
        smoothing: of the losses: how much of the average each step keeps.
        diverge: end the sweep when the loss is so many times the lowest.
        precision: as in `fit`.
        accumulate: as in `fit`.
        clip_norm: as in `fit`.
        clip_value: as in `fit`.
        gradient_noise: as in `fit`.

    Source: Smith 2017, Cyclical learning rates for training neural networks (arXiv:1506.01186), section 3.3.

    Raises:
        ValueError: the rates do not rise, or there are no batches.

    Example:
        >>> import pynn
        >>> pynn.manual_seed(0)
        >>> model = pynn.nn.Linear(3, 1)
        >>> x = pynn.randn(32, 3)
        >>> optimizer = pynn.optim.SGD(model, lr=0.1)
        >>> curve = pynn.train.find_lr(
        ...     model, [(x, x.sum(1, keepdim=True))], optimizer=optimizer, loss=pynn.nn.MSELoss(), end_lr=10.0
        ... )
        >>> 1e-3 < curve.suggestion < 1.0
        True
        >>> optimizer.param_groups[0]["lr"]
        0.1
    """
    first = _check.real("find_lr", "start_lr", start_lr, above=0)
    if _check.real("find_lr", "end_lr", end_lr, above=0) <= first:
        raise ValueError(f"find_lr: end_lr must lie above start_lr {start_lr!r}, got {end_lr!r}")
    _check.integer("find_lr", "steps", steps, 3)
    keep = _check.real("find_lr", "smoothing", smoothing, 0, 0.999)
    updates = Updates(optimizer, accumulate, clip_norm, clip_value, gradient_noise)
    region = region_of(precision, "find_lr")
    if not all(module.built for module in model.modules()):
        with unchanged(model), autograd.no_grad():
            call(model, unpacked(next(iter(batches)))[0])
    rates: list[float] = []
    losses: list[float] = []
    average, lowest = 0.0, math.inf
    with unchanged(model), untouched(model, optimizer):
        model.train()
        source = _again_and_again(batches)
        for step in range(steps):
            rate = first * (end_lr / first) ** (step / (steps - 1))
            for group in optimizer.param_groups:
                group["lr"] = rate
            updates.zero_grad()
            value, samples = 0.0, 0
            for _ in range(accumulate):
                inputs, targets, *more = unpacked(next(source))
                with region:
                    batch_loss = loss(call(model, inputs), targets, *more)
                value += batch_loss.item() * size(targets)
                samples += size(targets)
                updates.backward(batch_loss, size(targets))
            value /= samples
            average = keep * average + (1 - keep) * value
            smooth = average / (1 - keep ** (step + 1))
            if not math.isfinite(smooth) or smooth > diverge * lowest > 0:
                break
            rates.append(rate)
            losses.append(smooth)
            lowest = min(lowest, smooth)
            updates.step()
    return LearningRateCurve(rates, losses)


def _again_and_again(batches: Iterable[Any]) -> Any:
    while True:
        some = False
        for batch in batches:
            some = True
            yield batch
        if not some:
            raise ValueError("find_lr: there are no batches")
