"""Areas under curves: how well scores put the samples of a class above all others."""

from __future__ import annotations

import numpy as np

from pynn._core import ShapeError, Tensor

from .errors import as_float64
from .metrics import Metric


class RankingMetric(Metric):
    """A metric of the order of all scores. It keeps them: an area of parts is not the area of the whole.

    Outputs of the targets' shape `(N,)` or `(N, 1)` are scores of class 1 of two. Outputs `(N, C)` or
    `(N, C, ...)` go with class numbers `(N, ...)` or with targets of their shape, one-hot or several labels
    to a sample; each class is ranked against the rest. Rows that are no probabilities are taken as logits.

    Args:
        average: "macro" is the mean over the classes, "weighted" counts each as often as it is there.
        name: what the history calls it.
    """

    def __init__(self, average: str = "macro", name: str = "") -> None:
        if average not in ("macro", "weighted"):
            raise ValueError(f"{type(self).__name__}: average is 'macro' or 'weighted', got {average!r}")
        self.average = average
        super().__init__(name)

    def reset(self) -> None:
        self.outputs: list[np.ndarray] = []
        self.targets: list[np.ndarray] = []

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        shape, wanted = tuple(outputs.shape), tuple(targets.shape)
        by_number = len(shape) > 1 and (*shape[:1], *shape[2:]) == wanted
        if shape != wanted and not by_number:
            raise ShapeError(
                f"{self.name}: outputs {shape} and targets {wanted} do not belong together; expected class "
                f"numbers {(*shape[:1], *shape[2:])} or targets of the outputs' shape"
            )
        classes = shape[1] if len(shape) > 1 else 1
        rows = as_rows(as_float64(outputs), classes)
        right = as_float64(targets)
        if not by_number:
            right = as_rows(right, classes)
        elif right.size and not 0 <= right.min() <= right.max() < max(classes, 2):
            raise ValueError(f"{self.name}: a target is not one of the {classes} classes 0 to {classes - 1}")
        elif classes == 1:
            right = right.reshape(-1, 1)
        else:
            right = (right.reshape(-1, 1) == np.arange(classes)).astype(np.float64)
        self.outputs.append(rows)
        self.targets.append(right > 0.5)

    def per_class(self) -> np.ndarray:
        """The area of each class against the rest, NaN where it is not defined: `(C,)`."""
        return self._areas()[0]

    def _areas(self) -> tuple[np.ndarray, np.ndarray]:
        if not self.outputs:
            return np.array([np.nan]), np.array([0])
        scores, right = np.concatenate(self.outputs), np.concatenate(self.targets)
        if scores.shape[1] > 1 and (right.sum(1) == 1).all():  # one class a sample
            scores = probabilities(scores)
        if scores.shape[1] == 2 and (right.sum(1) == 1).all():
            scores, right = scores[:, 1:], right[:, 1:]
        areas = [self.area(scores[:, c], right[:, c]) for c in range(scores.shape[1])]
        return np.array(areas), right.sum(0)

    def result(self) -> float:
        areas, counts = self._areas()
        defined = ~np.isnan(areas)
        if not defined.any():
            return float("nan")
        weights = counts[defined] if self.average == "weighted" else np.ones(int(defined.sum()))
        if not weights.sum():
            return float("nan")
        return float((areas[defined] * weights).sum() / weights.sum())

    def area(self, scores: np.ndarray, right: np.ndarray) -> float:
        """The area of one class.

        Args:
            scores: `(N,)`.
            right: `(N,)`, whether each sample is of the class.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say its area")


class ROCAUC(RankingMetric):
    """The area under the receiver operating characteristic.

    It is the chance that a sample of the class has a higher score than one that is not; ties count half.
    A class that has no samples, or no others, has no area.

    Args:
        average: "macro" is the mean over the classes, "weighted" counts each as often as it is there.
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets do not belong together.
        ValueError: another average, or a target that is no class.

    Source: Hanley & McNeil 1982, The meaning and use of the area under a receiver operating characteristic
        curve; Fawcett 2006, An introduction to ROC analysis.

    Example:
        >>> import pynn
        >>> metric = pynn.train.ROCAUC()
        >>> metric.update(pynn.tensor([0.1, 0.4, 0.35, 0.8]), pynn.tensor([0, 0, 1, 1]))
        >>> metric.result()
        0.75
    """

    def __init__(self, average: str = "macro", name: str = "roc_auc") -> None:
        super().__init__(average, name)

    def area(self, scores: np.ndarray, right: np.ndarray) -> float:
        positive = int(right.sum())
        negative = len(right) - positive
        if not positive or not negative:
            return float("nan")
        _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        ranks = (ends - (counts - 1) / 2)[place]  # from 1; the mean of the ranks where scores tie
        wins = ranks[right].sum() - positive * (positive + 1) / 2
        return float(wins / (positive * negative))


class PRAUC(RankingMetric):
    """The area under the precision-recall curve, as average precision: Σ (Rₙ - Rₙ₋₁) Pₙ.

    Of a rare class it says more than ROC-AUC, as it never looks at true negatives. A class that has no
    samples has no area.

    Args:
        average: "macro" is the mean over the classes, "weighted" counts each as often as it is there.
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets do not belong together.
        ValueError: another average, or a target that is no class.

    Source: Davis & Goadrich 2006, The relationship between precision-recall and ROC curves.

    Example:
        >>> import pynn
        >>> metric = pynn.train.PRAUC()
        >>> metric.update(pynn.tensor([0.1, 0.4, 0.35, 0.8]), pynn.tensor([0, 0, 1, 1]))
        >>> round(metric.result(), 4)
        0.8333
    """

    def __init__(self, average: str = "macro", name: str = "pr_auc") -> None:
        super().__init__(average, name)

    def area(self, scores: np.ndarray, right: np.ndarray) -> float:
        if not right.any():
            return float("nan")
        order = np.argsort(-scores, kind="stable")
        hits, said = np.cumsum(right[order]), np.arange(1, len(right) + 1)
        last = np.append(np.diff(scores[order]) != 0, True)  # of samples that tie, all are said or none
        precision, recall = hits[last] / said[last], hits[last] / hits[-1]
        return float((np.diff(recall, prepend=0.0) * precision).sum())


def as_rows(values: np.ndarray, classes: int) -> np.ndarray:
    """`(N, C, ...)` as rows `(N ..., C)`."""
    if values.ndim < 2:
        return values.reshape(-1, 1)
    return np.moveaxis(values, 1, -1).reshape(-1, classes)


def probabilities(rows: np.ndarray) -> np.ndarray:
    """Rows as they are if they are probabilities, otherwise their softmax."""
    if (rows >= 0).all() and np.allclose(rows.sum(1), 1, atol=1e-4):
        return rows
    powers = np.exp(rows - rows.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))
