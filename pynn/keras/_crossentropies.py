"""The losses of classes: cross-entropies, of probabilities or of scores.

One of probabilities that a model made by softmax or sigmoid is computed from the scores behind them, so that
it is exact however sure the model is.
"""

from __future__ import annotations

from pynn import _check

from ._loss import OfFunction
from ._loss_values import binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy


class BinaryCrossentropy(OfFunction):
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


class CategoricalCrossentropy(OfFunction):
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


class SparseCategoricalCrossentropy(OfFunction):
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
