"""Layers that only change shapes, scale or look up numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pynn import _check, nn
from pynn._core import Tensor

from .. import initializers, regularizers
from .._config import custom
from .base import Layer


class Flatten(Layer):
    """All axes but the batch's as one, channels last: `(N, H, W, C)` -> `(N, H * W * C)`.

    Args:
        data_format: "channels_last" is how Keras orders them.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Flatten()(pynn.zeros(2, 3, 4)).shape
        (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        word = "channels_last" if data_format is None else data_format
        _check.choice("Flatten", "data_format", word, ("channels_last",))

    def call(self, inputs: Tensor) -> Tensor:
        return inputs.reshape((inputs.shape[0], math.prod(inputs.shape[1:])))


class Reshape(Layer):
    """Other sizes for the same numbers, those of a sample.

    Args:
        target_shape: the new sizes without the batch; one may be -1.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Reshape((2, -1))(pynn.zeros(5, 12)).shape
        (5, 2, 6)
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(target_shape, (tuple, list)):
            raise TypeError(f"Reshape: target_shape is a tuple of sizes such as (4, 4), got {target_shape!r}")
        self.target_shape = tuple(_check.integer("Reshape", "target_shape", n, -1) for n in target_shape)

    def call(self, inputs: Tensor) -> Tensor:
        return inputs.reshape((inputs.shape[0], *self.target_shape))


class Permute(Layer):
    """The axes of a sample in another order.

    Args:
        dims: the old axes in the new order; the first after the batch is 1.
        **kwargs: `name` and what else `Layer` takes.

    Raises:
        ValueError: they are not 1, 2, ... in some order.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Permute((2, 1))(pynn.zeros(5, 2, 6)).shape
        (5, 6, 2)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(dims, (tuple, list)) or sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(f"Permute: dims are 1, 2, ... in some order, got {dims!r}")
        self.dims = tuple(dims)

    def call(self, inputs: Tensor) -> Tensor:
        return inputs.permute((0, *self.dims))


class RepeatVector(Layer):
    """A vector again and again, as a sequence.

    Args:
        n: how often.
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        `(N, C)` -> `(N, n, C)`.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.RepeatVector(3)(pynn.zeros(5, 2)).shape
        (5, 3, 2)
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = _check.integer("RepeatVector", "n", n, 1)

    def call(self, inputs: Tensor) -> Tensor:
        return inputs.unsqueeze(1).expand((inputs.shape[0], self.n, inputs.shape[1]))


class Rescaling(Layer):
    """scale x + offset, such as pixels of 0 to 255 to between 0 and 1.

    Args:
        scale: the factor.
        offset: what is added.
        **kwargs: `name` and what else `Layer` takes.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Rescaling(1 / 255)(pynn.tensor([255.0]))
        tensor([1.])
    """

    def __init__(self, scale: float, offset: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = _check.real("Rescaling", "scale", scale)
        self.offset = _check.real("Rescaling", "offset", offset)

    def call(self, inputs: Tensor) -> Tensor:
        inputs = inputs if inputs.is_floating_point() else inputs.float()
        return inputs * self.scale + self.offset


class Lambda(Layer):
    """A function of tensors as a layer. It holds no weights, and a file keeps only the name of the function.

    Args:
        function: takes a tensor (or a list of them), gives one.
        **kwargs: `name` and what else `Layer` takes.

    Raises:
        TypeError: it is no function.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Lambda(lambda x: x[:, 0])(pynn.zeros(5, 2)).shape
        (5,)
    """

    def __init__(self, function: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        function = custom(function)  # a file holds its name
        if not callable(function):
            raise TypeError(f"Lambda: function must be a function of tensors, got {function!r}")
        self.function = function

    def call(self, inputs: Any) -> Any:
        return self.function(inputs)


class Embedding(Layer):
    """A learned vector for each of `input_dim` words, or other things that are only numbered.

    Args:
        input_dim: how many.
        output_dim: the size of a vector.
        embeddings_initializer: what they start as.
        embeddings_regularizer: their penalty.
        **kwargs: `name`, `input_shape` (or `input_length`) and what else `Layer` takes. `mask_zero` is
            refused.

    Shape:
        `(N, ...)` of whole numbers -> `(N, ..., output_dim)`. It runs on `pynn.nn.Embedding`.

    Raises:
        IndexError: a number that is not one of 0 to input_dim - 1.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Embedding(100, 8)(pynn.tensor([[4, 2, 99]])).shape
        (1, 3, 8)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        length = kwargs.pop("input_length", None)
        if length is not None:
            kwargs["input_shape"] = (length,)
        super().__init__(**kwargs)
        self.input_dim = _check.integer("Embedding", "input_dim", input_dim, 1)
        self.output_dim = _check.integer("Embedding", "output_dim", output_dim, 1)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)

    def build(self, input_shape: Any) -> None:
        self.inner = nn.Embedding(self.input_dim, self.output_dim)
        how = (self.embeddings_initializer, self.embeddings_regularizer)
        self.variable("embeddings", self.inner, "weight", None, *how)

    def call(self, inputs: Tensor) -> Tensor:
        return self.inner(inputs.long() if inputs.is_floating_point() else inputs)


__all__ = ["Embedding", "Flatten", "Lambda", "Permute", "RepeatVector", "Rescaling", "Reshape"]
