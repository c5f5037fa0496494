"""Layers that weigh channels, and places, by what the whole image holds."""

from __future__ import annotations

from collections.abc import Callable

from pynn import _check
from pynn._core import ShapeError, Tensor, ops

from .conv import Conv2d
from .module import Module


def _check_channels(layer: str, input: Tensor, channels: int) -> None:
    _check.tensor(layer, "input", input)
    if input.ndim != 4 or input.shape[1] != channels:
        raise ShapeError(f"{layer}: expected (N, {channels}, H, W), got {tuple(input.shape)}")


class SqueezeExcitation(Module):
    """Scales each channel by a number from 0 to 1 that depends on the means of all channels.

    `y = x σ(W₂ δ(W₁ mean(x) + b₁) + b₂)`, with the means over the image and δ the ReLU. The parameters have
    torchvision's names.

    Args:
        input_channels: C.
        squeeze_channels: between the two layers; C / 16 in the paper.
        activation: makes δ. Default: the ReLU.
        scale_activation: makes σ. Default: the sigmoid.

    Shape:
        `(N, C, H, W)` -> the same.

    Raises:
        ShapeError: the input has another shape.
        ValueError: a number of channels below 1.

    Source: Hu, Shen & Sun 2018, Squeeze-and-excitation networks, arXiv:1709.01507, equations 2 to 4.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.SqueezeExcitation(32, 8)(pynn.randn(2, 32, 7, 7)).shape
        (2, 32, 7, 7)
    """

    def __init__(
        self,
        input_channels: int,
        squeeze_channels: int,
        activation: Callable[[], Callable[[Tensor], Tensor]] | None = None,
        scale_activation: Callable[[], Callable[[Tensor], Tensor]] | None = None,
    ) -> None:
        super().__init__()
        self.input_channels = _check.integer("SqueezeExcitation", "input_channels", input_channels, 1)
        self.squeeze_channels = _check.integer("SqueezeExcitation", "squeeze_channels", squeeze_channels, 1)
        self.fc1 = Conv2d(self.input_channels, self.squeeze_channels, 1)
        self.fc2 = Conv2d(self.squeeze_channels, self.input_channels, 1)
        self.activation = ops.relu if activation is None else activation()
        self.scale_activation = ops.sigmoid if scale_activation is None else scale_activation()

    def forward(self, input: Tensor) -> Tensor:
        _check_channels("SqueezeExcitation", input, self.input_channels)
        squeezed = input.mean((2, 3), keepdim=True)
        return input * self.scale_activation(self.fc2(self.activation(self.fc1(squeezed))))

    def extra_repr(self) -> str:
        return f"{self.input_channels}, {self.squeeze_channels}"


class CBAM(Module):
    """Attention first to channels, then to places: each scaled by a number from 0 to 1.

    Channels: `σ(W(mean(x)) + W(max(x)))` with one small network W for the means and the maxima of the image.
    Places: `σ(f([mean(x); max(x)]))` with a convolution f over the mean and the maximum of the channels.

    Args:
        channels: C.
        reduction: W has C / reduction numbers in between, but at least one.
        kernel_size: of f, odd.

    Shape:
        `(N, C, H, W)` -> the same.

    Raises:
        ShapeError: the input has another shape.
        ValueError: a setting below 1, or an even kernel size.

    Source: Woo et al. 2018, CBAM: Convolutional block attention module, arXiv:1807.06521, equations 1 to 3.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.CBAM(32)(pynn.randn(2, 32, 7, 7)).shape
        (2, 32, 7, 7)
    """

    def __init__(self, channels: int, reduction: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        self.channels = _check.integer("CBAM", "channels", channels, 1)
        self.reduction = _check.integer("CBAM", "reduction", reduction, 1)
        self.kernel_size = _check.integer("CBAM", "kernel_size", kernel_size, 1)
        if self.kernel_size % 2 == 0:
            raise ValueError(f"CBAM: kernel_size must be odd, so that the size stays; got {kernel_size}")
        hidden = max(self.channels // self.reduction, 1)
        self.fc1 = Conv2d(self.channels, hidden, 1, bias=False)
        self.fc2 = Conv2d(hidden, self.channels, 1, bias=False)
        self.spatial = Conv2d(2, 1, self.kernel_size, padding=self.kernel_size // 2, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        _check_channels("CBAM", input, self.channels)
        summaries = input.mean((2, 3), keepdim=True), input.amax((2, 3), keepdim=True)
        mean, peak = (self.fc2(ops.relu(self.fc1(s))) for s in summaries)
        x = input * ops.sigmoid(mean + peak)
        places = ops.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return x * ops.sigmoid(self.spatial(places))

    def extra_repr(self) -> str:
        return f"{self.channels}, reduction={self.reduction}, kernel_size={self.kernel_size}"
