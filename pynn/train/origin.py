"""Where a NaN came from: the first layer, op and index that made it out of finite numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pynn import _core, autograd, nn
from pynn._core import Tensor

from .nested import call, leaves


def explain(model: nn.Module, value: float, epoch: int, batch: int, inputs: Any, targets: Any) -> str:
    """What to tell a user whose loss is NaN or infinite."""
    head = f"fit: the loss is {value} in epoch {epoch + 1}, batch {batch + 1}."
    for name, part in (("inputs", inputs), ("targets", targets)):
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
    return f"{head} {first_origin(model, inputs)}. {advice}"


def first_index(value: Any) -> str | None:
    """The index of the first NaN or infinity, as text; None if all is finite."""
    for leaf in leaves(value):
        if isinstance(leaf, Tensor) and leaf.is_floating_point():
            bad = ~np.isfinite(leaf.detach().float().numpy())
            if bad.any():
                index = tuple(int(i) for i in np.argwhere(bad)[0])
                return f"index {index}" if index else "its only element"
    return None


def first_origin(model: nn.Module, inputs: Any) -> str:
    """Runs the model once more, layer by layer, and names the first that made NaN or infinity."""
    for name, parameter in model.named_parameters():
        where = first_index(parameter)
        if where is not None:
            return f"The parameter {name} holds NaN or infinity, first at {where}"
    found: list[str] = []

    def watch(name: str) -> Any:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            where = None if found else first_index(output)
            if where is None:
                return
            op = next((leaf.op_name for leaf in leaves(output) if getattr(leaf, "op_name", None)), None)
            layer = (
                f"layer {name!r} ({type(module).__name__})" if name else f"{type(module).__name__}.forward"
            )
            found.append(
                f"The first NaN or infinity comes from {layer}{f', op {op}' if op else ''}, at {where}"
            )

        return hook

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    try:
        with unchanged(model):
            call(model, inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found[0] if found else "All layers give finite numbers, so the loss function made it"


@contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """A block after which buffers, modes, and the stream of random numbers are what they were."""
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    modes = [(module, module.training) for module in model.modules()]
    state = _core.get_rng_state()
    try:
        yield
    finally:
        _core.set_rng_state(state)
        with autograd.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        for module, mode in modes:
            module.__dict__["training"] = mode
