"""The functions behind the layers, under PyTorch's names: `import pynn.nn.functional as F`.

Most are ops of the core, each in a file of its own under csrc/ops/; the rest are written in those ops here.
"""

from __future__ import annotations

from pynn._core import ShapeError, Tensor, ops
from pynn._core.functional import *  # noqa: F403 - every op whose record says that it lives here


def maxout(input: Tensor, pieces: int) -> Tensor:
    """The largest of each group of `pieces` neighbours along the last axis.

    Goodfellow et al. 2013, "Maxout networks", arXiv:1302.4389.

    Shape:
        `(..., features * pieces)` -> `(..., features)`.
    """
    *rest, last = tuple(input.shape)
    if pieces < 1 or last % pieces:
        raise ShapeError(
            f"maxout: the last axis of {tuple(input.shape)} does not split into groups of {pieces}"
        )
    return input.reshape((*rest, last // pieces, pieces)).amax(-1)


def hinge_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The hinge loss of the perceptron's successors: max(0, 1 - target · input), for targets of ±1.

    Cortes & Vapnik 1995, "Support-vector networks".

    Args:
        input: scores, any shape.
        target: -1 or 1, of the same shape.
        reduction: "mean", "sum" or "none".
    """
    if tuple(input.shape) != tuple(target.shape):
        raise ShapeError(
            f"hinge_loss: input {tuple(input.shape)} and target {tuple(target.shape)} must have equal shapes"
        )
    return _reduce((1 - target * input).clip(0), reduction, "hinge_loss")


def _reduce(loss: Tensor, reduction: str, name: str) -> Tensor:
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"{name}: reduction is 'mean', 'sum' or 'none', got {reduction!r}")


sigmoid = ops.sigmoid
tanh = ops.tanh
