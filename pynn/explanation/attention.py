"""Attention in NumPy: the reference of the op, with every matrix in memory."""

from __future__ import annotations

import numpy as np


def attention(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    scale: float,
    attn_mask: np.ndarray | None = None,
    is_causal: bool = False,
) -> np.ndarray:
    """softmax(scale Q Kᵀ + mask) V; zeros for a query that may attend to nothing."""
    if query.ndim > 2 and query.shape[-3] != key.shape[-3]:
        group = query.shape[-3] // key.shape[-3]
        key, value = np.repeat(key, group, -3), np.repeat(value, group, -3)
    scores = scale * query @ np.swapaxes(key, -1, -2)
    if attn_mask is not None:
        scores = np.where(attn_mask, scores, -np.inf) if attn_mask.dtype == bool else scores + attn_mask
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:]).astype(bool), scores, -np.inf)
    top = np.max(scores, -1, keepdims=True, initial=-np.inf)
    e = np.exp(scores - np.where(np.isneginf(top), 0, top))
    total = e.sum(-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ value
