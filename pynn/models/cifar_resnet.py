"""The residual networks that the paper trained on CIFAR-10: thin, and of 6n + 2 layers.

He, Zhang, Ren & Sun 2015, Deep residual learning for image recognition, arXiv:1512.03385, section 4.2.

    layer     output             what
    input     (N, 3, 32, 32)
    conv1     (N, 16, 32, 32)    3 x 3
    layer1    (N, 16, 32, 32)    n blocks of two convolutions
    layer2    (N, 32, 16, 16)    n blocks, the first of stride 2
    layer3    (N, 64, 8, 8)      n blocks, the first of stride 2
    fc        (N, 10)            the mean of each channel, linear
"""

from __future__ import annotations

import pynn.nn.functional as F
from pynn import _check, nn
from pynn._core import Tensor
from pynn.nn._conv_norm import conv_norm

from . import _initial
from ._inputs import images
from .resnet import BasicBlock, projection, stage, zero_last_norms


class _ZeroPadding(nn.Module):
    """The paper's option A for an input of another shape: every second pixel, and channels of zeros."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.new_channels = out_channels - in_channels
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.new_channels))


SHORTCUTS = {"A": _ZeroPadding, "B": projection}


class CifarResNet(nn.Module):
    """A residual network for images of about 32 x 32, with a depth of 6n + 2; any size works.

    Args:
        depth: 20, 32, 44, 56, 110 or another 6n + 2: n blocks in each of three stages.
        num_classes: how many classes.
        shortcut: what is added where a block changes the shape. "A", the paper's choice here, takes every
            second pixel and appends channels of zeros, without parameters; "B" is a convolution of 1 x 1 and
            a batch norm.
        zero_init_residual: start each block as the identity: its last batch norm scales by 0.
        in_channels: channels of an image.

    Shape:
        `(N, in_channels, H, W)` -> `(N, num_classes)`.

    Raises:
        ShapeError: an input that is no batch of images of so many channels.
        ValueError: a depth that is not 6n + 2, or another shortcut.

    Source: He et al. 2015, arXiv:1512.03385, section 4.2.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.CifarResNet(8)
        >>> model(pynn.rand(2, 3, 32, 32)).shape, sum(p.numel() for p in model.parameters())
        ((2, 10), 75290)
    """

    def __init__(
        self,
        depth: int,
        num_classes: int = 10,
        shortcut: str = "A",
        zero_init_residual: bool = False,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        depth = _check.integer("CifarResNet", "depth", depth)
        if depth < 8 or depth % 6 != 2:
            raise ValueError(f"CifarResNet: depth must be 6n + 2, such as 20, 32, 44 or 56, got {depth}")
        make = SHORTCUTS[_check.choice("CifarResNet", "shortcut", shortcut, tuple(SHORTCUTS))]
        num_classes = _check.integer("CifarResNet", "num_classes", num_classes, 1)
        self.in_channels = _check.integer("CifarResNet", "in_channels", in_channels, 1)
        self._name = f"CifarResNet({depth})"
        n = depth // 6
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = stage(BasicBlock, 16, 16, n)
        self.layer2 = stage(BasicBlock, 16, 32, n, 2, make)
        self.layer3 = stage(BasicBlock, 32, 64, n, 2, make)
        self.fc = nn.Linear(64, num_classes)
        _initial.convolutions(self)
        if zero_init_residual:
            zero_last_norms(self)

    def forward(self, x: Tensor) -> Tensor:
        x = images(self._name, x, self.in_channels)
        x = conv_norm(self.conv1, self.bn1, x, F.relu)
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def resnet20(num_classes: int = 10, shortcut: str = "A", in_channels: int = 3) -> CifarResNet:
    """ResNet-20 for CIFAR-10, 0.27 million parameters. See :class:`CifarResNet`.

    Args:
        num_classes: how many classes.
        shortcut: "A" or "B".
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.resnet20()(pynn.rand(1, 3, 16, 16)).shape
        (1, 10)
    """
    return CifarResNet(20, num_classes, shortcut, in_channels=in_channels)


def resnet32(num_classes: int = 10, shortcut: str = "A", in_channels: int = 3) -> CifarResNet:
    """ResNet-32 for CIFAR-10, 0.46 million parameters. See :class:`CifarResNet`.

    Args:
        num_classes: how many classes.
        shortcut: "A" or "B".
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.resnet32()(pynn.rand(1, 3, 16, 16)).shape
        (1, 10)
    """
    return CifarResNet(32, num_classes, shortcut, in_channels=in_channels)


def resnet44(num_classes: int = 10, shortcut: str = "A", in_channels: int = 3) -> CifarResNet:
    """ResNet-44 for CIFAR-10, 0.66 million parameters. See :class:`CifarResNet`.

    Args:
        num_classes: how many classes.
        shortcut: "A" or "B".
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.resnet44()(pynn.rand(1, 3, 16, 16)).shape
        (1, 10)
    """
    return CifarResNet(44, num_classes, shortcut, in_channels=in_channels)


def resnet56(num_classes: int = 10, shortcut: str = "A", in_channels: int = 3) -> CifarResNet:
    """ResNet-56 for CIFAR-10, 0.85 million parameters. See :class:`CifarResNet`.

    Args:
        num_classes: how many classes.
        shortcut: "A" or "B".
        in_channels: channels of an image.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.resnet56()(pynn.rand(1, 3, 16, 16)).shape
        (1, 10)
    """
    return CifarResNet(56, num_classes, shortcut, in_channels=in_channels)
