"""Bringing images to one size."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check
from pynn._core import ShapeError, Tensor

from .base import Movement, size_of
from .sampling import resample, resize_matrix, take_pixels


class Resize(Movement):
    """Images in another size; in evaluation mode too.

    Resizing is linear and goes by rows, then by columns: R x Cᵀ with two matrices of weights.

    Args:
        size: (height, width); or one number for the shorter side, the other keeping the image's shape.
        interpolation: "bilinear", or "nearest" for whole pixels.
        antialias: where an image shrinks, take means over all its pixels; without, some are skipped.

    Raises:
        ShapeError: the images have no pixels.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> transforms.Resize(32)(pynn.rand(2, 3, 64, 96)).shape
        (2, 3, 32, 48)
    """

    only_in_training = False

    def __init__(
        self, size: int | tuple[int, int], interpolation: str = "bilinear", antialias: bool = True
    ) -> None:
        super().__init__()
        self.size = size_of("Resize", size)
        self.shorter = not isinstance(size, (tuple, list))
        self.interpolation = _check.choice("Resize", "interpolation", interpolation, ("bilinear", "nearest"))
        self.antialias = antialias

    def move(self, x: Tensor, drawn: Any, nearest: bool) -> Tensor:
        _, _, height, width = x.shape
        if not height or not width:
            raise ShapeError(f"Resize: images of shape {tuple(x.shape)} have no pixels")
        new_height, new_width = self._new_size(height, width)
        if nearest or self.interpolation == "nearest":
            rows, columns = (
                np.arange(new) * old // new for new, old in ((new_height, height), (new_width, width))
            )
            return take_pixels(x, np.tile(rows[:, None], (len(x), 1, 1)), columns)
        start = np.zeros(1)
        return resample(
            x,
            resize_matrix(start, np.array([float(height)]), height, new_height, self.antialias),
            resize_matrix(start, np.array([float(width)]), width, new_width, self.antialias),
        )

    def _new_size(self, height: int, width: int) -> tuple[int, int]:
        side = self.size[0]
        if not self.shorter:
            return self.size
        if height <= width:
            return side, max(side * width // height, 1)
        return max(side * height // width, 1), side

    def extra_repr(self) -> str:
        return f"{self.size[0] if self.shorter else self.size}, interpolation={self.interpolation!r}"
