"""ResNet: blocks that learn what to add to their input, so that a hundred layers can be trained.

He, Zhang, Ren & Sun 2015, Deep residual learning for image recognition, arXiv:1512.03385. As in torchvision,
a bottleneck makes its step of 2 in the 3 x 3 convolution: Goyal et al. 2017, arXiv:1706.02677, section 5.1.

    layer     output              ResNet-18   34    50
    input     (N, 3, 224, 224)
    conv1     (N, 64, 112, 112)   7 x 7, stride 2
    maxpool   (N, 64, 56, 56)     3 x 3, stride 2
    layer1    (N, 64, 56, 56)     2 blocks    3     3 bottlenecks, 256 channels
    layer2    (N, 128, 28, 28)    2           4     4,             512
    layer3    (N, 256, 14, 14)    2           6     6,             1024
    layer4    (N, 512, 7, 7)      2           3     3,             2048
    fc        (N, 1000)           the mean of each channel, linear
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pynn.nn.functional as F
from pynn import _check, nn
from pynn._core import Tensor
from pynn.nn._conv_norm import conv_norm

from . import _initial
from ._inputs import images


class BasicBlock(nn.Module):
    """Two convolutions of 3 x 3, and their input added to the result.

    Args:
        in_channels: channels of the input.
        channels: channels of the convolutions and of the output.
        stride: of the first convolution.
        downsample: what is added in place of the input, where that has another shape than the output.

    Shape:
        `(N, in_channels, H, W)` -> `(N, channels, H', W')`, with H' = ceil(H / stride).

    Source: He et al. 2015, arXiv:1512.03385, figure 5, left.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.BasicBlock(8, 8)(pynn.zeros(2, 8, 4, 4)).shape
        (2, 8, 4, 4)
    """

    expansion: ClassVar[int] = 1
    """The output's channels over `channels`."""

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, downsample: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        residual = x if self.downsample is None else self.downsample(x)
        y = conv_norm(self.conv1, self.bn1, x, F.relu)
        return conv_norm(self.conv2, self.bn2, y, F.relu, residual)


class Bottleneck(nn.Module):
    """Convolutions of 1 x 1, 3 x 3 and 1 x 1, the middle one of a quarter of the channels; input added.

    Args:
        in_channels: channels of the input.
        channels: channels of the middle; the output has four times as many.
        stride: of the middle convolution.
        downsample: what is added in place of the input, where that has another shape than the output.

    Shape:
        `(N, in_channels, H, W)` -> `(N, 4 channels, H', W')`, with H' = ceil(H / stride).

    Source: He et al. 2015, arXiv:1512.03385, figure 5, right.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.Bottleneck(16, 4)(pynn.zeros(2, 16, 4, 4)).shape
        (2, 16, 4, 4)
    """

    expansion: ClassVar[int] = 4
    """The output's channels over `channels`."""

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, downsample: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, channels * self.expansion, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * self.expansion)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        residual = x if self.downsample is None else self.downsample(x)
        y = conv_norm(self.conv1, self.bn1, x, F.relu)
        y = conv_norm(self.conv2, self.bn2, y, F.relu)
        return conv_norm(self.conv3, self.bn3, y, F.relu, residual)


Block = type[BasicBlock] | type[Bottleneck]


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """The paper's option B for an input of another shape: a convolution of 1 x 1."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
    )


def stage(
    block: Block,
    in_channels: int,
    channels: int,
    blocks: int,
    stride: int = 1,
    shortcut: Callable[[int, int, int], nn.Module] = projection,
) -> nn.Sequential:
    """Blocks of equal size in a row; the first changes channels and size."""
    out_channels = channels * block.expansion
    changes = stride != 1 or in_channels != out_channels
    first = block(
        in_channels, channels, stride, shortcut(in_channels, out_channels, stride) if changes else None
    )
    return nn.Sequential(first, *(block(out_channels, channels) for _ in range(1, blocks)))


def zero_last_norms(network: nn.Module) -> None:
    """Let every block begin as the identity: Goyal et al. 2017, arXiv:1706.02677, section 5.1."""
    for module in network.modules():
        if isinstance(module, (BasicBlock, Bottleneck)):
            last = module.bn2 if isinstance(module, BasicBlock) else module.bn3
            assert last.weight is not None
            nn.init.zeros_(last.weight)


class ResNet(nn.Module):
    """A residual network for images of about 224 x 224; any size works.

    Weights of convolutions start as in He et al. 2015, arXiv:1502.01852, with fan_out.

    Args:
        block: `BasicBlock` or `Bottleneck`.
        layers: how many blocks in each of the four stages.
        num_classes: how many classes.
        zero_init_residual: start each block as the identity: its last batch norm scales by 0.
        in_channels: channels of an image.

    Shape:
        `(N, in_channels, H, W)` -> `(N, num_classes)`. Names and shapes of parameters are torchvision's.

    Raises:
        ShapeError: an input that is no batch of images of so many channels.

    Source: He et al. 2015, arXiv:1512.03385, table 1.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.ResNet(models.BasicBlock, [1, 1, 1, 1], num_classes=10)
        >>> model(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """

    def __init__(
        self,
        block: Block,
        layers: Sequence[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        counts = _counts(block, layers)
        num_classes = _check.integer("ResNet", "num_classes", num_classes, 1)
        self.in_channels = _check.integer("ResNet", "in_channels", in_channels, 1)
        depth = 2 + sum(counts) * (2 if block is BasicBlock else 3)
        self._name = f"ResNet-{depth}"
        wider = block.expansion
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = stage(block, 64, 64, counts[0])
        self.layer2 = stage(block, 64 * wider, 128, counts[1], stride=2)
        self.layer3 = stage(block, 128 * wider, 256, counts[2], stride=2)
        self.layer4 = stage(block, 256 * wider, 512, counts[3], stride=2)
        self.fc = nn.Linear(512 * wider, num_classes)
        _initial.convolutions(self)
        if zero_init_residual:
            zero_last_norms(self)

    def forward(self, x: Tensor) -> Tensor:
        x = images(self._name, x, self.in_channels)
        x = self.maxpool(conv_norm(self.conv1, self.bn1, x, F.relu))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def _counts(block: Any, layers: Any) -> list[int]:
    if not (isinstance(block, type) and issubclass(block, (BasicBlock, Bottleneck))):
        raise TypeError(f"ResNet: block is models.BasicBlock or models.Bottleneck, got {block!r}")
    if isinstance(layers, str) or not isinstance(layers, Sequence) or len(layers) != 4:
        raise ValueError(
            f"ResNet: layers must be four counts of blocks, such as [2, 2, 2, 2], got {layers!r}"
        )
    return [_check.integer("ResNet", "each of layers", count, 1) for count in layers]


def resnet18(num_classes: int = 1000, zero_init_residual: bool = False, in_channels: int = 3) -> ResNet:
    """ResNet-18: 8 basic blocks, 11.7 million parameters. See :class:`ResNet`.

    Args:
        num_classes: how many classes.
        zero_init_residual: start each block as the identity.
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.resnet18(num_classes=10)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return ResNet(BasicBlock, [2, 2, 2, 2], num_classes, zero_init_residual, in_channels)


def resnet34(num_classes: int = 1000, zero_init_residual: bool = False, in_channels: int = 3) -> ResNet:
    """ResNet-34: 16 basic blocks, 21.8 million parameters. See :class:`ResNet`.

    Args:
        num_classes: how many classes.
        zero_init_residual: start each block as the identity.
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.resnet34(num_classes=10, in_channels=1)(pynn.rand(2, 1, 28, 28)).shape
        (2, 10)
    """
    return ResNet(BasicBlock, [3, 4, 6, 3], num_classes, zero_init_residual, in_channels)


def resnet50(num_classes: int = 1000, zero_init_residual: bool = False, in_channels: int = 3) -> ResNet:
    """ResNet-50: 16 bottlenecks, 25.6 million parameters. See :class:`ResNet`.

    Args:
        num_classes: how many classes.
        zero_init_residual: start each block as the identity.
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.resnet50(num_classes=10)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return ResNet(Bottleneck, [3, 4, 6, 3], num_classes, zero_init_residual, in_channels)
