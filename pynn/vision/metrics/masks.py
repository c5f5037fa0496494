"""How well masks of classes fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check
from pynn._core import ShapeError, Tensor
from pynn.train.metrics import ClassMetric


def mask_iou(masks1: Tensor, masks2: Tensor) -> Tensor:
    """Intersection over union of regions, each of the one set with each of the other.

    Two empty regions have the overlap 0.

    Args:
        masks1: what belongs to each region, `(N, H, W)`, bool or 0 and 1.
        masks2: likewise, `(M, H, W)`.

    Returns:
        `(N, M)`, from 0 to 1.

    Raises:
        ShapeError: not of these shapes.

    Example:
        >>> import pynn
        >>> from pynn.vision import metrics
        >>> metrics.mask_iou(pynn.tensor([[[1, 1, 0]]]), pynn.tensor([[[0, 1, 1]]])).tolist()
        [[0.3333333432674408]]
    """
    _check.tensor("mask_iou", "masks1", masks1)
    _check.tensor("mask_iou", "masks2", masks2)
    if masks1.ndim != 3 or masks2.ndim != 3 or masks1.shape[1:] != masks2.shape[1:]:
        raise ShapeError(
            f"mask_iou: expected masks (N, H, W) and (M, H, W), got {tuple(masks1.shape)} and "
            f"{tuple(masks2.shape)}"
        )
    a, b = ((masks != 0).float().flatten(1) for masks in (masks1, masks2))
    shared = a @ b.T
    union = a.sum(1).unsqueeze(1) + b.sum(1) - shared
    return shared / union.clamp(1)


class MeanIoU(ClassMetric):
    """Intersection over union of each class over the pixels of all images; the mean of those that occur.

    Outputs are scores `(N, C, H, W)`, or `(N, 1, H, W)` for two classes; targets are class numbers
    `(N, H, W)`.

    Args:
        ignore_index: targets of this number count nothing.
        threshold: for two classes, see `pynn.train.Accuracy`.
        name: what the history calls it.

    Attributes:
        matrix: `matrix[i, j]` pixels of class i were said to be j, `(C, C)`.

    Raises:
        ValueError: a target is none of the classes.

    Source: Everingham et al. 2015, The PASCAL visual object classes challenge: a retrospective, section 3.

    Example:
        >>> import pynn
        >>> from pynn.vision import metrics
        >>> metric = metrics.MeanIoU()
        >>> scores = pynn.tensor([[[[2.0, 2.0, 0.0]], [[1.0, 1.0, 1.0]]]])
        >>> metric.update(scores, pynn.tensor([[[0, 1, 1]]]))
        >>> metric.result()
        0.5
    """

    def __init__(
        self, ignore_index: int | None = None, threshold: float | None = None, name: str = "mean_iou"
    ) -> None:
        self.ignore_index = ignore_index
        if ignore_index is not None:
            _check.integer("MeanIoU", "ignore_index", ignore_index)
        super().__init__(threshold, name)

    def reset(self) -> None:
        self.matrix = np.zeros((0, 0), dtype=np.int64)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        two = outputs.ndim > 1 and outputs.shape[1] == 1
        if two and targets.ndim == outputs.ndim - 1:
            targets = targets.unsqueeze(1)
        said, right, classes = self.classes(outputs, targets)
        if two and not targets.is_floating_point():
            right = targets  # with the numbers to ignore
        guesses, truth = np.asarray(said).ravel(), np.asarray(right).ravel().astype(np.int64)
        if self.ignore_index is not None:
            counts = truth != self.ignore_index
            guesses, truth = guesses[counts], truth[counts]
        if truth.size and not 0 <= truth.min() <= truth.max() < classes:
            raise ValueError(f"{self.name}: a target is not one of the {classes} classes 0 to {classes - 1}")
        if self.matrix.size and len(self.matrix) != classes:
            raise ValueError(f"{self.name}: {classes} classes now, {len(self.matrix)} before")
        pairs = np.bincount(truth * classes + guesses, minlength=classes * classes)
        self.matrix = pairs.reshape(classes, classes) + (self.matrix if self.matrix.size else 0)

    def per_class(self) -> np.ndarray:
        """The overlap of each class, `(C,)`; NaN for one that neither occurs nor is said to."""
        shared = np.diag(self.matrix).astype(np.float64)
        union = self.matrix.sum(0) + self.matrix.sum(1) - shared
        return np.divide(shared, union, out=np.full(len(shared), np.nan), where=union > 0)

    def result(self) -> float:
        overlaps: Any = self.per_class()
        return float(np.nanmean(overlaps)) if np.isfinite(overlaps).any() else float("nan")
