"""How far apart vectors are, and the losses that draw some together and push others apart."""

from __future__ import annotations

from collections.abc import Callable

from pynn import _check
from pynn._core import ShapeError, Tensor, ops

from ._loss_parts import at_least_zero, reduce, same_shape

__all__ = [
    "cosine_embedding_loss",
    "cosine_similarity",
    "pairwise_distance",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along ``dim``: x1 · x2 / (max(|x1|, eps) max(|x2|, eps)).

    Args:
        x1: ``(N, D)``, or any shape.
        x2: of the same shape, or one that broadcasts.
        dim: the axis that the vectors lie along; the result has it no more.
        eps: the least length; zero vectors have similarity 0.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.cosine_similarity(pynn.tensor([[1.0, 0.0]]), pynn.tensor([[3.0, 4.0]]))
        tensor([0.6])
    """
    _check.tensor("cosine_similarity", "x1", x1), _check.tensor("cosine_similarity", "x2", x2)
    # Under the root, so that the gradient of a zero vector is finite.
    norm1 = ops.maximum((x1 * x1).sum(dim), eps * eps).sqrt()
    norm2 = ops.maximum((x2 * x2).sum(dim), eps * eps).sqrt()
    return (x1 * x2).sum(dim) / (norm1 * norm2)


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The distance between vectors that stand side by side: (Σ |x1 - x2 + eps|^p)^(1/p) along the last axis.

    Args:
        x1: ``(N, D)`` or ``(D,)``.
        x2: of the same shape, or one that broadcasts.
        p: the norm: 2 is Euclid's, 1 the city block's.
        eps: added to each difference, so that the gradient of a distance of 0 is finite.
        keepdim: keep the last axis with size 1.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.pairwise_distance(pynn.tensor([[0.0, 0.0]]), pynn.tensor([[3.0, 4.0]]), eps=0.0)
        tensor([5.])
    """
    _check.tensor("pairwise_distance", "x1", x1), _check.tensor("pairwise_distance", "x2", x2)
    return ops.norm(x1 - x2 + eps, p, -1, keepdim)


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """1 - cos(x1, x2) for targets of 1, max(0, cos(x1, x2) - margin) for targets of -1.

    Args:
        input1: vectors x1, ``(N, D)`` or ``(D,)``.
        input2: vectors x2, of the same shape.
        target: 1 for what belongs together, -1 for what does not; ``(N,)`` or ``()``.
        margin: the similarity that the latter may keep.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes do not fit.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> x = pynn.tensor([[1.0, 0.0]])
        >>> F.cosine_embedding_loss(x, x, pynn.tensor([-1])).item()
        1.0
    """
    same_shape("cosine_embedding_loss", input1=input1, input2=input2)
    cosine = cosine_similarity(input1, input2, dim=-1)
    if tuple(cosine.shape) != tuple(target.shape):
        raise ShapeError(
            f"cosine_embedding_loss: inputs {tuple(input1.shape)} need a target {tuple(cosine.shape)}, "
            f"got {tuple(target.shape)}"
        )
    each = ops.where(target == 1, 1.0 - cosine, at_least_zero(cosine - margin))
    return reduce("cosine_embedding_loss", each, reduction)


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
    """max(0, d(a, p) - d(a, n) + margin): the anchor should be closer to the positive than to the negative.

    Args:
        anchor: vectors a, ``(N, D)`` or ``(D,)``.
        positive: vectors like the anchor, of the same shape.
        negative: vectors unlike it, of the same shape.
        margin: by how much closer.
        p: the norm of the distance d, see :func:`pairwise_distance`.
        eps: see :func:`pairwise_distance`.
        swap: use d(p, n) instead of d(a, n) where it is smaller.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes differ.

    Source: Schroff et al. 2015, FaceNet, arXiv:1503.03832, eq. 3; the swap: Balntas et al. 2016, Learning
    local feature descriptors with triplets.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> a, far = pynn.zeros(1, 2), pynn.tensor([[3.0, 4.0]])
        >>> round(F.triplet_margin_loss(a, far, a, margin=1.0).item(), 3)
        6.0
    """

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return pairwise_distance(x, y, p, eps)

    return _triplet("triplet_margin_loss", anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """:func:`triplet_margin_loss` with a distance of your own.

    Args:
        anchor: vectors a, any shape.
        positive: vectors like the anchor, of the same shape.
        negative: vectors unlike it, of the same shape.
        distance_function: d of two tensors of that shape. Default: :func:`pairwise_distance`.
        margin: by how much closer.
        swap: use d(p, n) instead of d(a, n) where it is smaller.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes differ.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> def city_block(x, y):
        ...     return (x - y).abs().sum(-1)
        >>> a, far = pynn.zeros(1, 2), pynn.tensor([[3.0, 4.0]])
        >>> F.triplet_margin_with_distance_loss(a, far, a, distance_function=city_block).item()
        8.0
    """
    name = "triplet_margin_with_distance_loss"
    return _triplet(
        name, anchor, positive, negative, distance_function or pairwise_distance, margin, swap, reduction
    )


def _triplet(
    name: str,
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    distance: Callable[[Tensor, Tensor], Tensor],
    margin: float,
    swap: bool,
    reduction: str,
) -> Tensor:
    same_shape(name, anchor=anchor, positive=positive, negative=negative)
    to_negative = distance(anchor, negative)
    if swap:
        to_negative = ops.minimum(to_negative, distance(positive, negative))
    return reduce(name, at_least_zero(distance(anchor, positive) - to_negative + margin), reduction)
