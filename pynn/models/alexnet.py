"""AlexNet, in the slightly thinner form of 2014 that fits one device.

Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep convolutional neural networks, NeurIPS;
this form: Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks, arXiv:1404.5997,
with the widths of torchvision.

    layer            output             what
    input            (N, 3, 224, 224)
    features 0-2     (N, 64, 27, 27)    11 x 11, stride 4; maximum of 3 x 3, stride 2
    features 3-5     (N, 192, 13, 13)   5 x 5; maximum
    features 6-7     (N, 384, 13, 13)   3 x 3
    features 8-9     (N, 256, 13, 13)   3 x 3
    features 10-12   (N, 256, 6, 6)     3 x 3; maximum
    avgpool          (N, 256, 6, 6)     means, which bring images of any size to 6 x 6
    classifier 1, 4  (N, 4096)          dropout, linear, twice
    classifier 6     (N, 1000)          linear
"""

from __future__ import annotations

from pynn import _check, nn
from pynn._core import Tensor

from ._inputs import images


class AlexNet(nn.Module):
    """AlexNet for images of about 224 x 224, and no smaller than 63 x 63.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped in front of both hidden layers of the classifier.
        in_channels: channels of an image.
        hidden: the width of these hidden layers. With less than 4096, weights of torchvision do not fit.

    Shape:
        `(N, in_channels, H, W)` -> `(N, num_classes)`. Names and shapes of parameters are torchvision's.

    Raises:
        ShapeError: an input that is no batch of images of so many channels, or too small ones.

    Source: Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks, arXiv:1404.5997.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.AlexNet(num_classes=10, hidden=32)(pynn.rand(2, 3, 64, 64)).shape
        (2, 10)
    """

    def __init__(
        self, num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096
    ) -> None:
        super().__init__()
        num_classes = _check.integer("AlexNet", "num_classes", num_classes, 1)
        self.in_channels = _check.integer("AlexNet", "in_channels", in_channels, 1)
        hidden = _check.integer("AlexNet", "hidden", hidden, 1)
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 64, 11, stride=4, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(images("AlexNet", x, self.in_channels, at_least=63))
        return self.classifier(self.avgpool(x).flatten(1))


def alexnet(
    num_classes: int = 1000, dropout: float = 0.5, in_channels: int = 3, hidden: int = 4096
) -> AlexNet:
    """AlexNet, 61.1 million parameters. See :class:`AlexNet`.

    Args:
        num_classes: how many classes.
        dropout: the part that is dropped in front of the hidden layers of the classifier.
        in_channels: channels of an image.
        hidden: the width of these layers.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.alexnet(num_classes=10, hidden=32)(pynn.rand(2, 3, 64, 64)).shape
        (2, 10)
    """
    return AlexNet(num_classes, dropout, in_channels, hidden)
