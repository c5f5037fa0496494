"""Optimizers by Keras's names and settings; `compile` hands them the model. The steps are pynn.optim's."""

from __future__ import annotations

from typing import Any

from pynn import optim

from . import schedules as schedules
from ._config import custom, look_up
from ._optimizer import Optimizer


class SGD(Optimizer, optim.SGD):
    """Gradient descent with optional momentum.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        momentum: how much of the last step goes on.
        nesterov: look ahead along the momentum.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.SGD(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.SGD

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {"momentum": momentum, "nesterov": nesterov}
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class RMSprop(Optimizer, optim.RMSprop):
    """Gradients divided by their recent root mean square.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        rho: how long the mean remembers.
        momentum: how much of the last step goes on.
        epsilon: keeps the quotient finite; Keras's default is ten times PyTorch's.
        centered: divide by the standard deviation instead.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.RMSprop(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.RMSprop

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {"alpha": rho, "momentum": momentum, "eps": epsilon, "centered": centered}
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class Adam(Optimizer, optim.Adam):
    """Steps scaled by running means of the gradient and of its square.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        beta_1: how long the mean of the gradient remembers.
        beta_2: how long that of its square remembers.
        epsilon: keeps the quotient finite; Keras's default is ten times PyTorch's.
        amsgrad: divide by the largest v̂ so far.
        weight_decay: strength of the pull to zero, on the weights themselves; None is none.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    `epsilon` is added to √v̂, the root with its bias undone, as in the paper; Keras adds it before that is
    done. The two differ in the first steps, by less than epsilon.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.Adam(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.Adam

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {
            "betas": (beta_1, beta_2),
            "eps": epsilon,
            "amsgrad": amsgrad,
            "weight_decay": weight_decay or 0.0,
            "decoupled_weight_decay": True,
        }
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class AdamW(Optimizer, optim.AdamW):
    """Adam with weight decay that acts on the weights themselves.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        weight_decay: strength of the pull to zero, on the weights themselves; None is none.
        beta_1: how long the mean of the gradient remembers.
        beta_2: how long that of its square remembers.
        epsilon: keeps the quotient finite; Keras's default is ten times PyTorch's.
        amsgrad: divide by the largest v̂ so far.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    `epsilon` is added to √v̂, the root with its bias undone, as in the paper; Keras adds it before that is
    done. The two differ in the first steps, by less than epsilon.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.AdamW(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.AdamW

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {
            "betas": (beta_1, beta_2),
            "eps": epsilon,
            "amsgrad": amsgrad,
            "weight_decay": weight_decay or 0.0,
        }
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class Nadam(Optimizer, optim.NAdam):
    """Adam that looks ahead along the momentum.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        beta_1: how long the mean of the gradient remembers.
        beta_2: how long that of its square remembers.
        epsilon: keeps the quotient finite; Keras's default is ten times PyTorch's.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.Nadam(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.NAdam

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {"betas": (beta_1, beta_2), "eps": epsilon}
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class Adamax(Optimizer, optim.Adamax):
    """Adam with the largest gradient in place of the root mean square.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        beta_1: how long the mean of the gradient remembers.
        beta_2: how long that of its square remembers.
        epsilon: keeps the quotient finite; Keras's default is ten times PyTorch's.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.Adamax(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.Adamax

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {"betas": (beta_1, beta_2), "eps": epsilon}
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class Adagrad(Optimizer, optim.Adagrad):
    """Gradients divided by the root of the sum of all their squares so far.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        initial_accumulator_value: what the sums start as.
        epsilon: keeps the quotient finite; Keras's default is ten times PyTorch's.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.Adagrad(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.Adagrad

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {"initial_accumulator_value": initial_accumulator_value, "eps": epsilon}
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class Adadelta(Optimizer, optim.Adadelta):
    """Steps in the units of the weights, from means of squares of gradients and steps.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        rho: how long the means remember.
        epsilon: keeps the quotient finite; Keras's default is ten times PyTorch's.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.Adadelta(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.Adadelta

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {"rho": rho, "eps": epsilon}
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


class Lion(Optimizer, optim.Lion):
    """Steps of one size, in the direction of the sign of a mean of gradients.

    Args:
        learning_rate: a number, or a schedule of `keras.optimizers.schedules`.
        beta_1: how much of the mean the direction takes.
        beta_2: how long the mean remembers.
        weight_decay: strength of the pull to zero, on the weights themselves; None is none.
        clipnorm: not supported: use global_clipnorm.
        clipvalue: cut every element of the gradients to ±clipvalue.
        global_clipnorm: scale all gradients down together when their common norm is larger.
        **kwargs: `name`; accepted and ignored.

    Raises:
        TypeError, ValueError: a setting that is not known, or out of its range.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(keras.optimizers.Lion(learning_rate=0.01), "mse")
        >>> model.optimizer.learning_rate
        0.01
    """

    _kind = optim.Lion

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        options: dict[str, Any] = {"betas": (beta_1, beta_2), "weight_decay": weight_decay or 0.0}
        self._settings(learning_rate, options, clipnorm, clipvalue, global_clipnorm, kwargs)


NAMED: dict[str, type[Optimizer]] = {
    kind.__name__.lower(): kind
    for kind in (SGD, RMSprop, Adam, AdamW, Nadam, Adamax, Adagrad, Adadelta, Lion)
}


def get(identifier: Any) -> Any:
    """An optimizer from its name, its class, or itself.

    Raises:
        ValueError: no such name.
        TypeError: it is none of these.
    """
    identifier = custom(identifier)
    if isinstance(identifier, str):
        return look_up("optimizer", identifier, NAMED)()
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        make: Any = identifier
        return make()
    if not isinstance(identifier, (Optimizer, optim.Optimizer)):
        raise TypeError(f"an optimizer is a name or one of keras.optimizers, got {identifier!r}")
    return identifier


__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "schedules",
]
