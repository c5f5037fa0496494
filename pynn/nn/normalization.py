"""Layers that bring each sample to a common scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter

_layer_norm, _rms_norm = ops.layer_norm, ops.rms_norm


def _floating(layer: str, dtype: Any) -> Any:
    dtype = _core.float32 if dtype is None else _core.dtype(dtype)
    if not dtype.is_floating_point:
        raise DTypeError(f"{layer}: dtype must be a floating type, got {dtype}")
    return dtype


def _as_shape(layer: str, normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in shape):
        raise ValueError(f"{layer}: normalized_shape must be sizes of 0 or more, got {normalized_shape!r}")
    return shape


class LayerNorm(Module):
    """Brings the last axes of each sample to mean 0 and variance 1, then scales and shifts: `y = w x̂ + b`.

    Args:
        normalized_shape: the sizes of the last axes, or of the last one.
        eps: added to the variance.
        elementwise_affine: whether there are a weight and a bias.
        bias: whether there is a bias.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(..., *normalized_shape)` -> the same.

    Raises:
        ShapeError: the input's last axes are not `normalized_shape`.
        ValueError: a size below 0, or an eps below 0.

    Source: Ba, Kiros & Hinton 2016, Layer normalization, equations 3 and 4.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> y = nn.LayerNorm(64)(5 + 3 * pynn.randn(128, 64))
        >>> bool((y.mean(-1).abs() < 1e-5).all())
        True
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_shape("LayerNorm", normalized_shape)
        self.eps = _check.real("LayerNorm", "eps", eps, 0)
        self.elementwise_affine = elementwise_affine
        dtype = _floating("LayerNorm", dtype)
        made = [Parameter(_core.ops.empty(self.normalized_shape, dtype=dtype)) for _ in range(2)]
        self.weight = made[0] if elementwise_affine else None
        self.bias = made[1] if elementwise_affine and bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """A weight of ones and a bias of zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return _layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(Module):
    """Brings the last axes of each sample to mean square 1, then scales: `y = w x̂`.

    Args:
        normalized_shape: the sizes of the last axes, or of the last one.
        eps: added to the mean square; `None` is the rounding unit of the input's type.
        elementwise_affine: whether there is a weight.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(..., *normalized_shape)` -> the same.

    Raises:
        ShapeError: the input's last axes are not `normalized_shape`.
        ValueError: a size below 0, or an eps below 0.

    Source: Zhang & Sennrich 2019, Root mean square layer normalization, equation 4.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> y = nn.RMSNorm(64)(3 * pynn.randn(128, 64))
        >>> bool(((y * y).mean(-1) - 1 < 1e-5).all())
        True
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_shape("RMSNorm", normalized_shape)
        self.eps = None if eps is None else _check.real("RMSNorm", "eps", eps, 0)
        self.elementwise_affine = elementwise_affine
        dtype = _floating("RMSNorm", dtype)
        weight = _core.ops.empty(self.normalized_shape, dtype=dtype)
        self.weight = Parameter(weight) if elementwise_affine else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """A weight of ones."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Tensor) -> Tensor:
        eps = self.eps
        if eps is None:
            eps = 2.0**-52 if getattr(input, "dtype", None) is _core.float64 else 2.0**-23
        return _rms_norm(input, self.normalized_shape, self.weight, eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Brings groups of channels of each sample to mean 0 and variance 1, then scales and shifts each channel.

    Args:
        num_groups: how many groups.
        num_channels: C, a multiple of `num_groups`.
        eps: added to the variance.
        affine: whether there are a weight and a bias.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, ...)` -> the same.

    Raises:
        ShapeError: the input has another number of channels.
        ValueError: the channels do not split into such groups, or an eps below 0.

    Source: Wu & He 2018, Group normalization, arXiv:1803.08494, equations 1 to 6.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.GroupNorm(2, 6)(pynn.randn(4, 6, 8, 8)).shape
        (4, 6, 8, 8)
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_groups = _check.integer("GroupNorm", "num_groups", num_groups, 1)
        self.num_channels = _check.integer("GroupNorm", "num_channels", num_channels, 0)
        if self.num_channels % self.num_groups:
            raise ValueError(
                f"GroupNorm: num_channels={num_channels} does not split into {num_groups} equal groups"
            )
        self.eps = _check.real("GroupNorm", "eps", eps, 0)
        self.affine = affine
        dtype = _floating("GroupNorm", dtype)
        self.weight = Parameter(ops.empty((self.num_channels,), dtype=dtype)) if affine else None
        self.bias = Parameter(ops.empty((self.num_channels,), dtype=dtype)) if affine else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """A weight of ones and a bias of zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        _check.tensor("GroupNorm", "input", input)
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise ShapeError(
                f"GroupNorm(num_channels={self.num_channels}): got input {tuple(input.shape)}; "
                f"its axis 1 must be {self.num_channels}"
            )
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"


class LocalResponseNorm(Module):
    """Each element over a power of the energy of neighbouring channels. See `functional.local_response_norm`.

    Args:
        size: how many channels.
        alpha: the factor of the mean square.
        beta: the power.
        k: what is added.

    Shape:
        `(N, C, ...)` with three axes or more -> the same.

    Source: Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep convolutional neural
    networks, section 3.3.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.LocalResponseNorm(5)(pynn.randn(2, 8, 4, 4)).shape
        (2, 8, 4, 4)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = _check.integer("LocalResponseNorm", "size", size, 1)
        self.alpha = _check.real("LocalResponseNorm", "alpha", alpha)
        self.beta = _check.real("LocalResponseNorm", "beta", beta)
        self.k = _check.real("LocalResponseNorm", "k", k)

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
