"""GPT forward and backward by NumPy: the reference for all."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..workloads.gpt import Attention, Sizes
from ..workloads.layers import Arrays

Back = Callable[[np.ndarray], np.ndarray]


def error_function(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


class Network:
    """The scores of tokens; `back` leaves the gradient of each array in `gradients`."""

    def __init__(self, case: Sizes, arrays: Arrays) -> None:
        self.case, self.arrays, self.gradients = case, arrays, dict[str, np.ndarray]()

    def forward(self, tokens: np.ndarray) -> tuple[np.ndarray, Back]:
        wte, wpe = self.arrays["transformer.wte.weight"], self.arrays["transformer.wpe.weight"]
        x = wte[tokens] + wpe[: tokens.shape[1]]
        backs = []
        for i in range(self.case.layers):
            for norm, part in (("ln_1", self.attention), ("ln_2", self.mlp)):
                normed, norm_back = self.norm(x, f"transformer.h.{i}.{norm}")
                y, part_back = part(normed, f"transformer.h.{i}")
                x = x + y
                backs.append((norm_back, part_back))
        h, last_back = self.norm(x, "transformer.ln_f")

        def back(d: np.ndarray) -> np.ndarray:
            dwte, dwpe = np.einsum("ntv,ntc->vc", d, h, optimize=True), np.zeros_like(wpe)
            dx = last_back(d @ wte)
            for norm_back, part_back in reversed(backs):
                dx = dx + norm_back(part_back(dx))
            np.add.at(dwte, tokens, dx)
            dwpe[: tokens.shape[1]] = dx.sum(0)
            self.gradients |= {"transformer.wte.weight": dwte, "transformer.wpe.weight": dwpe}
            return dx

        return h @ wte.T, back

    def linear(self, x: np.ndarray, name: str) -> tuple[np.ndarray, Back]:
        w, b = self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"]

        def back(d: np.ndarray) -> np.ndarray:
            self.gradients[f"{name}.weight"] = np.einsum("nto,nti->oi", d, x, optimize=True)
            self.gradients[f"{name}.bias"] = d.sum((0, 1))
            return d @ w

        return x @ w.T + b, back

    def norm(self, x: np.ndarray, name: str) -> tuple[np.ndarray, Back]:
        w, b = self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"]
        scale = 1 / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        hat = (x - x.mean(-1, keepdims=True)) * scale

        def back(d: np.ndarray) -> np.ndarray:
            self.gradients[f"{name}.weight"] = (d * hat).sum((0, 1))
            self.gradients[f"{name}.bias"] = d.sum((0, 1))
            d = d * w
            return scale * (d - d.mean(-1, keepdims=True) - hat * (d * hat).mean(-1, keepdims=True))

        return hat * w + b, back

    def attention(self, x: np.ndarray, block: str) -> tuple[np.ndarray, Back]:
        n, t, c = x.shape
        packed, in_back = self.linear(x, f"{block}.attn.c_attn")
        q, k, v = packed.reshape(n, t, 3, self.case.heads, -1).transpose(2, 0, 3, 1, 4)
        o, heads_back = attention(q, k, v, causal=True)
        y, out_back = self.linear(o.transpose(0, 2, 1, 3).reshape(n, t, c), f"{block}.attn.c_proj")

        def back(d: np.ndarray) -> np.ndarray:
            do = out_back(d).reshape(n, t, self.case.heads, -1).transpose(0, 2, 1, 3)
            return in_back(np.stack(heads_back(do)).transpose(1, 3, 0, 2, 4).reshape(n, t, 3 * c))

        return y, back

    def mlp(self, x: np.ndarray, block: str) -> tuple[np.ndarray, Back]:
        z, in_back = self.linear(x, f"{block}.mlp.c_fc")
        cdf = (1 + error_function(z / math.sqrt(2))) / 2
        y, out_back = self.linear(z * cdf, f"{block}.mlp.c_proj")

        def back(d: np.ndarray) -> np.ndarray:
            return in_back(out_back(d) * (cdf + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)))

        return y, back


def attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, causal: bool
) -> tuple[np.ndarray, Callable[[np.ndarray], list[np.ndarray]]]:
    """softmax(Q Kᵀ / √d) V of (N, H, T, d), and the way back to all three."""
    scale = q.shape[-1] ** -0.5
    scores = scale * q @ k.swapaxes(-1, -2)
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    p = np.exp(scores - scores.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)

    def back(do: np.ndarray) -> list[np.ndarray]:
        dp = do @ v.swapaxes(-1, -2)
        ds = scale * p * (dp - (dp * p).sum(-1, keepdims=True))
        return [ds @ k, ds.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ do]

    return p @ v, back


def attention_and_gradients(
    case: Attention, q: np.ndarray, k: np.ndarray, v: np.ndarray, do: np.ndarray
) -> np.ndarray:
    """Result and gradients as one row of numbers."""
    o, back = attention(q, k, v, case.causal)
    return np.concatenate([array.ravel() for array in (o, *back(do))])
