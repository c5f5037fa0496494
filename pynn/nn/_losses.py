"""Losses written over other ops: what pynn.nn.functional exports beside the compiled ones.

Shapes are strict, as in the compiled losses: nothing is broadcast unless a docstring says so.
"""

from __future__ import annotations

import numpy as np

import pynn
from pynn import ShapeError, Tensor

__all__ = [
    "cosine_embedding_loss",
    "cosine_similarity",
    "hinge_embedding_loss",
    "kl_div",
    "margin_ranking_loss",
    "multi_margin_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
]


def _same_shape(name: str, **tensors: Tensor) -> None:
    shapes = {key: tuple(t.shape) for key, t in tensors.items()}
    if len(set(shapes.values())) > 1:
        got = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
        raise ShapeError(
            f"{name}: expected equal shapes, got {got}. Against (N,), an (N, 1) needs x.reshape(-1)."
        )


def _reduce(name: str, each: Tensor, reduction: str) -> Tensor:
    if reduction == "mean":
        return each.mean()
    if reduction == "sum":
        return each.sum()
    if reduction == "none":
        return each
    raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def _at_least_zero(x: Tensor) -> Tensor:
    return pynn.maximum(x, 0.0)


def cosine_similarity(x1: Tensor, x2: Tensor, axis: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along ``axis``: x1 · x2 / (max(|x1|, eps) max(|x2|, eps)).

    Shapes broadcast; ``(N, D)`` and ``(N, D)`` give ``(N,)``. Zero vectors have similarity 0.
    """
    # Under the root, so that the gradient of a zero vector is finite.
    norm1 = pynn.maximum((x1 * x1).sum(axis), eps * eps).sqrt()
    norm2 = pynn.maximum((x2 * x2).sum(axis), eps * eps).sqrt()
    return (x1 * x2).sum(axis) / (norm1 * norm2)


def kl_div(input: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """The Kullback-Leibler divergence Σ t (ln t - input), where ``input`` is a log-probability.

    ``reduction="batchmean"`` divides the sum by the first size, which is the divergence as mathematics
    has it; ``"mean"`` divides by the number of elements. With ``log_target`` the target is ln t too.

    Raises:
        ShapeError: shapes differ.

    Source: Kullback & Leibler 1951, On information and sufficiency.
    """
    _same_shape("kl_div", input=input, target=target)
    if log_target:
        each = target.exp() * (target - input)
    else:  # 0 ln 0 = 0; the inner where keeps the logarithm, and its gradient, finite there
        positive = target > 0
        each = pynn.where(positive, target * (pynn.where(positive, target, 1.0).log() - input), 0.0)
    if reduction == "batchmean":
        return each.sum() / (input.shape[0] if input.ndim else 1)
    return _reduce("kl_div", each, reduction)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """The input where the target is 1, max(0, margin - x) where it is -1."""
    _same_shape("hinge_embedding_loss", input=input, target=target)
    return _reduce(
        "hinge_embedding_loss", pynn.where(target == 1, input, _at_least_zero(margin - input)), reduction
    )


def soft_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """ln(1 + exp(-t x)) for targets t of 1 and -1, safe for scores of any size."""
    _same_shape("soft_margin_loss", input=input, target=target)
    z = -target * input
    return _reduce("soft_margin_loss", _at_least_zero(z) + (-z.abs()).exp().log1p(), reduction)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """max(0, -t (x1 - x2) + margin): t = 1 wants ``input1`` ranked higher, t = -1 ``input2``."""
    _same_shape("margin_ranking_loss", input1=input1, input2=input2, target=target)
    return _reduce("margin_ranking_loss", _at_least_zero(-target * (input1 - input2) + margin), reduction)


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """1 - cos(x1, x2) for targets of 1, max(0, cos(x1, x2) - margin) for targets of -1.

    Inputs ``(N, D)`` with target ``(N,)``, or ``(D,)`` with a 0-d target.
    """
    _same_shape("cosine_embedding_loss", input1=input1, input2=input2)
    cosine = cosine_similarity(input1, input2, axis=-1)
    if tuple(cosine.shape) != tuple(target.shape):
        raise ShapeError(
            f"cosine_embedding_loss: inputs {tuple(input1.shape)} need a target {tuple(cosine.shape)}, "
            f"got {tuple(target.shape)}"
        )
    each = pynn.where(target == 1, 1.0 - cosine, _at_least_zero(cosine - margin))
    return _reduce("cosine_embedding_loss", each, reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """max(0, d(a, p) - d(a, n) + margin), with d(x, y) = (Σ |x - y + eps|^p)^(1/p) along the last axis.

    ``swap`` uses d(p, n) instead of d(a, n) where it is smaller.

    Source: Balntas et al. 2016, Learning local feature descriptors with triplets.
    """
    _same_shape("triplet_margin_loss", anchor=anchor, positive=positive, negative=negative)

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return ((x - y + eps).abs() ** p).sum(-1) ** (1.0 / p)

    to_negative = distance(anchor, negative)
    if swap:
        to_negative = pynn.minimum(to_negative, distance(positive, negative))
    each = _at_least_zero(distance(anchor, positive) - to_negative + margin)
    return _reduce("triplet_margin_loss", each, reduction)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ over classes j ≠ t of max(0, margin - x_t + x_j)^p, divided by the number of classes.

    Args:
        input: scores, ``(N, C)``.
        target: class indices, ``(N,)``.
        weight: of the target classes, ``(C,)``.
    """
    if input.ndim != 2 or tuple(target.shape) != (input.shape[0],):
        raise ShapeError(
            "multi_margin_loss: expected input (N, C) and target (N,), "
            f"got {tuple(input.shape)} and {tuple(target.shape)}"
        )
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p must be 1 or 2, got {p}")
    classes = input.shape[1]
    at = target.detach().numpy()
    if ((at < 0) | (at >= classes)).any():
        raise IndexError(f"multi_margin_loss: targets must be 0 to {classes - 1}, the classes of the input")
    right = pynn.from_numpy(np.arange(classes) == at.reshape(-1, 1))
    score = pynn.where(right, input, 0.0).sum(1, keepdim=True)
    each = _at_least_zero(margin - score + input)
    if p == 2:
        each = each * each
    if weight is not None:
        each = each * pynn.where(right, weight, 0.0).sum(1, keepdim=True)
    return _reduce("multi_margin_loss", pynn.where(right, 0.0, each).sum(1) / float(classes), reduction)
