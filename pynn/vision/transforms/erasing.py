"""Hiding parts of images, so that a network learns to do without them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import ShapeError, Tensor, ops
from pynn.data.random import Seed

from .base import Transform, chosen, interval
from .cropping import random_sides


class RandomErasing(Transform):
    """A rectangle of random place, area and shape wiped out, in each image with probability p.

    Args:
        p: how often.
        scale: the least and greatest share of the image's area.
        ratio: the least and greatest width / height.
        value: what is put there: a number, one for each channel, or "random" for noise from N(0, 1).
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ShapeError: values for another number of channels.

    Source: Zhong et al. 2020, Random erasing data augmentation, arXiv:1708.04896.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> x = transforms.RandomErasing(p=1.0)(pynn.ones(4, 3, 32, 32))
        >>> (x == 0).any().item()
        True
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: tuple[float, float] = (0.02, 0.33),
        ratio: tuple[float, float] = (0.3, 3.3),
        value: float | tuple[float, ...] | str = 0.0,
        generator: Seed = None,
    ) -> None:
        super().__init__(generator)
        self.p = _check.real("RandomErasing", "p", p, 0, 1)
        self.scale = interval("RandomErasing", "scale", scale, 0)
        self.ratio = interval("RandomErasing", "ratio", ratio, 0)
        if self.scale[1] > 1 or self.ratio[0] == 0:
            raise ValueError(
                f"RandomErasing: scale is a share of the area, [0, 1], and ratio is positive; "
                f"got {scale!r} and {ratio!r}"
            )
        self.value = value
        if value != "random":
            given = value if isinstance(value, (tuple, list)) else (value,)
            self._values = [_check.real("RandomErasing", "value", number) for number in given]

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        count, channels, height, width = images.shape
        if not images.numel():
            return images, *targets
        generator = self.generator()
        high, wide = random_sides(generator, count, height, width, self.scale, self.ratio)
        top = generator.integers(0, height - high + 1)
        left = generator.integers(0, width - wide + 1)
        high = np.where(chosen(generator, count, self.p), high, 0)
        hidden = rectangles(top, top + high, left, left + wide, height, width)
        if self.value == "random":
            put = _core.tensor(generator.standard_normal(images.shape, dtype=np.float32), dtype=images.dtype)
        elif len(self._values) not in (1, channels):
            raise ShapeError(
                f"RandomErasing: {len(self._values)} values, got images of {channels} channels "
                f"{tuple(images.shape)}"
            )
        else:
            put = _core.tensor(np.reshape(self._values, (1, -1, 1, 1)), dtype=images.dtype)
        return ops.where(hidden, put, images), *targets

    def extra_repr(self) -> str:
        return f"p={self.p:g}, scale={self.scale}, ratio={self.ratio}, value={self.value!r}"


class Cutout(Transform):
    """A square wiped out around a random point of each image; at the rim, part of it lies outside.

    Args:
        size: side of the square, in pixels.
        p: how often it happens to an image.
        value: what is put there.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ValueError: no positive size.

    Source: DeVries & Taylor 2017, Improved regularization of convolutional neural networks with cutout,
    arXiv:1708.04552.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> x = transforms.Cutout(8)(pynn.ones(4, 3, 32, 32))
        >>> 4 * 4 <= (x[0, 0] == 0).sum().item() <= 8 * 8
        True
    """

    def __init__(self, size: int, p: float = 1.0, value: float = 0.0, generator: Seed = None) -> None:
        super().__init__(generator)
        self.size = _check.integer("Cutout", "size", size, 1)
        self.p = _check.real("Cutout", "p", p, 0, 1)
        self.value = _check.real("Cutout", "value", value)

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        count, _, height, width = images.shape
        if not images.numel():
            return images, *targets
        generator = self.generator()
        top = generator.integers(0, height, count) - self.size // 2
        left = generator.integers(0, width, count) - self.size // 2
        high = np.where(chosen(generator, count, self.p), self.size, 0)
        hidden = rectangles(top, top + high, left, left + self.size, height, width)
        return ops.where(hidden, self.value, images), *targets

    def extra_repr(self) -> str:
        return f"{self.size}, p={self.p:g}, value={self.value:g}"


def rectangles(
    top: np.ndarray, bottom: np.ndarray, left: np.ndarray, right: np.ndarray, height: int, width: int
) -> Tensor:
    """True inside [top, bottom) x [left, right), one rectangle for each image: `(N, 1, H, W)`.

    Args:
        top: first row, `(N,)`.
        bottom: the row after the last, `(N,)`.
        left: first column, `(N,)`.
        right: the column after the last, `(N,)`.
        height: H.
        width: W.
    """
    row, column = np.arange(height), np.arange(width)
    rows = (row >= top[:, None]) & (row < bottom[:, None])
    columns = (column >= left[:, None]) & (column < right[:, None])
    return _core.from_numpy(rows[:, None, :, None] & columns[:, None, None, :])
