"""Multi-head attention as a layer."""

from __future__ import annotations

from typing import Any

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import functional as F
from . import init
from .linear import Linear
from .module import Module
from .parameter import Parameter

_attention, _linear = ops.attention, ops.linear


class MultiheadAttention(Module):
    """Attention by several heads side by side, each on its own projection of queries, keys and values.

    Args:
        embed_dim: size of the queries and of the result; each head gets `embed_dim / num_heads` of it.
        num_heads: how many heads.
        dropout: the probability that a weight is dropped while training. Default: 0.
        bias: whether the projections add biases.
        add_bias_kv: append one learned key and value to every sequence.
        add_zero_attn: append a key and a value of zeros to every sequence.
        kdim: size of the keys. Default: `embed_dim`.
        vdim: size of the values. Default: `embed_dim`.
        batch_first: whether the batch is the first axis. Default: True, as everywhere in pynn; PyTorch's
            default is False, so say it where code is to run under both.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        query `(N, L, embed_dim)`, key `(N, S, kdim)`, value `(N, S, vdim)` -> `(N, L, embed_dim)` and the
        weights; without batches `(L, embed_dim)` and so on; with `batch_first=False` `(L, N, embed_dim)`.

    `forward(query, key, value, key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal)`
    returns `(output, weights)`. `key_padding_mask` `(N, S)` and `attn_mask`, `(L, S)` or
    `(N * num_heads, L, S)`, are booleans that say what is *left out* (True: ignore; the opposite of
    `functional.scaled_dot_product_attention`), or numbers to add to the scores. With `need_weights`, the
    default, the weights come back, `(N, L, S)`, or `(N, num_heads, L, S)` where `average_attn_weights` is
    False; without it they are None and never held in memory, which is much faster. `is_causal` masks what
    comes later; here it needs no `attn_mask` beside it.

    A query whose keys are all masked attends to nothing: its heads give zeros, and the result is the bias of
    `out_proj`. (PyTorch gives NaN.)

    Raises:
        ValueError: `embed_dim` is no multiple of `num_heads`.
        ShapeError: an input or a mask does not fit.
        DTypeError: a mask is neither bool nor floating.

    Source: Vaswani et al. 2017, Attention is all you need, section 3.2.2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> attention = nn.MultiheadAttention(64, 8)
        >>> x = pynn.randn(2, 10, 64)
        >>> y, weights = attention(x, x, x)
        >>> y.shape, weights.shape
        ((2, 10, 64), (2, 10, 10))
        >>> attention(x, x, x, need_weights=False, is_causal=True)[1] is None
        True
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None
    out_proj: Linear

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.embed_dim = _check.integer(name, "embed_dim", embed_dim, 1)
        self.num_heads = _check.integer(name, "num_heads", num_heads, 1)
        self.kdim = embed_dim if kdim is None else _check.integer(name, "kdim", kdim, 1)
        self.vdim = embed_dim if vdim is None else _check.integer(name, "vdim", vdim, 1)
        self.dropout = _check.real(name, "dropout", dropout, 0, 1)
        self.batch_first, self.add_zero_attn = bool(batch_first), bool(add_zero_attn)
        self.head_dim, rest = divmod(self.embed_dim, self.num_heads)
        if rest:
            raise ValueError(f"{name}: embed_dim={embed_dim} must be a multiple of num_heads={num_heads}")
        dtype = _core.float32 if dtype is None else _core.dtype(dtype)
        if not dtype.is_floating_point:
            raise DTypeError(f"{name}: dtype must be a floating type, got {dtype}")

        def parameter(*shape: int) -> Parameter:
            return Parameter(ops.empty(shape, dtype=dtype))

        size = self.embed_dim
        self._same_sizes = self.kdim == size == self.vdim
        one = self._same_sizes
        self.in_proj_weight = parameter(3 * size, size) if one else None
        self.q_proj_weight = None if one else parameter(size, size)
        self.k_proj_weight = None if one else parameter(size, self.kdim)
        self.v_proj_weight = None if one else parameter(size, self.vdim)
        self.in_proj_bias = parameter(3 * size) if bias else None
        self.out_proj = Linear(size, size, bias, device, dtype)
        self.bias_k = parameter(1, 1, size) if add_bias_kv else None
        self.bias_v = parameter(1, 1, size) if add_bias_kv else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new weights; the biases of the projections become zeros."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        batched = self._check_inputs(query, key, value)
        same = key is query and value is query
        query = self._with_batch_first(query, batched)
        key = query if same else self._with_batch_first(key, batched)
        value = query if same else self._with_batch_first(value, batched)
        if key.shape[:2] != value.shape[:2] or key.shape[0] != query.shape[0]:
            raise ShapeError(
                f"{self._brief()}: query, key and value must share the batch, key and value the length; "
                f"with the batch first, got {tuple(query.shape)}, {tuple(key.shape)} and {tuple(value.shape)}"
            )
        q, k, v = self._project(query, key, value)
        q, k, v = self._heads(q), self._heads(k), self._heads(v)
        mask = self._joined_masks(q, k, attn_mask, key_padding_mask)
        if self.bias_k is not None or self.add_zero_attn:
            k, v, mask, is_causal = self._append(k, v, mask, is_causal)
        dropped = self.dropout if self.training else 0.0
        scale = self.head_dim**-0.5
        weights = None
        if need_weights:
            weights = _weights(q, k, scale, mask, is_causal)
            if dropped:
                weights = F.dropout(weights, dropped)
            heads = weights @ v
        else:
            heads = _attention(q, k, v, scale, mask, dropped, is_causal)
        y = self.out_proj(heads.transpose(1, 2).reshape(query.shape))
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        if not batched:
            return y.squeeze(0), None if weights is None else weights.squeeze(0)
        return (y if self.batch_first else y.transpose(0, 1)), weights

    def _check_inputs(self, query: Tensor, key: Tensor, value: Tensor) -> bool:
        """Whether there is a batch."""
        sizes = (("query", query, self.embed_dim), ("key", key, self.kdim), ("value", value, self.vdim))
        for name, x, size in sizes:
            _check.tensor("MultiheadAttention", name, x)
            if x.ndim != query.ndim or x.ndim not in (2, 3) or x.shape[-1] != size:
                order = "(N, L, {0}) or (L, {0})" if self.batch_first else "(L, N, {0}) or (L, {0})"
                raise ShapeError(
                    f"{self._brief()}: {name} must be {order.format(size)}, got {tuple(x.shape)}"
                )
        return query.ndim == 3

    def _with_batch_first(self, x: Tensor, batched: bool) -> Tensor:
        if not batched:
            return x.unsqueeze(0)
        return x if self.batch_first else x.transpose(0, 1)

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size, bias = self.embed_dim, self.in_proj_bias
        if self.in_proj_weight is not None:
            if key is query and value is query:
                q, k, v = _linear(query, self.in_proj_weight, bias).chunk(3, -1)
                return q, k, v
            weights: Any = self.in_proj_weight.split(size)
        else:
            weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        biases = (None, None, None) if bias is None else bias.split(size)
        q, k, v = (_linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
        return q, k, v

    def _heads(self, x: Tensor) -> Tensor:
        n, length, _ = x.shape
        return x.reshape(n, length, self.num_heads, self.head_dim).transpose(1, 2)

    def _joined_masks(
        self, q: Tensor, k: Tensor, attn_mask: Tensor | None, key_padding_mask: Tensor | None
    ) -> Tensor | None:
        """Both masks as one that attention takes: True where to attend, or numbers to add."""
        n, heads, length, _ = q.shape
        keys = k.shape[2]
        masks = []
        for name, mask in (("attn_mask", attn_mask), ("key_padding_mask", key_padding_mask)):
            if mask is None:
                continue
            _check.tensor("MultiheadAttention", name, mask)
            is_bool = mask.dtype is _core.bool
            if not (is_bool or mask.dtype.is_floating_point):
                raise DTypeError(f"{self._brief()}: {name} must be bool or floating, got {mask.dtype}")
            if name == "key_padding_mask":
                shape = (n, 1, 1, keys)
                fits = mask.shape == (n, keys) or (n == 1 and mask.shape == (keys,))
                wanted = f"({n}, {keys}), which is (N, S)"
            else:
                shape = (n, heads, length, keys) if mask.ndim == 3 else (1, 1, length, keys)
                fits = mask.shape in ((length, keys), (n * heads, length, keys))
                wanted = f"({length}, {keys}) or ({n * heads}, {length}, {keys}): (L, S) or (N * heads, L, S)"
            if not fits:
                raise ShapeError(f"{self._brief()}: {name} must be {wanted}; got {tuple(mask.shape)}")
            mask = mask.reshape(shape)
            masks.append(~mask if is_bool else mask.to(q.dtype))
        if len(masks) < 2:
            return masks[0] if masks else None
        one, other = masks
        if one.dtype is other.dtype:
            return one & other if one.dtype is _core.bool else one + other
        return _as_addends(one, q.dtype) + _as_addends(other, q.dtype)

    def _append(
        self, k: Tensor, v: Tensor, mask: Tensor | None, is_causal: bool
    ) -> tuple[Tensor, Tensor, Tensor | None, bool]:
        """The learned key and value, and the zeros, behind the sequences; masks let everyone see them."""
        n, heads, keys, width = k.shape
        if is_causal:
            causal = ops.ones((keys, keys), dtype=_core.bool).tril()
            causal = causal if mask is None or mask.dtype is _core.bool else _as_addends(causal, k.dtype)
            mask = causal if mask is None else mask & causal if mask.dtype is _core.bool else mask + causal
        if self.bias_k is not None and self.bias_v is not None:
            one = (n, heads, 1, width)
            k = ops.cat([k, self.bias_k.reshape(1, heads, 1, width).expand(one)], 2)
            v = ops.cat([v, self.bias_v.reshape(1, heads, 1, width).expand(one)], 2)
        if self.add_zero_attn:
            zeros = ops.zeros((n, heads, 1, width), dtype=k.dtype)
            k, v = ops.cat([k, zeros], 2), ops.cat([v, zeros], 2)
        if mask is not None:
            more = (*mask.shape[:-1], k.shape[2] - keys)
            free = (ops.ones if mask.dtype is _core.bool else ops.zeros)(more, dtype=mask.dtype)
            mask = ops.cat([mask, free], -1)
        return k, v, mask, False

    def _brief(self) -> str:
        """What messages call it: on one line, without the layer inside."""
        return f"MultiheadAttention({self.extra_repr()})"

    def extra_repr(self) -> str:
        parts = [f"{self.embed_dim}, {self.num_heads}"]
        if self.dropout:
            parts.append(f"dropout={self.dropout}")
        if not self._same_sizes:
            parts.append(f"kdim={self.kdim}, vdim={self.vdim}")
        if not self.batch_first:
            parts.append("batch_first=False")
        return ", ".join(parts)


def _as_addends(mask: Tensor, dtype: Any) -> Tensor:
    """0 where a bool mask is True, -inf where it is False; numbers as they are."""
    if mask.dtype is not _core.bool:
        return mask
    return ops.where(mask, ops.zeros((), dtype=dtype), ops.full((), float("-inf"), dtype=dtype))


def _weights(q: Tensor, k: Tensor, scale: float, mask: Tensor | None, is_causal: bool) -> Tensor:
    """The probabilities that attention does not hold otherwise."""
    scores = (q * scale) @ k.transpose(-2, -1)
    if is_causal:
        scores = scores + _as_addends(ops.ones(scores.shape[-2:], dtype=_core.bool).tril(), scores.dtype)
    if mask is not None:
        scores = scores + _as_addends(mask, scores.dtype)
    return scores.softmax(-1)
