"""Layers that make one tensor of several."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

from pynn import _check
from pynn._core import Tensor, ops

from .base import Layer


class _Merge(Layer):
    """Takes a list of tensors."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def build(self, input_shape: Any) -> None:
        if not isinstance(input_shape, (list, tuple)) or not isinstance(input_shape[0], (list, tuple)):
            raise ValueError(
                f"{type(self).__name__} takes a list of tensors, such as [a, b]; got one of {input_shape}"
            )

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        return self.merged(list(inputs))

    def merged(self, inputs: list[Tensor]) -> Tensor:
        """One tensor of several.

        Args:
            inputs: the tensors.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it merges")


class Concatenate(_Merge):
    """Several tensors end to end.

    Args:
        axis: along which axis.
        **kwargs: `name` and what else `Layer` takes.

    Raises:
        ShapeError: they differ in another axis.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Concatenate()([pynn.zeros(5, 2), pynn.zeros(5, 3)]).shape
        (5, 5)
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _check.integer("Concatenate", "axis", axis)

    def merged(self, inputs: list[Tensor]) -> Tensor:
        return ops.cat(inputs, self.axis)


class Add(_Merge):
    """The sum of several tensors.

    Args:
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Add()([pynn.ones(2), pynn.ones(2)])
        tensor([2., 2.])
    """

    def merged(self, inputs: list[Tensor]) -> Tensor:
        return reduce(operator.add, inputs)


class Subtract(_Merge):
    """The difference of two tensors.

    Args:
        **kwargs: `name` and what else `Layer` takes.

    Raises:
        ValueError: not two.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Subtract()([pynn.ones(2), pynn.ones(2)])
        tensor([0., 0.])
    """

    def merged(self, inputs: list[Tensor]) -> Tensor:
        if len(inputs) != 2:
            raise ValueError(f"Subtract takes two tensors, got {len(inputs)}")
        return inputs[0] - inputs[1]


class Multiply(_Merge):
    """The product of several tensors, element by element.

    Args:
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Multiply()([pynn.ones(2) * 3, pynn.ones(2) * 2])
        tensor([6., 6.])
    """

    def merged(self, inputs: list[Tensor]) -> Tensor:
        return reduce(operator.mul, inputs)


class Average(_Merge):
    """The mean of several tensors.

    Args:
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Average()([pynn.zeros(2), pynn.ones(2)])
        tensor([0.5, 0.5])
    """

    def merged(self, inputs: list[Tensor]) -> Tensor:
        return reduce(operator.add, inputs) / len(inputs)


class Maximum(_Merge):
    """The largest of several tensors, element by element.

    Args:
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Maximum()([pynn.zeros(2), pynn.ones(2)])
        tensor([1., 1.])
    """

    def merged(self, inputs: list[Tensor]) -> Tensor:
        return reduce(ops.maximum, inputs)


class Minimum(_Merge):
    """The smallest of several tensors, element by element.

    Args:
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Minimum()([pynn.zeros(2), pynn.ones(2)])
        tensor([0., 0.])
    """

    def merged(self, inputs: list[Tensor]) -> Tensor:
        return reduce(ops.minimum, inputs)


class Arithmetic(Layer):
    """What `a + b`, `a - b`, `a * b`, `a / b` of symbolic tensors become.

    Args:
        sign: "add", "sub", "mul" or "truediv".
        swapped: whether the number stands on the left.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> from pynn import keras
        >>> x = keras.Input(shape=(3,))
        >>> keras.Model(x, 1.0 - x).predict([[1.0, 2.0, 3.0]])
        array([[ 0., -1., -2.]], dtype=float32)
    """

    def __init__(self, sign: str, swapped: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sign = _check.choice("Arithmetic", "sign", sign, ("add", "sub", "mul", "truediv"))
        self.swapped = bool(swapped)

    def call(self, inputs: Any, number: Any = None) -> Any:
        """What the sign says.

        Args:
            inputs: two tensors, or one.
            number: in place of the other.
        """
        a, b = (inputs, number) if number is not None else inputs
        return getattr(operator, self.sign)(*((b, a) if self.swapped else (a, b)))


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """`Concatenate(axis)(inputs)`.

    Args:
        inputs: the tensors.
        axis: along which axis.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.concatenate([pynn.zeros(5, 2), pynn.zeros(5, 3)]).shape
        (5, 5)
    """
    return Concatenate(axis, **kwargs)(inputs)


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Add()(inputs)`.

    Args:
        inputs: the tensors.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.add([pynn.ones(2), pynn.ones(2)])
        tensor([2., 2.])
    """
    return Add(**kwargs)(inputs)


__all__ = [
    "Add",
    "Arithmetic",
    "Average",
    "Concatenate",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "concatenate",
]
