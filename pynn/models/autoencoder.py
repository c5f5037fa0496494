"""A convolutional autoencoder: images through a narrow place and back, to learn what matters in them."""

from __future__ import annotations

from collections.abc import Sequence

from pynn import _check, nn
from pynn._core import DTypeError, ShapeError, Tensor, ops
from pynn._random import rand_like, randn_like


class ConvAutoencoder(nn.Module):
    """Halves images some times into a code of few numbers, and makes images of their size from it again.

    Trained to give back clean images where it is shown noisy ones (`add_noise`), it is a denoising
    autoencoder: the code has no room for noise.

    Args:
        in_channels: C, of the images.
        widths: channels after each halving.
        code_channels: K, of the code.

    Shape:
        With D = len(widths):

        ========  =====================================================
        input     `(N, C, H, W)`, H and W multiples of 2ᴰ
        code      `(N, K, H / 2ᴰ, W / 2ᴰ)`, what `encode` returns
        output    `(N, C, H, W)`, scores: their sigmoid is the image
        ========  =====================================================

    Raises:
        ShapeError: images of other channels, or whose height or width cannot be halved D times.
        ValueError: a size below 1, or no widths.

    Source: Vincent et al. 2008, Extracting and composing robust features with denoising autoencoders.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.ConvAutoencoder(1, widths=(16, 32), code_channels=4)
        >>> images = pynn.rand(5, 1, 8, 8)
        >>> model.encode(images).shape, model(images).shape
        ((5, 4, 2, 2), (5, 1, 8, 8))
    """

    def __init__(
        self, in_channels: int = 1, widths: Sequence[int] = (32, 64), code_channels: int = 8
    ) -> None:
        super().__init__()
        name = "ConvAutoencoder"
        self.in_channels = _check.integer(name, "in_channels", in_channels, 1)
        _check.integer(name, "code_channels", code_channels, 1)
        if not isinstance(widths, (tuple, list)) or not widths:
            raise ValueError(
                f"{name}: widths is a tuple of numbers of channels such as (32, 64), got {widths!r}"
            )
        self.widths = tuple(_check.integer(name, "each of widths", width, 1) for width in widths)
        down: list[nn.Module] = []
        for before, after in zip([in_channels, *self.widths], self.widths, strict=False):
            down += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        self.encoder = nn.Sequential(*down, nn.Conv2d(self.widths[-1], code_channels, 1))
        up: list[nn.Module] = []
        for before, after in zip([code_channels, *self.widths[::-1]], self.widths[::-1], strict=False):
            up += [
                nn.ConvTranspose2d(before, after, 4, stride=2, padding=1),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            ]
        self.decoder = nn.Sequential(*up, nn.Conv2d(self.widths[0], in_channels, 3, padding=1))

    def encode(self, images: Tensor) -> Tensor:
        """The code of images, `(N, K, H / 2ᴰ, W / 2ᴰ)`.

        Args:
            images: `(N, C, H, W)`.
        """
        name, step = "ConvAutoencoder", 2 ** len(self.widths)
        shape = tuple(_check.tensor(name, "images", images).shape)
        if len(shape) != 4 or shape[1] != self.in_channels:
            raise ShapeError(
                f"{name}(in_channels={self.in_channels}): expected (N, {self.in_channels}, H, W), got {shape}"
            )
        if shape[2] % step or shape[3] % step:
            raise ShapeError(
                f"{name}(widths={self.widths}): halves height and width {len(self.widths)} times, so "
                f"they must be multiples of {step}, got {shape}"
            )
        return self.encoder(images)

    def decode(self, code: Tensor) -> Tensor:
        """The images of codes, as scores `(N, C, H, W)`.

        Args:
            code: `(N, K, H / 2ᴰ, W / 2ᴰ)`.
        """
        return self.decoder(code)

    def forward(self, images: Tensor) -> Tensor:
        return self.decode(self.encode(images))


def add_noise(images: Tensor, std: float = 0.3, dropped: float = 0.0) -> Tensor:
    """Images spoilt at random, to be made whole again: x + std ε, with a share of the pixels set to 0.

    Args:
        images: floats from 0 to 1, any shape.
        std: the standard deviation of the normal noise ε.
        dropped: the share of the pixels that is lost.

    Returns:
        The same shape, from 0 to 1.

    Raises:
        DTypeError: images that are not floats.
        ValueError: a negative std, or a share outside [0, 1].

    Source: Vincent et al. 2008, Extracting and composing robust features with denoising autoencoders,
    section 2.3.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> noisy = models.add_noise(pynn.full((1, 1, 50, 50), 0.5), std=0.1)
        >>> 0.08 < noisy.std().item() < 0.12
        True
    """
    _check.tensor("add_noise", "images", images)
    if not images.is_floating_point():
        raise DTypeError(
            f"add_noise: images must be floats from 0 to 1, got {images.dtype}. Did you mean images / 255?"
        )
    std = _check.real("add_noise", "std", std, 0)
    dropped = _check.real("add_noise", "dropped", dropped, 0, 1)
    noisy = (images + std * randn_like(images)).clamp(0, 1)
    return ops.where(rand_like(images) < dropped, 0.0, noisy) if dropped else noisy
