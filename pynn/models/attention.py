"""Blocks that weigh channels or places by what the whole image holds, to be put behind a convolution.

Squeeze and excitation: Hu, Shen, Albanie, Sun & Wu 2017, arXiv:1709.01507.
CBAM: Woo, Park, Lee & Kweon 2018, Convolutional block attention module, arXiv:1807.06521.

    step                   output
    input                  (N, C, H, W)
    squeeze                (N, C, 1, 1)   the mean of each channel (CBAM: the maximum, too)
    fc1, fc2               (N, C, 1, 1)   down to fewer channels, and up again
    channels weighed       (N, C, H, W)
    CBAM: mean, maximum    (N, 2, H, W)   over the channels
    CBAM: conv             (N, 1, H, W)   7 x 7
    CBAM: places weighed   (N, C, H, W)
"""

from __future__ import annotations

from collections.abc import Callable

import pynn.nn.functional as F
from pynn import _check, nn
from pynn._core import Tensor, ops

from ._inputs import images


class SqueezeExcitation(nn.Module):
    """Each channel times a weight in (0, 1), which two layers find from the means of all channels.

    Args:
        input_channels: C.
        squeeze_channels: the width between the two layers; the paper takes C / 16.
        activation: makes the nonlinearity between them.
        scale_activation: makes the one that gives the weights.

    Shape:
        `(N, C, H, W)` -> the same. Names and shapes of parameters are those of
        `torchvision.ops.SqueezeExcitation`.

    Raises:
        ShapeError: an input of other axes or channels.

    Source: Hu et al. 2017, Squeeze-and-excitation networks, arXiv:1709.01507, equations 2 to 4.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.SqueezeExcitation(8, 2)(pynn.rand(2, 8, 4, 4)).shape
        (2, 8, 4, 4)
    """

    def __init__(
        self,
        input_channels: int,
        squeeze_channels: int,
        activation: Callable[[], nn.Module] = nn.ReLU,
        scale_activation: Callable[[], nn.Module] = nn.Sigmoid,
    ) -> None:
        super().__init__()
        self.input_channels = _check.integer("SqueezeExcitation", "input_channels", input_channels, 1)
        _check.integer("SqueezeExcitation", "squeeze_channels", squeeze_channels, 1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, x: Tensor) -> Tensor:
        means = images("SqueezeExcitation", x, self.input_channels).mean((2, 3), keepdim=True)
        return x * self.scale_activation(self.fc2(self.activation(self.fc1(means))))


class CBAM(nn.Module):
    """Weighs channels by their means and maxima over the image, then places by theirs over the channels.

    Args:
        channels: C.
        reduction: the hidden layer of the channels' weights has `C // reduction` channels.
        kernel_size: of the convolution that finds the places' weights; odd.

    Shape:
        `(N, C, H, W)` -> the same.

    Raises:
        ShapeError: an input of other axes or channels.
        ValueError: an even kernel_size, or a reduction of more than C.

    Source: Woo et al. 2018, arXiv:1807.06521, equations 1 to 3.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.CBAM(8, reduction=4)(pynn.rand(2, 8, 6, 6)).shape
        (2, 8, 6, 6)
    """

    def __init__(self, channels: int, reduction: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        self.channels = _check.integer("CBAM", "channels", channels, 1)
        hidden = channels // _check.integer("CBAM", "reduction", reduction, 1)
        if hidden == 0:
            raise ValueError(
                f"CBAM: {channels} channels over a reduction of {reduction} leave none. "
                f"Did you mean reduction={max(1, channels // 2)}?"
            )
        if _check.integer("CBAM", "kernel_size", kernel_size, 1) % 2 == 0:
            raise ValueError(f"CBAM: kernel_size must be odd, so that the size stays, got {kernel_size}")
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.norm = nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        x = images("CBAM", x, self.channels)
        mean, maximum = x.mean((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
        x = x * F.sigmoid(self._weigh(mean) + self._weigh(maximum))
        seen = ops.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return x * F.sigmoid(self.norm(self.conv(seen)))

    def _weigh(self, squeezed: Tensor) -> Tensor:
        return self.fc2(F.relu(self.fc1(squeezed)))
