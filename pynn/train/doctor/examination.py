"""`model.check`: everything that can be seen before a training."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pynn import autograd, nn, optim
from pynn._core import Tensor, tensor

from .. import origin
from ..nested import call, leaves, mapped, size
from ..unchanged import unchanged, untouched
from . import data_checks, network_checks, trials
from .finding import Diagnosis, Finding
from .probe import Probe, array

SAMPLES = 256  # that go through the network
CHECKS = (
    "nan",
    "unscaled-inputs",
    "unscaled-targets",
    "labels-out-of-range",
    "class-imbalance",
    "double-softmax",
    "dead-relus",
    "saturated-units",
    "no-gradient",
    "not-in-optimizer",
    "vanishing-gradient",
    "exploding-gradient",
    "constant-predictions",
    "train-mode-at-evaluation",
    "cannot-overfit",
    "learning-rate-too-high",
    "learning-rate-too-low",
)


def examine(
    model: nn.Module,
    x: Any,
    y: Any,
    *,
    optimizer: optim.Optimizer,
    loss: Callable[..., Any],
    weighs: bool = False,
    train: bool = True,
) -> Diagnosis:
    """Look for what is wrong with a model, its data and how it is to be trained.

    Model, optimizer and random numbers are afterwards what they were. `Module.check` calls this.

    Args:
        model: the patient.
        x: `(N, ...)` inputs, or several.
        y: `(N, ...)` targets, or several.
        optimizer: that is to train it.
        loss: (outputs, targets) -> a tensor of one number.
        weighs: whether classes will be weighed.
        train: also try short trainings, some seconds.
    """
    if not all(module.built for module in model.modules()):
        with unchanged(model), autograd.no_grad():
            call(model, mapped(lambda t: t[:1], x))
    if hasattr(optimizer, "_settle"):
        optimizer._settle()
    with unchanged(model), untouched(model, optimizer):
        findings = _examine(model, x, y, optimizer, loss, weighs, train)
    return Diagnosis(findings, CHECKS)


def _examine(
    model: nn.Module,
    x: Any,
    y: Any,
    moves: optim.Optimizer,
    loss: Callable[..., Any],
    weighs: bool,
    train: bool,
) -> list[Finding]:
    # Data is often sorted by class, so the samples are drawn; the numbers of pynn's stream are not touched.
    drawn = tensor(np.random.default_rng(0).permutation(size(y))[:SAMPLES])
    inputs, targets = mapped(lambda t: t[drawn], x), mapped(lambda t: t[drawn], y)
    found: list[Finding] = list(network_checks.optimizer(model, moves, loss))
    found += data_checks.targets(y, loss)
    if (bad := _bad_data(x, y)) is not None:
        return [*found, bad]

    trials.without_dropout(model)
    with Probe(model) as probe:
        outputs = call(model, inputs)
    found += data_checks.inputs(x, probe)
    wrong = list(data_checks.labels(y, outputs, loss))
    found += wrong
    if origin.first_index(outputs) is not None:
        return [*found, _nan(model, inputs)]
    found += network_checks.outputs(probe, outputs, loss)
    found += network_checks.dead(probe)
    found += network_checks.saturated(probe)
    if not wrong:
        found += data_checks.balance(y, loss, weighs)
        value = loss(outputs, targets)
        if not math.isfinite(value.item()):
            return [*found, _nan(model, inputs, targets, loss)]
        with untouched(model, moves):
            norms, ever = _gradients(model, moves, loss, inputs, targets)
        if bad_ones := [name for name, norm in norms.items() if not math.isfinite(norm)]:
            found.append(_bad_gradient(model, bad_ones, loss, inputs, targets))
            return found
        found += network_checks.gradients(model, norms, ever)
    found += _in_evaluation(model, inputs)
    if train and not wrong:
        found += trials.overfit(model, loss, inputs, targets)
        found += trials.rate(model, moves, loss, inputs, targets)
    return found


def _bad_data(x: Any, y: Any) -> Finding | None:
    for name, part in (("inputs", x), ("targets", y)):
        where = origin.first_index(part)
        if where is not None:
            count = sum(
                int((~np.isfinite(array(leaf))).sum())
                for leaf in leaves(part)
                if isinstance(leaf, Tensor) and leaf.is_floating_point()
            )
            return Finding(
                "nan",
                f"The {name} hold {count} values that are NaN or infinite, first at {where}.",
                "Fill or leave out missing values before training: pynn.data prepares them.",
            )
    return None


def _nan(model: nn.Module, inputs: Any, targets: Any = None, loss: Any = None) -> Finding:
    text = origin.first_origin(model, inputs, () if loss is None else (targets,), loss)
    return Finding(
        "nan",
        f"{text}.",
        "log, sqrt and division need a bound: log(x + eps), x / (y + eps). Losses of logits are stable.",
    )


def _gradients(
    model: nn.Module, moves: optim.Optimizer, loss: Any, inputs: Any, targets: Any
) -> tuple[dict[str, float], dict[str, bool]]:
    """Sizes of the gradients of a first step, and whether one came in the first three."""
    names = {name: p for name, p in model.named_parameters() if p.requires_grad}
    norms: dict[str, float] = {}
    ever = dict.fromkeys(names, False)
    step = optim.Adam(list(names.values()), lr=1e-3) if names else moves
    for number in range(3):
        for parameter in names.values():
            parameter.grad = None
        loss(call(model, inputs), targets).backward()
        for name, parameter in names.items():
            if parameter.grad is not None:
                values = array(parameter.grad)
                ever[name] |= bool((values != 0).any())
                if number == 0:
                    norms[name] = float(np.sqrt((values**2).mean())) if values.size else 0.0
        if all(ever.values()) or not all(map(math.isfinite, norms.values())):
            break
        step.step()
    for parameter in names.values():
        parameter.grad = None
    return norms, ever


def _bad_gradient(model: nn.Module, names: list[str], loss: Any, inputs: Any, targets: Any) -> Finding:
    """Names the layer whose backward made NaN or infinity out of a finite gradient."""
    guilty: list[tuple[str, nn.Module]] = []

    def watch(name: str) -> Any:
        def hook(module: nn.Module, below: Any, above: Any) -> None:
            sound = origin.first_index(tuple(g for g in above if g is not None)) is None
            spoilt = origin.first_index(tuple(g for g in below if g is not None)) is not None
            if sound and spoilt and not guilty:
                guilty.append((name, module))

        return hook

    handles = [
        module.register_full_backward_hook(watch(name))
        for name, module in model.named_modules()
        if next(module.children(), None) is None
    ]
    try:
        loss(call(model, inputs), targets).backward()
    finally:
        for handle in handles:
            handle.remove()
    where = f", made in the backward of {type(guilty[0][1]).__name__}" if guilty else ""
    return Finding(
        "nan",
        f"The loss is finite, but the gradient of {', '.join(names[:3])} is NaN or infinite{where}.",
        "sqrt, norm and powers below 1 have an infinite slope at 0, x / y one at y = 0: add a small number.",
        guilty[0][0] if guilty else names[0].rpartition(".")[0],
    )


def _in_evaluation(model: nn.Module, inputs: Any) -> list[Finding]:
    model.eval()
    probes = [Probe(model) for _ in range(3)]
    half = max(1, size(inputs) // 2)
    with autograd.no_grad():
        for probe, some in zip(probes, (inputs, inputs, mapped(lambda t: t[:half], inputs)), strict=True):
            with probe:
                result = call(model, some)
    del result
    found = list(network_checks.evaluation(*probes))
    outputs = probes[0].seen[-1].output
    return found + list(network_checks.constant(probes[0], inputs, outputs))
