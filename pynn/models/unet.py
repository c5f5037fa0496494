"""U-Net: a class for every pixel, from what is near and what is far."""

from __future__ import annotations

from pynn import _check, nn
from pynn._core import ShapeError, Tensor, ops


class UNet(nn.Module):
    """Segments images: down to small maps that see far, and up again with the detail of each level at hand.

    Each level is two 3 x 3 convolutions with batch norm and ReLU. Going down, the largest of 2 x 2 pixels is
    kept and the number of channels doubles; going up, a transposed convolution undoes that, and what the
    same level held on the way down is laid beside it. Unlike in the paper, the convolutions are padded, so
    that the map of scores is as large as the image.

    Args:
        in_channels: C, of the images.
        out_channels: K, the number of classes; 1 for a yes or no.
        width: W, the channels of the first level; the paper has 64.
        depth: D, how often the size is halved; the paper has 4.

    Shape:
        ======================  =============================================
        input                   `(N, C, H, W)`, H and W multiples of 2ᴰ
        going down, level i     `(N, 2ⁱ W, H / 2ⁱ, W / 2ⁱ)`, i = 0 ... D
        going up, level i       the same, i = D - 1 ... 0
        output                  `(N, K, H, W)`, scores before the softmax
        ======================  =============================================

    Raises:
        ShapeError: images of other channels, or whose height or width cannot be halved D times.
        ValueError: a size below 1.

    Source: Ronneberger, Fischer & Brox 2015, U-Net, arXiv:1505.04597, figure 1.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.UNet(in_channels=3, out_channels=4, width=8, depth=2)(pynn.rand(2, 3, 32, 48)).shape
        (2, 4, 32, 48)
    """

    def __init__(self, in_channels: int = 3, out_channels: int = 2, width: int = 32, depth: int = 3) -> None:
        super().__init__()
        self.in_channels = _check.integer("UNet", "in_channels", in_channels, 1)
        self.depth = _check.integer("UNet", "depth", depth, 1)
        _check.integer("UNet", "out_channels", out_channels, 1)
        _check.integer("UNet", "width", width, 1)
        widths = [width * 2**level for level in range(depth + 1)]
        self.down = nn.ModuleList(
            twice(before, after) for before, after in zip([in_channels, *widths[:-1]], widths, strict=True)
        )
        self.rise = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in reversed(widths[:-1]))
        self.up = nn.ModuleList(twice(2 * w, w) for w in reversed(widths[:-1]))
        self.head = nn.Conv2d(width, out_channels, 1)

    def forward(self, images: Tensor) -> Tensor:
        self._check_images(images)
        x = self.down[0](images)
        levels = []
        for block in self.down[1:]:
            levels.append(x)
            x = block(nn.functional.max_pool2d(x, 2))
        for rise, block in zip(self.rise, self.up, strict=True):
            x = block(ops.cat([levels.pop(), rise(x)], 1))
        return self.head(x)

    def _check_images(self, images: Tensor) -> None:
        shape = tuple(_check.tensor("UNet", "images", images).shape)
        if len(shape) != 4 or shape[1] != self.in_channels:
            raise ShapeError(
                f"UNet(in_channels={self.in_channels}): expected (N, {self.in_channels}, H, W), got {shape}"
            )
        step = 2**self.depth
        if shape[2] % step or shape[3] % step or not shape[2] * shape[3]:
            fit = tuple(max(step, -(-side // step) * step) for side in shape[2:])
            raise ShapeError(
                f"UNet(depth={self.depth}): halves height and width {self.depth} times, so they must be "
                f"multiples of {step}, got {shape}. Did you mean to resize or pad the images to {fit}?"
            )


def twice(in_channels: int, out_channels: int) -> nn.Sequential:
    """Two convolutions that keep the size, each with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )
