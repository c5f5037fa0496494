"""Attention as a function; the kernels that never hold a matrix of scores are csrc/kernels/attention.h."""

from __future__ import annotations

import math

from pynn import _check
from pynn._core import ShapeError, Tensor, ops

__all__ = ["scaled_dot_product_attention"]

_attention = ops.attention
_NAME = "scaled_dot_product_attention"


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """For each query the mean of the values, weighted by how well their keys match: softmax(scale Q Kᵀ) V.

    Neither the scores nor the probabilities are ever held: memory grows with `L` and `S`, not with `L S`,
    and what causality rules out is not computed. `query`, `key` and `value` may be views, such as the heads
    of one projection; they are read where they lie.

    Args:
        query: `(N, ..., Hq, L, E)`; two axes or more.
        key: `(N, ..., H, S, E)`.
        value: `(N, ..., H, S, Ev)`.
        attn_mask: broadcasts to `(N, ..., Hq, L, S)`. Booleans say what takes part (True: attend); numbers
            are added to the scaled scores. Default: none.
        dropout_p: the probability that a weight is dropped; the others are scaled up. Not dropped in
            evaluation: pass 0 there. Default: 0.
        is_causal: query i sees keys 0 to i, counted from the start of both. May be combined with `attn_mask`,
            which PyTorch does not allow.
        scale: what the products are multiplied by. Default: 1 / sqrt(E).
        enable_gqa: grouped-query attention: `Hq` may be a multiple of `H`, and neighbouring heads of the
            query share one of key and value, which is not copied.

    Returns:
        `(N, ..., Hq, L, Ev)`.

    A query that may attend to nothing gets zeros, and no gradient flows from it. (PyTorch gives NaN or zeros,
    depending on its version and kernel.) The gradient of an added mask takes memory of `L S`; ask for it only
    where the mask is learned.

    Raises:
        ShapeError: shapes do not fit.
        DTypeError: types differ, or the mask is neither bool nor of the query's type.
        ValueError: `dropout_p` lies outside [0, 1].

    Source: Vaswani et al. 2017, Attention is all you need, equation 1; Dao et al. 2022, FlashAttention;
    Rabe & Staats 2021, Self-attention does not need O(n²) memory; Ainslie et al. 2023, GQA.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> q, k, v = pynn.randn(3, 2, 8, 100, 64)
        >>> F.scaled_dot_product_attention(q, k, v, is_causal=True).shape
        (2, 8, 100, 64)
        >>> one = pynn.tensor([[1.0], [3.0]])
        >>> F.scaled_dot_product_attention(0 * one, one, one)
        tensor([[2.],
                [2.]])
    """
    _check.tensors(_NAME, query=query, key=key, value=value)
    if attn_mask is not None:
        _check.tensor(_NAME, "attn_mask", attn_mask)
    if scale is None:
        width = query.shape[-1] if query.ndim else 0
        scale = 1 / math.sqrt(width) if width else 1.0
    if query.ndim > 2:
        key, value = _broadcast(query, key, enable_gqa), _broadcast(query, value, enable_gqa)
    return _attention(query, key, value, scale, attn_mask, dropout_p, is_causal)


def _broadcast(query: Tensor, x: Tensor, enable_gqa: bool) -> Tensor:
    """Key or value with the leading axes of the query; its heads as they are where groups share them."""
    lead = query.shape[:-2]
    if x.shape[:-2] == lead or x.ndim < 2:
        return x
    if enable_gqa:
        if x.ndim != query.ndim:
            return x
        lead = (*lead[:-1], x.shape[-3])
    elif x.ndim == query.ndim and x.shape[-3] not in (1, lead[-1]):
        raise ShapeError(
            f"{_NAME}: the query {tuple(query.shape)} has {lead[-1]} heads, {tuple(x.shape)} has "
            f"{x.shape[-3]}. Did you mean enable_gqa=True?"
        )
    return x.expand((*lead, *x.shape[-2:]))
