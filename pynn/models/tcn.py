"""The temporal convolutional network: a convolution over time that never looks ahead, and soon sees far back.

Bai, Kolter & Koltun 2018, An empirical evaluation of generic convolutional and recurrent networks for
sequence modeling, arXiv:1803.01271, section 3. Without the paper's weight normalization.

    block       output, for TCN(1, 10, channels=(32, 32, 32))     sees
    input       (N, T, 1)                                          1 step
    1           (N, T, 32)    two convolutions, dilation 1         5 steps
    2           (N, T, 32)    dilation 2                          13
    3           (N, T, 32)    dilation 4                          29
    output      (N, T, 10)    a linear layer at every step
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pynn import _check, nn
from pynn._core import Tensor

from . import _sequences


class _CausalConv(nn.Sequential):
    """A convolution whose output at time t is made of x_t, x_(t-d), x_(t-2d), ...: padded in front alone."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, dilation: int) -> None:
        super().__init__(
            nn.ConstantPad1d(((kernel_size - 1) * dilation, 0), 0.0),
            nn.Conv1d(in_channels, out_channels, kernel_size, dilation=dilation),
        )


class _Block(nn.Module):
    """y = relu(x + f(x)), f two causal convolutions of one dilation (figure 1b)."""

    def __init__(
        self, in_channels: int, channels: int, kernel_size: int, dilation: int, dropout: float
    ) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            _CausalConv(in_channels, channels, kernel_size, dilation),
            nn.ReLU(),
            nn.Dropout(dropout),
            _CausalConv(channels, channels, kernel_size, dilation),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        self.shortcut = nn.Identity() if in_channels == channels else nn.Conv1d(in_channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return (self.shortcut(x) + self.convs(x)).relu()


class TCN(nn.Module):
    """Blocks of causal convolutions, each reaching twice as far back as the one before.

    Args:
        in_features: F, numbers in a step.
        out_features: K, numbers that come out at every step.
        channels: the width of each block; block i has dilation 2^i.
        kernel_size: k, steps that one convolution looks at.
        dropout: the share of numbers dropped after each convolution, in training.

    Shape:
        `(N, T, F)` -> `(N, T, K)`. The output of a step depends on it and the `receptive_field - 1` before.

    Raises:
        ShapeError: the input is not `(N, T, F)`.
        ValueError: a size below 1, or no blocks.

    Source: Bai, Kolter & Koltun 2018, arXiv:1803.01271, section 3.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.TCN(2, 5, channels=(16, 16, 16, 16))
        >>> model(pynn.rand(3, 100, 2)).shape, model.receptive_field
        ((3, 100, 5), 61)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        channels: Sequence[int] = (32, 32, 32, 32),
        kernel_size: int = 3,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.in_features = _check.integer("TCN", "in_features", in_features, 1)
        _check.integer("TCN", "out_features", out_features, 1)
        k = _check.integer("TCN", "kernel_size", kernel_size, 1)
        _check.real("TCN", "dropout", dropout, 0, 1)
        widths = [in_features, *_widths(channels)]
        self.blocks = nn.Sequential(
            *(_Block(a, b, k, 2**i, dropout) for i, (a, b) in enumerate(pairwise(widths)))
        )
        self.output = nn.Linear(widths[-1], out_features)
        self.receptive_field = 1 + 2 * (k - 1) * (2 ** (len(widths) - 1) - 1)

    def forward(self, x: Tensor) -> Tensor:
        _sequences.steps(f"TCN(in_features={self.in_features})", x, self.in_features)
        return self.output(self.blocks(x.transpose(1, 2)).transpose(1, 2))


def _widths(channels: Any) -> list[int]:
    if isinstance(channels, str) or not isinstance(channels, Sequence) or not channels:
        raise ValueError(f"TCN: channels must be one width or more, as (32, 32), got {channels!r}")
    return [_check.integer("TCN", "each of channels", width, 1) for width in channels]
