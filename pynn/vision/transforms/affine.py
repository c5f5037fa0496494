"""Turning, moving, scaling and shearing images, each by amounts of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor
from pynn.data.random import Seed

from .base import Movement, interval
from .sampling import sample


class RandomAffine(Movement):
    """Each image turned, moved, scaled and sheared at random about its middle.

    A point p, measured from the middle, goes to A p + t, where A turns, shears and scales:
    A = s R(angle) H(shear). The new image at q thus reads the old one at A⁻¹(q - t).

    Args:
        degrees: turns counter-clockwise by an angle from this interval; one number d means (-d, d).
        translate: the most it moves, (across, down), as shares of width and height. Default: not at all.
        scale: (least, greatest) factor. Default: none.
        shear: degrees by which upright lines lean to the right, an interval or one number. Default: none.
        interpolation: "bilinear", or "nearest" for whole pixels.
        fill: the value of what comes in from outside; in masks it is 0.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ValueError: an interval that does not rise, a share above 1, a scale that is not positive, a shear of
            90 degrees or more.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> augment = transforms.RandomAffine(degrees=10, translate=(0.1, 0.1), scale=(0.9, 1.1))
        >>> augment(pynn.rand(8, 1, 28, 28)).shape
        (8, 1, 28, 28)
    """

    def __init__(
        self,
        degrees: float | tuple[float, float],
        translate: tuple[float, float] | None = None,
        scale: tuple[float, float] | None = None,
        shear: float | tuple[float, float] | None = None,
        interpolation: str = "bilinear",
        fill: float = 0.0,
        generator: Seed = None,
    ) -> None:
        super().__init__(generator)
        name = type(self).__name__
        self.degrees = interval(name, "degrees", degrees, around=0)
        self.translate = _shares(name, translate)
        self.scale = (1.0, 1.0) if scale is None else interval(name, "scale", scale, 0)
        if self.scale[0] == 0:
            raise ValueError(f"{name}: scale must be above 0, got {scale!r}")
        self.shear = (0.0, 0.0) if shear is None else interval(name, "shear", shear, around=0)
        if max(abs(end) for end in self.shear) >= 90:
            raise ValueError(f"{name}: shear must lie between -90 and 90 degrees, got {shear!r}")
        self.interpolation = _check.choice(name, "interpolation", interpolation, ("bilinear", "nearest"))
        self.fill = _check.real(name, "fill", fill)

    def draw(self, images: Tensor) -> tuple[np.ndarray, np.ndarray]:
        count, _, height, width = images.shape
        generator = self.generator()
        kind = np.float64 if images.dtype is _core.float64 else np.float32
        angle = np.deg2rad(generator.uniform(*self.degrees, count))
        shear = np.tan(np.deg2rad(generator.uniform(*self.shear, count)))
        scale = generator.uniform(*self.scale, count)
        across, down = (
            generator.uniform(-most * side, most * side, count)
            for most, side in zip(self.translate, (width, height), strict=True)
        )
        # A⁻¹ = H(-shear) R(-angle) / s. Rows are counted downwards, which turns the sense of both round.
        cos, sin, lean, across, down = (
            numbers.astype(kind)[:, None, None]
            for numbers in (np.cos(angle) / scale, np.sin(angle) / scale, shear, across, down)
        )
        x = _grid(width).astype(kind) - across
        y = _grid(height).astype(kind)[:, None] - down
        turned_y = sin * x + cos * y
        turned_x = cos * x - sin * y + lean * turned_y
        return turned_y + (height - 1) / 2, turned_x + (width - 1) / 2

    def move(self, x: Tensor, drawn: tuple[np.ndarray, np.ndarray], nearest: bool) -> Tensor:
        whole = nearest or self.interpolation == "nearest"
        return sample(x, *drawn, fill=0.0 if nearest else self.fill, nearest=whole)

    def extra_repr(self) -> str:
        return f"degrees={self.degrees}, translate={self.translate}, scale={self.scale}, shear={self.shear}"


class RandomRotation(RandomAffine):
    """Each image turned by an angle of its own.

    Args:
        degrees: counter-clockwise, an interval; one number d means (-d, d).
        interpolation: "bilinear", or "nearest" for whole pixels.
        fill: the value of what comes in from outside; in masks it is 0.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ValueError: an interval that does not rise.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> x = pynn.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> transforms.RandomRotation((90, 90), interpolation="nearest")(x).tolist()
        [[[[2.0, 4.0], [1.0, 3.0]]]]
    """

    def __init__(
        self,
        degrees: float | tuple[float, float],
        interpolation: str = "bilinear",
        fill: float = 0.0,
        generator: Seed = None,
    ) -> None:
        super().__init__(degrees, interpolation=interpolation, fill=fill, generator=generator)

    def extra_repr(self) -> str:
        return f"degrees={self.degrees}"


class RandomTranslation(RandomAffine):
    """Each image moved by a distance of its own.

    Args:
        translate: the most it moves, (across, down), as shares of width and height; one number for both.
        interpolation: "bilinear", or "nearest" for whole pixels.
        fill: the value of what comes in from outside; in masks it is 0.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ValueError: a share outside [0, 1].

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> transforms.RandomTranslation(0.1)(pynn.rand(8, 1, 28, 28)).shape
        (8, 1, 28, 28)
    """

    def __init__(
        self,
        translate: float | tuple[float, float] = (0.1, 0.1),
        interpolation: str = "bilinear",
        fill: float = 0.0,
        generator: Seed = None,
    ) -> None:
        both = translate if isinstance(translate, (tuple, list)) else (translate, translate)
        super().__init__(0.0, both, interpolation=interpolation, fill=fill, generator=generator)

    def extra_repr(self) -> str:
        return f"translate={self.translate}"


def _grid(side: int) -> np.ndarray:
    """Where the middles of pixels lie, seen from the middle of the image."""
    return np.arange(side) - (side - 1) / 2


def _shares(name: str, translate: Any) -> tuple[float, float]:
    if translate is None:
        return 0.0, 0.0
    if not isinstance(translate, (tuple, list)) or len(translate) != 2:
        raise ValueError(
            f"{name}: translate is (across, down), shares of width and height; got {translate!r}"
        )
    across, down = (_check.real(name, "translate", share, 0, 1) for share in translate)
    return across, down
