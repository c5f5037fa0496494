"""Losses by Keras's names: functions of `(y_true, y_pred)`, one value a sample, and classes that average."""

from __future__ import annotations

from typing import Any

from pynn import _check

from ._config import custom, look_up
from ._crossentropies import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from ._loss import Loss, OfFunction
from ._loss_values import (
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


class MeanSquaredError(OfFunction):
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


class MeanAbsoluteError(OfFunction):
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


class MeanAbsolutePercentageError(OfFunction):
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


class MeanSquaredLogarithmicError(OfFunction):
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


class LogCosh(OfFunction):
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


class KLDivergence(OfFunction):
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


class Poisson(OfFunction):
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


class Hinge(OfFunction):
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


class SquaredHinge(OfFunction):
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


class Huber(OfFunction):
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


class CosineSimilarity(OfFunction):
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
