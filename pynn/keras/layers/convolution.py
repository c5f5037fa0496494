"""Convolutions, padding and enlarging of images whose channels come last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pynn.nn.functional as F
from pynn import _check, nn
from pynn._core import Tensor

from .. import activations, initializers, regularizers
from .._scores import activated
from .base import Layer, channels_first, channels_last, data_format_of

Sizes = int | Sequence[int]


def per_axis(owner: str, name: str, value: Any, axes: int, at_least: int = 1) -> tuple[int, ...]:
    """One number for each axis, from one for all or one for each."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    if len(values) != axes:
        raise ValueError(f"{owner}: {name} must be one number, or {axes} (one per axis), got {value!r}")
    return tuple(_check.integer(owner, name, number, at_least) for number in values)


def same_widths(sizes: Sequence[int], kernel: Sequence[int], stride: Sequence[int]) -> list[tuple[int, int]]:
    """The padding (before, after) of each axis for ceil(size / stride) outputs, the odd place behind."""
    widths = []
    for size, reach, step in zip(sizes, kernel, stride, strict=True):
        total = max((-(-size // step) - 1) * step + reach - size, 0)
        widths.append((total // 2, total - total // 2))
    return widths


def padded(x: Tensor, widths: Sequence[tuple[int, int]], value: float = 0.0) -> Tensor:
    """`(N, C, ...)` with so many places before and behind each axis."""
    if not any(before or after for before, after in widths):
        return x
    return F.pad(x, [width for pair in reversed(widths) for width in pair], "constant", value)


class _Image(Layer):
    """A layer that computes with channels first, whatever the data's order."""

    last: bool

    def call(self, inputs: Tensor) -> Tensor:
        return channels_last(self.image(channels_first(inputs))) if self.last else self.image(inputs)

    def image(self, x: Tensor) -> Tensor:
        """What is computed, `(N, C, ...)` to `(N, C, ...)`.

        Args:
            x: the channels first.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes")


class _Convolution(_Image):
    """What the convolutions share: settings, kernel and bias, activation."""

    axes: ClassVar[int]
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.filters = _check.integer(owner, "filters", filters, 1)
        self.kernel_size = per_axis(owner, "kernel_size", kernel_size, self.axes)
        self.strides = per_axis(owner, "strides", strides, self.axes)
        self.dilation_rate = per_axis(owner, "dilation_rate", dilation_rate, self.axes)
        word = padding.lower() if isinstance(padding, str) else padding
        self.padding = _check.choice(owner, "padding", word, self.paddings)
        self.last = data_format_of(owner, data_format)
        self.groups = _check.integer(owner, "groups", groups, 1)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.starts = initializers.get(kernel_initializer), initializers.get(bias_initializer)
        self.penalised = regularizers.get(kernel_regularizer), regularizers.get(bias_regularizer)
        self.reach = [d * (k - 1) + 1 for d, k in zip(self.dilation_rate, self.kernel_size, strict=True)]

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != self.axes + 2:
            order = "(N, L, C)" if self.axes == 1 else "(N, H, W, C)" if self.last else "(N, C, H, W)"
            raise ValueError(
                f"{type(self).__name__}: expected an input {order}, got {input_shape}"
                + (". One channel? Give images as x[..., None]" if len(input_shape) == self.axes + 1 else "")
            )
        channels = input_shape[-1 if self.last else 1]
        if channels is None:
            raise ValueError(f"{type(self).__name__}: the channels of {input_shape} must be known")
        self.inner = self.make(int(channels))
        axes = (*range(2, self.axes + 2), 1, 0)
        self.variable("kernel", self.inner, "weight", axes, self.starts[0], self.penalised[0])
        self.variable("bias", self.inner, "bias", None, self.starts[1], self.penalised[1])

    def make(self, channels: int) -> nn.Module:
        """The module of pynn.nn that computes.

        Args:
            channels: of the input.
        """
        kind: Any = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[self.axes - 1]
        settings = {"dilation": self.dilation_rate, "groups": self.groups, "bias": self.use_bias}
        made: nn.Module = kind(channels, self.filters, self.kernel_size, self.strides, **settings)
        return made

    def convolved(self, x: Tensor) -> Tensor:
        """The convolution alone, channels first.

        Args:
            x: `(N, C, ...)`.
        """
        if self.padding == "same":
            x = padded(x, same_widths(x.shape[2:], self.reach, self.strides))
        elif self.padding == "causal":
            x = padded(x, [(self.reach[0] - 1, 0)])
        return self.inner(x)

    def call(self, inputs: Tensor) -> Tensor:
        y = self.convolved(channels_first(inputs) if self.last else inputs)
        if self.activation in (activations.softmax, activations.sigmoid):  # of the last axis; and noted
            return activated(self.activation, channels_last(y) if self.last else y)
        y = self.activation(y)
        return channels_last(y) if self.last else y


class Conv1D(_Convolution):
    """A convolution along one axis.

    Args:
        filters: the channels of the output.
        kernel_size: how far the kernel reaches.
        strides: the step from one place of the kernel to the next.
        padding: "valid" for none, "same" for ceil(L / strides) outputs, "causal" for the past alone.
        data_format: "channels_last" (the default) or "channels_first".
        dilation_rate: the step between two elements of the kernel.
        groups: channels are cut into so many groups, each with kernels of its own.
        activation: a name or a function; None is none.
        use_bias: whether there is a bias.
        kernel_initializer: what the kernel starts as.
        bias_initializer: what the bias starts as.
        kernel_regularizer: the kernel's penalty.
        bias_regularizer: the bias's penalty.
        **kwargs: `name`, `input_shape` and what else `Layer` takes.

    Shape:
        `(N, L, C)` -> `(N, L', filters)`; the kernel is `(kernel_size, C / groups, filters)`. It runs on
        `pynn.nn.Conv1d`.

    Raises:
        TypeError, ValueError: a setting that cannot be, or an input without its channels.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Conv1D(8, 3, padding="causal")(pynn.zeros(2, 20, 4)).shape
        (2, 20, 8)
    """

    axes = 1
    paddings = ("valid", "same", "causal")


class Conv2D(_Convolution):
    """A convolution along two axes.

    Args:
        filters: the channels of the output.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        strides: the step from one place of the kernel to the next.
        padding: "valid" for none, "same" for ceil(size / strides) outputs.
        data_format: "channels_last" (the default) or "channels_first".
        dilation_rate: the step between two elements of the kernel.
        groups: channels are cut into so many groups, each with kernels of its own.
        activation: a name or a function; None is none.
        use_bias: whether there is a bias.
        kernel_initializer: what the kernel starts as.
        bias_initializer: what the bias starts as.
        kernel_regularizer: the kernel's penalty.
        bias_regularizer: the bias's penalty.
        **kwargs: `name`, `input_shape` and what else `Layer` takes.

    Shape:
        `(N, H, W, C)` -> `(N, H', W', filters)`; the kernel is `(height, width, C / groups, filters)`. It
        runs on `pynn.nn.Conv2d`, which has channels first: the memory is only read in another order.

    Raises:
        TypeError, ValueError: a setting that cannot be, or an input without its channels.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> layer = keras.layers.Conv2D(8, (3, 3), strides=2, padding="same", activation="relu")
        >>> layer(pynn.zeros(2, 28, 28, 1)).shape, layer.get_weights()[0].shape
        ((2, 14, 14, 8), (3, 3, 1, 8))
    """

    axes = 2


class _ConvolutionTranspose(_Convolution):
    def make(self, channels: int) -> nn.Module:
        kind: Any = (nn.ConvTranspose1d, nn.ConvTranspose2d)[self.axes - 1]
        if self.groups != 1:
            raise ValueError(f"{type(self).__name__}: groups must be 1, got {self.groups}")
        extra = tuple(max(step - reach, 0) for step, reach in zip(self.strides, self.reach, strict=True))
        settings = {"output_padding": extra, "dilation": self.dilation_rate, "bias": self.use_bias}
        made: nn.Module = kind(channels, self.filters, self.kernel_size, self.strides, **settings)
        return made

    def convolved(self, x: Tensor) -> Tensor:
        y: Tensor = self.inner(x)
        if self.padding == "same":  # the gradient of a convolution that pads so
            for axis, (reach, step) in enumerate(zip(self.reach, self.strides, strict=True), 2):
                y = y.narrow(axis, max(reach - step, 0) // 2, x.shape[axis] * step)
        return y


class Conv2DTranspose(_ConvolutionTranspose):
    """The transposed convolution along two axes, which enlarges: each input adds its multiple of a kernel.

    Args:
        filters: the channels of the output.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        strides: the step from one place of the kernel in the output to the next.
        padding: "valid" keeps everything, "same" cuts to size times strides.
        data_format: "channels_last" (the default) or "channels_first".
        dilation_rate: the step between two elements of the kernel.
        groups: 1, the only number.
        activation: a name or a function; None is none.
        use_bias: whether there is a bias.
        kernel_initializer: what the kernel starts as.
        bias_initializer: what the bias starts as.
        kernel_regularizer: the kernel's penalty.
        bias_regularizer: the bias's penalty.
        **kwargs: `name`, `input_shape` and what else `Layer` takes.

    Shape:
        `(N, H, W, C)` -> `(N, H', W', filters)`; the kernel is `(height, width, filters, C)`. It runs on
        `pynn.nn.ConvTranspose2d`.

    Raises:
        TypeError, ValueError: a setting that cannot be, or an input without its channels.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same")(pynn.zeros(2, 7, 7, 4)).shape
        (2, 14, 14, 8)
    """

    axes = 2


class ZeroPadding2D(_Image):
    """Zeros around images.

    Args:
        padding: how many; or (rows, columns); or ((above, below), (left, right)).
        data_format: "channels_last" (the default) or "channels_first".
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.ZeroPadding2D(((1, 0), (2, 2)))(pynn.zeros(1, 4, 4, 3)).shape
        (1, 5, 8, 3)
    """

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pairs = (padding, padding) if isinstance(padding, int) else tuple(padding)
        if len(pairs) != 2:
            raise ValueError(f"ZeroPadding2D: padding is a number, two, or two pairs, got {padding!r}")
        self.widths = [per_axis("ZeroPadding2D", "padding", pair, 2, 0) for pair in pairs]
        self.last = data_format_of("ZeroPadding2D", data_format)

    def image(self, x: Tensor) -> Tensor:
        return padded(x, self.widths)  # type: ignore[arg-type]


class UpSampling2D(_Image):
    """Images enlarged by a whole factor.

    Args:
        size: the factor; or (rows, columns).
        data_format: "channels_last" (the default) or "channels_first".
        interpolation: "nearest" or "bilinear".
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.UpSampling2D(2)(pynn.zeros(1, 4, 4, 3)).shape
        (1, 8, 8, 3)
    """

    def __init__(
        self,
        size: Sizes = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size = per_axis("UpSampling2D", "size", size, 2)
        self.interpolation = _check.choice(
            "UpSampling2D", "interpolation", interpolation, ("nearest", "bilinear")
        )
        self.last = data_format_of("UpSampling2D", data_format)

    def image(self, x: Tensor) -> Tensor:
        factors = tuple(float(factor) for factor in self.size)
        options = {"align_corners": False} if self.interpolation == "bilinear" else {}
        return F.interpolate(x, scale_factor=factors, mode=self.interpolation, **options)


__all__ = ["Conv1D", "Conv2D", "Conv2DTranspose", "UpSampling2D", "ZeroPadding2D"]
