"""Multi-head attention with Keras's arguments and weights."""

from __future__ import annotations

from typing import Any

import numpy as np

import pynn.nn.functional as F
from pynn import _check, _core, nn
from pynn._core import Tensor

from .. import initializers, regularizers
from .base import Layer, Variable
from .core import last_size


class MultiHeadAttention(Layer):
    """Several attentions side by side, each of its own projections of query, key and value.

    Args:
        num_heads: how many.
        key_dim: the size of a head's queries and keys.
        value_dim: the size of a head's values; None is key_dim.
        dropout: in training, the share of the weights of attention that is dropped.
        use_bias: whether the projections have biases.
        output_shape: the size of the output's last axis; None is the query's.
        kernel_initializer: what the kernels start as.
        bias_initializer: what the biases start as.
        kernel_regularizer: the kernels' penalty.
        bias_regularizer: the biases' penalty.
        **kwargs: `name` and what else `Layer` takes.

    Shape:
        Calling `layer(query, value, key=None, attention_mask=None, use_causal_mask=False)`: query
        `(N, T, D)`, value and key `(N, S, D)` -> `(N, T, D)`. The mask is True where query t may attend to s,
        `(N, T, S)`. It runs on `pynn.nn.functional.scaled_dot_product_attention`.

    Raises:
        TypeError, ValueError: a setting that cannot be.

    Source: Vaswani et al. 2017, Attention is all you need.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=4)
        >>> layer(pynn.zeros(3, 5, 8), pynn.zeros(3, 7, 8)).shape
        (3, 5, 8)
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = "MultiHeadAttention"
        self.num_heads = _check.integer(owner, "num_heads", num_heads, 1)
        self.key_dim = _check.integer(owner, "key_dim", key_dim, 1)
        self.value_dim = (
            self.key_dim if value_dim is None else _check.integer(owner, "value_dim", value_dim, 1)
        )
        self.dropout = _check.real(owner, "dropout", dropout, 0, 1)
        self.use_bias = bool(use_bias)
        self.output_size = (
            None if output_shape is None else _check.integer(owner, "output_shape", output_shape, 1)
        )
        self.starts = initializers.get(kernel_initializer), initializers.get(bias_initializer)
        self.penalised = regularizers.get(kernel_regularizer), regularizers.get(bias_regularizer)

    def build(self, input_shape: Any) -> None:
        """Make the projections.

        Args:
            input_shape: of query, value and key, in a list; or one shape for all three.
        """
        shapes = list(input_shape) if isinstance(input_shape[0], (tuple, list)) else [input_shape] * 3
        query, value, key = (last_size("MultiHeadAttention", shape) for shape in shapes)
        heads = self.num_heads
        self.query = nn.Linear(query, heads * self.key_dim, self.use_bias)
        self.key = nn.Linear(key, heads * self.key_dim, self.use_bias)
        self.value = nn.Linear(value, heads * self.value_dim, self.use_bias)
        self.to_output = nn.Linear(heads * self.value_dim, self.output_size or query, self.use_bias)
        for name, linear in (("query", self.query), ("key", self.key), ("value", self.value)):
            self._projection(name, linear, heads)
        out, bias = self.to_output.weight, self.to_output.bias
        shape = (heads, self.value_dim, out.shape[0])
        kernel = Variable(
            "attention_output/kernel",
            [out],
            lambda array: array.T.reshape(shape),
            lambda array: [array.reshape(-1, shape[2]).T],
            True,
            self.penalised[0],
        )
        self.start(kernel, self.starts[0])
        if bias is not None:
            made = Variable("attention_output/bias", [bias], regularizer=self.penalised[1])
            self.start(made, self.starts[1])

    def _projection(self, name: str, linear: nn.Linear, heads: int) -> None:
        """Show the weights of a projection as `(D, heads, size)` and `(heads, size)`."""
        size, features = linear.weight.shape[0] // heads, linear.weight.shape[1]

        def read(array: np.ndarray) -> np.ndarray:
            return array.T.reshape(features, heads, size)

        def write(array: np.ndarray) -> list[np.ndarray]:
            return [array.reshape(features, heads * size).T]

        kernel = Variable(f"{name}/kernel", [linear.weight], read, write, True, self.penalised[0])
        self.start(kernel, self.starts[0])
        if linear.bias is not None:
            bias = Variable(
                f"{name}/bias",
                [linear.bias],
                lambda array: array.reshape(heads, size),
                lambda array: [array.reshape(-1)],
                True,
                self.penalised[1],
            )
            self.start(bias, self.starts[1])

    def shapes_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = dict(zip(("query", "value", "key"), args, strict=False)) | kwargs
        query, value = given["query"], given["value"]
        key = value if given.get("key") is None else given["key"]
        return [tuple(x.shape) for x in (query, value, key)]

    def call(  # type: ignore[override] # several inputs, as in Keras
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        attention_mask: Tensor | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Tensor:
        """What each query finds in the values.

        Args:
            query: `(N, T, D)`.
            value: `(N, S, D)`.
            key: `(N, S, D)`; None is value.
            attention_mask: True where query t may attend to s, `(N, T, S)`.
            return_attention_scores: not supported.
            use_causal_mask: let query t attend to keys 0 to t alone.
        """
        if return_attention_scores:
            raise ValueError(
                "MultiHeadAttention: return_attention_scores is not supported, as the scores are never held; "
                "pynn.nn.MultiheadAttention gives them with need_weights=True"
            )
        q, k, v = self.query(query), self.key(value if key is None else key), self.value(value)
        if attention_mask is not None:
            if attention_mask.dtype != _core.bool:
                attention_mask = attention_mask != 0
            if attention_mask.ndim == 3:
                attention_mask = attention_mask.unsqueeze(1)
        heads = F.scaled_dot_product_attention(
            self._heads(q),
            self._heads(k),
            self._heads(v),
            attention_mask,
            self.dropout if self.training else 0.0,
            bool(use_causal_mask),
        )
        n, length = query.shape[0], query.shape[1]
        return self.to_output(heads.transpose(1, 2).reshape(n, length, self.num_heads * self.value_dim))

    def _heads(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        return x.reshape(n, length, self.num_heads, width // self.num_heads).transpose(1, 2)


__all__ = ["MultiHeadAttention"]
