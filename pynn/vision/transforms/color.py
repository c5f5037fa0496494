"""Colours and brightness, changed at random and brought to a common scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import ShapeError, Tensor, ops
from pynn.data.random import Seed

from .base import Transform, check_images, interval

GREY = (0.299, 0.587, 0.114)  # how bright red, green and blue look: ITU-R BT.601
_Factor = float | tuple[float, float]


class ColorJitter(Transform):
    """Brightness, contrast, saturation and hue of each image, changed by factors of its own.

    Brightness multiplies; contrast and saturation move pixels away from, or towards, the mean grey of the
    image and their own grey: f x + (1 - f) grey; hue turns the circle of colours. Results are kept from 0 to
    1. The four happen in a random order, which is the same for a whole batch.

    Args:
        brightness: factors from [max(0, 1 - b), 1 + b]; or (least, greatest).
        contrast: likewise.
        saturation: likewise.
        hue: shifts from [-h, h], with h at most 0.5, half the circle; or (least, greatest).
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ShapeError: the images have neither one channel nor three. In one, saturation and hue change nothing.

    Source: Howard 2013, Some improvements on deep convolutional neural network based image classification,
    arXiv:1312.5402.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> jitter = transforms.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.05)
        >>> jitter(pynn.rand(8, 3, 32, 32)).shape
        (8, 3, 32, 32)
    """

    def __init__(
        self,
        brightness: _Factor = 0.0,
        contrast: _Factor = 0.0,
        saturation: _Factor = 0.0,
        hue: _Factor = 0.0,
        generator: Seed = None,
    ) -> None:
        super().__init__(generator)
        self.brightness = interval("ColorJitter", "brightness", brightness, 0, around=1)
        self.contrast = interval("ColorJitter", "contrast", contrast, 0, around=1)
        self.saturation = interval("ColorJitter", "saturation", saturation, 0, around=1)
        self.hue = interval("ColorJitter", "hue", hue, around=0)
        if max(abs(end) for end in self.hue) > 0.5:
            raise ValueError(
                f"ColorJitter: hue must lie in [-0.5, 0.5], half the circle each way; got {hue!r}"
            )

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        if images.shape[1] not in (1, 3):
            raise ShapeError(
                f"ColorJitter: images must have one channel or three (N, 3, H, W), got {tuple(images.shape)}"
            )
        generator = self.generator()
        steps = [
            (_brightness, self.brightness, 1.0),
            (_contrast, self.contrast, 1.0),
            (_saturation, self.saturation, 1.0),
            (_hue, self.hue, 0.0),
        ]
        for i in generator.permutation(len(steps)):
            change, bounds, nothing = steps[i]
            if bounds != (nothing, nothing):
                amount = generator.uniform(bounds[0], bounds[1], (len(images), 1, 1, 1))
                images = change(images, _core.tensor(amount, dtype=images.dtype))
        return images, *targets

    def extra_repr(self) -> str:
        return (
            f"brightness={self.brightness}, contrast={self.contrast}, saturation={self.saturation}, "
            f"hue={self.hue}"
        )


def _brightness(x: Tensor, factor: Tensor) -> Tensor:
    return (x * factor).clamp(0, 1)


def _contrast(x: Tensor, factor: Tensor) -> Tensor:
    mean = _grey(x).mean((1, 2, 3), keepdim=True)
    return (x * factor + mean * (1 - factor)).clamp(0, 1)


def _saturation(x: Tensor, factor: Tensor) -> Tensor:
    return x if x.shape[1] == 1 else (x * factor + _grey(x) * (1 - factor)).clamp(0, 1)


def _grey(x: Tensor) -> Tensor:
    if x.shape[1] == 1:
        return x
    return (x * _channels(GREY, x)).sum(1, keepdim=True)


def _hue(x: Tensor, shift: Tensor) -> Tensor:
    """To hue h, saturation s and value v; h moved on; and back: vₙ = v - v s max(0, min(k, 4 - k, 1)).

    There k = (n + 6 h) mod 6, with n = 5, 3, 1 for red, green and blue.

    Source: Smith 1978, Color gamut transform pairs.
    """
    if x.shape[1] == 1:
        return x
    red, green, blue = x.split(1, 1)
    value, least = x.amax(1, keepdim=True), x.amin(1, keepdim=True)
    chroma = value - least
    span = ops.where(chroma == 0, 1.0, chroma)
    sixth = ops.where(
        value == red,
        (green - blue) / span,
        ops.where(value == green, 2 + (blue - red) / span, 4 + (red - green) / span),
    )
    k = ops.remainder(_channels((5, 3, 1), x) + sixth + 6 * shift, 6)
    return value - chroma * ops.minimum(k, 4 - k).clamp(0, 1)


def _channels(numbers: Sequence[float], x: Tensor) -> Tensor:
    """One number for each channel, to stand beside `(N, C, H, W)`."""
    return _core.tensor(np.reshape(numbers, (1, -1, 1, 1)), dtype=x.dtype)


class Normalize(Transform):
    """Every channel to mean 0 and standard deviation 1: (x - mean) / std; in evaluation mode too.

    Give both, or let `adapt` find them in the training images.

    Args:
        mean: one number for each channel, or one for all.
        std: likewise, above 0.

    Raises:
        ShapeError: the images have another number of channels.
        RuntimeError: neither mean and std nor images to find them in were given.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> normalize = transforms.Normalize().adapt(pynn.rand(100, 3, 8, 8))
        >>> normalize.mean.shape
        (3,)
        >>> transforms.Normalize(0.5, 0.5)(pynn.ones(1, 1, 1, 1)).item()
        1.0
    """

    only_in_training = False
    mean: Tensor | None
    std: Tensor | None

    def __init__(
        self, mean: float | Sequence[float] | None = None, std: float | Sequence[float] | None = None
    ) -> None:
        super().__init__()
        if (mean is None) != (std is None):
            raise ValueError("Normalize: give mean and std both, or neither and call adapt(images)")
        self.register_buffer("mean", None if mean is None else _numbers("mean", mean))
        self.register_buffer("std", None if std is None else _numbers("std", std))
        if self.mean is not None and self.std is not None:
            if len(self.mean) != len(self.std):
                raise ValueError(f"Normalize: {len(self.mean)} means and {len(self.std)} standard deviations")
            if not (self.std > 0).all():
                raise ValueError(f"Normalize: std must be above 0, got {std!r}")

    def adapt(self, images: Any) -> Normalize:
        """Find mean and standard deviation of each channel. A channel that never changes gets std 1.

        Args:
            images: `(N, C, H, W)`; or a DataLoader or list of batches of images, or of (images, ...).

        Raises:
            ValueError: there are no pixels, or NaN or infinity among them.
        """
        if not isinstance(images, (Tensor, Iterable)):
            raise TypeError(
                f"Normalize.adapt: images must be (N, C, H, W) or batches of them, "
                f"got {type(images).__name__}"
            )
        count, total, squares = 0, np.zeros(1), np.zeros(1)
        origin: np.ndarray | None = None  # sums around a value nearby lose nothing to rounding
        for batch in (images,) if isinstance(images, Tensor) else images:
            batch = check_images("Normalize.adapt", batch[0] if isinstance(batch, (tuple, list)) else batch)
            x = np.asarray(batch.detach(), dtype=np.float64)
            if not x.size:
                continue
            if origin is None:
                origin = x[0].mean((1, 2))
            if x.shape[1] != len(origin):
                raise ShapeError(f"Normalize.adapt: batches of {len(origin)} and of {x.shape[1]} channels")
            x = x - origin[:, None, None]
            count += x.size // x.shape[1]
            total, squares = total + x.sum((0, 2, 3)), squares + np.square(x).sum((0, 2, 3))
        if not count or origin is None:
            raise ValueError("Normalize.adapt: the images hold no pixels")
        mean = total / count
        variance = np.maximum(squares / count - mean**2, 0)
        if not np.isfinite(variance).all():
            raise ValueError("Normalize.adapt: the images hold NaN or infinity")
        constant = variance <= (1e-6 * np.abs(mean + origin)) ** 2
        self.mean = _core.tensor((mean + origin).astype(np.float32))
        self.std = _core.tensor(np.where(constant, 1, np.sqrt(variance)).astype(np.float32))
        return self

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        mean, std = self._statistics(images)
        return (images - mean) / std, *targets

    def inverse(self, images: Tensor) -> Tensor:
        """Back to the original values, to look at.

        Args:
            images: `(N, C, H, W)`, normalized.
        """
        mean, std = self._statistics(check_images("Normalize.inverse", images))
        return images * std + mean

    def _statistics(self, images: Tensor) -> tuple[Tensor, Tensor]:
        if self.mean is None or self.std is None:
            raise RuntimeError("Normalize has seen no images yet: call adapt(images), or give mean and std")
        if len(self.mean) not in (1, images.shape[1]):
            raise ShapeError(
                f"Normalize: has numbers for {len(self.mean)} channels, got images {tuple(images.shape)}"
            )
        shape = (1, -1, 1, 1)
        return self.mean.to(images.dtype).reshape(shape), self.std.to(images.dtype).reshape(shape)

    def extra_repr(self) -> str:
        if self.mean is None or self.std is None:
            return "not adapted"
        means, deviations = ([float(f"{x:.4g}") for x in part.tolist()] for part in (self.mean, self.std))
        return f"mean={means}, std={deviations}"


def _numbers(name: str, value: Any) -> Tensor:
    try:
        numbers = np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError):
        raise TypeError(f"Normalize: {name} must be one number for each channel, got {value!r}") from None
    if numbers.ndim > 1 or numbers.size == 0 or not np.isfinite(numbers).all():
        raise ValueError(f"Normalize: {name} must be one finite number for each channel, got {value!r}")
    return _core.tensor(numbers.reshape(-1))
