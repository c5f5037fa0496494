"""LeNet-5, the first convolutional network in wide use.

LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition, Proceedings of
the IEEE 86, section II.B.

    layer     output             what
    input     (N, 1, 32, 32)     digits of 28 x 28 get a frame of two pixels
    c1        (N, 6, 28, 28)     convolution 5 x 5
    s2        (N, 6, 14, 14)     mean of 2 x 2
    c3        (N, 16, 10, 10)    convolution 5 x 5
    s4        (N, 16, 5, 5)      mean of 2 x 2
    c5        (N, 120, 1, 1)     convolution 5 x 5
    f6        (N, 84)            linear
    output    (N, 10)            linear
"""

from __future__ import annotations

from collections.abc import Callable

import pynn.nn.functional as F
from pynn import _check, nn
from pynn._core import ShapeError, Tensor

from ._inputs import images


class ScaledTanh(nn.Module):
    """The nonlinearity of LeNet-5, `1.7159 tanh(2x / 3)`, which takes ±1 to ±1.

    Shape:
        Any -> the same.

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, appendix A.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.ScaledTanh()(pynn.tensor([-1.0, 0.0, 1.0])).round(decimals=4)
        tensor([-1.,  0.,  1.])
    """

    def forward(self, x: Tensor) -> Tensor:
        _check.tensor("ScaledTanh", "input", x)
        return 1.7159 * F.tanh(x * (2 / 3))


class LeNet5(nn.Module):
    """LeNet-5 on images of 32 x 32, or of 28 x 28, which get a frame of zeros as in the paper.

    The layers have the paper's names and sizes. Three details of 1998 have gone out of use and are left out:
    means s2 and s4 with a trained factor and bias, a c3 whose channels see a part of s2's only, and an output
    of distances to drawn digits, in whose place stand the scores that `cross_entropy` takes.

    Args:
        num_classes: how many classes.
        in_channels: channels of an image.
        activation: makes the nonlinearity. Default: the paper's `ScaledTanh`. `nn.ReLU` is what most
            would take today.

    Shape:
        `(N, in_channels, 32, 32)` or `(N, in_channels, 28, 28)` -> `(N, num_classes)`.

    Raises:
        ShapeError: images of another size or of other channels.

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, section II.B.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.LeNet5()
        >>> model(pynn.rand(2, 1, 28, 28)).shape, sum(p.numel() for p in model.parameters())
        ((2, 10), 61706)
    """

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 1,
        activation: Callable[[], nn.Module] = ScaledTanh,
    ) -> None:
        super().__init__()
        num_classes = _check.integer("LeNet5", "num_classes", num_classes, 1)
        self.in_channels = _check.integer("LeNet5", "in_channels", in_channels, 1)
        self.activation = activation()
        self.c1 = nn.Conv2d(in_channels, 6, 5)
        self.s2 = nn.AvgPool2d(2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.s4 = nn.AvgPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        height, width = images("LeNet5", x, self.in_channels).shape[2:]
        if (height, width) == (28, 28):
            x = F.pad(x, (2, 2, 2, 2))
        elif (height, width) != (32, 32):
            raise ShapeError(
                f"LeNet5: got {tuple(x.shape)}; its images are of 32 x 32, or of 28 x 28. "
                "Did you mean F.interpolate(x, size=(32, 32))?"
            )
        f = self.activation
        x = self.s2(f(self.c1(x)))
        x = self.s4(f(self.c3(x)))
        x = f(self.c5(x)).flatten(1)
        return self.output(f(self.f6(x)))


def lenet5(
    num_classes: int = 10,
    in_channels: int = 1,
    activation: Callable[[], nn.Module] = ScaledTanh,
) -> LeNet5:
    """:class:`LeNet5`, 61,706 parameters.

    Args:
        num_classes: how many classes.
        in_channels: channels of an image.
        activation: makes the nonlinearity, `nn.ReLU` for example.

    Shape:
        `(N, in_channels, 32, 32)` or `(N, in_channels, 28, 28)` -> `(N, num_classes)`.

    Example:
        >>> import pynn
        >>> from pynn import models, nn
        >>> models.lenet5(in_channels=3, activation=nn.ReLU)(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """
    return LeNet5(num_classes, in_channels, activation)
