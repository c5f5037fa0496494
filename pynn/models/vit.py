"""The vision Transformer: an image as a sequence of patches.

Dosovitskiy et al. 2021, An image is worth 16x16 words, arXiv:2010.11929. Parameters are named as in
torchvision.

    step         shape, for ViT-B/16 on 224 x 224
    conv_proj    (N, 768, 14, 14)     a convolution whose stride is its size: one vector a patch
    tokens       (N, 1 + 196, 768)    a learned one in front, and the positions added
    layer i      (N, 197, 768)        x + attention(norm(x)), then x + mlp(norm(x)); i = 0 ... 11
    heads        (N, 1000)            what has become of the first one
"""

from __future__ import annotations

from pynn import _check, nn
from pynn._core import ShapeError, Tensor, ops
from pynn.nn.transformer_layers import add_and_norm

from . import _inputs


class _Layer(nn.Module):
    def __init__(self, heads: int, size: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(size, 1e-6)
        self.self_attention = nn.MultiheadAttention(size, heads, dropout)
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = nn.LayerNorm(size, 1e-6)
        parts = nn.Linear(size, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, size)
        self.mlp = nn.Sequential(*parts, nn.Dropout(dropout))

    def forward(self, x: Tensor) -> Tensor:
        h = self.ln_1(x)
        y = self.dropout(self.self_attention(h, h, h, need_weights=False)[0])
        x, h = add_and_norm(x, y, self.ln_2)
        out: Tensor = x + self.mlp(h)
        return out


class _Encoder(nn.Module):
    def __init__(self, length: int, layers: int, heads: int, size: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(0.02 * nn.init.normal_(ops.empty((1, length, size))))
        self.dropout = nn.Dropout(dropout)
        made = {f"encoder_layer_{i}": _Layer(heads, size, hidden, dropout) for i in range(layers)}
        self.layers = nn.Sequential(made)
        self.ln = nn.LayerNorm(size, 1e-6)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.ln(self.layers(self.dropout(x + self.pos_embedding)))
        return y


class VisionTransformer(nn.Module):
    """Classifies images as Transformers classify sentences: patches are the words.

    Args:
        image_size: height and width of the images.
        patch_size: of a patch; divides `image_size`.
        num_layers: how many layers.
        num_heads: of attention; divides `hidden_dim`.
        hidden_dim: the size of each patch's vector.
        mlp_dim: the width of the network in each layer.
        num_classes: how many classes.
        in_channels: of the images.
        dropout: in training.

    Shape:
        `(N, in_channels, image_size, image_size)` -> `(N, num_classes)`.

    Raises:
        ShapeError: images of another size.
        ValueError: sizes that do not divide each other.

    Source: Dosovitskiy et al. 2021, An image is worth 16x16 words, arXiv:2010.11929.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.VisionTransformer(32, 8, 2, 4, 32, 64, num_classes=10)
        >>> model(pynn.rand(2, 3, 32, 32)).shape
        (2, 10)
    """

    def __init__(
        self,
        image_size: int = 224,
        patch_size: int = 16,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_dim: int = 768,
        mlp_dim: int = 3072,
        num_classes: int = 1000,
        in_channels: int = 3,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        sizes = {"image_size": image_size, "patch_size": patch_size, "num_layers": num_layers}
        sizes |= {"num_heads": num_heads, "hidden_dim": hidden_dim, "mlp_dim": mlp_dim}
        for name, size in (sizes | {"num_classes": num_classes, "in_channels": in_channels}).items():
            _check.integer("VisionTransformer", name, size, 1)
        if image_size % patch_size:
            raise ValueError(
                f"VisionTransformer: image_size={image_size} must be a multiple of patch_size={patch_size}"
            )
        if hidden_dim % num_heads:
            raise ValueError(
                f"VisionTransformer: hidden_dim={hidden_dim} must be a multiple of num_heads={num_heads}"
            )
        self.image_size, self.in_channels = image_size, in_channels
        self.conv_proj = nn.Conv2d(in_channels, hidden_dim, patch_size, stride=patch_size)
        self.class_token = nn.Parameter(ops.zeros((1, 1, hidden_dim)))
        length = 1 + (image_size // patch_size) ** 2
        self.encoder = _Encoder(length, num_layers, num_heads, hidden_dim, mlp_dim, dropout)
        self.heads = nn.Sequential({"head": nn.Linear(hidden_dim, num_classes)})
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """As in torchvision: what goes into each layer keeps its variance; all classes equally likely."""
        fan_in = self.conv_proj.weight[0].numel()
        nn.init.trunc_normal_(self.conv_proj.weight, std=fan_in**-0.5)
        assert self.conv_proj.bias is not None
        nn.init.zeros_(self.conv_proj.bias)
        for layer in self.encoder.layers:
            for i in (0, 3):
                nn.init.xavier_uniform_(layer.mlp[i].weight)
                nn.init.normal_(layer.mlp[i].bias, std=1e-6)
        for parameter in self.heads.parameters():
            nn.init.zeros_(parameter)

    def forward(self, images: Tensor) -> Tensor:
        _inputs.images("VisionTransformer", images, self.in_channels)
        side = self.image_size
        if tuple(images.shape[2:]) != (side, side):
            raise ShapeError(
                f"VisionTransformer(image_size={side}): got {tuple(images.shape)}. "
                f"Did you mean F.interpolate(x, size=({side}, {side}))?"
            )
        patches = self.conv_proj(images).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(images), -1, -1)
        scores: Tensor = self.heads(self.encoder(ops.cat([first, patches], 1))[:, 0])
        return scores


def vit_b_16(num_classes: int = 1000, image_size: int = 224, dropout: float = 0.0) -> VisionTransformer:
    """ViT-B/16: 12 layers of 768 numbers, patches of 16 x 16.

    Args:
        num_classes: how many classes.
        image_size: height and width of the images, a multiple of 16.
        dropout: in training.

    Shape:
        `(N, 3, image_size, image_size)` -> `(N, num_classes)`.

    Source: Dosovitskiy et al. 2021, arXiv:2010.11929, table 1.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.vit_b_16(num_classes=10, image_size=32)
        >>> model.eval()(pynn.rand(1, 3, 32, 32)).shape
        (1, 10)
    """
    return VisionTransformer(image_size, num_classes=num_classes, dropout=dropout)
