"""Activation functions by Keras's names. Each takes a tensor and gives one of the same shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pynn.nn.functional as F
from pynn._core import Tensor, ops

from ._config import custom, look_up

Activation = Callable[[Tensor], Tensor]


def linear(x: Tensor) -> Tensor:
    """X itself.

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.linear(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-1.,  0.,  2.])
    """
    return x


def relu(x: Tensor, negative_slope: float = 0.0) -> Tensor:
    """max(x, 0), or negative_slope x below 0.

    Args:
        x: any shape.
        negative_slope: the slope below 0.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.relu(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0., 0., 2.])
    """
    return F.leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)


def relu6(x: Tensor) -> Tensor:
    """min(max(x, 0), 6).

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.relu6(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0., 0., 2.])
    """
    return ops.relu(x).clip(None, 6.0)


def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """x, or negative_slope x below 0. Keras's slope is 0.2, PyTorch's 0.01.

    Args:
        x: any shape.
        negative_slope: the slope below 0.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.leaky_relu(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.2,  0. ,  2. ])
    """
    return F.leaky_relu(x, negative_slope)


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x, or alpha (e^x - 1) below 0.

    Args:
        x: any shape.
        alpha: minus what it tends to below.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.elu(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.6321,  0.    ,  2.    ])
    """
    return F.elu(x, alpha)


def selu(x: Tensor) -> Tensor:
    """The scaled ELU that keeps mean 0 and variance 1.

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.selu(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-1.1113,  0.    ,  2.1014])
    """
    return F.selu(x)


def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """X Φ(x).

    Args:
        x: any shape.
        approximate: take the formula with tanh.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.gelu(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.1587,  0.    ,  1.9545])
    """
    return F.gelu(x, "tanh" if approximate else "none")


def silu(x: Tensor) -> Tensor:
    """X sigmoid(x).

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.silu(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.2689,  0.    ,  1.7616])
    """
    return F.silu(x)


def mish(x: Tensor) -> Tensor:
    """X tanh(softplus(x)).

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.mish(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.3034,  0.    ,  1.944 ])
    """
    return F.mish(x)


def softplus(x: Tensor) -> Tensor:
    """log(1 + e^x).

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.softplus(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0.3133, 0.6931, 2.1269])
    """
    return F.softplus(x)


def softsign(x: Tensor) -> Tensor:
    """X / (1 + |x|).

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.softsign(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.5   ,  0.    ,  0.6667])
    """
    return F.softsign(x)


def tanh(x: Tensor) -> Tensor:
    """The hyperbolic tangent.

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.tanh(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.7616,  0.    ,  0.964 ])
    """
    return ops.tanh(x)


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e^-x).

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.sigmoid(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0.2689, 0.5   , 0.8808])
    """
    return ops.sigmoid(x)


def hard_sigmoid(x: Tensor) -> Tensor:
    """X / 6 + 1/2, cut to between 0 and 1.

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.hard_sigmoid(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0.3333, 0.5   , 0.8333])
    """
    return (x / 6 + 0.5).clip(0.0, 1.0)


def exponential(x: Tensor) -> Tensor:
    """e^x.

    Args:
        x: any shape.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.exponential(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0.3679, 1.    , 7.3891])
    """
    return ops.exp(x)


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """e^x over its sum along an axis.

    Args:
        x: any shape.
        axis: along which the shares add up to 1.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.softmax(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([0.042 , 0.1142, 0.8438])
    """
    return ops.softmax(x, axis)


def log_softmax(x: Tensor, axis: int = -1) -> Tensor:
    """The logarithm of softmax.

    Args:
        x: any shape.
        axis: along which the shares add up to 1.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.activations.log_softmax(pynn.tensor([-1.0, 0.0, 2.0]))
        tensor([-3.1698, -2.1698, -0.1698])
    """
    return ops.log_softmax(x, axis)


NAMED: dict[str, Activation] = {
    function.__name__: function
    for function in (
        linear,
        relu,
        relu6,
        leaky_relu,
        elu,
        selu,
        gelu,
        silu,
        mish,
        softplus,
        softsign,
        tanh,
        sigmoid,
        hard_sigmoid,
        exponential,
        softmax,
        log_softmax,
    )
}
NAMED["swish"] = silu


def get(identifier: Any) -> Activation:
    """An activation from its name, or itself; None is `linear`.

    Raises:
        ValueError: no such name.
        TypeError: it is neither a name nor a function.
    """
    identifier = custom(identifier)
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        found: Activation = look_up("activation", identifier, NAMED)
        return found
    if not callable(identifier) or isinstance(identifier, type):
        raise TypeError(f"an activation is a name or a function of a tensor, got {identifier!r}")
    function: Activation = identifier
    return function


__all__ = [
    "elu",
    "exponential",
    "gelu",
    "hard_sigmoid",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]
