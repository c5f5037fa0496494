"""New samples from two: images laid over each other or put together, and their labels in the same shares."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops
from pynn._core.functional import one_hot
from pynn.data.random import Seed

from .base import Transform
from .erasing import rectangles


class _Mix(Transform):
    def __init__(
        self, alpha: float, num_classes: int | None = None, p: float = 1.0, generator: Seed = None
    ) -> None:
        super().__init__(generator)
        name = type(self).__name__
        self.alpha = _check.real(name, "alpha", alpha, above=0)
        self.num_classes = (
            None if num_classes is None else _check.integer(name, "num_classes", num_classes, 1)
        )
        self.p = _check.real(name, "p", p, 0, 1)

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        rows = [self._rows(target, len(images)) for target in targets]
        if not images.numel():
            return images, *rows
        generator = self.generator()
        partners = _core.from_numpy(generator.permutation(len(images)).astype(np.int64))
        share = generator.beta(self.alpha, self.alpha, len(images))
        share[generator.random(len(images)) >= self.p] = 1.0
        images, share = self.mix(generator, images, images[partners], share)
        return images, *(self._blend(row, row[partners], share) for row in rows)

    def mix(
        self, generator: np.random.Generator, images: Tensor, partners: Tensor, share: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        """Mixed images, and how much of the first each one holds.

        Args:
            generator: where random numbers come from.
            images: `(N, C, H, W)`.
            partners: what each is mixed with, `(N, C, H, W)`.
            share: how much of the first is wanted, `(N,)`.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it mixes (mix)")

    def _blend(self, rows: Tensor, partners: Tensor, share: np.ndarray) -> Tensor:
        weights = _core.tensor(share.reshape(-1, *[1] * (rows.ndim - 1)), dtype=rows.dtype)
        return rows * weights + partners * (1 - weights)

    def _rows(self, target: Any, count: int) -> Tensor:
        """Targets that can be mixed: class numbers as one-hot rows, floats as they are."""
        name = type(self).__name__
        _check.tensor(name, "each target", target)
        if target.ndim == 0 or len(target) != count:
            raise ShapeError(f"{name}: {count} images need {count} targets, got shape {tuple(target.shape)}")
        if target.is_floating_point():
            return target
        if target.ndim != 1:
            raise ShapeError(
                f"{name}: targets must be class numbers (N,) or floats, "
                f"got {target.dtype} {tuple(target.shape)}"
            )
        if self.num_classes is None:
            raise DTypeError(
                f"{name}: class numbers become shares of classes; say of how many. "
                f"Did you mean {name}(num_classes=10)?"
            )
        return one_hot(target.long(), self.num_classes).float()

    def extra_repr(self) -> str:
        return f"alpha={self.alpha:g}, num_classes={self.num_classes}, p={self.p:g}"


class MixUp(_Mix):
    """Each image laid over another of the batch: λ x + (1 - λ) x', and so its label; λ from Beta(α, α).

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
        super().__init__(alpha, num_classes, p, generator)

    def mix(
        self, generator: np.random.Generator, images: Tensor, partners: Tensor, share: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        return self._blend(images, partners, share), share


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
        super().__init__(alpha, num_classes, p, generator)

    def mix(
        self, generator: np.random.Generator, images: Tensor, partners: Tensor, share: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        count, _, height, width = images.shape
        part = np.sqrt(1 - share)
        bounds: list[np.ndarray] = []
        for side in (height, width):
            middle, half = generator.integers(0, side, count), np.rint(side * part / 2).astype(np.int64)
            bounds += [np.maximum(middle - half, 0), np.minimum(middle + half, side)]
        top, bottom, left, right = bounds
        seen = 1 - (bottom - top) * (right - left) / (height * width)
        return ops.where(rectangles(top, bottom, left, right, height, width), partners, images), seen
