"""GPT for JAX, and its attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..workloads.gpt import GptTraining


def gpt(jax: Any, case: GptTraining) -> Callable[[Any, Any], Any]:
    """(arrays, tokens (N, T)) -> scores (N * T, vocabulary)."""

    def linear(own: Any, name: str, x: Any) -> Any:
        return x @ own[f"{name}.weight"].T + own[f"{name}.bias"]

    def norm(own: Any, name: str, x: Any) -> Any:
        return jax.nn.standardize(x, epsilon=1e-5) * own[f"{name}.weight"] + own[f"{name}.bias"]

    def attend(own: Any, name: str, x: Any) -> Any:
        n, t, c = x.shape
        packed = linear(own, f"{name}.c_attn", x).reshape(n, t, 3, case.heads, -1)
        y = attention(jax, *(packed[:, :, i].swapaxes(1, 2) for i in range(3)), causal=True)
        return linear(own, f"{name}.c_proj", y.swapaxes(1, 2).reshape(n, t, c))

    def scores_of(own: Any, tokens: Any) -> Any:
        table = own["transformer.wte.weight"]
        x = table[tokens] + own["transformer.wpe.weight"][: tokens.shape[1]]
        for i in range(case.layers):
            at = f"transformer.h.{i}"
            x = x + attend(own, f"{at}.attn", norm(own, f"{at}.ln_1", x))
            h = linear(own, f"{at}.mlp.c_fc", norm(own, f"{at}.ln_2", x))
            x = x + linear(own, f"{at}.mlp.c_proj", jax.nn.gelu(h, approximate=False))
        return norm(own, "transformer.ln_f", x).reshape(-1, case.width) @ table.T

    return scores_of


def attention(jax: Any, q: Any, k: Any, v: Any, causal: bool) -> Any:
    """softmax(Q Kᵀ / √d) V of (N, H, T, d)."""
    scores = q.shape[-1] ** -0.5 * q @ k.swapaxes(-1, -2)
    if causal:
        scores = jax.numpy.where(jax.numpy.tri(*scores.shape[-2:], dtype=bool), scores, -jax.numpy.inf)
    return jax.nn.softmax(scores, -1) @ v
