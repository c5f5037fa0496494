"""Loss: one value a sample, averaged as the user wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynn import _check
from pynn._core import Tensor

from ._config import Configured
from ._loss_values import as_tensor

Values = Callable[..., Tensor]


class Loss(Configured):
    """Base class: a subclass says `call(y_true, y_pred)`, one value a sample.

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Raises:
        ValueError: another reduction.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> class Fourth(keras.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ((y_true - y_pred) ** 4).mean(-1)
        >>> Fourth()(pynn.zeros(2, 1), pynn.tensor([[1.0], [2.0]])).item()
        8.5
    """

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size") -> None:
        self.name = name or type(self).__name__
        word = "none" if reduction is None else reduction
        kinds = ("sum_over_batch_size", "mean", "sum", "none")
        self.reduction = _check.choice(type(self).__name__, "reduction", word, kinds)

    def call(self, y_true: Any, y_pred: Tensor) -> Tensor:
        """One value a sample.

        Args:
            y_true: the targets.
            y_pred: the outputs.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say its values: write call(self, y_true, y_pred)"
        )

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        y_pred = as_tensor(y_pred)
        values = self.call(as_tensor(y_true), y_pred)
        if sample_weight is not None:
            weights = as_tensor(sample_weight).to(values.dtype)
            values = values * weights.reshape((-1,) + (1,) * (values.ndim - 1))
        if self.reduction == "none":
            return values
        return values.sum() if self.reduction == "sum" else values.mean()


class OfFunction(Loss):
    """A loss that is a function's values, averaged; `_options` are what the function is told besides."""

    _values: Values
    _options: tuple[str, ...] = ()

    def call(self, y_true: Any, y_pred: Tensor) -> Tensor:
        return type(self)._values(y_true, y_pred, **{name: getattr(self, name) for name in self._options})
