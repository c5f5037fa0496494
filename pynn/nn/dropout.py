"""Dropout: train with random units switched off."""

from __future__ import annotations

from pynn._core import Tensor, ops

from .module import Module

_dropout = ops.dropout


class Dropout(Module):
    """In training, set each element to 0 with probability p and scale the others by 1 / (1 - p).

    The scaling keeps the expected value, so that evaluation (`model.eval()`) passes its input through
    untouched. Srivastava et al. 2014, "Dropout", JMLR 15.

    Args:
        p: the probability of dropping an element, 0 <= p <= 1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Dropout(0.5).eval()(pynn.ones(3)).tolist()
        [1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p must be a probability between 0 and 1, got {p!r}")
        self.p, self.inplace = float(p), inplace

    def forward(self, input: Tensor) -> Tensor:
        return _dropout(input, self.p) if self.training else input

    def extra_repr(self) -> str:
        return f"p={self.p}"
