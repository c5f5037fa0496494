"""Metrics by Keras's names, on top of those of pynn.train. Probabilities are looked at as they are."""

from __future__ import annotations

from typing import Any

from pynn import _check, train
from pynn._core import Tensor, tensor

from . import losses
from ._config import custom, look_up
from ._loss_values import as_tensor
from ._metric_parts import ByClass, Metric, Within, flat, rows
from ._names import snake


class BinaryAccuracy(Within):
    """The share of outputs that are on the right side of a threshold.

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.
        threshold: the threshold.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.BinaryAccuracy()([[1], [0]], [[0.9], [0.6]])
        0.5
    """

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(name)
        self.inner = train.Accuracy(_check.real("BinaryAccuracy", "threshold", threshold))

    def pair(self, y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
        return flat(y_pred, y_true)


class CategoricalAccuracy(Within):
    """The share of samples whose largest output is at the right place, for one-hot rows as targets.

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.1, 0.9], [0.2, 0.8]])
        0.5
    """

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = train.Accuracy()

    def pair(self, y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
        return rows(y_pred, y_true)


class SparseCategoricalAccuracy(CategoricalAccuracy):
    """The share of samples whose largest output is at the right place, for class numbers as targets.

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.SparseCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.2, 0.8]])
        0.5
    """

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(name)


class Accuracy(ByClass):
    """What `metrics=["accuracy"]` means: one of the three accuracies, by the shapes.

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.Accuracy()([1, 0], [[0.1, 0.9], [0.2, 0.8]])
        0.5
    """

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = train.Accuracy(0.5)


class TopKCategoricalAccuracy(Within):
    """The share of samples whose class is among the k largest outputs, for one-hot rows as targets.

    Args:
        k: how many may be named.
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.1, 0.5, 0.4]])
        1.0
    """

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = train.TopKAccuracy(k)

    def pair(self, y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
        return rows(y_pred, y_true)


class SparseTopKCategoricalAccuracy(TopKCategoricalAccuracy):
    """The share of samples whose class is among the k largest outputs, for class numbers as targets.

    Args:
        k: how many may be named.
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.SparseTopKCategoricalAccuracy(k=2)([2], [[0.1, 0.5, 0.4]])
        1.0
    """

    def __init__(
        self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(k, name)


class Precision(Within):
    """Of the outputs above a threshold, the share whose target is 1; each element counts by itself.

    Args:
        thresholds: the threshold; None is 0.5.
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.Precision()([1, 0, 1], [0.9, 0.8, 0.1])
        0.5
    """

    _kind: Any = train.Precision

    def __init__(self, thresholds: float | None = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name)
        at = 0.5 if thresholds is None else _check.real(type(self).__name__, "thresholds", thresholds)
        self.inner = self._kind("binary", at)

    def pair(self, y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
        return flat(y_pred, y_true)


class Recall(Precision):
    """Of the targets that are 1, the share whose output is above a threshold; each element counts by itself.

    Args:
        thresholds: the threshold; None is 0.5.
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.Recall()([1, 1, 1, 0], [0.9, 0.8, 0.1, 0.1])
        0.6666666666666666
    """

    _kind = train.Recall


class AUC(Within):
    """The area under the curve of receiver operating characteristic, or of precision and recall.

    Keras approximates it with 200 thresholds; this is the exact area, from the order of all outputs.

    Args:
        curve: "ROC" or "PR".
        name: what the history calls it.
        dtype: accepted and ignored.

    Raises:
        ValueError: another curve.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.AUC()([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        0.75
    """

    def __init__(self, curve: str = "ROC", name: str = "auc", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = (
            train.ROCAUC() if _check.choice("AUC", "curve", curve, ("ROC", "PR")) == "ROC" else train.PRAUC()
        )

    def pair(self, y_pred: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
        return flat(y_pred, y_true)


class F1Score(ByClass):
    """The harmonic mean of precision and recall.

    Args:
        average: "macro" is the mean over the classes, "micro" counts all together, "weighted" counts each
            as often as it is there.
        name: what the history calls it.
        dtype: accepted and ignored.

    Raises:
        ValueError: another average.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.F1Score()([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]])
        1.0
    """

    def __init__(self, average: str = "macro", name: str = "f1_score", dtype: Any = None) -> None:
        super().__init__(name)
        _check.choice("F1Score", "average", average, ("macro", "micro", "weighted"))
        self.inner = train.F1(average)


class MeanIoU(ByClass):
    """Intersection over union, averaged over the classes: of pixels, for class numbers or one-hot rows.

    Args:
        num_classes: how many there are; found from the outputs as well.
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.MeanIoU(2)([0, 1], [[0.9, 0.1], [0.2, 0.8]])
        1.0
    """

    def __init__(self, num_classes: int, name: str | None = None, dtype: Any = None) -> None:
        super().__init__("mean_iou" if name is None else name)
        self.num_classes = _check.integer("MeanIoU", "num_classes", num_classes, 1)
        self.inner = train.IoU("macro")


class MeanSquaredError(Within):
    """The mean of (y_pred - y_true)².

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.MeanSquaredError()([[0.0], [0.0]], [[3.0], [1.0]])
        5.0
    """

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = train.MeanSquaredError()


class MeanAbsoluteError(Within):
    """The mean of |y_pred - y_true|.

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.MeanAbsoluteError()([[0.0], [0.0]], [[3.0], [1.0]])
        2.0
    """

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = train.MeanAbsoluteError()


class RootMeanSquaredError(Within):
    """The root of the mean of (y_pred - y_true)².

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [1.0]])
        2.23606797749979
    """

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = train.RootMeanSquaredError()


class R2Score(Within):
    """The coefficient of determination: 1 is perfect, 0 no better than the mean.

    Args:
        name: what the history calls it.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.R2Score()([[0.0], [2.0]], [[0.0], [1.0]])
        0.5
    """

    def __init__(self, name: str = "r2_score", dtype: Any = None) -> None:
        super().__init__(name)
        self.inner = train.R2Score()


class MeanMetricWrapper(Metric):
    """The mean of a function of (y_true, y_pred), such as a loss.

    Args:
        fn: gives a number, or one value a sample.
        name: what the history calls it; default: the function's name.
        dtype: accepted and ignored.

    Raises:
        TypeError: fn is no function.

    Example:
        >>> from pynn import keras
        >>> keras.metrics.MeanMetricWrapper(keras.losses.huber)([[0.0]], [[3.0]])
        2.5
    """

    def __init__(self, fn: Any, name: str | None = None, dtype: Any = None) -> None:
        if not callable(fn):
            raise TypeError(f"a metric is a name, a Metric or a function of (y_true, y_pred), got {fn!r}")
        super().__init__(name or getattr(fn, "__name__", None) or snake(type(fn).__name__))
        self.fn = fn

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = as_tensor(y_pred)
        values = as_tensor(self.fn(as_tensor(y_true), y_pred))
        samples = len(y_pred)
        self.total += values.float().mean().item() * samples
        self.count += samples


class Mean(Metric):
    """The mean of the values that it is given.

    Args:
        name: what it is called.
        dtype: accepted and ignored.

    Example:
        >>> from pynn import keras
        >>> mean = keras.metrics.Mean()
        >>> mean.update_state([1.0, 3.0])
        >>> mean.result()
        2.0
    """

    def update_state(self, values: Any, y_pred: Any = None, sample_weight: Any = None) -> None:
        """Take in values.

        Args:
            values: one or several.
            y_pred: not used.
            sample_weight: accepted and ignored.
        """
        values = tensor(values) if isinstance(values, (int, float)) else as_tensor(values)
        self.total += values.float().sum().item()
        self.count += values.numel()


NAMED: dict[str, Any] = {
    "accuracy": Accuracy,
    "acc": Accuracy,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
    "top_k_categorical_accuracy": TopKCategoricalAccuracy,
    "sparse_top_k_categorical_accuracy": SparseTopKCategoricalAccuracy,
    "precision": Precision,
    "recall": Recall,
    "auc": AUC,
    "f1_score": F1Score,
    "mse": MeanSquaredError,
    "mean_squared_error": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "rmse": RootMeanSquaredError,
    "root_mean_squared_error": RootMeanSquaredError,
    "r2_score": R2Score,
}
NAMED.update({cls.__name__: cls for cls in list(NAMED.values())})


def get(identifier: Any) -> Metric:
    """A metric from its name, its class, a function, or itself. The history calls it as you did.

    Raises:
        ValueError: no such name.
        TypeError: it is none of these.
    """
    identifier = custom(identifier)
    if isinstance(identifier, str):
        known = {**losses.NAMED, **NAMED}
        found = look_up("metric", identifier, known)
        named = (
            identifier if identifier in NAMED and identifier == identifier.lower() else snake(found.__name__)
        )
        if found in losses.NAMED.values():
            return MeanMetricWrapper(found(), identifier)
        return found(name=named)
    if isinstance(identifier, type):
        return identifier()
    if isinstance(identifier, train.Metric):
        return identifier  # type: ignore[return-value] # one of pynn.train serves as well
    return MeanMetricWrapper(identifier, getattr(identifier, "name", None))


__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "F1Score",
    "Mean",
    "MeanAbsoluteError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "Metric",
    "Precision",
    "R2Score",
    "Recall",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
]
