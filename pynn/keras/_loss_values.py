"""The losses as functions of `(y_true, y_pred)` with one value a sample, and what brings the two together."""

from __future__ import annotations

from typing import Any

import numpy as np

import pynn.nn.functional as F
from pynn._core import ShapeError, Tensor, ops, tensor

from . import _scores

TINY = 1e-7  # what Keras cuts probabilities to


def as_tensor(value: Any) -> Tensor:
    """A tensor from an array or a list, or itself."""
    return value if isinstance(value, Tensor) else tensor(np.asarray(value))


def aligned(y_true: Any, y_pred: Tensor) -> Tensor:
    """Targets in the shape and type of the outputs: `(N,)` for `(N, 1)` or the other way round.

    Raises:
        ShapeError: they do not belong together.
    """
    y_true = as_tensor(y_true)
    wanted, shape = tuple(y_pred.shape), tuple(y_true.shape)
    if shape != wanted and (*shape, 1) == wanted:
        y_true = y_true.unsqueeze(-1)
    elif shape != wanted and shape == (*wanted, 1):
        y_true = y_true.squeeze(-1)
    if tuple(y_true.shape) != wanted:
        raise ShapeError(
            f"targets {shape} do not fit outputs {wanted}. Did you mean targets.reshape{wanted}?"
        )
    return y_true if y_true.dtype == y_pred.dtype else y_true.to(y_pred.dtype)


def class_numbers(y_true: Any, y_pred: Tensor) -> Tensor:
    """Targets of whole numbers, `(N, ...)` for outputs `(N, ..., C)`.

    Raises:
        ShapeError: they do not belong together.
    """
    y_true = as_tensor(y_true)
    wanted, shape = tuple(y_pred.shape[:-1]), tuple(y_true.shape)
    if shape == (*wanted, 1):
        y_true = y_true.squeeze(-1)
    if tuple(y_true.shape) != wanted:
        hint = ""
        if shape == tuple(y_pred.shape):
            hint = ". Are they one-hot rows? Then take categorical_crossentropy"
        raise ShapeError(
            f"class numbers {shape} do not fit outputs {tuple(y_pred.shape)}; expected {wanted}{hint}"
        )
    return y_true.long()


def _last_mean(values: Tensor) -> Tensor:
    return values.mean(-1) if values.ndim > 1 else values


def mean_squared_error(y_true: Any, y_pred: Tensor) -> Tensor:
    """(y_pred - y_true)², averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.mean_squared_error([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.0625])
    """
    return _last_mean(F.mse_loss(y_pred, aligned(y_true, y_pred), reduction="none"))


def mean_absolute_error(y_true: Any, y_pred: Tensor) -> Tensor:
    """|y_pred - y_true|, averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.mean_absolute_error([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.25])
    """
    return _last_mean(F.l1_loss(y_pred, aligned(y_true, y_pred), reduction="none"))


def mean_absolute_percentage_error(y_true: Any, y_pred: Tensor) -> Tensor:
    """100 |y_pred - y_true| / |y_true|, averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.mean_absolute_percentage_error([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([1.25e+08])
    """
    right = aligned(y_true, y_pred)
    return _last_mean((y_pred - right).abs() / right.abs().clip(TINY)) * 100


def mean_squared_logarithmic_error(y_true: Any, y_pred: Tensor) -> Tensor:
    """(log(1 + y_pred) - log(1 + y_true))², averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.mean_squared_logarithmic_error([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.0338])
    """
    right = aligned(y_true, y_pred)
    return _last_mean(((y_pred.clip(TINY) + 1).log() - (right.clip(TINY) + 1).log()).square())


def huber(y_true: Any, y_pred: Tensor, delta: float = 1.0) -> Tensor:
    """Quadratic near 0, linear beyond delta, averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.
        delta: where the parabola becomes a line.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.huber([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.0312])
    """
    return _last_mean(F.huber_loss(y_pred, aligned(y_true, y_pred), reduction="none", delta=delta))


def log_cosh(y_true: Any, y_pred: Tensor) -> Tensor:
    """Log cosh(y_pred - y_true) = d + softplus(-2 d) - log 2, averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.log_cosh([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.0309])
    """
    d = y_pred - aligned(y_true, y_pred)
    return _last_mean(d + F.softplus(d * -2.0) - float(np.log(2.0)))


def kl_divergence(y_true: Any, y_pred: Tensor) -> Tensor:
    """Σ y_true log(y_true / y_pred) over the last axis, for probabilities.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.kl_divergence([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.2877])
    """
    right, said = aligned(y_true, y_pred).clip(TINY, 1.0), y_pred.clip(TINY, 1.0)
    return (right * (right / said).log()).sum(-1)


def poisson(y_true: Any, y_pred: Tensor) -> Tensor:
    """y_pred - y_true log(y_pred), averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.poisson([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.6438])
    """
    return _last_mean(y_pred - aligned(y_true, y_pred) * (y_pred + TINY).log())


def cosine_similarity(y_true: Any, y_pred: Tensor, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between the two, along an axis.

    Args:
        y_true: targets.
        y_pred: outputs.
        axis: along which axis.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.cosine_similarity([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([-0.9487])
    """
    right = aligned(y_true, y_pred)
    sizes = ((right * right).sum(axis) * (y_pred * y_pred).sum(axis)).clip(TINY**2).sqrt()
    return -(right * y_pred).sum(axis) / sizes


def hinge(y_true: Any, y_pred: Tensor) -> Tensor:
    """max(1 - y_true y_pred, 0), averaged over the last axis; targets of 0 count as -1.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.hinge([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.75])
    """
    return _last_mean(ops.relu(1.0 - _signs(aligned(y_true, y_pred)) * y_pred))


def squared_hinge(y_true: Any, y_pred: Tensor) -> Tensor:
    """The square of `hinge`, element by element.

    Args:
        y_true: targets.
        y_pred: outputs.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.squared_hinge([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.8125])
    """
    return _last_mean(ops.relu(1.0 - _signs(aligned(y_true, y_pred)) * y_pred).square())


def _signs(y_true: Tensor) -> Tensor:
    zeros_and_ones = bool(((y_true == 0) | (y_true == 1)).all())
    return y_true * 2.0 - 1.0 if zeros_and_ones else y_true


def binary_crossentropy(
    y_true: Any, y_pred: Tensor, from_logits: bool = False, label_smoothing: float = 0.0
) -> Tensor:
    """-y_true log p - (1 - y_true) log(1 - p), averaged over the last axis.

    Args:
        y_true: targets.
        y_pred: outputs.
        from_logits: whether outputs are scores, not probabilities.
        label_smoothing: how far targets are moved towards even shares.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.binary_crossentropy([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.2877])
    """
    right = aligned(y_true, y_pred)
    if label_smoothing:
        right = right * (1.0 - label_smoothing) + 0.5 * label_smoothing
    scores = y_pred if from_logits else _scores.behind(y_pred, "sigmoid")
    if scores is not None:
        return _last_mean(F.binary_cross_entropy_with_logits(scores, right, reduction="none"))
    return _last_mean(F.binary_cross_entropy(y_pred.clip(TINY, 1 - TINY), right, reduction="none"))


def categorical_crossentropy(
    y_true: Any, y_pred: Tensor, from_logits: bool = False, label_smoothing: float = 0.0
) -> Tensor:
    """-Σ y_true log p over the last axis, for one-hot rows or probabilities `(N, ..., C)`.

    Args:
        y_true: targets.
        y_pred: outputs.
        from_logits: whether outputs are scores, not probabilities.
        label_smoothing: how far targets are moved towards even shares.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.categorical_crossentropy([[0.0, 1.0]], pynn.tensor([[0.25, 0.75]]))
        tensor([0.2877])
    """
    right = aligned(y_true, y_pred)
    if right.ndim < 2 or right.shape[-1] == 1:
        got = tuple(as_tensor(y_true).shape)
        raise ShapeError(
            f"categorical_crossentropy: targets are rows of classes (N, C), got {got} for "
            f"{tuple(y_pred.shape)}. Did you mean sparse_categorical_crossentropy, for class numbers, or "
            "binary_crossentropy, for two classes?"
        )
    if label_smoothing:
        right = right * (1.0 - label_smoothing) + label_smoothing / right.shape[-1]
    scores = y_pred if from_logits else _scores.behind(y_pred, "softmax")
    if scores is None:
        shares = y_pred / y_pred.sum(-1, keepdim=True)
        return -(right * shares.clip(TINY, 1 - TINY).log()).sum(-1)
    classes = scores.shape[-1]
    losses = F.cross_entropy(scores.reshape(-1, classes), right.reshape(-1, classes), reduction="none")
    return losses.reshape(tuple(scores.shape[:-1]))


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Tensor, from_logits: bool = False, ignore_class: int | None = None
) -> Tensor:
    """-log p of the right class, for class numbers `(N, ...)` and outputs `(N, ..., C)`.

    Args:
        y_true: targets.
        y_pred: outputs.
        from_logits: whether outputs are scores, not probabilities.
        ignore_class: targets of this number count nothing.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.losses.sparse_categorical_crossentropy([1], pynn.tensor([[0.25, 0.75]]))
        tensor([0.2877])
    """
    right = class_numbers(y_true, y_pred)
    scores = y_pred if from_logits else _scores.behind(y_pred, "softmax")
    if scores is None:  # log is the inverse of softmax, up to a constant in each row
        scores = y_pred.clip(TINY, 1 - TINY).log()
    ignored = -100 if ignore_class is None else ignore_class
    flat = scores.reshape(-1, scores.shape[-1])
    losses = F.cross_entropy(flat, right.reshape(-1), ignore_index=ignored, reduction="none")
    return losses.reshape(tuple(right.shape))
