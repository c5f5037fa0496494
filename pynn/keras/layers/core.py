"""Dense, Dropout, and the layers that only change shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pynn.nn.functional as F
from pynn import _check, _core, nn
from pynn._core import Tensor

from .. import activations, initializers, regularizers
from .._scores import activated
from .base import Layer


class InputLayer(Layer):
    """The shape of a sample, as the first entry of a Sequential. `keras.Input` may stand there as well.

    Args:
        shape: of a sample.
        dtype: "float32", "int32" or "int64".
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.InputLayer((4,)), keras.layers.Dense(2)])
        >>> model.output_shape
        (None, 2)
    """

    def __init__(
        self, shape: Sequence[int | None] | None = None, dtype: str = "float32", **kwargs: Any
    ) -> None:
        if shape is not None:
            kwargs["input_shape"] = tuple(shape)
        super().__init__(**kwargs)
        self.input_type = dtype

    def call(self, inputs: Tensor) -> Tensor:
        return inputs


class Dense(Layer):
    """Weighted sums of the last axis, and an activation: activation(x kernel + bias).

    Args:
        units: size of the output's last axis.
        activation: a name or a function; None is none.
        use_bias: whether there is a bias.
        kernel_initializer: what the kernel starts as.
        bias_initializer: what the bias starts as.
        kernel_regularizer: the kernel's penalty.
        bias_regularizer: the bias's penalty.
        **kwargs: `name`, `input_shape` and what else `Layer` takes.

    Shape:
        `(N, ..., in)` -> `(N, ..., units)`; the kernel is `(in, units)`. It runs on `pynn.nn.Linear`.

    Raises:
        TypeError, ValueError: units is no integer of 1 or more, or something else is of no use.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> layer = keras.layers.Dense(3, activation="relu")
        >>> layer(pynn.zeros(2, 5)).shape, [w.shape for w in layer.get_weights()]
        ((2, 3), [(5, 3), (3,)])
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = _check.integer("Dense", "units", units, 1)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def build(self, input_shape: Any) -> None:
        self.inner = nn.Linear(last_size("Dense", input_shape), self.units, self.use_bias)
        kernel = (self.kernel_initializer, self.kernel_regularizer)
        self.variable("kernel", self.inner, "weight", (1, 0), *kernel)
        self.variable("bias", self.inner, "bias", None, self.bias_initializer, self.bias_regularizer)

    def call(self, inputs: Tensor) -> Tensor:
        return activated(self.activation, self.inner(inputs))


class Activation(Layer):
    """An activation as a layer of its own.

    Args:
        activation: a name or a function.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Activation("relu")(pynn.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Tensor) -> Tensor:
        return activated(self.activation, inputs)


class ReLU(Layer):
    """max(x, 0), or with a slope below.

    Args:
        max_value: where it is cut off above; None is nowhere.
        negative_slope: the slope below 0.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.ReLU(max_value=6.0)(pynn.tensor([-1.0, 9.0]))
        tensor([0., 6.])
    """

    def __init__(self, max_value: float | None = None, negative_slope: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _check.real("ReLU", "max_value", max_value, 0)
        self.negative_slope = _check.real("ReLU", "negative_slope", negative_slope, 0)

    def call(self, inputs: Tensor) -> Tensor:
        y = activations.relu(inputs, self.negative_slope)
        return y if self.max_value is None else y.clip(None, self.max_value)


class LeakyReLU(Layer):
    """x, or negative_slope x below 0.

    Args:
        negative_slope: the slope below 0. Keras's is 0.3, PyTorch's 0.01.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.LeakyReLU(0.5)(pynn.tensor([-1.0, 2.0]))
        tensor([-0.5,  2. ])
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = _check.real("LeakyReLU", "negative_slope", negative_slope, 0)

    def call(self, inputs: Tensor) -> Tensor:
        return F.leaky_relu(inputs, self.negative_slope)


class ELU(Layer):
    """x, or alpha (e^x - 1) below 0.

    Args:
        alpha: minus what it tends to below.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.ELU()(pynn.tensor([-1000.0, 2.0]))
        tensor([-1.,  2.])
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = _check.real("ELU", "alpha", alpha)

    def call(self, inputs: Tensor) -> Tensor:
        return F.elu(inputs, self.alpha)


class Softmax(Layer):
    """e^x over its sum along an axis.

    Args:
        axis: which.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Softmax()(pynn.zeros(1, 2))
        tensor([[0.5, 0.5]])
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _check.integer("Softmax", "axis", axis)

    def call(self, inputs: Tensor) -> Tensor:
        if self.axis in (-1, inputs.ndim - 1):
            return activated(activations.softmax, inputs)
        return activations.softmax(inputs, self.axis)


class Dropout(Layer):
    """In training, sets a share of the numbers to 0 and scales the others up.

    Args:
        rate: the share.
        seed: accepted and ignored: the numbers come from pynn's own stream, see
            `keras.utils.set_random_seed`.
        **kwargs: `name` and what else `Layer` takes.

    Raises:
        ValueError: a rate outside of 0 to 1.

    Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Dropout(0.5)(pynn.ones(3))  # not in training
        tensor([1., 1., 1.])
    """

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = _check.real("Dropout", "rate", rate, 0, 1)

    def call(self, inputs: Tensor) -> Tensor:
        return F.dropout(inputs, self.rate, True) if self.training and self.rate else inputs


class GaussianNoise(Layer):
    """In training, adds normally distributed noise.

    Args:
        stddev: its standard deviation.
        seed: accepted and ignored.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.GaussianNoise(0.5)(pynn.ones(3))  # not in training
        tensor([1., 1., 1.])
    """

    def __init__(self, stddev: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = _check.real("GaussianNoise", "stddev", stddev, 0)

    def call(self, inputs: Tensor) -> Tensor:
        if not self.training:
            return inputs
        return inputs + _core.ops.randn(tuple(inputs.shape)) * self.stddev


def last_size(owner: str, shape: Any) -> int:
    """The size of the last axis.

    Raises:
        ValueError: it is open, or there is none.
    """
    if not shape or isinstance(shape[-1], (tuple, list)) or shape[-1] is None:
        raise ValueError(f"{owner}: the last size of the input must be known, got {shape}")
    return int(shape[-1])


__all__ = [
    "ELU",
    "Activation",
    "Dense",
    "Dropout",
    "GaussianNoise",
    "InputLayer",
    "LeakyReLU",
    "ReLU",
    "Softmax",
]
