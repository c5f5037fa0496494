"""Layers that bring numbers to a common scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynn import _check, nn
from pynn._core import Tensor

from .. import initializers
from .base import Layer, channels_first, channels_last


class _Population:
    """Keras averages the variance of the batch itself; PyTorch, and so pynn.nn, n / (n - 1) of it."""

    def forward(self, input: Tensor) -> Tensor:
        self.samples = input.numel() // input.shape[1]
        return super().forward(input)  # type: ignore[misc]

    def _track(self, mean: Tensor, var: Tensor, batch_mean: Tensor, batch_var: Tensor) -> None:
        share = (self.samples - 1) / self.samples
        super()._track(mean, var, batch_mean, batch_var * share)  # type: ignore[misc]


class _BatchNorm1d(_Population, nn.BatchNorm1d):
    pass


class _BatchNorm2d(_Population, nn.BatchNorm2d):
    pass


class _BatchNorm3d(_Population, nn.BatchNorm3d):
    pass


_BY_AXES = {2: _BatchNorm1d, 3: _BatchNorm1d, 4: _BatchNorm2d, 5: _BatchNorm3d}


class BatchNormalization(Layer):
    """Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it.

    Outside of training running averages take the place of the batch's mean and variance, and so they do while
    the layer is frozen (`trainable = False`).

    Args:
        axis: that of the channels: -1, or 1 for channels first.
        momentum: how much of a running average stays. Keras's is one minus PyTorch's.
        epsilon: added to the variance. Keras's default is 100 times PyTorch's.
        center: whether there is a beta, which is added.
        scale: whether there is a gamma, which multiplies.
        beta_initializer: what beta starts as.
        gamma_initializer: what gamma starts as.
        moving_mean_initializer: what the running mean starts as.
        moving_variance_initializer: what the running variance starts as.
        **kwargs: `name`, `input_shape` and what else `Layer` takes.

    Shape:
        `(N, C)`, `(N, L, C)`, `(N, H, W, C)` -> the same. It runs on `pynn.nn.BatchNorm1d` and its sisters.

    Source: Ioffe & Szegedy 2015, Batch normalization, arXiv:1502.03167.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> layer = keras.layers.BatchNormalization()
        >>> layer(pynn.zeros(2, 8, 8, 3)).shape
        (2, 8, 8, 3)
        >>> layer.weights[2]
        <Variable moving_mean, shape (3,)>
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        name = "BatchNormalization"
        self.axis = _check.integer(name, "axis", axis)
        self.momentum = _check.real(name, "momentum", momentum, 0, 1)
        self.epsilon = _check.real(name, "epsilon", epsilon, 0)
        self.center, self.scale = bool(center), bool(scale)
        self.starts = {
            "weight": initializers.get(gamma_initializer),
            "bias": initializers.get(beta_initializer),
            "running_mean": initializers.get(moving_mean_initializer),
            "running_var": initializers.get(moving_variance_initializer),
        }

    def build(self, input_shape: Any) -> None:
        axes = len(input_shape)
        if axes not in _BY_AXES or self.axis not in (-1, axes - 1, 1):
            raise ValueError(
                f"BatchNormalization(axis={self.axis}): the channels must be the last axis, or axis 1, of "
                f"2 to 5 axes; got an input {input_shape}"
            )
        self.first = axes == 2 or self.axis == 1
        channels = input_shape[1 if self.axis == 1 else -1]
        if channels is None:
            raise ValueError(f"BatchNormalization: the channels of {input_shape} must be known")
        self.inner = _BY_AXES[axes](int(channels), self.epsilon, 1 - self.momentum)
        if not self.scale and self.inner.weight is not None:
            self.inner.weight.requires_grad_(False)
        if not self.center and self.inner.bias is not None:
            self.inner.bias.requires_grad_(False)
        for name, attribute, there in (
            ("gamma", "weight", self.scale),
            ("beta", "bias", self.center),
            ("moving_mean", "running_mean", True),
            ("moving_variance", "running_var", True),
        ):
            if there:
                trained = attribute in ("weight", "bias")
                self.variable(name, self.inner, attribute, None, self.starts[attribute], None, trained)

    def call(self, inputs: Tensor) -> Tensor:
        self.inner.training = self.training and self.trainable
        return self.inner(inputs) if self.first else channels_last(self.inner(channels_first(inputs)))


class LayerNormalization(Layer):
    """Brings the last axes of each sample to mean 0 and variance 1, then scales and shifts them.

    Args:
        axis: the last axis, or a list of the last axes.
        epsilon: added to the variance.
        center: whether there is a beta, which is added.
        scale: whether there is a gamma, which multiplies.
        beta_initializer: what beta starts as.
        gamma_initializer: what gamma starts as.
        **kwargs: `name`, `input_shape` and what else `Layer` takes.

    Shape:
        Any; the result has the same. It runs on `pynn.nn.LayerNorm`.

    Source: Ba, Kiros & Hinton 2016, Layer normalization.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.LayerNormalization()(pynn.tensor([[1.0, 3.0]])).tolist()
        [[-0.9995..., 0.9995...]]
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axes = [axis] if isinstance(axis, int) else list(axis)
        self.epsilon = _check.real("LayerNormalization", "epsilon", epsilon, 0)
        self.center, self.scale = bool(center), bool(scale)
        self.starts = initializers.get(gamma_initializer), initializers.get(beta_initializer)

    def build(self, input_shape: Any) -> None:
        axes = sorted(axis % len(input_shape) for axis in self.axes)
        if not axes or axes != list(range(axes[0], len(input_shape))) or axes[0] == 0:
            raise ValueError(
                f"LayerNormalization: axis must name the last axes, got {self.axes} of {input_shape}"
            )
        sizes = input_shape[axes[0] :]
        if None in sizes:
            raise ValueError(f"LayerNormalization: the last sizes of {input_shape} must be known")
        self.inner = nn.LayerNorm(tuple(sizes), self.epsilon)
        for name, attribute, there, start in (
            ("gamma", "weight", self.scale, self.starts[0]),
            ("beta", "bias", self.center, self.starts[1]),
        ):
            if there:
                self.variable(name, self.inner, attribute, None, start)
            else:
                getattr(self.inner, attribute).requires_grad_(False)

    def call(self, inputs: Tensor) -> Tensor:
        return self.inner(inputs)


__all__ = ["BatchNormalization", "LayerNormalization"]
