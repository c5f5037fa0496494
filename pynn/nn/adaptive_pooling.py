"""Layers that pool a sequence or an image to a size that is given, whatever its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from .module import Module

OutputSize = int | None | Sequence[int | None]


class _AdaptivePool(Module):
    _axes: ClassVar[int]

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        name = type(self).__name__
        wanted = output_size if isinstance(output_size, (tuple, list)) else (output_size,)
        if len(wanted) not in (1, self._axes):
            raise ValueError(f"{name}: output_size must be one integer or {self._axes}, got {output_size!r}")
        for n in wanted:
            if n is not None:
                _check.integer(name, "output_size", n, 0)
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptivePool):
    """A sequence cut into so many windows: the mean of each. See `functional.adaptive_avg_pool1d`.

    Args:
        output_size: how many windows.

    Shape:
        `(N, C, L)` -> `(N, C, output_size)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveAvgPool1d(2)(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]))
        tensor([[2., 1.]])
    """

    _axes = 1

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptivePool):
    """An image cut into so many windows: the mean of each. See `functional.adaptive_avg_pool2d`.

    Args:
        output_size: one integer or `(height, width)`; None keeps the input's. 1 is global average pooling.

    Shape:
        `(N, C, H, W)` -> `(N, C, *output_size)`, or without N.

    Source: Lin, Chen & Yan 2014, Network in network, arXiv:1312.4400, section 3.2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveAvgPool2d(1)(pynn.randn(8, 64, 7, 7)).shape
        (8, 64, 1, 1)
    """

    _axes = 2

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveMaxPool1d(_AdaptivePool):
    """A sequence cut into so many windows: the largest element of each. See `functional.adaptive_max_pool1d`.

    Args:
        output_size: how many windows.
        return_indices: return where the maxima lie as well.

    Shape:
        `(N, C, L)` -> `(N, C, output_size)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveMaxPool1d(1)(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]))
        tensor([[3.]])
    """

    _axes = 1

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(AdaptiveMaxPool1d):
    """An image cut into so many windows: the largest element of each. See `functional.adaptive_max_pool2d`.

    Args:
        output_size: one integer or `(height, width)`; None keeps the input's.
        return_indices: return where the maxima lie as well.

    Shape:
        `(N, C, H, W)` -> `(N, C, *output_size)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveMaxPool2d(1)(pynn.arange(16.0).reshape(1, 4, 4))
        tensor([[[15.]]])
    """

    _axes = 2

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)
