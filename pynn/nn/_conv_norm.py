"""A convolution and the batch norm behind it as one, for evaluation: what Sequential calls for the two."""

from __future__ import annotations

from typing import Any

from pynn._core import Tensor

from ._conv import _Conv
from ._where import locate
from .batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from .module import Module

_NORMS = {1: BatchNorm1d, 2: BatchNorm2d, 3: BatchNorm3d}


class ConvNorm:
    """In evaluation, outputs are normalized before they leave the cache. The values are those of both layers.

    In training, and where a gradient is recorded, the two are called one after the other.

    Args:
        conv: the convolution.
        norm: the batch norm of its channels.
    """

    def __init__(self, conv: _Conv, norm: Any) -> None:
        self.conv, self.norm = conv, norm

    def forward(self, input: Tensor) -> Tensor:
        return self._both(input, False)

    def _forward_relu(self, input: Tensor) -> Tensor:
        return self._both(input, True)

    def _both(self, input: Tensor, relu: bool) -> Tensor:
        conv, norm = self.conv, self.norm
        layer: Module = conv
        try:
            tracked = norm.running_mean is not None and norm.running_var is not None
            batch = isinstance(input, Tensor) and input.ndim == conv._axes + 2
            if tracked and batch and not norm.training and input.shape[1] == conv.in_channels:
                return conv._forward_norm(input, norm, relu)
            y = conv.forward(input)
            layer = norm
            return norm._normalize(y, relu)
        except Exception as error:
            locate(error, layer)
            raise

    def named_modules(self) -> tuple[()]:
        """None: an error has been located in one of the two."""
        return ()


def joined(call: Any, norm: Module) -> Any:
    """What does the work of a convolution's `forward` and of the batch norm behind it, or None."""
    conv = getattr(call, "__self__", None)
    if not isinstance(conv, _Conv) or call != conv.forward or type(norm) is not _NORMS[conv._axes]:
        return None
    if type(conv).forward is not _Conv.forward or norm.num_features != conv.out_channels:
        return None
    return ConvNorm(conv, norm).forward
