"""GPT in PyTorch's language, for those who bring none of their own; parameters have nanoGPT's names."""

from __future__ import annotations

from typing import Any

from ..workloads.gpt import Sizes


def gpt(lib: Any, case: Sizes) -> Any:
    """Tokens (N, T) to scores (N, T, vocabulary)."""
    nn, width = lib.nn, case.width

    class Attention(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

        def forward(self, x: Any, past: Any, layer: int) -> Any:
            n, t, _ = x.shape
            q, k, v = (
                part.view(n, t, case.heads, -1).transpose(1, 2) for part in self.c_attn(x).split(width, 2)
            )
            if past is not None:
                k, v = past.append(layer, k, v)
            y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=t > 1)
            return self.c_proj(y.transpose(1, 2).reshape(n, t, width))

    class Mlp(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x: Any) -> Any:
            return self.c_proj(nn.functional.gelu(self.c_fc(x)))

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attn, self.mlp = Attention(), Mlp()

        def forward(self, x: Any, past: Any, layer: int) -> Any:
            x = x + self.attn(self.ln_1(x), past, layer)
            return x + self.mlp(self.ln_2(x))

    class Trunk(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.wte, self.wpe = nn.Embedding(case.vocabulary, width), nn.Embedding(case.context, width)
            self.h = nn.ModuleList(Block() for _ in range(case.layers))
            self.ln_f = nn.LayerNorm(width)

        def forward(self, tokens: Any, past: Any) -> Any:
            start, t = past.length if past is not None else 0, tokens.shape[1]
            x = self.wte(tokens) + self.wpe.weight[start : start + t]
            for layer, block in enumerate(self.h):
                x = block(x, past, layer)
            if past is not None:
                past.length += t
            return self.ln_f(x)

    class Gpt(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = Trunk()
            self.lm_head = nn.Linear(width, case.vocabulary, bias=False)
            self.lm_head.weight = self.transformer.wte.weight

        def forward(self, tokens: Any, past: Any = None) -> Any:
            return self.lm_head(self.transformer(tokens, past))

    return Gpt()


class Past:
    """The keys and values of the positions read so far."""

    def __init__(self, lib: Any, case: Sizes) -> None:
        shape = (case.layers, 1, case.heads, case.context, case.width // case.heads)
        self.keys, self.values, self.length = lib.empty(shape), lib.empty(shape), 0

    def append(self, layer: int, k: Any, v: Any) -> tuple[Any, Any]:
        start, end = self.length, self.length + k.shape[2]
        self.keys[layer, :, :, start:end] = k
        self.values[layer, :, :, start:end] = v
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]


def write(lib: Any, case: Sizes, model: Any, tokens: Any, count: int) -> Any:
    """`count` tokens more, the best each time."""
    past, written = Past(lib, case), [tokens]
    for _ in range(count):
        written.append(model(written[-1], past)[:, -1].argmax(-1, keepdim=True))
    return lib.cat(written, 1)
