"""Samples that count more than others: sample weights, class weights, and the loss that uses them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from pynn import nn
from pynn._core import ShapeError, Tensor, tensor
from pynn.nn import functional as F

from .batches import to_tensor
from .nested import is_several, mapped, size


def prepared(
    verb: str,
    loss: Callable[..., Any],
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
) -> tuple[Any, Any, Tensor | None]:
    """Inputs, targets in the form that the loss takes, and the weight of each sample or None."""
    if y is None:
        if class_weight is not None or sample_weight is not None:
            raise ValueError(
                f"{verb}: class_weight and sample_weight go with arrays x and y. A dataset brings weights as "
                "a third part: TensorDataset(x, y, weights)"
            )
        return x, None, None
    targets = mapped(to_tensor, y)
    weights = weights_of(targets, class_weight, sample_weight, verb)
    each = getattr(loss, "losses", None)
    if each is None or not is_several(targets):
        return x, mapped(lambda target: targets_for(loss, target), targets), weights
    keys = list(targets) if isinstance(targets, Mapping) else range(len(targets))
    found = [targets_for(each[key], targets[key]) if key in each else targets[key] for key in keys]
    return x, dict(zip(keys, found, strict=True)) if isinstance(targets, Mapping) else tuple(found), weights


def weights_of(
    targets: Tensor, class_weight: Mapping[int, float] | None, sample_weight: Any, verb: str = "fit"
) -> Tensor | None:
    """The weight `(N,)` of every sample: its own, times that of its class; None if all are equal.

    Args:
        targets: `(N,)` or `(N, 1)` class numbers or `(N, C)` one-hot rows, if there are class weights.
        class_weight: class -> weight; a class that is not named weighs 1.
        sample_weight: `(N,)`.
        verb: who asks, for messages.
    """
    if class_weight is None and sample_weight is None:
        return None
    weights = np.ones(size(targets), dtype=np.float64)
    if sample_weight is not None:
        given = np.asarray(sample_weight, dtype=np.float64)
        if given.shape != weights.shape:
            raise ShapeError(
                f"{verb}: sample_weight has shape {given.shape}; "
                f"{len(weights)} samples need one weight each, ({len(weights)},)"
            )
        weights *= given
    if class_weight is not None:
        if is_several(targets):
            raise ValueError(
                f"{verb}: class_weight goes with one output; for several give sample_weight, or losses "
                "with weights of their own, such as nn.CrossEntropyLoss(weight=...)"
            )
        weights *= _by_class(np.asarray(targets), class_weight, verb)
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError(f"{verb}: weights must be finite and not negative")
    return tensor(weights.astype(np.float32))


def _by_class(targets: np.ndarray, class_weight: Mapping[int, float], verb: str) -> np.ndarray:
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            f"{verb}: class_weight is a dictionary such as {{0: 1.0, 1: 5.0}}, "
            f"got {type(class_weight).__name__}"
            + (". Did you mean pynn.data.class_weights(y)?" if class_weight == "balanced" else "")
        )
    if targets.ndim == 2:
        targets = targets.argmax(1) if targets.shape[1] > 1 else targets[:, 0]
    if targets.ndim != 1:
        raise ShapeError(f"{verb}: class_weight needs one class a sample; the targets are {targets.shape}")
    for label in class_weight:
        if not isinstance(label, (int, np.integer)):
            raise TypeError(f"{verb}: class_weight goes by class numbers, got {label!r}")
    return np.array([class_weight.get(label, 1.0) for label in targets.tolist()])


def weighted(loss: Callable[..., Any]) -> Callable[..., Any]:
    """The same loss as a function of (outputs, targets, weights): Σ weightᵢ lossᵢ / N.

    Dividing by the number of samples, as Keras does, and not by the sum of the weights, keeps the step of a
    sample the same whatever else is in its batch.
    """
    each: Callable[..., Any]
    if hasattr(loss, "losses"):
        return loss  # one for each output: it weighs them itself
    if isinstance(loss, nn.Module):
        module: Any = copy.copy(loss)
        module.reduction = "none"
        each = module
    else:
        each = partial(loss, reduction="none")

    def of_batch(outputs: Any, targets: Any, weights: Tensor | None = None) -> Any:
        if weights is None:
            return loss(outputs, targets)
        try:
            losses = each(outputs, targets)
        except TypeError as error:
            raise TypeError(
                f"weights need a loss that can give one value a sample: {getattr(loss, '__name__', loss)} "
                f'does not take reduction="none" ({error})'
            ) from error
        if losses.ndim == 0 or len(losses) != len(weights):
            raise ShapeError(
                f"weights need a loss that gives one value a sample: of {len(weights)} samples "
                f"{getattr(loss, '__name__', loss)} made {tuple(losses.shape)}"
            )
        if losses.ndim > 1:
            losses = losses.reshape(len(losses), -1).mean(1)
        return (losses * weights).mean()

    return of_batch


def targets_for(loss: Callable[..., Any], targets: Tensor) -> Tensor:
    """One-hot rows of integers as floats: what cross-entropy takes as probabilities of the classes."""
    takes_rows = loss is F.cross_entropy or isinstance(loss, nn.CrossEntropyLoss)
    if not takes_rows or targets.ndim != 2 or targets.shape[1] < 2 or targets.is_floating_point():
        return targets
    rows = np.asarray(targets)
    one_hot = ((rows == 0) | (rows == 1)).all() and (rows.sum(1) == 1).all()
    return targets.float() if one_hot else targets
