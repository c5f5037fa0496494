"""Activations by the elementwise op that they are: what a layer can compute along with its own outputs."""

from __future__ import annotations

from typing import Any

from . import functional as F
from .activation import GELU, LeakyReLU, Mish, ReLU, Sigmoid, SiLU, Tanh
from .module import Module
from .piecewise import Hardswish, ReLU6

# A new one is a line here, and in ops/linear.cpp for linear layers.
_OPS: dict[type, str] = {
    ReLU: "relu",
    ReLU6: "relu6",
    LeakyReLU: "leaky_relu",
    Tanh: "tanh",
    Sigmoid: "sigmoid",
    SiLU: "silu",
    Mish: "mish",
    Hardswish: "hardswish",
}
_FUNCTIONS = {F.relu: "relu", F.relu6: "relu6", F.gelu: "gelu_exact", F.silu: "silu", F.tanh: "tanh"}


def op_of(activation: Any) -> str | None:
    """The name of the op that an activation is, or None. A GELU's depends on a setting, which may change."""
    if type(activation) is GELU:
        return "gelu_exact" if activation.approximate == "none" else "gelu_tanh"
    return _OPS.get(type(activation)) if isinstance(activation, Module) else _FUNCTIONS.get(activation)


def parameters_of(activation: Any) -> tuple[float, ...]:
    """What its op takes besides the input."""
    return (activation.negative_slope,) if type(activation) is LeakyReLU else ()
