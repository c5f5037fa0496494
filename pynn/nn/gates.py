"""Activations beyond a formula of one number: gates, winners of a group, slopes drawn at random."""

from __future__ import annotations

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from .module import Module


class GLU(Module):
    """One half of the features, each let through as far as its partner in the other half says: a sigmoid(b).

    Args:
        dim: the axis that is halved.

    Shape:
        `(..., 2 features)` -> `(..., features)` with the default.

    Raises:
        ShapeError: the axis has an odd size.

    Source: Dauphin et al. 2017, Language modeling with gated convolutional networks, arXiv:1612.08083.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.GLU()(pynn.tensor([4.0, 6.0, 0.0, 100.0]))
        tensor([2., 6.])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = _check.integer("GLU", "dim", dim)

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class RReLU(Module):
    """A leaky ReLU whose slope is drawn anew for each element in training. See `functional.rrelu`.

    Args:
        lower: the least slope.
        upper: the largest slope; evaluation uses the middle of the two.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Raises:
        ValueError: lower is above upper.

    Source: Xu et al. 2015, Empirical evaluation of rectified activations, arXiv:1505.00853.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.RReLU(0.25, 0.75).eval()(pynn.tensor([-1.0, 1.0]))
        tensor([-0.5,  1. ])
    """

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = _check.real("RReLU", "lower", lower)
        self.upper = _check.real("RReLU", "upper", upper)
        if lower > upper:
            raise ValueError(f"RReLU: lower must not be above upper, got {lower} and {upper}")

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}"


class Maxout(Module):
    """The largest of each group of `pieces` inputs: a learned convex activation after a wide Linear.

    Args:
        pieces: how many neighbours compete, 1 or more.

    Shape:
        `(..., features * pieces)` -> `(..., features)`.

    Raises:
        ShapeError: the last axis does not split into such groups.

    Source: Goodfellow et al. 2013, Maxout networks, arXiv:1302.4389.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Sequential(nn.Linear(4, 6), nn.Maxout(2))(pynn.zeros(5, 4)).shape
        (5, 3)
    """

    def __init__(self, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = _check.integer("Maxout", "pieces", pieces, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.maxout(input, self.pieces)

    def extra_repr(self) -> str:
        return f"pieces={self.pieces}"
