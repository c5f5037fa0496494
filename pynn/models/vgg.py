"""VGG: nothing but convolutions of 3 x 3, and many of them.

Simonyan & Zisserman 2014, Very deep convolutional networks for large-scale image recognition,
arXiv:1409.1556. With batch norm: Ioffe & Szegedy 2015, arXiv:1502.03167.

    step         output              convolutions of VGG-11, 13, 16, 19
    input        (N, 3, 224, 224)
    features     (N, 64, 112, 112)   1  2  2  2    each step ends in a maximum of 2 x 2
                 (N, 128, 56, 56)    1  2  2  2
                 (N, 256, 28, 28)    2  2  3  4
                 (N, 512, 14, 14)    2  2  3  4
                 (N, 512, 7, 7)      2  2  3  4
    avgpool      (N, 512, 7, 7)      means, which bring images of any size to 7 x 7
    classifier   (N, 4096)           linear, dropout, twice
                 (N, 1000)           linear
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynn import _check, nn
from pynn._core import Tensor

from . import _initial
from ._inputs import images

PLANS: dict[int, list[int | str]] = {
    11: [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    13: [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    16: [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"],
    19: [64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
}
"""Depth -> channels of each convolution, "M" for a maximum: columns A, B, D and E of the paper's table 1."""


class VGG(nn.Module):
    """A network of 3 x 3 convolutions for images of about 224 x 224, with two hidden layers behind them.

    Weights of convolutions start as in He et al. 2015, arXiv:1502.01852, with fan_out; those of linear layers
    with a standard deviation of 0.01; biases at 0.

    Args:
        plan: the channels of each convolution, and "M" for a maximum of 2 x 2.
        batch_norm: whether to normalise behind each convolution.
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers. With less than 4096, weights of torchvision do not fit.

    Shape:
        `(N, in_channels, H, W)` -> `(N, num_classes)`; H and W are at least 2 to the number of maxima. Names
        and shapes of parameters are torchvision's.

    Raises:
        ShapeError: an input that is no batch of images of so many channels, or too small ones.
        ValueError: a plan of something else.

    Source: Simonyan & Zisserman 2014, arXiv:1409.1556, table 1.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.VGG([8, "M", 16, "M"], num_classes=10, hidden=32)
        >>> model(pynn.rand(2, 3, 16, 16)).shape
        (2, 10)
    """

    def __init__(
        self,
        plan: Sequence[int | str],
        batch_norm: bool = False,
        num_classes: int = 1000,
        dropout: float = 0.5,
        in_channels: int = 3,
        hidden: int = 4096,
    ) -> None:
        super().__init__()
        plan = _checked(plan)
        num_classes = _check.integer("VGG", "num_classes", num_classes, 1)
        self.in_channels = _check.integer("VGG", "in_channels", in_channels, 1)
        hidden = _check.integer("VGG", "hidden", hidden, 1)
        maxima = plan.count("M")
        self._name = f"VGG-{len(plan) - maxima + 3}"
        self._smallest = 2**maxima
        self.features, channels = _features(plan, in_channels, batch_norm)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            nn.Linear(channels * 7 * 7, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, num_classes),
        )
        _initial.convolutions(self)
        _initial.linears(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(images(self._name, x, self.in_channels, self._smallest))
        return self.classifier(self.avgpool(x).flatten(1))


def _checked(plan: Any) -> list[int | str]:
    if isinstance(plan, str) or not isinstance(plan, Sequence) or not any(step != "M" for step in plan):
        raise ValueError(
            f'VGG: plan must be a list of channels and "M", such as [64, "M", 128, "M"], got {plan!r}'
        )
    return [step if step == "M" else _check.integer("VGG", "each of plan", step, 1) for step in plan]


def _features(plan: Sequence[int | str], channels: int, batch_norm: bool) -> tuple[nn.Sequential, int]:
    """The layers of a plan, and how many channels come out."""
    layers: list[nn.Module] = []
    for step in plan:
        if isinstance(step, str):
            layers.append(nn.MaxPool2d(2))
        else:
            layers.append(nn.Conv2d(channels, step, 3, padding=1))
            layers += [nn.BatchNorm2d(step), nn.ReLU()] if batch_norm else [nn.ReLU()]
            channels = step
    return nn.Sequential(*layers), channels


def vgg11(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-11, 132.9 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg11(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[11], False, num_classes, dropout, in_channels, hidden)


def vgg11_bn(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-11 with batch norm, 132.9 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg11_bn(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[11], True, num_classes, dropout, in_channels, hidden)


def vgg13(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-13, 133.0 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg13(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[13], False, num_classes, dropout, in_channels, hidden)


def vgg13_bn(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-13 with batch norm, 133.0 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg13_bn(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[13], True, num_classes, dropout, in_channels, hidden)


def vgg16(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-16, 138.4 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg16(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[16], False, num_classes, dropout, in_channels, hidden)


def vgg16_bn(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-16 with batch norm, 138.4 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg16_bn(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[16], True, num_classes, dropout, in_channels, hidden)


def vgg19(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-19, 143.7 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg19(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[19], False, num_classes, dropout, in_channels, hidden)


def vgg19_bn(num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096) -> VGG:
    """VGG-19 with batch norm, 143.7 million parameters. See :class:`VGG`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped behind both hidden layers.
        in_channels: channels of an image.
        hidden: the width of the hidden layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.vgg19_bn(num_classes=10, hidden=16)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return VGG(PLANS[19], True, num_classes, dropout, in_channels, hidden)
