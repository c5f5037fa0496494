"""What went through each layer in one call of a model."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pynn import nn
from pynn._core import Tensor

from ..nested import leaves


class Seen(NamedTuple):
    """One call of one layer."""

    name: str
    module: nn.Module
    inputs: Any
    output: Any


class Probe:
    """A block in which every layer's inputs and outputs are kept, in the order in which they end."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.seen: list[Seen] = []

    def __enter__(self) -> Probe:
        self._handles = [
            module.register_forward_hook(self._hook(name)) for name, module in self.model.named_modules()
        ]
        return self

    def __exit__(self, *error: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _hook(self, name: str) -> Any:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            self.seen.append(Seen(name, module, args, output))

        return hook

    def layers(self) -> list[Seen]:
        """The calls of layers that are made of no other layers."""
        return [one for one in self.seen if next(one.module.children(), None) is None]

    def made_by(self, *ops: str) -> list[tuple[str, Tensor]]:
        """(name of a layer, tensor) of what these operations made: inside the layer, or on its way to it."""
        found: list[tuple[str, Tensor]] = []
        known: set[int] = set()
        for one in self.layers():
            for value, where in ((one.inputs, f"before {one.name}"), (one.output, one.name)):
                for leaf in leaves(value):
                    if isinstance(leaf, Tensor) and leaf.op_name in ops and id(leaf) not in known:
                        known.add(id(leaf))
                        found.append((where, leaf))
        return found


def array(tensor: Tensor) -> np.ndarray:
    """The values as a NumPy array of float64."""
    return np.asarray(tensor.detach().float(), dtype=np.float64)


def units(tensor: Tensor) -> np.ndarray:
    """`(samples and places, units)`: channels of images come second, features of anything else last."""
    values = array(tensor)
    if values.ndim in (3, 4, 5) and values.ndim != 3:
        values = np.moveaxis(values, 1, -1)
    return values.reshape(-1, values.shape[-1]) if values.ndim else values.reshape(1, 1)
