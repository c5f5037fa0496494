"""Models from the papers that made them known, each in one short file."""

from .anchors import decode_boxes, encode_boxes, make_anchors, match_anchors
from .autoencoder import ConvAutoencoder, add_noise
from .detector import SingleShotDetector
from .gan import DCDiscriminator, DCGenerator, critic_loss, gradient_penalty
from .style import StyleContentLoss, gram_matrix
from .unet import UNet
from .vae import VAE, elbo_loss

__all__ = [
    "VAE",
    "ConvAutoencoder",
    "DCDiscriminator",
    "DCGenerator",
    "SingleShotDetector",
    "StyleContentLoss",
    "UNet",
    "add_noise",
    "critic_loss",
    "decode_boxes",
    "elbo_loss",
    "encode_boxes",
    "gradient_penalty",
    "gram_matrix",
    "make_anchors",
    "match_anchors",
]
