"""Metrics: numbers for people, averaged over all samples of an epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynn import _check
from pynn._core import ShapeError, Tensor

from .remembered import gathered, put_back


class Metric:
    """Collects over batches and gives one number at the end.

    A subclass says `update` and `result`; one that keeps more than `total` and `count` says `reset` too.

    Args:
        name: what the history calls it.

    Example:
        >>> import pynn
        >>> class LargestError(pynn.train.Metric):
        ...     def update(self, outputs, targets):
        ...         self.total = max(self.total, (outputs - targets).abs().max().item())
        ...
        ...     def result(self):
        ...         return self.total
        >>> metric = LargestError("largest_error")
        >>> metric.update(pynn.tensor([1.0, 5.0]), pynn.tensor([0.0, 2.0]))
        >>> metric.result()
        3.0
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self.total, self.count = 0.0, 0

    def state_dict(self) -> dict[str, Any]:
        """What it has collected, as data: see `Callback.state_dict`."""
        return gathered(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave.

        Args:
            state_dict: it.
        """
        put_back(self, state_dict)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        """Take in one batch.

        Args:
            outputs: what the model gave, `(N, ...)`.
            targets: what it should have given.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it takes in a batch")

    def result(self) -> Any:
        """The value over all batches since `reset`: a float, or something that the history leaves out."""
        return self.total / self.count if self.count else float("nan")


class Mean(Metric):
    """The average of a function of outputs and targets, each batch weighed with its size.

    Args:
        function: (outputs, targets) -> a number.
        name: what the history calls it. Default: the function's name.

    Example:
        >>> import pynn
        >>> metric = pynn.train.Mean(lambda y, t: (y - t).abs().max(), "largest_error")
        >>> metric.update(pynn.tensor([1.0, 5.0]), pynn.tensor([0.0, 2.0]))
        >>> metric.result()
        3.0
    """

    def __init__(self, function: Callable[[Tensor, Tensor], Any], name: str | None = None) -> None:
        if not callable(function):
            raise TypeError(f"Mean: function must be a function of (outputs, targets), got {function!r}")
        super().__init__(name or getattr(function, "__name__", type(function).__name__).lower())
        self.function = function

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        size = len(outputs)
        self.total += float(self.function(outputs, targets)) * size
        self.count += size


class ClassMetric(Metric):
    """A metric of classes: of what the outputs say, against what is right.

    Outputs `(N, C)` or `(N, C, ...)` name the class with the largest value, for targets of class numbers
    `(N, ...)` or one-hot rows of the outputs' shape. Outputs of the targets' shape with one value a sample
    are for two classes, and say 1 above `threshold`.

    Args:
        threshold: 0.5 for probabilities, 0 for logits; `None` is 0.5, or what the loss in `compile` takes.
        name: what the history calls it.
    """

    def __init__(self, threshold: float | None = None, name: str = "") -> None:
        super().__init__(name)
        if threshold is not None:
            _check.real(type(self).__name__, "threshold", threshold)
        self.threshold = threshold

    def classes(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, int]:
        """Classes as numbers.

        Args:
            outputs: what the model gave.
            targets: what is right.

        Returns:
            What the outputs say, what is right, and how many classes there are.

        Raises:
            ShapeError: the two do not belong together.
        """
        shape, wanted = outputs.shape, targets.shape
        if len(shape) == 2 and wanted == shape[:1]:  # nearly always
            return outputs.argmax(1), targets, shape[1]
        if shape == wanted and (len(shape) < 2 or shape[1] == 1):
            threshold = 0.5 if self.threshold is None else self.threshold
            return (outputs > threshold).long(), (targets > 0.5).long(), 2
        if shape == wanted:
            return outputs.argmax(1), targets.argmax(1), shape[1]
        if len(shape) > 1 and (*shape[:1], *shape[2:]) == wanted:
            return outputs.argmax(1), targets, shape[1]
        raise ShapeError(
            f"{self.name}: outputs {shape} and targets {wanted} do not belong together; "
            f"expected class numbers {(*shape[:1], *shape[2:])} or targets of the outputs' shape"
        )


class Accuracy(ClassMetric):
    """The share of samples whose class is right.

    Outputs `(N, C)` are scores of classes for targets `(N,)`; outputs `(N,)` or `(N, 1)` of the targets'
    shape are for two classes.

    Args:
        threshold: of two classes: 0.5 for probabilities, 0 for logits. Default: what the loss takes.
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets do not belong together.

    Example:
        >>> import pynn
        >>> metric = pynn.train.Accuracy()
        >>> metric.update(pynn.tensor([[0.1, 0.9], [0.8, 0.2]]), pynn.tensor([1, 1]))
        >>> metric.result()
        0.5
    """

    def __init__(self, threshold: float | None = None, name: str = "accuracy") -> None:
        super().__init__(threshold, name)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        said, right, _ = self.classes(outputs, targets)
        self.total += (said == right).sum().item()
        self.count += right.numel()


class TopKAccuracy(Metric):
    """The share of samples whose class is among the k largest outputs.

    Outputs `(N, C)` against class numbers `(N,)`.

    Args:
        k: how many may be named.
        name: what the history calls it. Default: "top_k_accuracy".

    Raises:
        ShapeError: other shapes.

    Example:
        >>> import pynn
        >>> metric = pynn.train.TopKAccuracy(k=2)
        >>> metric.update(pynn.tensor([[0.1, 0.5, 0.4]]), pynn.tensor([2]))
        >>> metric.result()
        1.0
    """

    def __init__(self, k: int = 5, name: str | None = None) -> None:
        super().__init__(name or f"top_{k}_accuracy")
        self.k = _check.integer("TopKAccuracy", "k", k, 1)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        if outputs.ndim != 2 or tuple(targets.shape) != (outputs.shape[0],):
            raise ShapeError(
                f"{self.name}: expected outputs (N, C) and class numbers (N,), got {tuple(outputs.shape)} "
                f"and {tuple(targets.shape)}"
            )
        largest = outputs.topk(min(self.k, outputs.shape[1]), 1)[1]
        self.total += float((largest == targets.reshape((-1, 1))).any(1).sum())
        self.count += len(outputs)
