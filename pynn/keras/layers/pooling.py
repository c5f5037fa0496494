"""Layers that make one number of each window of a sequence or an image, or of all of it."""

from __future__ import annotations

from typing import Any, ClassVar

import pynn.nn.functional as F
from pynn import _check
from pynn._core import Tensor, ops

from .base import Layer, data_format_of
from .convolution import Sizes, _Image, padded, per_axis, same_widths


class _Pooling(_Image):
    """Windows."""

    axes: ClassVar[int]

    def __init__(
        self,
        pool_size: Sizes = 2,
        strides: Sizes | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.pool_size = per_axis(owner, "pool_size", pool_size, self.axes)
        self.strides = per_axis(owner, "strides", self.pool_size if strides is None else strides, self.axes)
        word = padding.lower() if isinstance(padding, str) else padding
        self.padding = _check.choice(owner, "padding", word, ("valid", "same"))
        self.last = data_format_of(owner, data_format)

    def widths(self, x: Tensor) -> list[tuple[int, int]]:
        """The padding before and behind each axis.

        Args:
            x: `(N, C, ...)`.
        """
        if self.padding == "valid":
            return [(0, 0)] * self.axes
        return same_widths(x.shape[2:], self.pool_size, self.strides)


class _MaxPooling(_Pooling):
    def image(self, x: Tensor) -> Tensor:
        pool: Any = F.max_pool1d if self.axes == 1 else F.max_pool2d
        return pool(padded(x, self.widths(x), float("-inf")), self.pool_size, self.strides)


class _AveragePooling(_Pooling):
    def image(self, x: Tensor) -> Tensor:
        pool: Any = F.avg_pool1d if self.axes == 1 else F.avg_pool2d
        widths = self.widths(x)
        y = pool(padded(x, widths), self.pool_size, self.strides)
        if not any(before or after for before, after in widths):
            return y
        ones = padded(ops.ones((1, 1, *x.shape[2:])), widths)  # what is padding does not count
        return y / pool(ones, self.pool_size, self.strides)


class _Global(Layer):
    """One number of each channel."""

    axes: ClassVar[int]

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.last = data_format_of(type(self).__name__, data_format)
        self.keepdims = bool(keepdims)

    def over(self, x: Tensor) -> tuple[int, ...]:
        """The axes that go.

        Args:
            x: the input.
        """
        if x.ndim != self.axes + 2:
            raise ValueError(f"{type(self).__name__}: expected {self.axes + 2} axes, got {tuple(x.shape)}")
        first = 1 if self.last else 2
        return tuple(range(first, first + self.axes))


class _GlobalMax(_Global):
    def call(self, inputs: Tensor) -> Tensor:
        return ops.amax(inputs, self.over(inputs), self.keepdims)


class _GlobalAverage(_Global):
    def call(self, inputs: Tensor) -> Tensor:
        return inputs.mean(self.over(inputs), keepdim=self.keepdims)


class MaxPooling1D(_MaxPooling):
    """The largest number of each window of a sequence.

    Args:
        pool_size: the window's size.
        strides: the step from one window to the next; None is the window's size.
        padding: "valid" for none; "same" for ceil(size / strides) outputs, where padding does not count.
        data_format: "channels_last" (the default) or "channels_first".
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, L, C)` -> the same with fewer places.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.MaxPooling1D(2, padding="same")(pynn.zeros(2, 9, 3)).shape
        (2, 5, 3)
    """

    axes = 1


class GlobalMaxPooling1D(_GlobalMax):
    """The largest number of each channel of a sequence.

    Args:
        data_format: "channels_last" (the default) or "channels_first".
        keepdims: whether the axes that go stay with size 1.
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, L, C)` -> `(N, C)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.GlobalMaxPooling1D()(pynn.zeros(2, 9, 3)).shape
        (2, 3)
    """

    axes = 1


class MaxPooling2D(_MaxPooling):
    """The largest number of each window of an image.

    Args:
        pool_size: the window's size; one number, or (height, width).
        strides: the step from one window to the next; None is the window's size.
        padding: "valid" for none; "same" for ceil(size / strides) outputs, where padding does not count.
        data_format: "channels_last" (the default) or "channels_first".
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, H, W, C)` -> the same with fewer places.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.MaxPooling2D(2, padding="same")(pynn.zeros(2, 9, 9, 3)).shape
        (2, 5, 5, 3)
    """

    axes = 2


class GlobalMaxPooling2D(_GlobalMax):
    """The largest number of each channel of an image.

    Args:
        data_format: "channels_last" (the default) or "channels_first".
        keepdims: whether the axes that go stay with size 1.
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, H, W, C)` -> `(N, C)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.GlobalMaxPooling2D()(pynn.zeros(2, 9, 9, 3)).shape
        (2, 3)
    """

    axes = 2


class AveragePooling1D(_AveragePooling):
    """The mean of each window of a sequence.

    Args:
        pool_size: the window's size.
        strides: the step from one window to the next; None is the window's size.
        padding: "valid" for none; "same" for ceil(size / strides) outputs, where padding does not count.
        data_format: "channels_last" (the default) or "channels_first".
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, L, C)` -> the same with fewer places.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.AveragePooling1D(2, padding="same")(pynn.zeros(2, 9, 3)).shape
        (2, 5, 3)
    """

    axes = 1


class GlobalAveragePooling1D(_GlobalAverage):
    """The mean of each channel of a sequence.

    Args:
        data_format: "channels_last" (the default) or "channels_first".
        keepdims: whether the axes that go stay with size 1.
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, L, C)` -> `(N, C)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.GlobalAveragePooling1D()(pynn.zeros(2, 9, 3)).shape
        (2, 3)
    """

    axes = 1


class AveragePooling2D(_AveragePooling):
    """The mean of each window of an image.

    Args:
        pool_size: the window's size; one number, or (height, width).
        strides: the step from one window to the next; None is the window's size.
        padding: "valid" for none; "same" for ceil(size / strides) outputs, where padding does not count.
        data_format: "channels_last" (the default) or "channels_first".
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, H, W, C)` -> the same with fewer places.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.AveragePooling2D(2, padding="same")(pynn.zeros(2, 9, 9, 3)).shape
        (2, 5, 5, 3)
    """

    axes = 2


class GlobalAveragePooling2D(_GlobalAverage):
    """The mean of each channel of an image.

    Args:
        data_format: "channels_last" (the default) or "channels_first".
        keepdims: whether the axes that go stay with size 1.
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, H, W, C)` -> `(N, C)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.GlobalAveragePooling2D()(pynn.zeros(2, 9, 9, 3)).shape
        (2, 3)
    """

    axes = 2


__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "MaxPooling1D",
    "MaxPooling2D",
]
