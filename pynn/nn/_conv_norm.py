"""A convolution, the batch norm behind it and what follows, as one: what Sequential and the models call."""

from __future__ import annotations

from typing import Any

from pynn._core import Tensor, ops

from ._activations import op_of, parameters_of
from ._conv import _Conv
from ._where import locate
from .batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from .module import Module

_NORMS = {1: BatchNorm1d, 2: BatchNorm2d, 3: BatchNorm3d}


class ConvNorm:
    """In evaluation, outputs are finished before they leave the cache. The values are those of each layer.

    In training, and where a gradient is recorded, they are called one after the other.

    Args:
        conv: the convolution.
        norm: the batch norm of its channels.
    """

    def __init__(self, conv: _Conv, norm: Any) -> None:
        self.conv, self.norm = conv, norm

    def forward(self, input: Tensor) -> Tensor:
        return self._all(input)

    def _forward_relu(self, input: Tensor) -> Tensor:
        return self._all(input, "relu")

    def _forward_then(self, activation: str, input: Tensor, *parameters: float) -> Tensor:
        return self._all(input, activation, parameters)

    def _all(
        self,
        input: Tensor,
        activation: str = "",
        parameters: tuple[float, ...] = (),
        residual: Tensor | None = None,
    ) -> Tensor:
        conv, norm = self.conv, self.norm
        layer: Module = conv
        try:
            tracked = norm.running_mean is not None and norm.running_var is not None
            batch = isinstance(input, Tensor) and input.ndim == conv._axes + 2
            if tracked and batch and not norm.training and input.shape[1] == conv.in_channels:
                return conv._finished(input, norm, activation, parameters, residual)
            y = conv.forward(input)
            layer = norm
            relu = activation == "relu" and residual is None
            y = norm._normalize(y, relu)
        except Exception as error:
            locate(error, layer)
            raise
        if residual is not None:
            y = y + residual
        if relu or not activation:
            return y
        result: Tensor = getattr(ops, activation)(y, *parameters)
        return result

    def named_modules(self) -> tuple[()]:
        """None: an error has been located in one of the two."""
        return ()


def _are_joined(conv: Any, norm: Any) -> bool:
    return (
        isinstance(conv, _Conv)
        and type(conv).forward is _Conv.forward
        and type(norm) is _NORMS[conv._axes]
        and norm.num_features == conv.out_channels
    )


def joined(call: Any, norm: Module) -> Any:
    """What does the work of a convolution's `forward` and of the batch norm behind it, or None."""
    conv = getattr(call, "__self__", None)
    if not isinstance(conv, _Conv) or call != conv.forward or not _are_joined(conv, norm):
        return None
    return ConvNorm(conv, norm).forward


def conv_norm(
    conv: Any, norm: Any, input: Tensor, activation: Any = None, residual: Tensor | None = None
) -> Tensor:
    """activation(norm(conv(input)) + residual), in one where all are pynn's own and have no hooks."""
    name = "" if activation is None else op_of(activation)
    plain = conv._plain and norm._plain and getattr(activation, "_plain", True)
    if plain and name is not None and _are_joined(conv, norm):
        return ConvNorm(conv, norm)._all(input, name, parameters_of(activation), residual)
    y: Tensor = norm(conv(input))
    if residual is not None:
        y = y + residual
    return y if activation is None else activation(y)
