"""Losses with a margin, and distances, as modules over the functions that their docstrings name."""

from __future__ import annotations

from collections.abc import Callable

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from .loss import Loss
from .module import Module


class HingeLoss(Loss):
    """max(0, 1 - target input), for targets of ±1. See `functional.hinge_loss`.

    Args:
        reduction: "mean", "sum" or "none".

    Shape:
        Input and target of one shape, any.

    Source: Cortes & Vapnik 1995, Support-vector networks.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.HingeLoss()(pynn.tensor([0.5]), pynn.tensor([-1.0])).item()
        1.5
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_loss(input, target, reduction=self.reduction)


class HingeEmbeddingLoss(Loss):
    """input for targets 1, max(0, margin - input) for targets -1. See `functional.hinge_embedding_loss`.

    Args:
        margin: how far apart what does not belong together should be.
        reduction: "mean", "sum" or "none".

    Shape:
        Distances and targets of one shape, any.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.HingeEmbeddingLoss()(pynn.tensor([0.25]), pynn.tensor([-1])).item()
        0.75
    """

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = _check.real("HingeEmbeddingLoss", "margin", margin)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(Loss):
    """log(1 + exp(-target input)), for targets of ±1. See `functional.soft_margin_loss`.

    Args:
        reduction: "mean", "sum" or "none".

    Shape:
        Input and target of one shape, any.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> round(nn.SoftMarginLoss()(pynn.tensor([0.0]), pynn.tensor([1.0])).item(), 4)
        0.6931
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MarginRankingLoss(Loss):
    """max(0, -target (input1 - input2) + margin). See `functional.margin_ranking_loss`.

    Args:
        margin: how far the higher one should lead.
        reduction: "mean", "sum" or "none".

    Shape:
        Both inputs and the target, of 1 and -1, of one shape.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.MarginRankingLoss()(pynn.tensor([1.0]), pynn.tensor([3.0]), pynn.tensor([1.0])).item()
        2.0
    """

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = _check.real("MarginRankingLoss", "margin", margin)

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MultiMarginLoss(Loss):
    """How far other classes come within `margin` of the right one. See `functional.multi_margin_loss`.

    Args:
        p: the power of each shortfall, 1 or 2.
        margin: how far the right class should lead.
        weight: how much each class counts, `(C,)`.
        reduction: "mean", "sum" or "none", over N.

    Shape:
        Scores `(N, C)`, targets `(N,)`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.MultiMarginLoss()(pynn.tensor([[1.0, 1.0]]), pynn.tensor([0])).item()
        0.5
    """

    weight: Tensor | None

    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        if p not in (1, 2):
            raise ValueError(f"MultiMarginLoss: p must be 1 or 2, got {p!r}")
        self.p, self.margin = p, _check.real("MultiMarginLoss", "margin", margin)
        self._register_weight("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(Loss):
    """How far wrong classes come within 1 of each of the right ones. See `functional.multilabel_margin_loss`.

    Args:
        reduction: "mean", "sum" or "none", over N.

    Shape:
        Scores `(N, C)`; targets `(N, C)`: the numbers of the right classes, then -1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.MultiLabelMarginLoss()(
        ...     pynn.tensor([[2.0, 2.0, 0.0, 3.0]]), pynn.tensor([[3, 0, -1, 0]])
        ... ).item()
        0.25
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class CosineEmbeddingLoss(Loss):
    """1 - cos for pairs that belong together (1), max(0, cos - margin) for others (-1).

    See `functional.cosine_embedding_loss`.

    Args:
        margin: the similarity that the latter may keep.
        reduction: "mean", "sum" or "none".

    Shape:
        Inputs `(N, D)` and targets `(N,)`, or `(D,)` and `()`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> x = pynn.tensor([[1.0, 0.0]])
        >>> nn.CosineEmbeddingLoss()(x, x, pynn.tensor([-1])).item()
        1.0
    """

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = _check.real("CosineEmbeddingLoss", "margin", margin)

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class TripletMarginLoss(Loss):
    """max(0, |anchor - positive| - |anchor - negative| + margin). See `functional.triplet_margin_loss`.

    Args:
        margin: by how much closer the positive should be.
        p: the norm of the distance.
        eps: keeps the gradient of a distance of 0 finite.
        swap: use |positive - negative| instead of |anchor - negative| where it is smaller.
        reduction: "mean", "sum" or "none".

    Shape:
        Three inputs `(N, D)` or `(D,)`.

    Source: Schroff et al. 2015, FaceNet, arXiv:1503.03832, eq. 3.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> a, far = pynn.zeros(1, 2), pynn.tensor([[3.0, 4.0]])
        >>> round(nn.TripletMarginLoss()(a, far, a).item(), 3)
        6.0
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction)
        self.margin = _check.real("TripletMarginLoss", "margin", margin)
        self.p = _check.real("TripletMarginLoss", "p", p, above=0, finite=False)
        self.eps = _check.real("TripletMarginLoss", "eps", eps)
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, self.reduction
        )


class TripletMarginWithDistanceLoss(Loss):
    """`TripletMarginLoss` with a distance of your own. See `functional.triplet_margin_with_distance_loss`.

    Args:
        distance_function: d(x, y) of two inputs. Default: `functional.pairwise_distance`.
        margin: by how much closer the positive should be.
        swap: use d(positive, negative) instead of d(anchor, negative) where it is smaller.
        reduction: "mean", "sum" or "none".

    Shape:
        Three inputs of one shape, any that the distance takes.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> loss = nn.TripletMarginWithDistanceLoss(distance_function=lambda x, y: (x - y).abs().sum(-1))
        >>> a, far = pynn.zeros(1, 2), pynn.tensor([[3.0, 4.0]])
        >>> loss(a, far, a).item()
        8.0
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction)
        if distance_function is not None and not callable(distance_function):
            raise TypeError(
                "TripletMarginWithDistanceLoss: distance_function must be a function of two tensors, got "
                f"{distance_function!r}"
            )
        self.distance_function = distance_function
        self.margin = _check.real("TripletMarginWithDistanceLoss", "margin", margin)
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


class CosineSimilarity(Module):
    """The cosine of the angle between vectors along `dim`. See `functional.cosine_similarity`.

    Args:
        dim: the axis that the vectors lie along.
        eps: the least length; zero vectors have similarity 0.

    Shape:
        Two inputs `(N, D)` -> `(N,)` with the defaults.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.CosineSimilarity()(pynn.tensor([[1.0, 0.0]]), pynn.tensor([[3.0, 4.0]]))
        tensor([0.6])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = _check.integer("CosineSimilarity", "dim", dim)
        self.eps = _check.real("CosineSimilarity", "eps", eps, 0)

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The distance between vectors that stand side by side. See `functional.pairwise_distance`.

    Args:
        p: the norm: 2 is Euclid's, 1 the city block's.
        eps: added to each difference.
        keepdim: keep the last axis with size 1.

    Shape:
        Two inputs `(N, D)` -> `(N,)`, or `(N, 1)` with `keepdim`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.PairwiseDistance(eps=0.0)(pynn.tensor([[0.0, 0.0]]), pynn.tensor([[3.0, 4.0]]))
        tensor([5.])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.p = _check.real("PairwiseDistance", "p", p, finite=False)
        self.eps = _check.real("PairwiseDistance", "eps", eps)
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.pairwise_distance(x1, x2, self.p, self.eps, self.keepdim)
