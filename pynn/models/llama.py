"""Llama: a language model with the changes to GPT that most of its successors share.

Touvron et al. 2023, Llama 2, arXiv:2307.09288, section 2.2. Parameters are named as in Hugging Face's
`LlamaForCausalLM`.

    step              shape                  what
    embed_tokens      (N, T, C)
    layer i           (N, T, C)              x + attention(rms(x)), then x + mlp(rms(x))
      attention                              H heads of queries share G of keys and values; rotary positions
      mlp                                    down(silu(gate(x)) * up(x)): "SwiGLU"
    norm              (N, T, C)
    lm_head           (N, T, vocab_size)
"""

from __future__ import annotations

from typing import Any

from pynn import _check, nn
from pynn._core import Tensor, ops

from .generation import KeyValueCache, generate
from .gpt import check_tokens

_attention = ops.attention


class GroupedQueryAttention(nn.Module):
    """Causal attention whose heads of queries share fewer of keys and values, with rotary positions.

    Args:
        size: C, of a place.
        heads: H, of the queries; divides C.
        kv_heads: G, of keys and values; divides H.
        max_len: the longest sequence.
        base: of the rotary positions.

    Shape:
        `(N, T, C)` -> the same.

    Source: Ainslie et al. 2023, GQA, arXiv:2305.13245.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.GroupedQueryAttention(16, heads=4, kv_heads=2)(pynn.randn(2, 5, 16)).shape
        (2, 5, 16)
    """

    def __init__(
        self, size: int, heads: int, kv_heads: int, max_len: int = 2048, base: float = 10000.0
    ) -> None:
        super().__init__()
        for name, value in (("size", size), ("heads", heads), ("kv_heads", kv_heads)):
            _check.integer("GroupedQueryAttention", name, value, 1)
        if size % heads or heads % kv_heads:
            raise ValueError(
                f"GroupedQueryAttention: size={size} must be a multiple of heads={heads}, and that of "
                f"kv_heads={kv_heads}"
            )
        self.heads, self.kv_heads, self.head_dim = heads, kv_heads, size // heads
        self.q_proj = nn.Linear(size, size, bias=False)
        self.k_proj = nn.Linear(size, kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(size, kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(size, size, bias=False)
        self.rotary = nn.RotaryPositions(self.head_dim, max_len, base)

    def forward(self, x: Tensor, cache: KeyValueCache | None = None, layer: int = 0) -> Tensor:
        n, t, _ = x.shape
        start = 0 if cache is None else cache.length
        q = self.rotary(self.q_proj(x).reshape(n, t, self.heads, self.head_dim).transpose(1, 2), start)
        k = self.rotary(self.k_proj(x).reshape(n, t, self.kv_heads, self.head_dim).transpose(1, 2), start)
        v = self.v_proj(x).reshape(n, t, self.kv_heads, self.head_dim).transpose(1, 2)
        mask, causal = None, True
        if cache is not None:
            k, v = cache.append(layer, k, v)
            if start or t == 1:
                mask, causal = cache.mask(t), False
        y = _attention(q, k, v, self.head_dim**-0.5, mask, 0.0, causal)
        out: Tensor = self.o_proj(y.transpose(1, 2).reshape(x.shape))
        return out


class SwiGLU(nn.Module):
    """`down(silu(gate(x)) * up(x))`: one half of the hidden numbers opens and closes the other.

    Args:
        size: C.
        hidden: the width between; 8/3 C has as many weights as two layers of 4 C.

    Shape:
        `(..., C)` -> the same.

    Source: Shazeer 2020, GLU variants improve Transformer, arXiv:2002.05202, equation 6.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.SwiGLU(8, 20)(pynn.randn(2, 8)).shape
        (2, 8)
    """

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        _check.integer("SwiGLU", "size", size, 1)
        _check.integer("SwiGLU", "hidden", hidden, 1)
        self.gate_proj = nn.Linear(size, hidden, bias=False)
        self.up_proj = nn.Linear(size, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.down_proj(nn.functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return y


class _Layer(nn.Module):
    def __init__(self, size: int, hidden: int, heads: int, kv_heads: int, max_len: int, base: float) -> None:
        super().__init__()
        self.self_attn = GroupedQueryAttention(size, heads, kv_heads, max_len, base)
        self.mlp = SwiGLU(size, hidden)
        self.input_layernorm = nn.RMSNorm(size, 1e-5)
        self.post_attention_layernorm = nn.RMSNorm(size, 1e-5)

    def forward(self, x: Tensor, cache: KeyValueCache | None, layer: int) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cache, layer)
        return x + self.mlp(self.post_attention_layernorm(x))


class _Trunk(nn.Module):
    def __init__(self, vocab_size: int, layers: int, size: int, *settings: Any) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab_size, size)
        self.layers = nn.ModuleList(_Layer(size, *settings) for _ in range(layers))
        self.norm = nn.RMSNorm(size, 1e-5)

    def forward(self, tokens: Tensor, cache: KeyValueCache | None = None) -> Tensor:
        x = self.embed_tokens(tokens)
        for i, layer in enumerate(self.layers):
            x = layer(x, cache, i)
        if cache is not None:
            cache.advance(tokens.shape[1])
        y: Tensor = self.norm(x)
        return y


class Llama(nn.Module):
    """A language model of Llama's build: at each place, scores for every token that may come next.

    Args:
        vocab_size: how many tokens there are.
        block_size: the longest text that is read at once.
        layers: how many.
        heads: H, of the queries; divides `size`.
        kv_heads: of keys and values; divides H. Default: H.
        size: C, of a place.
        hidden: between the two products of each layer. Default: the multiple of 16 that follows 8/3 C.
        rope_base: of the rotary positions. Default: 10000.

    Shape:
        tokens `(N, T)` of integers, T up to `block_size` -> scores `(N, T, vocab_size)`.

    `model(tokens, cache)`, `new_cache` and `generate` are as in `GPT`. Weights start normal with deviation
    0.02.

    Raises:
        IndexError: a token is not one of 0 to vocab_size - 1.
        ShapeError: tokens are not `(N, T)`, or T is above `block_size`.
        ValueError: sizes that are no multiples of each other.

    Source: Touvron et al. 2023, Llama 2, arXiv:2307.09288, section 2.2.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.Llama(65, block_size=32, layers=2, heads=4, kv_heads=2, size=16).eval()
        >>> model(pynn.randint(0, 65, (2, 10))).shape
        (2, 10, 65)
        >>> model.generate(pynn.tensor([[1, 2]]), 5, temperature=0).shape
        (1, 7)
    """

    def __init__(
        self,
        vocab_size: int = 32000,
        block_size: int = 2048,
        layers: int = 12,
        heads: int = 12,
        kv_heads: int | None = None,
        size: int = 768,
        hidden: int | None = None,
        rope_base: float = 10000.0,
    ) -> None:
        super().__init__()
        kv_heads = heads if kv_heads is None else kv_heads
        sizes = {"vocab_size": vocab_size, "block_size": block_size, "layers": layers, "heads": heads}
        for name, value in (sizes | {"kv_heads": kv_heads, "size": size}).items():
            _check.integer("Llama", name, value, 1)
        hidden = -(-8 * size // 48) * 16 if hidden is None else _check.integer("Llama", "hidden", hidden, 1)
        self.vocab_size, self.block_size = vocab_size, block_size
        self.model = _Trunk(vocab_size, layers, size, hidden, heads, kv_heads, block_size, rope_base)
        self.lm_head = nn.Linear(size, vocab_size, bias=False)
        for parameter in self.parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, 0.0, 0.02)

    def forward(self, tokens: Tensor, cache: KeyValueCache | None = None) -> Tensor:
        check_tokens("Llama", tokens, self.block_size, cache)
        scores: Tensor = self.lm_head(self.model(tokens, cache))
        return scores

    def new_cache(self, batch: int = 1) -> KeyValueCache:
        """An empty memory of keys and values, for `block_size` positions.

        Args:
            batch: how many sequences.
        """
        attention: Any = self.model.layers[0].self_attn
        sizes = len(self.model.layers), batch, attention.kv_heads, self.block_size, attention.head_dim
        return KeyValueCache(*sizes, self.lm_head.weight.dtype)

    def generate(self, tokens: Tensor, max_new_tokens: int, **settings: Any) -> Tensor:
        """`models.generate(self, tokens, max_new_tokens, ...)`.

        Args:
            tokens: `(N, T)`: where to begin.
            max_new_tokens: how many to write.
            **settings: temperature, top_k, top_p, num_beams, stop_token, seed.
        """
        return generate(self, tokens, max_new_tokens, **settings)
