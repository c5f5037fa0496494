"""The variational autoencoder: a code that can be drawn at random, and read."""

from __future__ import annotations

from pynn import _check, nn
from pynn._core import ShapeError, Tensor
from pynn._core.functional import binary_cross_entropy_with_logits
from pynn._random import randn_like


class VAE(nn.Module):
    """Learns a space of codes z, normally distributed, and the images that they stand for.

    The encoder says for an image x which codes may stand for it, q(z | x): a normal distribution with a mean
    and a variance of its own for each number of z. A code is drawn from it, z = μ + σ ε with ε from N(0, 1),
    so that gradients reach μ and σ. The decoder makes an image from it. `elbo_loss` trains both.

    Args:
        features: P, the numbers in an image; images of any shape are flattened.
        hidden: the width of the one hidden layer of encoder and decoder.
        latent: L, the numbers in a code.

    Shape:
        ==================  ===========================================================
        input               `(N, ...)` with P numbers each
        mean, log variance  `(N, L)` both, what `encode` returns
        code                `(N, L)`
        output              `(N, ...)` scores, whose sigmoid is the image; mean; log variance
        ==================  ===========================================================

    Raises:
        ShapeError: images of another number of pixels.
        ValueError: a size below 1.

    Source: Kingma & Welling 2014, Auto-encoding variational Bayes, arXiv:1312.6114, section 3 and appendix C.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.VAE(features=64, hidden=32, latent=2)
        >>> scores, mean, log_var = model(pynn.rand(10, 1, 8, 8))
        >>> scores.shape, mean.shape
        ((10, 1, 8, 8), (10, 2))
        >>> model.decode(pynn.randn(3, 2)).sigmoid().shape
        (3, 64)
    """

    def __init__(self, features: int, hidden: int = 256, latent: int = 2) -> None:
        super().__init__()
        self.features = _check.integer("VAE", "features", features, 1)
        self.latent = _check.integer("VAE", "latent", latent, 1)
        _check.integer("VAE", "hidden", hidden, 1)
        self.encoder = nn.Sequential(nn.Linear(features, hidden), nn.Tanh(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.Tanh(), nn.Linear(hidden, features))

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z | x), `(N, L)` each.

        Args:
            images: `(N, ...)`, from 0 to 1.
        """
        shape = tuple(_check.tensor("VAE", "images", images).shape)
        if len(shape) < 2 or images[:1].numel() != min(len(images), 1) * self.features:
            raise ShapeError(
                f"VAE(features={self.features}): expected images (N, ...) of {self.features} numbers each, "
                f"got {shape}"
            )
        mean, log_var = self.encoder(images.flatten(1)).chunk(2, 1)
        return mean, log_var

    def draw(self, mean: Tensor, log_var: Tensor) -> Tensor:
        """A code from q(z | x), z = μ + σ ε, through which gradients pass.

        Args:
            mean: μ, `(N, L)`.
            log_var: ln σ², `(N, L)`.
        """
        return mean + (log_var / 2).exp() * randn_like(mean)

    def decode(self, code: Tensor) -> Tensor:
        """Scores `(N, P)`, whose sigmoid is the image that a code stands for.

        Args:
            code: `(N, L)`.
        """
        return self.decoder(code)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_var = self.encode(images)
        return self.decode(self.draw(mean, log_var)).reshape(images.shape), mean, log_var


def elbo_loss(scores: Tensor, images: Tensor, mean: Tensor, log_var: Tensor, beta: float = 1.0) -> Tensor:
    """The evidence lower bound, negated: -ln p(x | z) + β KL(q(z | x) || N(0, 1)), the mean over the batch.

    Each pixel is the probability of ink, so the first part is cross-entropy, summed over pixels; the second
    is ½ Σ (μ² + σ² - 1 - ln σ²). With β = 1 the loss is at least -ln p(x).

    Args:
        scores: of the pixels, before the sigmoid, `(N, ...)`.
        images: `(N, ...)`, from 0 to 1.
        mean: μ, `(N, L)`.
        log_var: ln σ², `(N, L)`.
        beta: what the second part weighs; above 1, codes lie closer to N(0, 1) and say less.

    Raises:
        ShapeError: shapes differ.
        ValueError: a negative beta.

    Source: Kingma & Welling 2014, arXiv:1312.6114, equations 3 and 10; beta: Higgins et al. 2017, beta-VAE.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> x, zero = pynn.ones(5, 1, 8, 8), pynn.zeros(5, 2)
        >>> round(models.elbo_loss(pynn.zeros_like(x), x, zero, zero).item(), 4)  # 64 ln 2
        44.3614
    """
    _check.tensors("elbo_loss", scores=scores, images=images, mean=mean, log_var=log_var)
    beta = _check.real("elbo_loss", "beta", beta, 0)
    for (name, a), (other, b) in (
        (("scores", scores), ("images", images)),
        (("mean", mean), ("log_var", log_var)),
    ):
        if tuple(a.shape) != tuple(b.shape):
            raise ShapeError(
                f"elbo_loss: {name} {tuple(a.shape)} and {other} {tuple(b.shape)} must have the same shape"
            )
    if images.ndim < 2 or mean.ndim != 2 or len(mean) != len(images):
        raise ShapeError(
            f"elbo_loss: images (N, ...) need means (N, L), got {tuple(images.shape)} and {tuple(mean.shape)}"
        )
    missed = binary_cross_entropy_with_logits(scores, images, reduction="none").flatten(1).sum(1)
    divergence = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(1)
    return (missed + beta * divergence).mean()
