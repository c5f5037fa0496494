"""Losses by Keras's names: functions of `(y_true, y_pred)`, one value a sample, and classes that average.

A cross-entropy of probabilities that a model made by softmax or sigmoid is computed from the scores behind
them, so that it is exact however sure the model is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynn import _check
from pynn._core import Tensor

from ._config import Configured, custom, look_up
from ._loss_values import (
    as_tensor,
    binary_crossentropy,
    categorical_crossentropy,
    cosine_similarity,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)

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


class _OfFunction(Loss):
    """A function's values, averaged."""

    _values: Values
    _options: tuple[str, ...] = ()

    def call(self, y_true: Any, y_pred: Tensor) -> Tensor:
        return type(self)._values(y_true, y_pred, **{name: getattr(self, name) for name in self._options})


class MeanSquaredError(_OfFunction):
    """The mean of (y_pred - y_true)².

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.MeanSquaredError()([[0.0]], pynn.tensor([[3.0]])).item(), 4)
        9.0
    """

    _values = staticmethod(mean_squared_error)


class MeanAbsoluteError(_OfFunction):
    """The mean of |y_pred - y_true|.

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.MeanAbsoluteError()([[0.0]], pynn.tensor([[3.0]])).item(), 4)
        3.0
    """

    _values = staticmethod(mean_absolute_error)


class MeanAbsolutePercentageError(_OfFunction):
    """The mean of 100 |y_pred - y_true| / |y_true|.

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.MeanAbsolutePercentageError()([[2.0]], pynn.tensor([[3.0]])).item(), 4)
        50.0
    """

    _values = staticmethod(mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(_OfFunction):
    """The mean of (log(1 + y_pred) - log(1 + y_true))².

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.MeanSquaredLogarithmicError()([[0.0]], pynn.tensor([[1.0]])).item(), 4)
        0.4805
    """

    _values = staticmethod(mean_squared_logarithmic_error)


class LogCosh(_OfFunction):
    """The mean of log cosh(y_pred - y_true): like the square near 0, like the distance far away.

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.LogCosh()([[0.0]], pynn.tensor([[1.0]])).item(), 4)
        0.4338
    """

    _values = staticmethod(log_cosh)


class KLDivergence(_OfFunction):
    """Σ y_true log(y_true / y_pred) of probabilities, averaged over the samples.

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.KLDivergence()([[0.5, 0.5]], pynn.tensor([[0.25, 0.75]])).item(), 4)
        0.1438
    """

    _values = staticmethod(kl_divergence)


class Poisson(_OfFunction):
    """The mean of y_pred - y_true log(y_pred), for counts.

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.Poisson()([[2.0]], pynn.tensor([[1.0]])).item(), 4)
        1.0
    """

    _values = staticmethod(poisson)


class Hinge(_OfFunction):
    """The mean of max(1 - y_true y_pred, 0), for targets of -1 and 1 (or 0 and 1).

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.Hinge()([[-1.0]], pynn.tensor([[0.5]])).item(), 4)
        1.5
    """

    _values = staticmethod(hinge)


class SquaredHinge(_OfFunction):
    """The mean of max(1 - y_true y_pred, 0)².

    Args:
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.SquaredHinge()([[-1.0]], pynn.tensor([[0.5]])).item(), 4)
        2.25
    """

    _values = staticmethod(squared_hinge)


class Huber(_OfFunction):
    """Quadratic near 0, linear beyond delta, so that outliers count less.

    Args:
        delta: where the parabola becomes a line.
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Raises:
        ValueError: delta is not above 0.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.Huber()([[0.0]], pynn.tensor([[3.0]])).item()
        2.5
    """

    _values = staticmethod(huber)
    _options = ("delta",)

    def __init__(
        self, delta: float = 1.0, name: str | None = None, reduction: str | None = "sum_over_batch_size"
    ) -> None:
        super().__init__(name, reduction)
        self.delta = _check.real("Huber", "delta", delta, above=0)


class CosineSimilarity(_OfFunction):
    """Minus the cosine of the angle between targets and outputs.

    Args:
        axis: along which axis.
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.CosineSimilarity()([[1.0, 0.0]], pynn.tensor([[2.0, 0.0]])).item(), 4)
        -1.0
    """

    _values = staticmethod(cosine_similarity)
    _options = ("axis",)

    def __init__(
        self, axis: int = -1, name: str | None = None, reduction: str | None = "sum_over_batch_size"
    ) -> None:
        super().__init__(name, reduction)
        self.axis = _check.integer("CosineSimilarity", "axis", axis)


class BinaryCrossentropy(_OfFunction):
    """The cross-entropy of two classes, or of labels that hold or not, each by itself.

    Args:
        from_logits: whether outputs are scores; False for probabilities, of a sigmoid.
        label_smoothing: how far targets are moved towards one half.
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Shape:
        Outputs `(N, ..., C)` and targets of 0 and 1 of that shape; `(N,)` goes with `(N, 1)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.BinaryCrossentropy()([1, 0], pynn.tensor([[0.5], [0.5]])).item(), 4)
        0.6931
    """

    _values = staticmethod(binary_crossentropy)
    _options = ("from_logits", "label_smoothing")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
    ) -> None:
        super().__init__(name, reduction)
        self.from_logits = bool(from_logits)
        self.label_smoothing = _check.real("BinaryCrossentropy", "label_smoothing", label_smoothing, 0, 1)


class CategoricalCrossentropy(_OfFunction):
    """The cross-entropy of classes, for one-hot rows or probabilities as targets.

    Args:
        from_logits: whether outputs are scores; False for probabilities, of a softmax.
        label_smoothing: the share of probability that is spread over all classes.
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Shape:
        Outputs and targets `(N, ..., C)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> round(keras.losses.CategoricalCrossentropy()([[0, 1]], pynn.tensor([[0.5, 0.5]])).item(), 4)
        0.6931
    """

    _values = staticmethod(categorical_crossentropy)
    _options = ("from_logits", "label_smoothing")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
    ) -> None:
        super().__init__(name, reduction)
        self.from_logits = bool(from_logits)
        self.label_smoothing = _check.real(
            "CategoricalCrossentropy", "label_smoothing", label_smoothing, 0, 1
        )


class SparseCategoricalCrossentropy(_OfFunction):
    """The cross-entropy of classes, for class numbers as targets.

    Args:
        from_logits: whether outputs are scores; False for probabilities, of a softmax.
        ignore_class: targets of this number count nothing.
        name: what it is called.
        reduction: "sum_over_batch_size" for the mean, "sum", or "none" for one value a sample.

    Shape:
        Outputs `(N, ..., C)`, targets `(N, ...)` or `(N, ..., 1)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        >>> round(loss([1], pynn.tensor([[0.0, 0.0]])).item(), 4)
        0.6931
    """

    _values = staticmethod(sparse_categorical_crossentropy)
    _options = ("from_logits", "ignore_class")

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
    ) -> None:
        super().__init__(name, reduction)
        self.from_logits, self.ignore_class = bool(from_logits), ignore_class


NAMED: dict[str, type[Loss]] = {
    "mse": MeanSquaredError,
    "mean_squared_error": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
    "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "huber": Huber,
    "huber_loss": Huber,
    "log_cosh": LogCosh,
    "logcosh": LogCosh,
    "kld": KLDivergence,
    "kl_divergence": KLDivergence,
    "poisson": Poisson,
    "cosine_similarity": CosineSimilarity,
    "hinge": Hinge,
    "squared_hinge": SquaredHinge,
    "bce": BinaryCrossentropy,
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}
NAMED.update({cls.__name__: cls for cls in list(NAMED.values())})


def get(identifier: Any) -> Any:
    """A loss from its name, its class, or itself.

    Raises:
        ValueError: no such name.
        TypeError: it is neither a name nor a function of (y_true, y_pred).
    """
    identifier = custom(identifier)
    if isinstance(identifier, str):
        return look_up("loss", identifier, NAMED)()
    if isinstance(identifier, type):
        return identifier()
    if not callable(identifier):
        raise TypeError(f"a loss is a name or a function of (y_true, y_pred), got {identifier!r}")
    return identifier


__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CosineSimilarity",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "binary_crossentropy",
    "categorical_crossentropy",
    "cosine_similarity",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]
