"""One layer of a Transformer: attention and a small network, each beside a residual connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynn import _check
from pynn._core import Tensor, ops

from . import functional as F
from ._joined import linear_then
from .attention import MultiheadAttention
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .normalization import LayerNorm

_add_layer_norm = ops.add_layer_norm

Activation = str | Callable[[Tensor], Tensor]


def add_and_norm(x: Tensor, y: Tensor, norm: Module) -> tuple[Tensor, Tensor]:
    """The sum and its norm: in one pass over memory where that is a LayerNorm which nobody watches."""
    if type(norm) is LayerNorm and norm._plain and x.dtype is y.dtype:
        both = _add_layer_norm(y, x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
        return both[0], both[1]
    total = x + y
    return total, norm(total)


class _TransformerLayer(Module):
    """What encoder and decoder layers share: self-attention, the feed-forward part, their settings."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = True,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        d_model = _check.integer(name, "d_model", d_model, 1)
        nhead = _check.integer(name, "nhead", nhead, 1)
        if d_model % nhead:
            raise ValueError(f"{name}: d_model={d_model} must be a multiple of nhead={nhead}")
        dim_feedforward = _check.integer(name, "dim_feedforward", dim_feedforward, 1)
        dropout = _check.real(name, "dropout", dropout, 0, 1)
        layer_norm_eps = _check.real(name, "layer_norm_eps", layer_norm_eps, 0)
        if not callable(activation):
            activation = getattr(F, _check.choice(name, "activation", activation, ("relu", "gelu")))
        self._attention_settings = (d_model, nhead, dropout, bias, False, False, None, None, batch_first)
        self._norm_settings = (d_model, layer_norm_eps, True, bias, device, dtype)
        self.norm_first = bool(norm_first)
        self.activation: Any = activation
        self.self_attn = MultiheadAttention(*self._attention_settings, device, dtype)
        self.linear1 = Linear(d_model, dim_feedforward, bias, device, dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, device, dtype)
        self.norm1 = LayerNorm(*self._norm_settings)
        self.norm2 = LayerNorm(*self._norm_settings)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self._add_parts(dropout, device, dtype)

    def _add_parts(self, dropout: float, device: Any, dtype: Any) -> None:
        """What one kind of layer has besides."""

    def _attend_to_itself(
        self, x: Tensor, mask: Tensor | None, padding: Tensor | None, is_causal: bool
    ) -> Tensor:
        y: Tensor = self.self_attn(x, x, x, padding, False, None if is_causal else mask, True, is_causal)[0]
        return self.dropout1(y)

    def _feed_forward(self, x: Tensor, dropout: Module) -> Tensor:
        y: Tensor = dropout(self.linear2(self.dropout(linear_then(self.linear1, self.activation, x))))
        return y


class TransformerEncoderLayer(_TransformerLayer):
    """Self-attention and a small network, each with a residual connection and layer normalisation.

    Args:
        d_model: the size of each position.
        nhead: how many heads attend; divides `d_model`.
        dim_feedforward: the width of the network between. Default: 2048.
        dropout: the probability of dropout, in four places. Default: 0.1.
        activation: "relu", "gelu", or a function of a tensor.
        layer_norm_eps: for the two layer norms.
        batch_first: whether the batch is the first axis. Default: True, as in all of pynn (PyTorch: False).
        norm_first: normalise what goes into each part ("pre-norm") instead of the sum that comes out.
        bias: whether linear layers and norms have biases.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, L, d_model)` -> the same.

    `forward(src, src_mask, src_key_padding_mask, is_causal)` takes the masks of `MultiheadAttention`: True,
    or -inf, is what is left out. With `is_causal` positions see only what comes before them and `src_mask`,
    which is then taken to say the same, is not read.

    Raises:
        ValueError: `d_model` is no multiple of `nhead`.
        ShapeError: an input or a mask does not fit.

    Source: Vaswani et al. 2017, Attention is all you need, section 3.1; Xiong et al. 2020, On layer
    normalization in the Transformer architecture, for `norm_first`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> layer = nn.TransformerEncoderLayer(64, 4, 128, activation="gelu", norm_first=True)
        >>> layer(pynn.randn(2, 10, 64), is_causal=True).shape
        (2, 10, 64)
    """

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        seen = (src_mask, src_key_padding_mask, is_causal)
        if self.norm_first:
            x, normed = add_and_norm(src, self._attend_to_itself(self.norm1(src), *seen), self.norm2)
            return x + self._feed_forward(normed, self.dropout2)
        x = add_and_norm(src, self._attend_to_itself(src, *seen), self.norm1)[1]
        return add_and_norm(x, self._feed_forward(x, self.dropout2), self.norm2)[1]


class TransformerDecoderLayer(_TransformerLayer):
    """Self-attention, attention to what an encoder made of another sequence, and a small network.

    Args:
        d_model: the size of each position.
        nhead: how many heads attend; divides `d_model`.
        dim_feedforward: the width of the network. Default: 2048.
        dropout: the probability of dropout. Default: 0.1.
        activation: "relu", "gelu", or a function of a tensor.
        layer_norm_eps: for the three layer norms.
        batch_first: whether the batch is the first axis. Default: True, as in all of pynn (PyTorch: False).
        norm_first: normalise what goes into each part instead of the sum that comes out.
        bias: whether linear layers and norms have biases.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        target `(N, T, d_model)`, memory `(N, S, d_model)` -> `(N, T, d_model)`.

    `forward(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal,
    memory_is_causal)`; the masks are those of `MultiheadAttention`.

    Raises:
        ValueError: `d_model` is no multiple of `nhead`.
        ShapeError: an input or a mask does not fit.

    Source: Vaswani et al. 2017, Attention is all you need, section 3.1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> layer = nn.TransformerDecoderLayer(64, 4, 128)
        >>> layer(pynn.randn(2, 7, 64), pynn.randn(2, 10, 64), tgt_is_causal=True).shape
        (2, 7, 64)
    """

    def _add_parts(self, dropout: float, device: Any, dtype: Any) -> None:
        self.multihead_attn = MultiheadAttention(*self._attention_settings, device, dtype)
        self.norm3 = LayerNorm(*self._norm_settings)
        self.dropout3 = Dropout(dropout)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        itself = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory, memory_mask, memory_key_padding_mask, memory_is_causal)
        if self.norm_first:
            x, normed = add_and_norm(tgt, self._attend_to_itself(self.norm1(tgt), *itself), self.norm2)
            x, normed = add_and_norm(x, self._attend_to_memory(normed, *other), self.norm3)
            return x + self._feed_forward(normed, self.dropout3)
        x = add_and_norm(tgt, self._attend_to_itself(tgt, *itself), self.norm1)[1]
        x = add_and_norm(x, self._attend_to_memory(x, *other), self.norm2)[1]
        return add_and_norm(x, self._feed_forward(x, self.dropout3), self.norm3)[1]

    def _attend_to_memory(
        self, x: Tensor, memory: Tensor, mask: Tensor | None, padding: Tensor | None, is_causal: bool
    ) -> Tensor:
        y: Tensor = self.multihead_attn(
            x, memory, memory, padding, False, None if is_causal else mask, True, is_causal
        )[0]
        return self.dropout2(y)
