"""The confusion matrix, and the metrics made from it: in which way was a class missed?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pynn import _check
from pynn._core import Tensor
from pynn._picture import new_figure

from .metrics import ClassMetric


class ConfusionMatrix(ClassMetric):
    """How often a sample of class i was said to be of class j: `matrix[i, j]`.

    Outputs `(N, C)` or `(N, C, ...)` are scores of classes for targets of class numbers or one-hot rows;
    outputs of the targets' shape with one value a sample are for two classes. The history of `fit` leaves
    it out; `evaluate` returns it, and the object can be asked after either.

    Args:
        threshold: of two classes: 0.5 for probabilities, 0 for logits. Default: what the loss takes.
        ignore_index: a class number in the targets that does not count, such as the unlabelled part of an
            image.
        name: what `evaluate` calls it.

    Attributes:
        matrix: the counts, `(C, C)`.

    Raises:
        ValueError: a target is no class.

    Example:
        >>> import pynn
        >>> metric = pynn.train.ConfusionMatrix()
        >>> metric.update(pynn.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), pynn.tensor([0, 1, 1]))
        >>> metric.result().tolist()
        [[1, 0], [1, 1]]
    """

    def __init__(
        self,
        threshold: float | None = None,
        ignore_index: int | None = None,
        name: str = "confusion_matrix",
    ) -> None:
        if ignore_index is not None:
            _check.integer(type(self).__name__, "ignore_index", ignore_index)
        self.ignore_index = ignore_index
        super().__init__(threshold, name)

    def reset(self) -> None:
        self.matrix = np.zeros((0, 0), dtype=np.int64)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        said_by_sample, right_by_sample, classes = self.classes(outputs, targets)
        said = np.asarray(said_by_sample).ravel()
        right = np.asarray(right_by_sample).ravel().astype(np.int64)
        if self.ignore_index is not None:
            counts = right != self.ignore_index
            said, right = said[counts], right[counts]
        if right.size and not 0 <= right.min() <= right.max() < classes:
            raise ValueError(f"{self.name}: a target is not one of the {classes} classes 0 to {classes - 1}")
        if self.matrix.size and len(self.matrix) != classes:
            raise ValueError(f"{self.name}: {classes} classes now, {len(self.matrix)} before")
        found = np.bincount(right * classes + said, minlength=classes * classes).reshape(classes, classes)
        self.matrix = found + (self.matrix if self.matrix.size else 0)

    def result(self) -> Any:
        """The counts, `(C, C)`."""
        return self.matrix

    def plot(
        self, labels: Sequence[str] | None = None, normalize: bool = False, path: str | Path | None = None
    ) -> Any:
        """Draw the matrix: a row for each class, a column for each answer.

        Args:
            labels: the names of the classes. Default: their numbers.
            normalize: show shares of each row instead of counts.
            path: also write the picture there.

        Returns:
            The matplotlib figure.

        Raises:
            ValueError: there is nothing to draw yet, or another number of labels.
        """
        classes = len(self.matrix)
        if not classes:
            raise ValueError(f"{type(self).__name__}.plot: there is nothing to draw yet")
        labels = [str(i) for i in range(classes)] if labels is None else list(labels)
        if len(labels) != classes:
            raise ValueError(f"{type(self).__name__}.plot: {len(labels)} labels for {classes} classes")
        shares = self.matrix / np.maximum(self.matrix.sum(1, keepdims=True), 1)
        side = 1.8 + 0.5 * classes
        figure = new_figure(side, side, f"{type(self).__name__}.plot")
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (i, j), share in np.ndenumerate(shares):
            text = f"{share:.2f}" if normalize else str(self.matrix[i, j])
            axes.text(j, i, text, ha="center", va="center", color="white" if share > 0.5 else "black")
        axes.set_xticks(range(classes), labels, rotation=45 if max(map(len, labels)) > 3 else 0)
        axes.set_yticks(range(classes), labels)
        axes.set(xlabel="said", ylabel="is")
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure


class ConfusionMetric(ConfusionMatrix):
    """A number made from the confusion matrix.

    Args:
        average: "binary" scores class 1 of two; "macro" is the mean over the classes that occur; "weighted"
            counts each of them as often as it is there; "micro" counts all classes together. Default:
            "binary" for two classes, otherwise "macro".
        threshold: see `ConfusionMatrix`.
        name: what the history calls it. Default: the name of the class.
        ignore_index: see `ConfusionMatrix`.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "",
        ignore_index: int | None = None,
    ) -> None:
        if average not in (None, "binary", "macro", "micro", "weighted"):
            raise ValueError(
                f"{type(self).__name__}: average is 'binary', 'macro', 'micro', 'weighted' or None, "
                f"got {average!r}"
            )
        self.average = average
        super().__init__(threshold, ignore_index, name or type(self).__name__.lower())

    def per_class(self) -> np.ndarray:
        """The metric of each class: `(C,)`."""
        hits = np.diag(self.matrix).astype(np.float64)
        return self.score(hits, self.matrix.sum(0), self.matrix.sum(1))

    def result(self) -> float:
        """One number for all classes; NaN before the first sample."""
        if not self.matrix.any():
            return float("nan")
        hits = np.diag(self.matrix).astype(np.float64)
        said, right = self.matrix.sum(0), self.matrix.sum(1)
        average = self.average or ("binary" if len(hits) == 2 else "macro")
        if average == "binary":
            if len(hits) != 2:
                raise ValueError(f"{self.name}: average='binary' is for two classes, there are {len(hits)}")
            return float(self.per_class()[1])
        if average == "micro":
            return float(self.score(hits.sum(), said.sum(), right.sum()))
        if average == "weighted":
            return float((self.per_class() * right).sum() / right.sum())
        return float(self.per_class()[(said + right) > 0].mean())

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
        average: "binary" scores class 1 of two; "macro" is the mean over the classes that occur; "weighted"
            counts each of them as often as it is there; "micro" counts all classes together. Default:
            "binary" for two classes, otherwise "macro".
        threshold: of two classes: 0.5 for probabilities, 0 for logits. Default: what the loss takes.
        name: what the history calls it. Default: "precision".
        ignore_index: a class number in the targets that does not count.

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
        ignore_index: see `Precision`.

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
        ignore_index: see `Precision`.

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


class IoU(ConfusionMetric):
    """Intersection over union, the Jaccard index: hits / (said + there - hits), of pixels or samples.

    Args:
        average: see `Precision`; "macro" is the mean IoU of segmentation.
        threshold: see `Precision`.
        name: what the history calls it. Default: "iou".
        ignore_index: a class number in the targets that does not count, such as the border of objects.

    Raises:
        ValueError: another average, or a target that is no class.

    Source: Jaccard 1901; as a measure of segmentation Everingham et al. 2010, The PASCAL visual object
        classes challenge.

    Example:
        >>> import pynn
        >>> metric = pynn.train.IoU()
        >>> metric.update(pynn.tensor([0.9, 0.8, 0.1]), pynn.tensor([1.0, 0.0, 1.0]))
        >>> round(metric.result(), 4)
        0.3333
    """

    def score(self, hits: np.ndarray, said: np.ndarray, right: np.ndarray) -> np.ndarray:
        return hits / np.maximum(said + right - hits, 1)
