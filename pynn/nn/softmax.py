"""Scores to probabilities."""

from __future__ import annotations

from pynn import _check
from pynn._core import ShapeError, Tensor

from . import functional as F
from .module import Module


class Softmax(Module):
    """e^x over its sum along one axis: positive numbers that add up to 1.

    For training on class numbers leave it out: `CrossEntropyLoss` takes the scores themselves.

    Args:
        dim: the axis; the last by default.

    Shape:
        Any; the result has the same.

    Source: Bridle 1990, Probabilistic interpretation of feedforward classification network outputs.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Softmax(dim=1)(pynn.zeros(1, 4)).tolist()
        [[0.25, 0.25, 0.25, 0.25]]
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = -1 if dim is None else _check.integer("Softmax", "dim", dim)

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """The logarithm of `Softmax`, without overflow: x - log Σ e^x.

    Args:
        dim: the axis; the last by default.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.LogSoftmax()(pynn.tensor([0.0, 1000.0]))
        tensor([-1000.,     0.])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = -1 if dim is None else _check.integer("LogSoftmax", "dim", dim)

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmin(Module):
    """The softmax of -x: the smallest score becomes the most probable.

    Args:
        dim: the axis; the last by default.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Softmin()(pynn.tensor([0.0, 1000.0]))
        tensor([1., 0.])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = -1 if dim is None else _check.integer("Softmin", "dim", dim)

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(-input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax2d(Module):
    """The softmax over the channels of every pixel.

    Shape:
        `(N, C, H, W)` or `(C, H, W)`; the result has the same.

    Raises:
        ShapeError: another number of axes.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Softmax2d()(pynn.zeros(2, 1, 1)).flatten().tolist()
        [0.5, 0.5]
    """

    def forward(self, input: Tensor) -> Tensor:
        if _check.tensor("Softmax2d", "input", input).ndim not in (3, 4):
            raise ShapeError(f"Softmax2d: expected (N, C, H, W) or (C, H, W), got {tuple(input.shape)}")
        return F.softmax(input, -3)
