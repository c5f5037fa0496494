"""Generative adversarial networks: one network makes images, another tells them from real ones."""

from __future__ import annotations

from collections.abc import Callable

from pynn import _check, autograd, nn
from pynn._core import ShapeError, Tensor, ops


class DCGenerator(nn.Module):
    """Makes images from random codes: a linear layer to a small map, then doublings of its size.

    Each doubling is a transposed 4 x 4 convolution; batch norm and ReLU stand between them.

    Args:
        latent: L, the numbers in a code.
        out_channels: C, of the images.
        size: S, height and width of the images, a multiple of 2ᴰ.
        width: W, the channels before the last doubling.
        depth: D, how often the size doubles.

    Shape:
        ==================  ============================================
        input               `(N, L)`, codes from N(0, 1)
        before doubling i   `(N, 2ᴰ⁻¹⁻ⁱ W, S / 2ᴰ⁻ⁱ, S / 2ᴰ⁻ⁱ)`, i = 0 ... D - 1
        output              `(N, C, S, S)`, from -1 to 1
        ==================  ============================================

    Raises:
        ShapeError: codes of another length.
        ValueError: a size below 1, or one that D doublings do not reach.

    Source: Radford, Metz & Chintala 2016, Unsupervised representation learning with deep convolutional
    generative adversarial networks, arXiv:1511.06434, section 3 and figure 1.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.DCGenerator(latent=16, size=32, width=8, depth=3)(pynn.randn(4, 16)).shape
        (4, 1, 32, 32)
    """

    def __init__(
        self, latent: int = 64, out_channels: int = 1, size: int = 8, width: int = 64, depth: int = 2
    ) -> None:
        super().__init__()
        start, most = _check_sizes("DCGenerator", size, width, depth)
        self.latent = _check.integer("DCGenerator", "latent", latent, 1)
        _check.integer("DCGenerator", "out_channels", out_channels, 1)
        layers: list[nn.Module] = [
            nn.Linear(latent, most * start * start),
            nn.Unflatten(1, (most, start, start)),
            nn.BatchNorm2d(most),
            nn.ReLU(),
        ]
        for i in range(depth - 1):
            before, after = most >> i, most >> (i + 1)
            layers += [
                nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            ]
        self.layers = nn.Sequential(
            *layers, nn.ConvTranspose2d(width, out_channels, 4, stride=2, padding=1), nn.Tanh()
        )

    def forward(self, codes: Tensor) -> Tensor:
        shape = tuple(_check.tensor("DCGenerator", "codes", codes).shape)
        if len(shape) != 2 or shape[1] != self.latent:
            raise ShapeError(
                f"DCGenerator(latent={self.latent}): expected codes (N, {self.latent}), got {shape}. "
                f"Did you mean pynn.randn(N, {self.latent})?"
            )
        return self.layers(codes)


class DCDiscriminator(nn.Module):
    """One score an image: high for real ones. The generator turned round, with leaky ReLU.

    Args:
        in_channels: C, of the images.
        size: S, height and width of the images, a multiple of 2ᴰ.
        width: W, the channels after the first halving.
        depth: D, how often the size is halved.
        batch_norm: between the layers. False for a critic with a gradient penalty, which is about each
            image alone.

    Shape:
        =================  ==================================================
        input              `(N, C, S, S)`
        after halving i    `(N, 2ⁱ W, S / 2ⁱ⁺¹, S / 2ⁱ⁺¹)`, i = 0 ... D - 1
        output             `(N,)`, before the sigmoid
        =================  ==================================================

    Raises:
        ShapeError: images of other channels or size.
        ValueError: a size below 1, or one that cannot be halved D times.

    Source: Radford, Metz & Chintala 2016, arXiv:1511.06434, section 3.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.DCDiscriminator(size=8, width=16)(pynn.rand(4, 1, 8, 8)).shape
        (4,)
    """

    def __init__(
        self, in_channels: int = 1, size: int = 8, width: int = 64, depth: int = 2, batch_norm: bool = True
    ) -> None:
        super().__init__()
        end, most = _check_sizes("DCDiscriminator", size, width, depth)
        _check.integer("DCDiscriminator", "in_channels", in_channels, 1)
        self.image_shape = (in_channels, size, size)
        layers: list[nn.Module] = [nn.Conv2d(in_channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        for i in range(depth - 1):
            before, after = width << i, width << (i + 1)
            layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1, bias=not batch_norm))
            layers += [nn.BatchNorm2d(after)] if batch_norm else []
            layers.append(nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(most * end * end, 1))

    def forward(self, images: Tensor) -> Tensor:
        shape = tuple(_check.tensor("DCDiscriminator", "images", images).shape)
        if shape[1:] != self.image_shape or len(shape) != 4:
            expected = ", ".join(map(str, self.image_shape))
            raise ShapeError(f"DCDiscriminator: expected images (N, {expected}), got {shape}")
        return self.layers(images).squeeze(1)


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """(|∇ₓ critic(x)| - 1)², the mean over points x between real and made images.

    A critic whose slope is 1 there measures how far apart the two distributions lie. The penalty is
    differentiated again when the critic is trained, so its gradient is made with `create_graph=True`.

    Args:
        critic: images -> one score each, `(N,)`.
        real: images of the data, `(N, ...)`.
        fake: images of the generator, `(N, ...)`.

    Raises:
        ShapeError: the two differ in shape, or the critic does not give one score an image.

    Source: Gulrajani et al. 2017, Improved training of Wasserstein GANs, arXiv:1704.00028, equation 3.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> real, fake = pynn.randn(8, 4), pynn.randn(8, 4)
        >>> round(models.gradient_penalty(lambda x: x.sum(1), real, fake).item(), 4)  # (2 - 1)²
        1.0
    """
    _check.tensors("gradient_penalty", real=real, fake=fake)
    if tuple(real.shape) != tuple(fake.shape) or real.ndim < 2:
        raise ShapeError(
            f"gradient_penalty: real and fake must be (N, ...) of one shape, "
            f"got {tuple(real.shape)} and {tuple(fake.shape)}"
        )
    share = ops.rand((len(real),) + (1,) * (real.ndim - 1), dtype=real.dtype)
    between = fake.detach().lerp(real.detach(), share).requires_grad_()
    scores = critic(between)
    if tuple(scores.shape) != (len(real),):
        raise ShapeError(
            f"gradient_penalty: the critic must give scores ({len(real)},), got {tuple(scores.shape)}. "
            "Did you mean .squeeze(1)?"
        )
    (slope,) = autograd.grad(scores.sum(), [between], create_graph=True)
    assert slope is not None
    return ((slope.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).square().mean()


def critic_loss(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, penalty: float = 10.0
) -> Tensor:
    """The loss mean critic(fake) - mean critic(real) + λ gradient penalty of a Wasserstein critic.

    The generator makes `-critic(fake).mean()` small.

    Args:
        critic: images -> one score each, `(N,)`.
        real: images of the data, `(N, ...)`.
        fake: images of the generator, `(N, ...)`; no gradient goes back into it.
        penalty: λ.

    Raises:
        ShapeError: see `gradient_penalty`.
        ValueError: a negative penalty.

    Source: Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> critic = models.DCDiscriminator(size=8, width=8, batch_norm=False)
        >>> loss = models.critic_loss(critic, pynn.rand(4, 1, 8, 8), pynn.rand(4, 1, 8, 8))
        >>> loss.backward()
    """
    penalty = _check.real("critic_loss", "penalty", penalty, 0)
    slope = gradient_penalty(critic, real, fake)
    return critic(fake.detach()).mean() - critic(real).mean() + penalty * slope


def _check_sizes(owner: str, size: int, width: int, depth: int) -> tuple[int, int]:
    """Size and channels of the smallest map."""
    _check.integer(owner, "size", size, 1)
    _check.integer(owner, "width", width, 1)
    _check.integer(owner, "depth", depth, 1)
    if depth > 30 or size % 2**depth:
        raise ValueError(
            f"{owner}: size={size} must be a multiple of 2**depth = {2 ** min(depth, 31)}, "
            f"for a map that is halved {depth} times"
        )
    return size >> depth, width << (depth - 1)
