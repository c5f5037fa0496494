"""Short trainings that are undone afterwards: can the model learn at all, and does its rate suit it?"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pynn import autograd, nn, optim
from pynn._core import Tensor

from ..nested import call, mapped, size
from ..unchanged import untouched
from .data_checks import kind_of
from .finding import Finding

SECONDS = 3.0  # that one of the trainings may take
Loss = Callable[..., Any]


def loss_of(model: nn.Module, loss: Loss, inputs: Any, targets: Any) -> float:
    """The loss, without recording."""
    with autograd.no_grad():
        return float(loss(call(model, inputs), targets).item())


def descend(
    model: nn.Module,
    moves: optim.Optimizer,
    loss: Loss,
    batches: list[tuple[Any, Any]],
    steps: int,
    goal: float = -math.inf,
) -> bool:
    """Take steps until the loss is below a goal; whether all losses were finite."""
    end = time.monotonic() + SECONDS
    for step in range(steps):
        inputs, targets = batches[step % len(batches)]
        moves.zero_grad()
        value = loss(call(model, inputs), targets)
        if not math.isfinite(value.item()):
            return False
        if value.item() < goal:
            break
        value.backward()
        moves.step()
        if time.monotonic() > end:
            break
    return True


def overfit(model: nn.Module, loss: Loss, inputs: Any, targets: Any) -> Iterator[Finding]:
    """A model that cannot even learn a few samples by heart has a fault, whatever its size."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not trained:
        return
    few = min(size(targets), 16)
    inputs, targets = mapped(lambda t: t[:few], inputs), mapped(lambda t: t[:few], targets)
    without_dropout(model)
    first = loss_of(model, loss, inputs, targets)
    goal = 0.9 * min(first, no_better_than(loss, targets, first))
    lowest = first
    for rate in (0.01, 0.001, 0.1):
        moves = optim.Adam(trained, lr=rate)
        with untouched(model, moves):
            if descend(model, moves, loss, [(inputs, targets)], 80, goal / 2):
                lowest = min(lowest, loss_of(model, loss, inputs, targets))
        if lowest <= goal or first < 1e-6:
            return
    yield Finding(
        "cannot-overfit",
        f"80 steps of Adam on the same {few} samples, at rates 0.001 to 0.1, brought the loss from "
        f"{first:.4g} to {lowest:.4g} at best; saying the same for all of them gives "
        f"{no_better_than(loss, targets, first):.4g}.",
        "Something is broken between inputs and loss: targets that do not belong to their inputs, a "
        "detach(), an activation after the last layer, a loss over the wrong dimension.",
    )


def no_better_than(loss: Loss, targets: Any, otherwise: float) -> float:
    """The loss of the best answer that is the same for all samples."""
    if not isinstance(targets, Tensor):
        return otherwise
    values, kind = np.asarray(targets, dtype=np.float64), kind_of(loss)
    if kind == "numbers":
        return float(values.var(0).mean())
    if kind == "logits" and not targets.is_floating_point() and values.ndim == 1:
        _, counts = np.unique(values, return_counts=True)
        share = counts / counts.sum()
        return float((share * -np.log(share)).sum())
    return otherwise


def without_dropout(model: nn.Module) -> None:
    """Training mode, but nothing is dropped."""
    model.train()
    for module in model.modules():
        if "Dropout" in type(module).__name__:
            module.eval()


def rate(
    model: nn.Module, moves: optim.Optimizer, loss: Loss, inputs: Any, targets: Any
) -> Iterator[Finding]:
    """Whether the optimizer's own learning rate makes the loss rise, or hardly moves it."""
    if any("initial_lr" in group for group in moves.param_groups):
        return  # a schedule has only begun
    own = [group["lr"] for group in moves.param_groups]
    without_dropout(model)
    batches = [
        (mapped(lambda t, i=i: t[i : i + 32], inputs), mapped(lambda t, i=i: t[i : i + 32], targets))  # type: ignore[misc]
        for i in range(0, size(targets), 32)
    ]
    inputs, targets = mapped(lambda t: t[:64], inputs), mapped(lambda t: t[:64], targets)
    first = loss_of(model, loss, inputs, targets)
    found: dict[float, float] = {}

    def after(factor: float) -> float:
        if factor not in found:
            with untouched(model, moves):
                for group, one in zip(moves.param_groups, own, strict=True):
                    group["lr"] = one * factor
                finite = descend(model, moves, loss, batches, 30)
                value = loss_of(model, loss, inputs, targets) if finite else math.inf
                found[factor] = value if math.isfinite(value) else math.inf
        return found[factor]

    shown = ", ".join(f"{one:g}" for one in own[:3])
    if after(1.0) > 1.2 * first + 1e-6:
        better = [factor for factor in (0.1, 0.01, 0.001, 1e-4) if after(factor) < 0.99 * first]
        if better:
            yield Finding(
                "learning-rate-too-high",
                f"30 steps at {shown} take the loss from {first:.4g} to {found[1.0]:.4g}; at "
                f"{own[0] * better[0]:g} they take it to {found[better[0]]:.4g}.",
                "Lower the rate; model.find_lr(x, y) suggests one.",
            )
    elif after(1.0) > 0.995 * first and first > 1e-6:
        better = [factor for factor in (100.0, 1e3, 1e4, 1e5, 1e6) if after(factor) < 0.9 * first]
        if better:
            yield Finding(
                "learning-rate-too-low",
                f"30 steps at {shown} take the loss from {first:.4g} to {found[1.0]:.4g}; at "
                f"{own[0] * better[0]:g} they take it to {found[better[0]]:.4g}.",
                "Raise the rate; model.find_lr(x, y) suggests one.",
            )
    elif all(one == 0 for one in own):
        yield Finding("learning-rate-too-low", "The learning rate is 0.", "Set one.")
