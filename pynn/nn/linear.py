"""Linear layers, and the layers that only change shapes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter, UninitializedParameter

_linear = ops.linear
_linear_activation = ops.linear_activation


class Linear(Module):
    """Weighted sums: `y = x W^T + b`.

    Args:
        in_features: size of the input's last axis; `None` to learn it from the first input.
        out_features: size of the output's last axis.
        bias: whether to add b.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(..., in_features)` -> `(..., out_features)`; `weight` is `(out_features, in_features)`.

    The weights start uniform in ±1/sqrt(in_features), the biases too.

    Raises:
        ShapeError: the input's last axis is not `in_features`.
        ValueError: a size that is no integer of 0 or more.

    Source: LeCun et al. 1998, Efficient BackProp, section 4.6, for the start, in PyTorch's reading.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Linear(20, 30)(pynn.zeros(128, 20)).shape
        (128, 30)
        >>> layer = nn.Linear(None, 10)
        >>> layer.build((None, 784))
        >>> layer
        Linear(in_features=784, out_features=10, bias=True)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int | None,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 0):
                raise ValueError(f"Linear: {name} must be an integer of 0 or more, got {size!r}")
        if out_features is None:
            raise ValueError("Linear: only in_features may be left open; say how many outputs you want")
        self.in_features, self.out_features = in_features, out_features
        self.dtype = _core.float32 if dtype is None else _core.dtype(dtype)
        if not self.dtype.is_floating_point:
            raise DTypeError(f"Linear: dtype must be float32 or float64, got {self.dtype}")
        if in_features is None:
            self.weight = UninitializedParameter()
        else:
            self.weight = Parameter(_core.ops.empty((out_features, in_features), dtype=self.dtype))
        self.bias = Parameter(_core.ops.empty((out_features,), dtype=self.dtype)) if bias else None
        if in_features is not None:
            self.reset_parameters()
            self.built = True
            self._settle_plain()

    def build(self, input_shape: Sequence[int | None]) -> None:
        features = input_shape[-1] if len(input_shape) else None
        if features is None:
            raise ShapeError(f"Linear.build: the last axis of {tuple(input_shape)} must be known")
        assert isinstance(self.weight, UninitializedParameter)
        self.in_features = int(features)
        self.weight.materialize((self.out_features, self.in_features), self.dtype)
        self.reset_parameters()

    def _built_by_loading(self) -> None:
        self.in_features = self.weight.shape[1]
        super()._built_by_loading()

    def reset_parameters(self) -> None:
        """Draw new weights and biases."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        try:
            return _linear(input, self.weight, self.bias)
        except ShapeError:
            raise ShapeError(self._explain(input)) from None

    def _forward_then(self, activation: str, input: Tensor) -> Tensor:
        """Followed by an elementwise op without parameters, which finds the sums in the cache."""
        try:
            return _linear_activation(input, self.weight, self.bias, activation)
        except ShapeError:
            raise ShapeError(self._explain(input)) from None

    def _explain(self, input: Tensor) -> str:
        got, expected = tuple(input.shape), self.in_features
        message = (
            f"Linear(in_features={expected}, out_features={self.out_features}): got input {got}; "
            f"its last dimension must be {expected}."
        )
        if len(got) > 1 and math.prod(got[1:]) == expected:
            message += " Did you mean x.flatten(1)?"
        elif got and got[0] == expected:
            message += " Did you mean x.T?"
        elif got:
            message += f" Did you mean nn.Linear({got[-1]}, {self.out_features})?"
        return message

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class LazyLinear(Linear):
    """`nn.Linear(None, out_features)`: learns `in_features` from the first input.

    Args:
        out_features: size of the output's last axis.
        bias: whether to add b.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> layer = nn.LazyLinear(3)
        >>> layer(pynn.zeros(2, 5)).shape, layer.in_features
        ((2, 3), 5)
    """

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(None, out_features, bias, device, dtype)


class Bilinear(Module):
    """One number for each pair of inputs and each matrix: `y_o = x1^T W_o x2 + b_o`.

    Args:
        in1_features: size of the first input's last axis.
        in2_features: size of the second input's last axis.
        out_features: how many matrices.
        bias: whether to add b.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(..., in1_features)` and `(..., in2_features)` -> `(..., out_features)`; `weight` is
        `(out_features, in1_features, in2_features)`.

    Weights and biases start uniform in ±1/sqrt(in1_features).

    Raises:
        ShapeError: the inputs do not fit.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Bilinear(20, 30, 40)(pynn.zeros(128, 20), pynn.zeros(128, 30)).shape
        (128, 40)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if in1_features < 1:
            raise ValueError(f"Bilinear: in1_features must be 1 or more, got {in1_features}")
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        dtype = _core.float32 if dtype is None else dtype
        shape = (out_features, in1_features, in2_features)
        self.weight = Parameter(_core.ops.empty(shape, dtype=dtype))
        self.bias = Parameter(_core.ops.empty((out_features,), dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new weights and biases."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        sizes = f"in1_features={self.in1_features}, in2_features={self.in2_features}"
        return f"{sizes}, out_features={self.out_features}, bias={self.bias is not None}"


class Identity(Module):
    """Gives back its input, so that it can stand in for any layer.

    Args:
        *args: accepted and ignored.
        **kwargs: accepted and ignored.

    Example:
        >>> from pynn import nn
        >>> nn.Identity(20, bias=False)("anything")
        'anything'
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class Flatten(Module):
    """Merge the axes `start_dim` to `end_dim` into one.

    Args:
        start_dim: the first of them; the default leaves the batch alone.
        end_dim: the last of them.

    Shape:
        `(N, C, H, W)` -> `(N, C * H * W)` with the defaults.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Flatten()(pynn.zeros(32, 1, 28, 28)).shape
        (32, 784)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = _check.integer("Flatten", "start_dim", start_dim)
        self.end_dim = _check.integer("Flatten", "end_dim", end_dim)

    def forward(self, input: Tensor) -> Tensor:
        return ops.flatten(_check.tensor("Flatten", "input", input), self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Split one axis into several: the inverse of `Flatten`.

    Args:
        dim: the axis to split.
        unflattened_size: its new sizes; one may be -1.

    Shape:
        `(N, C * H * W)` -> `(N, C, H, W)` with `dim=1`.

    Raises:
        ShapeError: the axis is not there, or does not split so.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Unflatten(1, (1, 28, 28))(pynn.zeros(32, 784)).shape
        (32, 1, 28, 28)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim = _check.integer("Unflatten", "dim", dim)
        if not isinstance(unflattened_size, Sequence):
            raise TypeError(
                f"Unflatten: unflattened_size is a list of sizes, got {unflattened_size!r}. "
                f"Did you mean ({unflattened_size!r},)?"
            )
        self.unflattened_size = tuple(
            _check.integer("Unflatten", "each of unflattened_size", size, -1) for size in unflattened_size
        )

    def forward(self, input: Tensor) -> Tensor:
        shape = tuple(_check.tensor("Unflatten", "input", input).shape)
        dim = self.dim + len(shape) if self.dim < 0 else self.dim
        if not 0 <= dim < len(shape):
            raise ShapeError(f"Unflatten(dim={self.dim}): got input {shape}, which has no such axis")
        known = math.prod(size for size in self.unflattened_size if size != -1)
        exact = -1 not in self.unflattened_size
        if (known != shape[dim]) if exact else (known == 0 or shape[dim] % known):
            raise ShapeError(
                f"Unflatten: axis {self.dim} of input {shape} has size {shape[dim]}, "
                f"which does not split into {self.unflattened_size}"
            )
        return input.reshape((*shape[:dim], *self.unflattened_size, *shape[dim + 1 :]))

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
