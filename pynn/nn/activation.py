"""Activation functions as modules. Their formulas and gradients stand in csrc/ops/."""

from __future__ import annotations

from typing import Any

from pynn import _core
from pynn._core import Tensor

from . import functional as F
from .module import Module
from .parameter import Parameter


class Sigmoid(Module):
    """1 / (1 + e^-x): any number to between 0 and 1."""

    def forward(self, input: Tensor) -> Tensor:
        return F.sigmoid(input)


class LogSigmoid(Module):
    """log(1 / (1 + e^-x)), without overflow."""

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class Tanh(Module):
    """Hyperbolic tangent: any number to between -1 and 1."""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanh(input)


class ReLU(Module):
    """max(x, 0). Nair & Hinton 2010, "Rectified linear units improve restricted Boltzmann machines"."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace  # accepted for PyTorch's sake: the result is the same

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input)


class LeakyReLU(Module):
    """x for x > 0, else `negative_slope` x. Maas, Hannun & Ng 2013."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = float(negative_slope)

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """A leaky ReLU that learns its slope. He et al. 2015, arXiv:1502.01852, section 2.1.

    Args:
        num_parameters: 1 slope for all, or one per channel (axis 1).
        init: where it starts.
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"PReLU: num_parameters must be 1 or more, got {num_parameters}")
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(_core.ops.full((num_parameters,), init, dtype=dtype or _core.float32))

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class ELU(Module):
    """x for x > 0, else alpha (e^x - 1). Clevert, Unterthiner & Hochreiter 2016, arXiv:1511.07289."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = float(alpha)

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class SELU(Module):
    """An ELU scaled so that values keep mean 0 and variance 1: Klambauer et al. 2017, arXiv:1706.02515."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input)


class CELU(Module):
    """max(x, 0) + min(alpha (e^(x / alpha) - 1), 0). Barron 2017, arXiv:1704.07483."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = float(alpha)

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class GELU(Module):
    """x weighed by the chance that a standard normal is below it. Hendrycks & Gimpel 2016, arXiv:1606.08415.

    Args:
        approximate: "none" for the exact function, "tanh" for the paper's approximation.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU: approximate is 'none' or 'tanh', got {approximate!r}")
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """x sigmoid(x), also called swish. Elfwing, Uchibe & Doya 2018; Ramachandran et al. 2017."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input)


class Mish(Module):
    """x tanh(softplus(x)). Misra 2019, arXiv:1908.08681."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input)


class Softplus(Module):
    """log(1 + e^(beta x)) / beta, a smooth ReLU; x itself where beta x > threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = float(beta), float(threshold)

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    """x / (1 + |x|)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


class Maxout(Module):
    """The largest of each group of `pieces` inputs: a learned convex activation after a wide Linear.

    Goodfellow et al. 2013, "Maxout networks", arXiv:1302.4389.

    Shape:
        `(..., features * pieces)` -> `(..., features)`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Sequential(nn.Linear(4, 6), nn.Maxout(2))(pynn.zeros(5, 4)).shape
        (5, 3)
    """

    def __init__(self, pieces: int = 2) -> None:
        super().__init__()
        if pieces < 1:
            raise ValueError(f"Maxout: pieces must be 1 or more, got {pieces}")
        self.pieces = pieces

    def forward(self, input: Tensor) -> Tensor:
        return F.maxout(input, self.pieces)

    def extra_repr(self) -> str:
        return f"pieces={self.pieces}"
