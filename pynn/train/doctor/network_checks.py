"""What can be wrong in the layers: seen in one batch that went forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pynn import nn, optim
from pynn._core import Tensor

from .data_checks import kind_of
from .finding import Finding
from .probe import Probe, Seen, array, units

DEAD = 0.8  # share of the units
SATURATED = 0.9  # share of the values
VANISHED = 1e-4  # gradients of the first layer to the largest ones
EXPLODED = 1e4  # the same the other way, and the norm of all gradients
Report = Iterator[Finding]


def outputs(probe: Probe, result: Any, loss: Callable[..., Any]) -> Report:
    """Probabilities where the loss takes logits, and the other way round."""
    kind = kind_of(loss)
    if not isinstance(result, Tensor) or result.ndim < 2 or not result.numel():
        return
    values = array(result)
    last = probe.layers()[-1].name if probe.layers() else ""
    if kind == "logits" and values.shape[1] > 1:
        if (values >= 0).all() and np.allclose(values.sum(1), 1, atol=1e-3):
            yield Finding(
                "double-softmax",
                f"The {values.shape[1]} outputs of each sample are positive and sum to 1, so they went "
                "through a softmax; cross-entropy applies another. Its loss then cannot fall below "
                f"{np.log(1 + (values.shape[1] - 1) / np.e):.3f}.",
                "Leave out the last softmax: the loss wants the numbers before it. For probabilities, apply "
                "softmax to what predict gives.",
                last,
            )
    elif kind == "binary logits":
        sigmoids = [leaf for _, leaf in probe.made_by("sigmoid")]
        ends_so = result.op_name == "sigmoid" or any(leaf is result for leaf in sigmoids)
        if ends_so:
            yield Finding(
                "double-softmax",
                f"The outputs are those of a sigmoid, from {values.min():.3f} to {values.max():.3f}; "
                "binary cross-entropy with logits applies another.",
                "Leave out the last sigmoid: the loss wants the numbers before it.",
                last,
            )
    elif kind == "log probabilities" and not np.allclose(np.exp(values).sum(1), 1, atol=1e-2):
        yield Finding(
            "double-softmax",
            f"nll_loss takes logarithms of probabilities, but exp of the outputs sums to "
            f"{np.exp(values).sum(1).mean():.3g} instead of 1.",
            "End the model with log_softmax, or train it with cross_entropy, which does that itself.",
            last,
        )


def dead(probe: Probe) -> Report:
    """Layers of ReLUs of which most are off for every sample."""
    for name, tensor in probe.made_by("relu"):
        if len(tensor) < 32:
            continue
        of = units(tensor)
        off = int((of <= 0).all(0).sum())
        if off > DEAD * of.shape[1] and of.shape[1] > 1:
            yield Finding(
                "dead-relus",
                f"{off} of {of.shape[1]} units are 0 for all {len(tensor)} samples: no gradient reaches "
                "their weights any more.",
                "Lower the learning rate, initialise anew (He), look at the biases, or use nn.LeakyReLU.",
                name,
            )


def saturated(probe: Probe) -> Report:
    """Layers of tanh or sigmoid that say all or nothing; the outputs of the model may."""
    made = probe.made_by("tanh", "sigmoid")
    result = probe.seen[-1].output if probe.seen else None
    for name, tensor in made:
        if tensor is result or not tensor.numel():
            continue
        values = array(tensor)
        center = 0.5 if tensor.op_name == "sigmoid" else 0.0
        share = float((np.abs(values - center) > 0.99 * (1 - center)).mean())
        if share > SATURATED:
            yield Finding(
                "saturated-units",
                f"{share:.0%} of the values of its {tensor.op_name} lie within 1 % of its ends, where its "
                "slope is nearly 0.",
                "Make the weights smaller (Xavier), scale the inputs, or put a batch norm before it.",
                name,
            )


def gradients(model: nn.Module, norms: Mapping[str, float], ever: Mapping[str, bool]) -> Report:
    """Parameters that learn nothing, and gradients that die out or blow up on their way to the front.

    Args:
        model: whose they are.
        norms: parameter -> root mean square of its gradient in the first step.
        ever: parameter -> whether a gradient other than 0 ever came, None if there was none at all.
    """
    idle: dict[str, list[str]] = {}
    for name, came in ever.items():
        if not came:
            idle.setdefault(name.rpartition(".")[0], []).append(name)
    for layer, parameters in idle.items():
        yield Finding(
            "no-gradient",
            f"No gradient other than 0 reaches {', '.join(parameters)}."
            if parameters[0] in norms
            else f"{', '.join(parameters)} takes no part in the loss.",
            "Is the layer used in forward? Does detach(), no_grad(), argmax or NumPy stand between it and "
            "the loss? If it is not meant to learn: requires_grad_(False).",
            layer,
        )
    weights = [
        (name, norms[name])
        for name, parameter in model.named_parameters()
        if norms.get(name) and parameter.ndim > 1 and not _is_embedding(model, name)
    ]
    if len(weights) < 3:
        return
    (first, front), largest = weights[0], max(size for _, size in weights)
    back = weights[-1][1]
    shown = ", ".join(f"{name} {size:.1e}" for name, size in _some(weights))
    if front < VANISHED * largest and front < VANISHED * back:
        yield Finding(
            "vanishing-gradient",
            f"Gradients shrink on their way to the front: {shown}.",
            "Use ReLU in place of sigmoid and tanh, He or Xavier initialisation, batch or layer norm, or "
            "connections that skip layers.",
            first.rpartition(".")[0],
        )
    total = float(np.sqrt(sum(size**2 * model.get_parameter(n).numel() for n, size in weights)))
    if front > EXPLODED * back or total > EXPLODED:
        yield Finding(
            "exploding-gradient",
            f"The norm of all gradients is {total:.2e}: {shown}.",
            "Scale inputs and targets, initialise smaller, use batch or layer norm, or clip_norm in compile.",
            first.rpartition(".")[0],
        )


def _some(weights: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return weights if len(weights) <= 5 else [*weights[:2], weights[len(weights) // 2], *weights[-2:]]


def _is_embedding(model: nn.Module, name: str) -> bool:
    return isinstance(model.get_submodule(name.rpartition(".")[0]), nn.Embedding)


def optimizer(model: nn.Module, moves: optim.Optimizer, loss: Any) -> Report:
    """Parameters that the optimizer does not know."""
    known = {id(parameter) for group in moves.param_groups for parameter in group["params"]}
    missing = [name for name, p in model.named_parameters() if p.requires_grad and id(p) not in known]
    if not missing:
        return
    own = {id(p) for part in (model, loss) if isinstance(part, nn.Module) for p in part.parameters()}
    strange = len(known - own)
    more = f" It moves {strange} that are not the model's." if strange else ""
    shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    yield Finding(
        "not-in-optimizer",
        f"The optimizer does not move {shown}.{more}",
        "Make the optimizer from the whole model once it is complete: pynn.optim.Adam(model). Layers in a "
        "plain list are not found: use nn.ModuleList. What is not meant to learn: requires_grad_(False).",
        missing[0].rpartition(".")[0],
    )


def constant(probe: Probe, inputs: Any, result: Any) -> Report:
    """The same answer for every sample."""
    if not isinstance(result, Tensor) or len(result) < 2 or not _varies(inputs):
        return
    if _spread(result) > 1e-5:
        return
    same: Seen | None = next((one for one in probe.layers() if _same_for_all(one.output)), None)
    yield Finding(
        "constant-predictions",
        f"The outputs differ by less than a part in 100 000 between {len(result)} different samples.",
        "Look at the layer named: dead units, weights of 0, an input that is not used, or a mean or softmax "
        "over the wrong dimension.",
        "" if same is None else same.name,
    )


def _same_for_all(value: Any) -> bool:
    return isinstance(value, Tensor) and value.ndim > 0 and len(value) > 1 and _spread(value) <= 1e-5


def _spread(tensor: Tensor) -> float:
    values = array(tensor).reshape(len(tensor), -1)
    return float(values.std(0).max() / (np.abs(values).max() + 1e-30)) if values.size else 1.0


def _varies(inputs: Any) -> bool:
    return isinstance(inputs, Tensor) and inputs.numel() > 0 and bool((array(inputs).std(0) > 0).any())


def evaluation(once: Probe, again: Probe, part: Probe) -> Report:
    """Layers that behave in evaluation as in training.

    Args:
        once: the model in evaluation mode.
        again: the same, with the same inputs.
        part: the same, with the first half of them.
    """
    advice = (
        "In evaluation a model is switched by model.eval(). What that does not reach: layers in a plain list "
        "(use nn.ModuleList), functional.dropout without training=self.training, a train() of your own."
    )
    for a, b in zip(once.seen, again.seen, strict=False):
        if _differ(a.output, b.output, 0.0):
            yield Finding(
                "train-mode-at-evaluation",
                "In evaluation mode, two calls with the same inputs give different results: something drops "
                "units at random.",
                advice,
                a.name,
            )
            return
    for a, b in zip(once.seen, part.seen, strict=False):
        if not isinstance(a.output, Tensor) or not isinstance(b.output, Tensor) or not a.output.ndim:
            continue
        if len(a.output) > len(b.output) > 0 and _differ(a.output[: len(b.output)], b.output, 1e-3):
            yield Finding(
                "train-mode-at-evaluation",
                "In evaluation mode, the result for a sample depends on the others in its batch: "
                "something normalises with the statistics of the batch.",
                advice,
                a.name,
            )
            return


def _differ(a: Any, b: Any, tolerance: float) -> bool:
    if not isinstance(a, Tensor) or not isinstance(b, Tensor) or a.shape != b.shape:
        return False
    first, second = array(a), array(b)
    if not first.size:
        return False
    return bool(np.abs(first - second).max() > tolerance * (np.abs(first).max() + 1e-30))
