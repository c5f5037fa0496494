"""Precision, recall and F1: metrics that tell apart in which way a class was missed."""

from __future__ import annotations

import numpy as np

from pynn._core import Tensor

from .metrics import ClassMetric


class ConfusionMetric(ClassMetric):
    """A metric made from the confusion matrix: `matrix[i, j]` samples of class i were said to be j.

    Args:
        average: "binary" scores class 1 of two; "macro" is the mean over the classes that occur; "micro"
            counts all classes together. Default: "binary" for two classes, otherwise "macro".
        threshold: see `ClassMetric`.

    Attributes:
        matrix: the counts, `(C, C)`.
    """

    def __init__(self, average: str | None = None, threshold: float | None = None, name: str = "") -> None:
        if average not in (None, "binary", "macro", "micro"):
            raise ValueError(
                f"{type(self).__name__}: average is 'binary', 'macro', 'micro' or None, got {average!r}"
            )
        self.average = average
        super().__init__(threshold, name or type(self).__name__.lower())

    def reset(self) -> None:
        self.matrix = np.zeros((0, 0), dtype=np.int64)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        said, right, classes = self.classes(outputs, targets)
        pairs = np.asarray(right).ravel().astype(np.int64) * classes + np.asarray(said).ravel()
        if pairs.size and not 0 <= pairs.min() <= pairs.max() < classes * classes:
            raise ValueError(f"{self.name}: a target is not one of the {classes} classes 0 to {classes - 1}")
        counts = np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
        if self.matrix.size and self.matrix.shape != counts.shape:
            raise ValueError(f"{self.name}: {classes} classes now, {len(self.matrix)} before")
        self.matrix = counts + (self.matrix if self.matrix.size else 0)

    def result(self) -> float:
        if not self.matrix.any():
            return float("nan")
        hits = np.diag(self.matrix).astype(np.float64)
        said, right = self.matrix.sum(0), self.matrix.sum(1)
        average = self.average or ("binary" if len(hits) == 2 else "macro")
        if average == "binary":
            if len(hits) != 2:
                raise ValueError(f"{self.name}: average='binary' is for two classes, there are {len(hits)}")
            return float(self.score(hits, said, right)[1])
        if average == "micro":
            return float(self.score(hits.sum(), said.sum(), right.sum()))
        return float(self.score(hits, said, right)[(said + right) > 0].mean())

    def score(self, hits: np.ndarray, said: np.ndarray, right: np.ndarray) -> np.ndarray:
        """The metric of each class.

        Args:
            hits: how often it was said rightly.
            said: how often it was said at all.
            right: how often it was there.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it scores")


class Precision(ConfusionMetric):
    """Of the samples said to be of a class, the share that are: hits / said (0 where none was said).

    Args:
        average: "binary" scores class 1 of two; "macro" is the mean over the classes that occur; "micro"
            counts all classes together. Default: "binary" for two classes, otherwise "macro".
        threshold: of two classes: 0.5 for probabilities, 0 for logits. Default: what the loss takes.
        name: what the history calls it. Default: "precision".

    Raises:
        ValueError: another average, or a target that is no class.

    Example:
        >>> import pynn
        >>> metric = pynn.train.Precision()
        >>> metric.update(pynn.tensor([0.9, 0.8, 0.1]), pynn.tensor([1.0, 0.0, 1.0]))
        >>> metric.result()
        0.5
    """

    def score(self, hits: np.ndarray, said: np.ndarray, right: np.ndarray) -> np.ndarray:
        return hits / np.maximum(said, 1)


class Recall(ConfusionMetric):
    """Of the samples of a class, the share that were found: hits / there (0 where there were none).

    Args:
        average: see `Precision`.
        threshold: see `Precision`.
        name: what the history calls it. Default: "recall".

    Raises:
        ValueError: another average, or a target that is no class.

    Example:
        >>> import pynn
        >>> metric = pynn.train.Recall()
        >>> metric.update(pynn.tensor([0.9, 0.8, 0.1, 0.2]), pynn.tensor([1.0, 1.0, 1.0, 1.0]))
        >>> metric.result()
        0.5
    """

    def score(self, hits: np.ndarray, said: np.ndarray, right: np.ndarray) -> np.ndarray:
        return hits / np.maximum(right, 1)


class F1(ConfusionMetric):
    """The harmonic mean of precision and recall: 2 hits / (said + there).

    Args:
        average: see `Precision`.
        threshold: see `Precision`.
        name: what the history calls it. Default: "f1".

    Raises:
        ValueError: another average, or a target that is no class.

    Source: van Rijsbergen 1979, Information retrieval, chapter 7.

    Example:
        >>> import pynn
        >>> metric = pynn.train.F1()
        >>> metric.update(pynn.tensor([0.9, 0.8, 0.1]), pynn.tensor([1.0, 0.0, 1.0]))
        >>> metric.result()
        0.5
    """

    def score(self, hits: np.ndarray, said: np.ndarray, right: np.ndarray) -> np.ndarray:
        return 2 * hits / np.maximum(said + right, 1)
