"""An activation that is computed with the layer in front of it, while the cache holds what that gives.

The result is the same to the last bit. Where either has hooks, or is a class of a user's own, they are called
one after the other.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

from pynn._core import Tensor

from ._activations import op_of, parameters_of
from .activation import GELU, ReLU
from .linear import Linear
from .module import Module


def followed_by(call: Any, activation: Module) -> Any:
    """What does the work of a layer's `forward` and of an activation behind it in one, or None."""
    layer: Any = getattr(call, "__self__", None)
    if call != getattr(layer, "forward", None):
        return None
    for owner in type(layer).__mro__:
        if "forward" not in owner.__dict__:
            continue
        # Who defines `forward` must define its other form: neither is overridden.
        if type(activation) is ReLU and "_forward_relu" in owner.__dict__:
            return layer._forward_relu
        return _then(layer, activation) if "_forward_then" in owner.__dict__ else None
    return None


def _then(layer: Any, activation: Module) -> Any:
    name, takes_parameters = op_of(activation), not isinstance(layer, Linear)
    if name is None or (parameters_of(activation) and not takes_parameters):
        return None
    if type(activation) is not GELU and not parameters_of(activation):
        return MethodType(lambda self, input: self._forward_then(name, input), layer)
    # A setting decides, and it may change.
    return MethodType(
        lambda self, input: self._forward_then(op_of(activation), input, *parameters_of(activation)), layer
    )


def linear_then(layer: Module, activation: Any, input: Tensor) -> Tensor:
    """activation(layer(input)), in one where both are pynn's own and have no hooks."""
    if type(layer) is Linear and layer._plain and getattr(activation, "_plain", True):
        name = op_of(activation)
        if name is not None and not parameters_of(activation):
            return layer._forward_then(name, input)
    result: Tensor = activation(layer(input))
    return result
