"""Images laid over each other or put together, and their labels in the same shares."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import data
from pynn._core import Tensor, ops
from pynn.data.mixing import Mixing
from pynn.data.random import Seed

from .base import Transform
from .erasing import rectangles


class _Mix(Transform):
    """A mixture of samples (`pynn.data.mixing`) as a transform of images."""

    def __init__(self, mixing: Mixing, generator: Seed) -> None:
        super().__init__(generator)
        self.mixing = mixing

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        return self.mixing.mixed(self.generator(), images, targets)

    def extra_repr(self) -> str:
        return self.mixing.options()


class MixUp(_Mix):
    """Each image laid over another of the batch: λ x + (1 - λ) x', and so its label; λ from Beta(α, α).

    `pynn.data.MixUp` is the same for batches of any kind.

    Class numbers `(N,)` become rows `(N, num_classes)` that add up to 1, which `cross_entropy` takes. Floats,
    such as one-hot rows or numbers to predict, are mixed as they are.

    Args:
        alpha: α; the smaller, the more λ lies near 0 or 1.
        num_classes: how many classes there are; needed for class numbers.
        p: how often it happens to an image.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        DTypeError: class numbers, and num_classes was not said.
        ShapeError: whole numbers that are not `(N,)`.

    Source: Zhang et al. 2018, mixup: Beyond empirical risk minimization, arXiv:1710.09412, equation 1.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> x, y = transforms.MixUp(num_classes=3)(pynn.rand(4, 1, 8, 8), pynn.tensor([0, 1, 2, 0]))
        >>> y.shape
        (4, 3)
    """

    def __init__(
        self, alpha: float = 0.2, num_classes: int | None = None, p: float = 1.0, generator: Seed = None
    ) -> None:
        super().__init__(data.MixUp(alpha, num_classes, p), generator)


class CutMix(_Mix):
    """A rectangle of each image filled from another of the batch; labels are mixed by the areas seen.

    The rectangle has a share 1 - λ of the area, with λ from Beta(α, α), the shape of the image, and a random
    middle; what of it lies outside is cut off and not counted. Targets are treated as by `MixUp`.

    Args:
        alpha: α; 1 makes all areas equally likely.
        num_classes: how many classes there are; needed for class numbers.
        p: how often it happens to an image.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        DTypeError: class numbers, and num_classes was not said.
        ShapeError: whole numbers that are not `(N,)`.

    Source: Yun et al. 2019, CutMix: Regularization strategy to train strong classifiers with localizable
    features, arXiv:1905.04899, equation 2.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> x, y = transforms.CutMix(num_classes=3)(pynn.rand(4, 1, 8, 8), pynn.tensor([0, 1, 2, 0]))
        >>> y.shape
        (4, 3)
    """

    def __init__(
        self, alpha: float = 1.0, num_classes: int | None = None, p: float = 1.0, generator: Seed = None
    ) -> None:
        super().__init__(_Rectangles(alpha, num_classes, p, "CutMix"), generator)


class _Rectangles(Mixing):
    def mix(
        self, generator: np.random.Generator, x: Tensor, partners: Tensor, share: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        count, _, height, width = x.shape
        part = np.sqrt(1 - share)
        bounds: list[np.ndarray] = []
        for side in (height, width):
            middle, half = generator.integers(0, side, count), np.rint(side * part / 2).astype(np.int64)
            bounds += [np.maximum(middle - half, 0), np.minimum(middle + half, side)]
        top, bottom, left, right = bounds
        seen = 1 - (bottom - top) * (right - left) / (height * width)
        return ops.where(rectangles(top, bottom, left, right, height, width), partners, x), seen
