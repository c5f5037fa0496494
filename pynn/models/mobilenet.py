"""MobileNetV2: convolutions taken apart, one of each channel for space and 1 x 1 for channels.

Sandler, Howard, Zhu, Zhmoginov & Chen 2018, MobileNetV2: inverted residuals and linear bottlenecks,
arXiv:1801.04381.

    features   output              what (t: how much wider a block is inside)
    input      (N, 3, 224, 224)
    0          (N, 32, 112, 112)   3 x 3, stride 2
    1          (N, 16, 112, 112)   1 block, t = 1
    2-3        (N, 24, 56, 56)     2 blocks, t = 6, like all that follow
    4-6        (N, 32, 28, 28)     3 blocks
    7-10       (N, 64, 14, 14)     4 blocks
    11-13      (N, 96, 14, 14)     3 blocks
    14-16      (N, 160, 7, 7)      3 blocks
    17         (N, 320, 7, 7)      1 block
    18         (N, 1280, 7, 7)     1 x 1
    classifier (N, 1000)           the mean of each channel, dropout, linear
"""

from __future__ import annotations

from pynn import _check, nn
from pynn._core import Tensor

from . import _initial
from ._inputs import images

STAGES = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]
"""(t, channels, blocks, stride of the first): the paper's table 2."""


def rounded(channels: float) -> int:
    """The nearest multiple of 8, which vector units like, but no more than a tenth below."""
    multiple = max(8, int(channels + 4) // 8 * 8)
    return multiple if multiple >= 0.9 * channels else multiple + 8


def conv_norm_relu6(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """What most of the network is made of."""
    return nn.Sequential(
        nn.Conv2d(
            in_channels, out_channels, kernel_size, stride, kernel_size // 2, groups=groups, bias=False
        ),
        nn.BatchNorm2d(out_channels),
        nn.ReLU6(),
    )


class InvertedResidual(nn.Module):
    """A block that is wide inside and narrow between blocks, where nothing is cut off by a ReLU.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        stride: 1 or 2. The input is added where stride is 1 and the channels stay as they are.
        expand_ratio: t, how many times wider it is inside.

    Shape:
        `(N, in_channels, H, W)` -> `(N, out_channels, H', W')`, with H' = ceil(H / stride).

    Source: Sandler et al. 2018, arXiv:1801.04381, table 1 and figure 4(d).

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.InvertedResidual(8, 8, 1, 6)(pynn.zeros(2, 8, 4, 4)).shape
        (2, 8, 4, 4)
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, expand_ratio: int) -> None:
        super().__init__()
        if _check.integer("InvertedResidual", "stride", stride) not in (1, 2):
            raise ValueError(f"InvertedResidual: stride is 1 or 2, got {stride}")
        inside = in_channels * _check.integer("InvertedResidual", "expand_ratio", expand_ratio, 1)
        layers: list[nn.Module] = []
        if expand_ratio != 1:
            layers.append(conv_norm_relu6(in_channels, inside, 1))
        layers += [
            conv_norm_relu6(inside, inside, 3, stride, groups=inside),
            nn.Conv2d(inside, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        ]
        self.conv = nn.Sequential(*layers)
        self.use_res_connect = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """A network of 3.5 million parameters for images of about 224 x 224; any size works.

    Weights of convolutions start as in He et al. 2015, arXiv:1502.01852, with fan_out; those of the linear
    layer with a standard deviation of 0.01.

    Args:
        num_classes: how many classes.
        width_mult: what all numbers of channels are multiplied by; they are rounded to multiples of 8.
        dropout: the part that is dropped in front of the linear layer.
        in_channels: channels of an image.

    Shape:
        `(N, in_channels, H, W)` -> `(N, num_classes)`. Names and shapes of parameters are torchvision's.

    Raises:
        ShapeError: an input that is no batch of images of so many channels.
        ValueError: a width_mult of 0 or below.

    Source: Sandler et al. 2018, arXiv:1801.04381, table 2.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.MobileNetV2(num_classes=10, width_mult=0.25)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """

    def __init__(
        self, num_classes: int = 1000, width_mult: float = 1.0, dropout: float = 0.2, in_channels: int = 3
    ) -> None:
        super().__init__()
        num_classes = _check.integer("MobileNetV2", "num_classes", num_classes, 1)
        self.in_channels = _check.integer("MobileNetV2", "in_channels", in_channels, 1)
        width = _check.real("MobileNetV2", "width_mult", width_mult, above=0)
        channels = rounded(32 * width)
        layers: list[nn.Module] = [conv_norm_relu6(in_channels, channels, 3, stride=2)]
        for expand_ratio, base, blocks, stride in STAGES:
            wider = rounded(base * width)
            for i in range(blocks):
                layers.append(InvertedResidual(channels, wider, stride if i == 0 else 1, expand_ratio))
                channels = wider
        last = rounded(1280 * max(1.0, width))
        layers.append(conv_norm_relu6(channels, last, 1))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(last, num_classes))
        _initial.convolutions(self)
        _initial.linears(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(images("MobileNetV2", x, self.in_channels))
        return self.classifier(x.mean((2, 3)))


def mobilenet_v2(
    num_classes: int = 1000, width_mult: float = 1.0, dropout: float = 0.2, in_channels: int = 3
) -> MobileNetV2:
    """MobileNetV2, 3.5 million parameters. See :class:`MobileNetV2`.

    Args:
        num_classes: how many classes.
        width_mult: what all numbers of channels are multiplied by.
        dropout: the part that is dropped in front of the linear layer.
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.mobilenet_v2(num_classes=10)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return MobileNetV2(num_classes, width_mult, dropout, in_channels)
