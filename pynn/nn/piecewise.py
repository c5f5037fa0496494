"""Activations made of straight pieces: steps, clamps and shrinkages."""

from __future__ import annotations

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from .module import Module


class Step(Module):
    """1 for x >= 0, else 0: the perceptron's activation. Its gradient is 0 everywhere.

    Shape:
        Any; the result has the same.

    Source: Rosenblatt 1958, The perceptron: a probabilistic model.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Step()(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.step(input)


class Threshold(Module):
    """x where x > threshold, else value.

    Args:
        threshold: what x must be above to stay.
        value: what the others become.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Threshold(1.0, -5.0)(pynn.tensor([0.0, 2.0]))
        tensor([-5.,  2.])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = _check.real("Threshold", "threshold", threshold)
        self.value = _check.real("Threshold", "value", value, finite=False)

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}"


class Hardtanh(Module):
    """x cut to [min_val, max_val].

    Args:
        min_val: the least value.
        max_val: the largest value.
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Raises:
        ValueError: min_val is not below max_val.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Hardtanh()(pynn.tensor([-2.0, 0.5, 2.0]))
        tensor([-1. ,  0.5,  1. ])
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.min_val = _check.real("Hardtanh", "min_val", min_val, finite=False)
        self.max_val = _check.real("Hardtanh", "max_val", max_val, finite=False)
        if not self.min_val < self.max_val:
            raise ValueError(f"Hardtanh: min_val must lie below max_val, got {min_val} and {max_val}")

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}"


class ReLU6(Module):
    """A ReLU that stops at 6: min(max(x, 0), 6).

    Args:
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ReLU6()(pynn.tensor([-1.0, 3.0, 9.0]))
        tensor([0., 3., 6.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.relu6(input)


class Hardsigmoid(Module):
    """A sigmoid of three straight pieces: x / 6 + 1/2, cut to [0, 1].

    Args:
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Hardsigmoid()(pynn.tensor([-4.0, 0.0, 4.0]))
        tensor([0. , 0.5, 1. ])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input)


class Hardswish(Module):
    """x hardsigmoid(x).

    Args:
        inplace: accepted for PyTorch's sake; the result is the same.

    Shape:
        Any; the result has the same.

    Source: Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244, section 5.2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Hardswish()(pynn.tensor([-4.0, 0.0, 4.0]))
        tensor([-0.,  0.,  4.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input)


class Tanhshrink(Module):
    """x - tanh(x).

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Tanhshrink()(pynn.tensor([0.0, 100.0]))
        tensor([ 0., 99.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


class Hardshrink(Module):
    """x where |x| > lambd, else 0.

    Args:
        lambd: the size up to which an element becomes 0.

    Shape:
        Any; the result has the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Hardshrink()(pynn.tensor([-1.0, 0.25]))
        tensor([-1.,  0.])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = _check.real("Hardshrink", "lambd", lambd, 0)

    def forward(self, input: Tensor) -> Tensor:
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return f"lambd={self.lambd}"


class Softshrink(Module):
    """x moved towards 0 by lambd, and 0 where it would pass it.

    Args:
        lambd: how far, 0 or more.

    Shape:
        Any; the result has the same.

    Raises:
        ValueError: lambd is below 0.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Softshrink()(pynn.tensor([-1.0, 0.25]))
        tensor([-0.5,  0. ])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = _check.real("Softshrink", "lambd", lambd, 0)

    def forward(self, input: Tensor) -> Tensor:
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return f"lambd={self.lambd}"
