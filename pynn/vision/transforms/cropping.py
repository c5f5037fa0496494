"""Parts of images: at random, in the middle, or of random size and brought to one size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pynn import _check
from pynn._core import ShapeError, Tensor
from pynn._core.functional import pad as pad_image
from pynn.data.random import Seed

from .base import Movement, interval, size_of
from .sampling import resample, resize_matrix, take_pixels


class RandomCrop(Movement):
    """A part of each image, at a place of its own.

    Args:
        size: of the part, one number or (height, width).
        padding: pixels to add around first: one number, (left and right, top and bottom), or (left, top,
            right, bottom). Default: none.
        fill: the value of those pixels.
        padding_mode: "constant" (`fill`), "reflect" or "replicate".
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ShapeError: the images, with their padding, are smaller than the part.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> transforms.RandomCrop(32, padding=4)(pynn.rand(8, 3, 32, 32)).shape
        (8, 3, 32, 32)
    """

    def __init__(
        self,
        size: int | tuple[int, int],
        padding: int | tuple[int, ...] | None = None,
        fill: float = 0.0,
        padding_mode: str = "constant",
        generator: Seed = None,
    ) -> None:
        super().__init__(generator)
        self.size = size_of("RandomCrop", size)
        self.padding = _margins(padding)
        self.fill = _check.real("RandomCrop", "fill", fill)
        self.padding_mode = _check.choice(
            "RandomCrop", "padding_mode", padding_mode, ("constant", "reflect", "replicate")
        )

    def draw(self, images: Tensor) -> tuple[np.ndarray, np.ndarray]:
        left, right, top, bottom = self.padding
        room = (images.shape[2] + top + bottom, images.shape[3] + left + right)
        spare = _spare("RandomCrop", self.size, room, tuple(images.shape))
        generator = self.generator()
        down, across = (generator.integers(0, most + 1, (len(images), 1, 1)) for most in spare)
        return down + np.arange(self.size[0])[:, None], across + np.arange(self.size[1])

    def move(self, x: Tensor, drawn: tuple[np.ndarray, np.ndarray], nearest: bool) -> Tensor:
        if any(self.padding):
            fill = 0.0 if nearest else self.fill  # around a mask lies background
            value = fill if self.padding_mode == "constant" else 0.0
            x = pad_image(x, self.padding, mode=self.padding_mode, value=value)
        return take_pixels(x, *drawn)

    def extra_repr(self) -> str:
        return f"{self.size}" + (f", padding={self.padding}" if any(self.padding) else "")


class CenterCrop(Movement):
    """The middle of each image; in evaluation mode too.

    Args:
        size: of the part, one number or (height, width).

    Raises:
        ShapeError: the images are smaller.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> transforms.CenterCrop(2)(pynn.arange(16.0).reshape(1, 1, 4, 4)).tolist()
        [[[[5.0, 6.0], [9.0, 10.0]]]]
    """

    only_in_training = False

    def __init__(self, size: int | tuple[int, int]) -> None:
        super().__init__()
        self.size = size_of("CenterCrop", size)

    def move(self, x: Tensor, drawn: Any, nearest: bool) -> Tensor:
        down, across = _spare("CenterCrop", self.size, (x.shape[2], x.shape[3]), tuple(x.shape))
        # Of an odd remainder the larger half goes to an even place, as Python's round says: PyTorch's choice.
        top, left = round(down / 2), round(across / 2)
        return x[:, :, top : top + self.size[0], left : left + self.size[1]]

    def extra_repr(self) -> str:
        return f"{self.size}"


class RandomResizedCrop(Movement):
    """A part of random area and shape from each image, resized: how networks are trained on photographs.

    Args:
        size: of the result, one number or (height, width).
        scale: the least and greatest share of the image's area.
        ratio: the least and greatest width / height.
        antialias: take means over all pixels where the part shrinks.
        generator: a seed or NumPy generator; see `Transform`.

    Source: Szegedy et al. 2015, Going deeper with convolutions, arXiv:1409.4842, section 6.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> transforms.RandomResizedCrop(24)(pynn.rand(8, 3, 40, 60)).shape
        (8, 3, 24, 24)
    """

    def __init__(
        self,
        size: int | tuple[int, int],
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        antialias: bool = True,
        generator: Seed = None,
    ) -> None:
        super().__init__(generator)
        self.size = size_of("RandomResizedCrop", size)
        self.scale = interval("RandomResizedCrop", "scale", scale, 0)
        self.ratio = interval("RandomResizedCrop", "ratio", ratio, 0)
        if self.scale[0] == 0 or self.scale[1] > 1 or self.ratio[0] == 0:
            raise ValueError(
                f"RandomResizedCrop: scale is a share of the area, (0, 1], and ratio is positive; "
                f"got {scale!r} and {ratio!r}"
            )
        self.antialias = antialias

    def draw(self, images: Tensor) -> tuple[np.ndarray, ...]:
        count, _, height, width = images.shape
        if not height or not width:
            raise ShapeError(f"RandomResizedCrop: images of shape {tuple(images.shape)} have no pixels")
        generator = self.generator()
        high, wide = random_sides(generator, count, height, width, self.scale, self.ratio)
        top = generator.integers(0, height - high + 1)
        left = generator.integers(0, width - wide + 1)
        return top, high, left, wide

    def move(self, x: Tensor, drawn: tuple[np.ndarray, ...], nearest: bool) -> Tensor:
        top, high, left, wide = drawn
        _, _, height, width = x.shape
        if nearest:
            rows = top[:, None] + _nearest(high, self.size[0])
            columns = left[:, None] + _nearest(wide, self.size[1])
            return take_pixels(x, rows[:, :, None], columns[:, None, :])
        return resample(
            x,
            resize_matrix(top, high, height, self.size[0], self.antialias),
            resize_matrix(left, wide, width, self.size[1], self.antialias),
        )

    def extra_repr(self) -> str:
        return f"{self.size}, scale={self.scale}, ratio={self.ratio}"


def _nearest(length: np.ndarray, target: int) -> np.ndarray:
    """Which of `length` pixels each of `target` pixels takes: `(N, target)`."""
    return ((np.arange(target) + 0.5) * length[:, None] / target).astype(np.int64)


def random_sides(
    generator: np.random.Generator,
    count: int,
    height: int,
    width: int,
    scale: tuple[float, float],
    ratio: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Heights and widths of random parts: areas evenly, width / height evenly in its logarithm.

    A part that is too high or wide for the image is cut to fit.

    Args:
        generator: where the numbers come from.
        count: of images, N.
        height: of the images.
        width: of the images.
        scale: (least, greatest) share of the area.
        ratio: (least, greatest) width / height.
    """
    area = height * width * generator.uniform(*scale, count)
    shape = np.exp(generator.uniform(math.log(ratio[0]), math.log(ratio[1]), count))
    high = np.clip(np.rint(np.sqrt(area / shape)), 1, height).astype(np.int64)
    wide = np.clip(np.rint(np.sqrt(area * shape)), 1, width).astype(np.int64)
    return high, wide


def _margins(padding: Any) -> tuple[int, int, int, int]:
    """(left, right, top, bottom), from PyTorch's ways to say it."""
    given = (0,) if padding is None else padding if isinstance(padding, (tuple, list)) else (padding,)
    sides = [_check.integer("RandomCrop", "padding", side, 0) for side in given]
    if len(sides) not in (1, 2, 4):
        raise ValueError(
            f"RandomCrop: padding is one number, (left and right, top and bottom) or "
            f"(left, top, right, bottom), got {padding!r}"
        )
    left, top, right, bottom = sides * (4 // len(sides))
    return left, right, top, bottom


def _spare(
    owner: str, size: tuple[int, int], room: tuple[int, ...], shape: tuple[int, ...]
) -> tuple[int, int]:
    """How far a part can move down and across."""
    down, across = room[0] - size[0], room[1] - size[1]
    if down < 0 or across < 0:
        padded = f", {room[0]} x {room[1]} with their padding" if room != shape[2:] else ""
        raise ShapeError(f"{owner}: a part of {size[0]} x {size[1]} does not fit into images {shape}{padded}")
    return down, across
