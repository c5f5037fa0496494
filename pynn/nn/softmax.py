"""Scores to probabilities."""

from __future__ import annotations

from pynn._core import Tensor

from . import functional as F
from .module import Module


class Softmax(Module):
    """e^x over its sum along one axis: positive numbers that add up to 1. Bridle 1990.

    For training on class numbers leave it out: `CrossEntropyLoss` takes the scores themselves.

    Args:
        dim: the axis; the last by default.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Softmax(dim=1)(pynn.zeros(1, 4)).tolist()
        [[0.25, 0.25, 0.25, 0.25]]
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """The logarithm of `Softmax`, without overflow: x - log Σ e^x."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmin(Module):
    """The softmax of -x: the smallest score becomes the most probable."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(-input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
