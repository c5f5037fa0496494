"""What all convolution layers share; the classes with their names and axes are in conv.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import functional as F
from . import init
from ._convolution import Sizes, same_padding
from .module import Module
from .parameter import Parameter, UninitializedParameter


class _Convolution(Module):
    """What the six classes share: the settings, the parameters and their start, and the errors' words."""

    _axes: ClassVar[int]
    _transposed: ClassVar[bool] = False

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes,
        padding: Sizes | str,
        output_padding: Sizes,
        dilation: Sizes,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        self.in_channels = in_channels
        if in_channels is not None:
            self.in_channels = _check.integer(owner, "in_channels", in_channels, 1)
        self.out_channels = _check.integer(owner, "out_channels", out_channels, 1)
        self.groups = _check.integer(owner, "groups", groups, 1)
        self._check_groups()
        self.kernel_size = self._per_axis("kernel_size", kernel_size, 1)
        self.stride = self._per_axis("stride", stride, 1)
        self.dilation = self._per_axis("dilation", dilation, 1)
        self.output_padding = self._per_axis("output_padding", output_padding, 0)
        self.padding: tuple[int, ...] | str
        if isinstance(padding, str) and not self._transposed:
            self.padding = _check.choice(owner, "padding", padding, ("same", "valid"))
            if padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError(f"{owner}: padding='same' needs a stride of 1, got stride={stride!r}")
        else:
            self.padding = self._per_axis("padding", padding, 0)
        modes = ("zeros",) if self._transposed else ("zeros", "reflect", "replicate", "circular")
        if self._transposed and padding_mode != "zeros":
            raise ValueError(f"{owner}: padding_mode can only be 'zeros', got {padding_mode!r}")
        self.padding_mode = _check.choice(owner, "padding_mode", padding_mode, modes)
        self.dtype = _core.float32 if dtype is None else _core.dtype(dtype)
        if not self.dtype.is_floating_point:
            raise DTypeError(f"{owner}: dtype must be a floating type, got {self.dtype}")
        self._widths = self._all_widths()
        if in_channels is None:
            self.weight = UninitializedParameter()
        else:
            self.weight = Parameter(_core.ops.empty(self._weight_shape(), dtype=self.dtype))
        self.bias = Parameter(_core.ops.empty((out_channels,), dtype=self.dtype)) if bias else None
        if in_channels is not None:
            self.reset_parameters()
            self.built = True
            self._settle_plain()

    def _per_axis(self, name: str, value: Sizes | str, least: int) -> tuple[int, ...]:
        owner, axes = type(self).__name__, self._axes
        values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
        if len(values) not in (1, axes):
            raise ValueError(f"{owner}: {name} must be one number, or {axes} (one per axis), got {value!r}")
        checked = tuple(_check.integer(owner, name, v, least) for v in values)
        return checked * axes if len(checked) == 1 else checked

    def _check_groups(self) -> None:
        for name in ("in_channels", "out_channels"):
            channels = getattr(self, name)
            if channels is not None and channels % self.groups:
                raise ValueError(f"{type(self).__name__}: groups={self.groups} must divide {name}={channels}")

    def _all_widths(self) -> list[int]:
        """The padding as (before, after) for each axis."""
        if self.padding == "same":
            return same_padding(self.kernel_size, self.dilation)
        if isinstance(self.padding, str):
            return [0] * (2 * self._axes)
        return [width for width in self.padding for _ in range(2)]

    def _weight_shape(self) -> tuple[int, ...]:
        assert self.in_channels is not None
        if self._transposed:
            return (self.in_channels, self.out_channels // self.groups, *self.kernel_size)
        return (self.out_channels, self.in_channels // self.groups, *self.kernel_size)

    def build(self, input_shape: Sequence[int | None]) -> None:
        channels = input_shape[-1 - self._axes] if len(input_shape) > self._axes else None
        if channels is None:
            raise ShapeError(
                f"{type(self).__name__}.build: the channels of {tuple(input_shape)}, axis {-1 - self._axes}, "
                "must be known"
            )
        assert isinstance(self.weight, UninitializedParameter)
        self.in_channels = int(channels)
        self._check_groups()
        self.weight.materialize(self._weight_shape(), self.dtype)
        self.reset_parameters()

    def _built_by_loading(self) -> None:
        self.in_channels = self.weight.shape[0] if self._transposed else self.weight.shape[1] * self.groups
        super()._built_by_loading()

    def reset_parameters(self) -> None:
        """Draw new weights and biases."""
        fan_in = math.prod(tuple(self.weight.shape)[1:])
        bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def _named(self, error: Exception) -> str:
        """The message of an op with this layer in the op's place."""
        return f"{self}: {str(error).partition(': ')[2]}"

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"]
        parts.append(f"stride={self.stride}")
        if any(self._widths):
            parts.append(f"padding={self.padding!r}")
        if any(self.output_padding):
            parts.append(f"output_padding={self.output_padding}")
        if any(d != 1 for d in self.dilation):
            parts.append(f"dilation={self.dilation}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode!r}")
        return ", ".join(parts)


_NumbersOfNorm = tuple[Tensor | None, Tensor | None, Tensor | None, Tensor | None, float]
_NO_NORM: _NumbersOfNorm = (None, None, None, None, 0.0)


def _numbers_of(norm: Any) -> _NumbersOfNorm:
    return norm.running_mean, norm.running_var, norm.weight, norm.bias, norm.eps


class _Conv(_Convolution):
    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            0,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )
        self._convolve = getattr(ops, f"conv{self._axes}d")

    def forward(self, input: Tensor) -> Tensor:
        return self._convolved(input, False)

    def _forward_relu(self, input: Tensor) -> Tensor:
        """Followed by a ReLU, which costs no sweep of its own: Sequential calls this where one follows."""
        return self._convolved(input, True)

    def _convolved(self, input: Tensor, relu: bool) -> Tensor:
        try:
            input, widths = self._padded(input)
            y: Tensor = self._convolve(
                input, self.weight, self.bias, self.stride, widths, self.dilation, self.groups, relu
            )
            return y
        except ShapeError as error:
            raise ShapeError(self._named(error)) from None
        except DTypeError as error:
            raise DTypeError(self._named(error)) from None

    def _forward_then(self, activation: str, input: Tensor, *parameters: float) -> Tensor:
        """Followed by an elementwise op, which finds the sums in the cache."""
        return self._finished(input, None, activation, parameters, None)

    def _finished(
        self,
        input: Tensor,
        norm: Any,
        activation: str,
        parameters: tuple[float, ...],
        residual: Tensor | None,
    ) -> Tensor:
        """Followed by a batch norm in evaluation, a sum, an activation: see _conv_norm.py."""
        numbers = _NO_NORM if norm is None else _numbers_of(norm)
        try:
            input, widths = self._padded(input)
            y: Tensor = ops.conv_then(
                input,
                self.weight,
                self.bias,
                *numbers,
                residual,
                activation,
                parameters[0] if parameters else 0.0,
                self.stride,
                widths,
                self.dilation,
            )
            return y
        except ShapeError as error:
            raise ShapeError(self._named(error)) from None
        except DTypeError as error:
            raise DTypeError(self._named(error)) from None

    def _padded(self, input: Tensor) -> tuple[Tensor, Any]:
        """The input, and the zeros that are still to stand around it."""
        widths: Any = self._widths
        if self.padding_mode != "zeros" and any(widths):
            pairs = [widths[2 * i : 2 * i + 2] for i in reversed(range(self._axes))]
            return F.pad(input, [width for pair in pairs for width in pair], self.padding_mode), 0
        return input, widths


class _ConvTranspose(_Convolution):
    _transposed = True

    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )
        for extra, s, d in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(s, d):
                raise ValueError(
                    f"{type(self).__name__}: output_padding={self.output_padding} must be smaller than "
                    f"stride={self.stride} or dilation={self.dilation}"
                )
        self._convolve = getattr(ops, f"conv_transpose{self._axes}d")

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        extra = self.output_padding if output_size is None else self._extra_for(input, output_size)
        try:
            y: Tensor = self._convolve(
                input,
                self.weight,
                self.bias,
                self.stride,
                self.padding,
                extra,
                self.groups,
                self.dilation,
            )
            return y
        except ShapeError as error:
            raise ShapeError(self._named(error)) from None
        except DTypeError as error:
            raise DTypeError(self._named(error)) from None

    def _extra_for(self, input: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        """The output_padding that makes an output of that size."""
        axes = self._axes
        size = tuple(output_size)[-axes:]
        shape = tuple(_check.tensor(type(self).__name__, "input", input).shape)[-axes:]
        smallest = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                shape, self.stride, self._widths[::2], self.dilation, self.kernel_size, strict=True
            )
        ]
        extra = tuple(want - least for want, least in zip(size, smallest, strict=False))
        if len(extra) != axes or any(not 0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
            largest = [least + s - 1 for least, s in zip(smallest, self.stride, strict=True)]
            raise ShapeError(
                f"{self}: an input {tuple(input.shape)} can become {smallest} to {largest}, "
                f"not output_size={tuple(output_size)}"
            )
        return extra
