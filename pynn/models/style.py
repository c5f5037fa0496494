"""Style transfer: an image with the content of one picture and the style of another."""

from __future__ import annotations

from collections.abc import Iterable

from pynn import _check, autograd, nn
from pynn._core import ShapeError, Tensor, ops
from pynn.nn.hooks import RemovableHandle


def gram_matrix(features: Tensor) -> Tensor:
    """G = F Fᵀ / (C H W): how much each pair of channels is active together, wherever in the image.

    It keeps textures and colours and forgets places: a style.

    Args:
        features: F, `(N, C, H, W)`.

    Returns:
        `(N, C, C)`.

    Raises:
        ShapeError: not of this shape.

    Source: Gatys, Ecker & Bethge 2016, Image style transfer using convolutional neural networks, equation 3.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.gram_matrix(pynn.ones(1, 2, 4, 4)).tolist()
        [[[0.5, 0.5], [0.5, 0.5]]]
    """
    if _check.tensor("gram_matrix", "features", features).ndim != 4:
        raise ShapeError(f"gram_matrix: features must be (N, C, H, W), got {tuple(features.shape)}")
    rows = features.flatten(2)
    return rows @ rows.transpose(1, 2) / max(rows[:1].numel(), 1)


class StyleContentLoss(nn.Module):
    """How far an image is from the content of one picture and the style of another.

    Both are seen through the layers of a network that knows images. Content: what layers say, place by place,
    ½ mean (F - F*)². Style: the Gram matrices of what layers say, Σ (G - G*)². An optimizer over the
    pixels makes the loss small.

    Args:
        network: sees images; best one trained to classify. Its parameters are no longer trained and it is
            put into evaluation mode.
        content: the picture whose content is wanted, `(1, C, H, W)`.
        style: the picture whose style is wanted, `(1, C, H', W')`.
        content_layers: names of layers, as in `network.named_modules()`; one late in the network.
        style_layers: likewise; several, from early to late.
        content_weight: what the content counts.
        style_weight: what the style counts.

    Shape:
        ================  ============================================
        input             `(1, C, H, W)`, the image that is made
        a content layer   `(1, Cₗ, Hₗ, Wₗ)`
        a style layer     `(1, Cₗ, Hₗ, Wₗ)` -> `(1, Cₗ, Cₗ)`
        output            `()`
        ================  ============================================

    Raises:
        ShapeError: pictures of other shapes.
        ValueError: a name that is no layer, no layers at all, or a negative weight.

    Source: Gatys, Ecker & Bethge 2016, Image style transfer using convolutional neural networks, equations 1
    to 7.

    Example:
        >>> import pynn
        >>> from pynn import models, nn
        >>> network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU())
        >>> content, style = pynn.rand(1, 3, 16, 16), pynn.rand(1, 3, 16, 16)
        >>> loss = models.StyleContentLoss(
        ...     network, content, style, content_layers=["3"], style_layers=["1", "3"]
        ... )
        >>> image = content.clone().requires_grad_()
        >>> optimizer = pynn.optim.Adam([image], lr=0.02)
        >>> before = loss(image).item()
        >>> for step in range(20):
        ...     optimizer.zero_grad()
        ...     loss(image).backward()
        ...     optimizer.step()
        >>> loss(image).item() < before
        True
    """

    def __init__(
        self,
        network: nn.Module,
        content: Tensor,
        style: Tensor,
        content_layers: Iterable[str],
        style_layers: Iterable[str],
        content_weight: float = 1.0,
        style_weight: float = 1e3,
    ) -> None:
        super().__init__()
        name = "StyleContentLoss"
        if not isinstance(network, nn.Module):
            raise TypeError(f"{name}: network must be a Module, got {type(network).__name__}")
        for which, picture in (("content", content), ("style", style)):
            if _check.tensor(name, which, picture).ndim != 4 or len(picture) != 1:
                raise ShapeError(
                    f"{name}: {which} must be one picture (1, C, H, W), got {tuple(picture.shape)}"
                )
        self.content_weight = _check.real(name, "content_weight", content_weight, 0)
        self.style_weight = _check.real(name, "style_weight", style_weight, 0)
        self.network = network.requires_grad_(False)
        self.network.eval()
        self.content_layers = _known(network, "content_layers", content_layers)
        self.style_layers = _known(network, "style_layers", style_layers)
        if not self.content_layers and not self.style_layers:
            raise ValueError(f"{name}: name at least one of content_layers or style_layers")
        with autograd.no_grad():
            seen = self.features(content, self.content_layers)
            self.contents = [seen[layer] for layer in self.content_layers]
            seen = self.features(style, self.style_layers)
            self.styles = [gram_matrix(seen[layer]) for layer in self.style_layers]

    def features(self, image: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """What layers of the network say to an image, by name.

        Args:
            image: `(1, C, H, W)`.
            layers: their names.
        """
        seen: dict[str, Tensor] = {}
        modules = dict(self.network.named_modules())

        def keep(layer: str) -> RemovableHandle:
            def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
                seen[layer] = output

            return modules[layer].register_forward_hook(hook)

        handles = [keep(layer) for layer in layers]
        try:
            self.network(image)
        finally:
            for handle in handles:
                handle.remove()
        return seen

    def forward(self, image: Tensor) -> Tensor:
        seen = self.features(image, dict.fromkeys([*self.content_layers, *self.style_layers]))
        loss = ops.zeros((), image.dtype)
        for layer, content in zip(self.content_layers, self.contents, strict=True):
            if tuple(seen[layer].shape) != tuple(content.shape):
                raise ShapeError(
                    f"StyleContentLoss: the image {tuple(image.shape)} must be as large as the content: "
                    f"layer {layer!r} gives {tuple(seen[layer].shape)}, before {tuple(content.shape)}"
                )
            loss = loss + self.content_weight * (seen[layer] - content).square().mean() / 2
        for layer, style in zip(self.style_layers, self.styles, strict=True):
            gap = gram_matrix(seen[layer]) - style
            loss = loss + self.style_weight * gap.square().sum() / len(self.style_layers)
        return loss


def _known(network: nn.Module, argument: str, layers: Iterable[str]) -> list[str]:
    names = [layers] if isinstance(layers, str) else list(layers)
    known = [name for name, _ in network.named_modules() if name]
    for name in names:
        if name not in known:
            some = ", ".join(map(repr, known[:6])) + (", ..." if len(known) > 6 else "")
            raise ValueError(
                f"StyleContentLoss: {argument} names {name!r}, which is no layer of the network. "
                f"It has {some}"
            )
    return names
