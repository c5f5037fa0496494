"""The loss of labels without times, as a module."""

from __future__ import annotations

from typing import Any

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from .loss import Loss


class CTCLoss(Loss):
    """-ln of the probability of labels whose times are not known. See `functional.ctc_loss`.

    Args:
        blank: the class that says nothing.
        reduction: "mean" divides each loss by its number of labels first; "sum" or "none".
        zero_infinity: count a target that does not fit into its steps as 0 instead of infinity.

    Shape:
        Log-probabilities `(T, N, C)`, **time first** as in PyTorch; targets `(N, S)` or all in a row;
        lengths of both, `(N,)`.

    Raises:
        ShapeError: shapes do not fit.
        IndexError: a label is the blank, or not one of 0 to C - 1.

    Source: Graves et al. 2006, Connectionist temporal classification, ICML.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> x = pynn.randn(2, 50, 20).log_softmax(-1)  # (N, T, C)
        >>> loss = nn.CTCLoss(blank=0)(x.transpose(0, 1), [[3, 7, 7], [5, 1, 0]], [50, 40], [3, 2])
        >>> loss.shape
        ()
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction)
        self.blank = _check.integer("CTCLoss", "blank", blank, 0)
        self.zero_infinity = bool(zero_infinity)

    def forward(self, log_probs: Tensor, targets: Any, input_lengths: Any, target_lengths: Any) -> Tensor:
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
