"""Generated pictures of circles, squares and triangles, with their masks and boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .random import Seed, numpy_generator

NAMES = ("background", "circle", "square", "triangle")
TRIES = 6  # to find a free place for a shape


@dataclass(frozen=True)
class Shapes:
    """Pictures of shapes, and what is where in them.

    Args:
        images: `(N, 3, H, W)`, floats from 0 to 1.
        masks: the class of each pixel, `(N, H, W)`, 0 for background.
        boxes: (left, top, right, bottom) of each shape in pixels, `(N, K, 4)`; zeros where there are fewer.
        labels: the class of each shape, `(N, K)`; 0 where there are fewer than K shapes.
        target_names: what the classes are.

    Example:
        >>> import pynn
        >>> shapes = pynn.data.make_shapes(10, size=32, generator=0)
        >>> shapes.images.shape, shapes.target_names
        ((10, 3, 32, 32), ['background', 'circle', 'square', 'triangle'])
    """

    images: Tensor
    masks: Tensor
    boxes: Tensor
    labels: Tensor
    target_names: list[str]

    def __len__(self) -> int:
        return int(self.images.shape[0])

    def __repr__(self) -> str:
        return (
            f"Shapes({len(self)} images {tuple(self.images.shape[1:])}, up to {self.labels.shape[1]} shapes)"
        )


def make_shapes(
    n_samples: int = 1000,
    size: int | tuple[int, int] = 64,
    max_shapes: int = 3,
    noise: float = 0.05,
    generator: Seed = None,
) -> Shapes:
    """Pictures of 1 to `max_shapes` circles, squares and triangles, which do not touch.

    Size, place and colour are random; so is the colour of the background.

    Args:
        n_samples: how many pictures.
        size: height and width, or (height, width); 16 or more.
        max_shapes: the most in one picture.
        noise: the standard deviation of what is added to each pixel.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Raises:
        ValueError: pictures that are too small, no shapes, or negative noise.

    Example:
        >>> import pynn
        >>> shapes = pynn.data.make_shapes(100, generator=0)
        >>> shapes
        Shapes(100 images (3, 64, 64), up to 3 shapes)
        >>> bool((shapes.masks.amax((1, 2)) > 0).all())
        True
    """
    _check.integer("make_shapes", "n_samples", n_samples, 0)
    _check.integer("make_shapes", "max_shapes", max_shapes, 1)
    noise = _check.real("make_shapes", "noise", noise, 0)
    pair = size if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) != 2:
        raise ValueError(f"make_shapes: size is one number or (height, width), got {size!r}")
    height, width = (_check.integer("make_shapes", "size", side, 16) for side in pair)
    random = numpy_generator(generator)

    boxes, labels = _places(random, n_samples, height, width, max_shapes)
    background = random.uniform(0, 1, (n_samples, 3)).astype(np.float32)
    images = np.empty((n_samples, 3, height, width), np.float32)
    images[:] = background[:, :, None, None]
    masks = np.zeros((n_samples, height, width), np.int64)
    for k in range(max_shapes):
        inside = _inside(boxes[:, k], labels[:, k], height, width)
        # Half the circle away from the background, give or take: a shape can be seen.
        color = (background + random.uniform(0.3, 0.7, (n_samples, 3)).astype(np.float32)) % 1
        np.copyto(images, color[:, :, None, None], where=inside[:, None])
        np.copyto(masks, labels[:, k, None, None], where=inside)
    if noise:
        images += np.float32(noise) * random.standard_normal(images.shape, dtype=np.float32)
        np.clip(images, 0, 1, out=images)
    return Shapes(
        _core.from_numpy(images),
        _core.from_numpy(masks),
        _core.from_numpy(boxes.astype(np.float32)),
        _core.from_numpy(labels),
        list(NAMES),
    )


def _places(
    random: np.random.Generator, count: int, height: int, width: int, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Boxes `(N, K, 4)` that do not touch, and classes `(N, K)`; the first `count` of each picture are taken.

    A shape that finds no free place in a few tries is left out; the first always finds one.
    """
    boxes = np.zeros((count, most, 4), np.int64)
    labels = np.zeros((count, most), np.int64)
    wanted = random.integers(1, most + 1, count)
    placed = np.zeros(count, np.int64)
    everyone = np.arange(count)
    smallest, largest = 8, max(9, 2 * min(height, width) // 5)
    for _ in range(most + TRIES):
        side = random.integers(smallest, largest + 1, count)
        left, top = random.integers(0, width - side + 1), random.integers(0, height - side + 1)
        new = np.stack([left, top, left + side, top + side], 1)
        apart = (
            (new[:, None, :2] > boxes[..., 2:]) | (new[:, None, 2:] < boxes[..., :2])  # by a pixel at least
        ).any(-1) | (labels == 0)
        free = apart.all(1) & (placed < wanted)
        at = everyone[free], placed[free]
        boxes[at], labels[at] = new[free], random.integers(1, len(NAMES), count)[free]
        placed += free
    return boxes, labels


def _inside(box: np.ndarray, label: np.ndarray, height: int, width: int) -> np.ndarray:
    """Which pixels lie in a shape that fills its box: `(N, H, W)`. Pixels count by their middles."""
    left, top, right, bottom = (box[:, i, None, None].astype(np.float32) for i in range(4))
    side = np.maximum(right - left, 1)
    # From -1 to 1 across the box, and down it.
    x = (2 * np.arange(width, dtype=np.float32) + 1 - left - right) / side
    y = (2 * np.arange(height, dtype=np.float32)[:, None] + 1 - top - bottom) / side
    circle = x * x + y * y <= 1
    square = (np.abs(x) <= 1) & (np.abs(y) <= 1)
    triangle = (np.abs(x) <= np.maximum((1 + y) / 2, 1.01 / side)) & square  # its tip is a pixel or two
    return np.choose(label[:, None, None], [np.False_, circle, square, triangle])
