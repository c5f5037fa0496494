"""Losses that ask for a margin: nothing is lost once the right answer leads by enough.

Shapes are strict, as in the compiled losses: nothing is broadcast unless a docstring says so.
"""

from __future__ import annotations

import numpy as np

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from ._loss_parts import at_least_zero, reduce, same_shape

__all__ = [
    "hinge_embedding_loss",
    "hinge_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "soft_margin_loss",
]


def hinge_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The hinge loss of the perceptron's successors: max(0, 1 - t x), for targets t of 1 and -1.

    Args:
        input: scores x, any shape.
        target: 1 or -1, of the same shape.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes differ.

    Source: Cortes & Vapnik 1995, Support-vector networks.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.hinge_loss(pynn.tensor([0.5, 2.0]), pynn.tensor([1.0, 1.0]), reduction="none")
        tensor([0.5, 0. ])
    """
    same_shape("hinge_loss", input=input, target=target)
    return reduce("hinge_loss", at_least_zero(1 - target * input), reduction)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """The input where the target is 1, max(0, margin - input) where it is -1.

    Args:
        input: distances, any shape.
        target: 1 for what belongs together, -1 for what does not; of the same shape.
        margin: how far apart the latter should be.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes differ.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.hinge_embedding_loss(pynn.tensor([0.25, 0.25]), pynn.tensor([1, -1]), reduction="none")
        tensor([0.25, 0.75])
    """
    same_shape("hinge_embedding_loss", input=input, target=target)
    each = ops.where(target == 1, input, at_least_zero(margin - input))
    return reduce("hinge_embedding_loss", each, reduction)


def soft_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """ln(1 + exp(-t x)) for targets t of 1 and -1, safe for scores of any size.

    Args:
        input: scores x, any shape.
        target: 1 or -1, of the same shape.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes differ.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> round(F.soft_margin_loss(pynn.tensor([0.0]), pynn.tensor([1.0])).item(), 4)
        0.6931
    """
    same_shape("soft_margin_loss", input=input, target=target)
    z = -target * input
    return reduce("soft_margin_loss", at_least_zero(z) + (-z.abs()).exp().log1p(), reduction)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """max(0, -t (x1 - x2) + margin): t = 1 wants ``input1`` ranked higher, t = -1 ``input2``.

    Args:
        input1: scores x1, any shape.
        input2: scores x2, of the same shape.
        target: 1 or -1, of the same shape.
        margin: how far the higher one should lead.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes differ.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.margin_ranking_loss(pynn.tensor([1.0]), pynn.tensor([3.0]), pynn.tensor([1.0])).item()
        2.0
    """
    same_shape("margin_ranking_loss", input1=input1, input2=input2, target=target)
    each = at_least_zero(-target * (input1 - input2) + margin)
    return reduce("margin_ranking_loss", each, reduction)


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
        input: scores x, ``(N, C)``.
        target: class indices t, ``(N,)``.
        p: 1 or 2.
        margin: how far the right class should lead.
        weight: of the target classes, ``(C,)``. Default: 1.
        reduction: "mean", "sum" or "none", over N.

    Raises:
        ShapeError: shapes do not fit.
        IndexError: a target is no class.
        ValueError: p is neither 1 nor 2.

    Source: Crammer & Singer 2001, On the algorithmic implementation of multiclass kernel machines.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.multi_margin_loss(pynn.tensor([[1.0, 1.0]]), pynn.tensor([0])).item()
        0.5
    """
    for key, t in {"input": input, "target": target}.items():
        _check.tensor("multi_margin_loss", key, t)
    if input.ndim != 2 or tuple(target.shape) != (input.shape[0],):
        raise ShapeError(
            "multi_margin_loss: expected input (N, C) and target (N,), "
            f"got {tuple(input.shape)} and {tuple(target.shape)}"
        )
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p must be 1 or 2, got {p}")
    classes = input.shape[1]
    if target.is_floating_point():
        raise DTypeError(
            f"multi_margin_loss: targets are class numbers, integers; got {target.dtype}. "
            "Did you mean target.long()?"
        )
    if weight is not None and tuple(weight.shape) != (classes,):
        raise ShapeError(
            f"multi_margin_loss: weight has one number for each of the {classes} classes, "
            f"got {tuple(weight.shape)}"
        )
    at = target.detach().numpy()
    if ((at < 0) | (at >= classes)).any():
        raise IndexError(f"multi_margin_loss: targets must be 0 to {classes - 1}, the classes of the input")
    right = _core.from_numpy(np.arange(classes) == at.reshape(-1, 1))
    score = ops.where(right, input, 0.0).sum(1, keepdim=True)
    each = at_least_zero(margin - score + input)
    if p == 2:
        each = each * each
    if weight is not None:
        each = each * ops.where(right, weight, 0.0).sum(1, keepdim=True)
    return reduce("multi_margin_loss", ops.where(right, 0.0, each).sum(1) / float(classes), reduction)


def multilabel_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Σ over right classes j and wrong classes i of max(0, 1 - x_j + x_i), divided by the number of classes.

    Args:
        input: scores x, ``(N, C)`` or ``(C,)``.
        target: of the same shape: the numbers of the right classes, then -1; what follows is ignored.
        reduction: "mean", "sum" or "none", over N.

    Raises:
        ShapeError: shapes differ, or are not ``(N, C)`` or ``(C,)``.
        IndexError: a target is no class.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.multilabel_margin_loss(pynn.tensor([[2.0, 2.0, 0.0, 3.0]]), pynn.tensor([[3, 0, -1, 0]])).item()
        0.25
    """
    same_shape("multilabel_margin_loss", input=input, target=target)
    if input.ndim not in (1, 2):
        raise ShapeError(f"multilabel_margin_loss: expected (N, C) or (C,), got {tuple(input.shape)}")
    classes = input.shape[-1]
    at = np.atleast_2d(target.detach().numpy())
    listed = np.cumprod(at >= 0, axis=1).astype(bool)  # all before the first -1
    if (listed & (at >= classes)).any():
        raise IndexError(f"multilabel_margin_loss: targets must be -1 to {classes - 1}")
    right = np.zeros(at.shape)
    np.add.at(right, (np.nonzero(listed)[0], at[listed]), 1)  # a class named twice counts twice
    pairs = _core.tensor(right[:, :, None] * (right[:, None, :] == 0), input.dtype)
    x = input.reshape(-1, classes)
    each = (at_least_zero(1 - x.unsqueeze(2) + x.unsqueeze(1)) * pairs).sum((1, 2)) / float(max(classes, 1))
    return reduce("multilabel_margin_loss", each.reshape(input.shape[:-1]), reduction)
