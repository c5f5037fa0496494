"""Metrics: numbers for people, averaged over all samples of an epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynn._core import ShapeError, Tensor


class Metric:
    """Collects over batches and gives one number at the end.

    A subclass says `update` and `result`; one that keeps more than `total` and `count` says `reset` too.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self.total, self.count = 0.0, 0

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        """Take in one batch."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it takes in a batch")

    def result(self) -> float:
        """The value over all batches since `reset`."""
        return self.total / self.count if self.count else float("nan")


class Mean(Metric):
    """The average of a function of outputs and targets, each batch weighed with its size."""

    def __init__(self, function: Callable[[Tensor, Tensor], Any], name: str | None = None) -> None:
        super().__init__(name or getattr(function, "__name__", type(function).__name__).lower())
        self.function = function

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        size = len(outputs)
        self.total += float(self.function(outputs, targets)) * size
        self.count += size


class Accuracy(Metric):
    """The share of samples whose class is right.

    Outputs `(N, C)` or `(N, C, ...)` name the class with the largest value, for targets of class numbers
    `(N, ...)` or one-hot rows of the outputs' shape. Outputs of the targets' shape with one value a sample
    are for two classes, and say 1 above `threshold`.

    Args:
        threshold: 0.5 for probabilities, 0 for logits.
    """

    def __init__(self, threshold: float = 0.5, name: str = "accuracy") -> None:
        super().__init__(name)
        self.threshold = threshold

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        shape, wanted = tuple(outputs.shape), tuple(targets.shape)
        if shape == wanted and (len(shape) < 2 or shape[1] == 1):
            right = (outputs > self.threshold) == (targets > 0.5)
        elif shape == wanted:
            right = outputs.argmax(1) == targets.argmax(1)
        elif (*shape[:1], *shape[2:]) == wanted:
            right = outputs.argmax(1) == targets
        else:
            raise ShapeError(
                f"accuracy: outputs {shape} and targets {wanted} do not belong together; "
                f"expected class numbers {(*shape[:1], *shape[2:])} or targets of the outputs' shape"
            )
        self.total += float(right.sum())
        self.count += right.numel()


class TopKAccuracy(Metric):
    """The share of samples whose class is among the k largest outputs.

    Outputs `(N, C)` against class numbers `(N,)`.
    """

    def __init__(self, k: int = 5, name: str | None = None) -> None:
        super().__init__(name or f"top_{k}_accuracy")
        self.k = k

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        if outputs.ndim != 2 or tuple(targets.shape) != (outputs.shape[0],):
            raise ShapeError(
                f"{self.name}: expected outputs (N, C) and class numbers (N,), got {tuple(outputs.shape)} "
                f"and {tuple(targets.shape)}"
            )
        largest = outputs.topk(min(self.k, outputs.shape[1]), 1)[1]
        self.total += float((largest == targets.reshape((-1, 1))).any(1).sum())
        self.count += len(outputs)


def mean_absolute_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """The mean of |output - target|."""
    _same_shape("mae", outputs, targets)
    return (outputs - targets).abs().mean()


def mean_squared_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """The mean of (output - target)²."""
    _same_shape("mse", outputs, targets)
    difference = outputs - targets
    return (difference * difference).mean()


class RootMeanSquaredError(Metric):
    """The root of the mean squared error over all samples (not the mean of the batches' roots)."""

    def __init__(self, name: str = "rmse") -> None:
        super().__init__(name)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self.total += float(mean_squared_error(outputs, targets)) * len(outputs)
        self.count += len(outputs)

    def result(self) -> float:
        return super().result() ** 0.5


def _same_shape(name: str, outputs: Tensor, targets: Tensor) -> None:
    if tuple(outputs.shape) != tuple(targets.shape):
        raise ShapeError(
            f"{name}: outputs {tuple(outputs.shape)} and targets {tuple(targets.shape)} must have the same "
            "shape. Did you mean targets.reshape(outputs.shape)?"
        )
