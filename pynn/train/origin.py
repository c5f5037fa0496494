"""Where a NaN came from: the first layer, op and index that made it out of finite numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pynn import nn
from pynn._core import Tensor

from .nested import call, leaves
from .statements import Statements
from .unchanged import unchanged


def explain(
    model: nn.Module,
    value: float,
    when: str,
    inputs: Any,
    rest: tuple[Any, ...],
    loss: Callable[..., Any],
) -> str:
    """What to tell a user whose loss is NaN or infinite."""
    head = f"fit: the loss is {value} in {when}."
    for name, part in (("inputs", inputs), ("targets", rest[0])):
        where = first_index(part)
        if where is not None:
            return (
                f"{head} The {name} of this batch hold NaN or infinity, first at {where}: "
                "clean the data first."
            )
    advice = (
        "The data of this batch is finite, so the training diverged: try a smaller learning rate, scaled "
        "inputs (pynn.data.StandardScaler) or clip_norm in compile."
    )
    return f"{head} {first_origin(model, inputs, rest, loss)}. {advice}"


def first_index(value: Any) -> str | None:
    """The index of the first NaN or infinity, as text; None if all is finite."""
    for leaf in leaves(value):
        if isinstance(leaf, Tensor) and leaf.is_floating_point():
            bad = ~np.isfinite(leaf.detach().float().numpy())
            if bad.any():
                index = tuple(int(i) for i in np.argwhere(bad)[0])
                return f"index {index}" if index else "its only element"
    return None


def first_origin(
    model: nn.Module, inputs: Any, rest: tuple[Any, ...] = (), loss: Callable[..., Any] | None = None
) -> str:
    """Runs the model once more, and names what first made NaN or infinity out of finite numbers.

    Layers are watched by hooks; between them, the user's own lines are watched as they run.

    Args:
        model: what is run.
        inputs: a batch that is finite.
        rest: what the loss takes beside the outputs: targets, and perhaps weights.
        loss: the loss, if it may be what makes them.
    """
    for name, parameter in model.named_parameters():
        where = first_index(parameter)
        if where is not None:
            return f"The parameter {name} holds NaN or infinity, first at {where}"
    found: list[str] = []

    def watch(name: str) -> Any:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            where = None if found else first_index(output)
            if where is None or first_index(args) is not None:
                return  # all is well, or it came in from elsewhere
            layer = _layer(name, module)
            found.append(f"The first NaN or infinity comes from {layer}{op_of(output)}, at {where}")

        return hook

    def suspicious(value: Any) -> bool:
        return first_index(value) is not None

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    lines = Statements(suspicious, lambda: bool(found))
    result = None
    try:
        with unchanged(model), lines:
            outputs = call(model, inputs)
            if loss is not None and not found and not lines.found:
                result = loss(outputs, *rest)
    finally:
        for handle in handles:
            handle.remove()
    if lines.found:
        value, owner = lines.found.value, lines.found.owner
        layer = [_layer(name, owner) for name, module in model.named_modules() if module is owner]
        return (
            f"The first NaN or infinity comes from {', '.join([*layer, lines.found.text])}{op_of(value)}, "
            f"at {first_index(value)}, in {lines.found.place}"
        )
    if found:
        return found[0]
    return f"All layers give finite numbers, so the loss function made it{op_of(result)}"


def op_of(value: Any) -> str:
    """The op that made the first tensor in a structure that has one, as the end of a list: `, op log`."""
    name = next((leaf.op_name for leaf in leaves(value) if getattr(leaf, "op_name", None)), None)
    return f", op {name}" if name else ""


def _layer(name: str, module: nn.Module) -> str:
    return f"layer {name!r} ({type(module).__name__})" if name else f"{type(module).__name__}.forward"
