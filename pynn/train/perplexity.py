"""Perplexity: among how many equally probable symbols a language model seems to choose."""

from __future__ import annotations

import math

from pynn import _check
from pynn._core import ShapeError, Tensor, float64
from pynn.nn import functional as F

from .metrics import Metric


class Perplexity(Metric):
    """exp of the mean cross-entropy over all symbols: exp(-1/N Σ log p(symbolᵢ)).

    Outputs `(N, C)` or `(N, C, T)` are logits or log-probabilities, targets `(N,)` or `(N, T)` class numbers.

    Args:
        ignore_index: a class number that does not count, such as padding.
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets do not belong together.

    Source: Jelinek, Mercer, Bahl & Baker 1977, Perplexity - a measure of the difficulty of speech
        recognition tasks.

    Example:
        >>> import pynn
        >>> metric = pynn.train.Perplexity()
        >>> metric.update(pynn.zeros(5, 27), pynn.tensor([0, 3, 7, 1, 2]))  # all 27 letters are as probable
        >>> round(metric.result(), 3)
        27.0
    """

    def __init__(self, ignore_index: int = -100, name: str = "perplexity") -> None:
        super().__init__(name)
        self.ignore_index = _check.integer("Perplexity", "ignore_index", ignore_index)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        shape, wanted = tuple(outputs.shape), tuple(targets.shape)
        if len(shape) < 2 or (*shape[:1], *shape[2:]) != wanted:
            raise ShapeError(
                f"{self.name}: outputs {shape} and targets {wanted} do not belong together; "
                f"expected class numbers {(*shape[:1], *shape[2:])}"
            )
        surprise = F.cross_entropy(
            outputs.to(float64), targets, ignore_index=self.ignore_index, reduction="sum"
        )
        self.total += surprise.item()
        self.count += int((targets != self.ignore_index).sum())

    def result(self) -> float:
        if not self.count:
            return math.nan
        mean = self.total / self.count
        return math.exp(mean) if mean < 709 else math.inf
