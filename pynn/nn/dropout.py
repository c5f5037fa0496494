"""Dropout: train with random units switched off."""

from __future__ import annotations

from pynn import _check
from pynn._core import Tensor, ops

from . import functional as F
from .module import Module

_dropout = ops.dropout


class Dropout(Module):
    """In training, set each element to 0 with probability p and scale the others by 1 / (1 - p).

    The scaling keeps the expected value, so that evaluation (`model.eval()`) passes its input through
    untouched.

    Args:
        p: the probability of dropping an element, 0 <= p <= 1.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Raises:
        ValueError: p is no probability.

    Source: Srivastava et al. 2014, Dropout: a simple way to prevent overfitting, JMLR 15.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Dropout(0.5).eval()(pynn.ones(3)).tolist()
        [1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        self.p = _check.real(type(self).__name__, "p", p, 0, 1)
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return _dropout(input, self.p) if self.training else input

    def extra_repr(self) -> str:
        return f"p={self.p}"


class Dropout1d(Dropout):
    """In training, drop whole channels of a sequence. See `functional.dropout1d`.

    Args:
        p: the probability of dropping a channel.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        `(N, C, L)` or `(C, L)`; the result has the same.

    Source: Tompson et al. 2015, arXiv:1411.4280.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Dropout1d(1.0)(pynn.ones(1, 2, 3)).sum().item()
        0.0
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training)


class Dropout2d(Dropout):
    """In training, drop whole channels of an image. See `functional.dropout2d`.

    Args:
        p: the probability of dropping a channel.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        `(N, C, H, W)` or `(C, H, W)`; the result has the same.

    Source: Tompson et al. 2015, arXiv:1411.4280.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Dropout2d(1.0)(pynn.ones(1, 2, 3, 3)).sum().item()
        0.0
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training)


class Dropout3d(Dropout):
    """In training, drop whole channels of a volume. See `functional.dropout3d`.

    Args:
        p: the probability of dropping a channel.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)`; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Dropout3d(1.0)(pynn.ones(2, 3, 3, 3)).sum().item()
        0.0
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training)


class AlphaDropout(Dropout):
    """Dropout that keeps mean and variance, for networks of SELUs. See `functional.alpha_dropout`.

    Args:
        p: the probability of dropping an element.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Klambauer et al. 2017, Self-normalizing neural networks, arXiv:1706.02515, section 3.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AlphaDropout(0.2).eval()(pynn.ones(3))
        tensor([1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(Dropout):
    """`AlphaDropout` of whole channels. See `functional.feature_alpha_dropout`.

    Args:
        p: the probability of dropping a channel.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        `(N, C, ...)`; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.FeatureAlphaDropout(0.2).eval()(pynn.ones(1, 3))
        tensor([[1., 1., 1.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)
