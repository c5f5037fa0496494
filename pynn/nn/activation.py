"""Activation functions as modules. Their formulas and gradients stand in csrc/ops/."""

from __future__ import annotations

from typing import Any

from pynn import _check, _core
from pynn._core import Tensor

from . import functional as F
from .module import Module
from .parameter import Parameter


class Sigmoid(Module):
    """1 / (1 + e^-x): any number to between 0 and 1.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Sigmoid()(pynn.tensor([0.0, 100.0]))
        tensor([0.5, 1. ])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.sigmoid(input)


class LogSigmoid(Module):
    """log(1 / (1 + e^-x)), without overflow.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.LogSigmoid()(pynn.tensor([-1000.0])).item()
        -1000.0
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class Tanh(Module):
    """Hyperbolic tangent: any number to between -1 and 1.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Tanh()(pynn.tensor([-100.0, 0.0]))
        tensor([-1.,  0.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.tanh(input)


class ReLU(Module):
    """max(x, 0): what is below 0 becomes 0.

    Args:
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ReLU()(pynn.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace  # accepted for PyTorch's sake: the result is the same

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input)


class LeakyReLU(Module):
    """x for x > 0, else `negative_slope` x.

    Args:
        negative_slope: the slope below 0.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Maas, Hannun & Ng 2013, Rectifier nonlinearities improve neural network acoustic models.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.LeakyReLU(0.5)(pynn.tensor([-1.0, 2.0]))
        tensor([-0.5,  2. ])
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = _check.real("LeakyReLU", "negative_slope", negative_slope)

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """A leaky ReLU that learns its slope.

    Args:
        num_parameters: 1 slope for all, or one per channel (axis 1).
        init: where the slopes start.
        device: where the parameter lies; None or "cpu".
        dtype: of the parameter. Default: float32.

    Shape:
        `(N, C, ...)`; the result has the same. `weight` is `(num_parameters,)`.

    Raises:
        ValueError: num_parameters is below 1.

    Source: He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852, section 2.1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.PReLU()(pynn.tensor([-1.0, 2.0])).tolist()
        [-0.25, 2.0]
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters = _check.integer("PReLU", "num_parameters", num_parameters, 1)
        self.init = _check.real("PReLU", "init", init)
        self.weight = Parameter(_core.ops.full((num_parameters,), init, dtype=dtype or _core.float32))

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class ELU(Module):
    """x for x > 0, else alpha (e^x - 1).

    Args:
        alpha: minus the value that it tends to below.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Clevert, Unterthiner & Hochreiter 2016, Fast and accurate deep network learning by ELUs,
    arXiv:1511.07289.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ELU()(pynn.tensor([-100.0, 2.0]))
        tensor([-1.,  2.])
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = _check.real("ELU", "alpha", alpha)

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class SELU(Module):
    """An ELU scaled so that values keep mean 0 and variance 1 through many layers.

    Args:
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Klambauer et al. 2017, Self-normalizing neural networks, arXiv:1706.02515, eq. 2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.SELU()(pynn.tensor([-100.0, 1.0]))
        tensor([-1.7581,  1.0507])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input)


class CELU(Module):
    """max(x, 0) + min(alpha (e^(x / alpha) - 1), 0): an ELU with a derivative everywhere.

    Args:
        alpha: minus the value that it tends to below.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Barron 2017, Continuously differentiable exponential linear units, arXiv:1704.07483.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.CELU(2.0)(pynn.tensor([-100.0, 2.0]))
        tensor([-2.,  2.])
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = _check.real("CELU", "alpha", alpha, above=0)

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class GELU(Module):
    """x weighed by the chance that a standard normal is below it: x Φ(x).

    Args:
        approximate: "none" for the exact function, "tanh" for the paper's approximation.

    Shape:
        Any; the result has the same.

    Raises:
        ValueError: another approximation.

    Source: Hendrycks & Gimpel 2016, Gaussian error linear units, arXiv:1606.08415.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.GELU()(pynn.tensor([-1.0, 1.0]))
        tensor([-0.1587,  0.8413])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = _check.choice("GELU", "approximate", approximate, ("none", "tanh"))

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """x sigmoid(x), also called swish.

    Args:
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Elfwing, Uchibe & Doya 2018, arXiv:1702.03118; Ramachandran et al. 2017, arXiv:1710.05941.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.SiLU()(pynn.tensor([0.0, 1.0]))
        tensor([0.    , 0.7311])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input)


class Mish(Module):
    """x tanh(softplus(x)).

    Args:
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Misra 2019, Mish: a self regularized non-monotonic activation function, arXiv:1908.08681.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Mish()(pynn.tensor([0.0, 1.0]))
        tensor([0.    , 0.8651])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input)


class Softplus(Module):
    """log(1 + e^(beta x)) / beta, a smooth ReLU; x itself where beta x > threshold.

    Args:
        beta: how sharp the bend is.
        threshold: beyond it the function is x to within rounding.

    Shape:
        Any; the result has the same.

    Source: Dugas et al. 2001, Incorporating second-order functional knowledge for better option pricing.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Softplus()(pynn.tensor([0.0, 100.0])).tolist()
        [0.6931471824645996, 100.0]
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = _check.real("Softplus", "beta", beta, above=0)
        self.threshold = _check.real("Softplus", "threshold", threshold, finite=False)

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    """x / (1 + |x|): like tanh, but it comes to ±1 slowly.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Softsign()(pynn.tensor([-1.0, 3.0]))
        tensor([-0.5 ,  0.75])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)
