"""Metric, and what the metrics of Keras's names share."""

from __future__ import annotations

from typing import Any

from pynn import train
from pynn._core import Tensor

from ._config import Configured
from ._loss_values import aligned, as_tensor, class_numbers
from ._names import snake


class Metric(Configured, train.Metric):
    """Base class: a subclass says `update_state(y_true, y_pred)`, `result()` and `reset_state()`.

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> class Largest(keras.metrics.Metric):
        ...     def reset_state(self):
        ...         self.largest = 0.0
        ...
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest = max(self.largest, (y_true - y_pred).abs().max().item())
        ...
        ...     def result(self):
        ...         return self.largest
        >>> metric = Largest(name="largest")
        >>> metric.update_state(pynn.zeros(2), pynn.tensor([1.0, -3.0]))
        >>> metric.result()
        3.0
    """

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(snake(type(self).__name__) if name is None else name)

    def reset_state(self) -> None:
        """Forget all batches."""
        self.total, self.count = 0.0, 0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one batch.

        Args:
            y_true: the targets.
            y_pred: the outputs.
            sample_weight: accepted and ignored.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it takes in a batch")

    def reset(self) -> None:
        self.reset_state()

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self.update_state(targets, outputs)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()


class Within(Metric):
    """A metric of pynn.train, given the batches in the form that it takes."""

    inner: train.Metric

    def reset_state(self) -> None:
        if "inner" in vars(self):
            self.inner.reset()

    def result(self) -> Any:
        return self.inner.result()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = as_tensor(y_pred)
        said, right = self.pair(y_pred, as_tensor(y_true))
        self.inner.update(said, right)

    def pair(self, y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs and targets as the inner metric takes them.

        Args:
            y_pred: the outputs.
            y_true: the targets.
        """
        return y_pred, aligned(y_true, y_pred)


def flat(y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
    return y_pred.reshape(-1), aligned(y_true, y_pred).reshape(-1)


def rows(y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of scores, and class numbers."""
    classes = y_pred.shape[-1]
    right = y_true.argmax(-1) if tuple(y_true.shape) == tuple(y_pred.shape) else class_numbers(y_true, y_pred)
    return y_pred.reshape(-1, classes), right.reshape(-1)


class ByClass(Within):
    kind = ""

    def pair(self, y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
        return flat(y_pred, y_true) if y_pred.shape[-1] == 1 or y_pred.ndim == 1 else rows(y_pred, y_true)
