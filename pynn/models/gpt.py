"""GPT: a Transformer that reads from left to right and says at every place what comes next.

Radford et al. 2019, Language models are unsupervised multitask learners (GPT-2). Parameters are named as in
nanoGPT (A. Karpathy, 2022).

    step        shape                  what
    tokens      (N, T)
    wte + wpe   (N, T, C)              a vector for each token, another for its place
    block i     (N, T, C)              x + attention(norm(x)), then x + mlp(norm(x)); i = 0 ... n_layer - 1
    ln_f        (N, T, C)
    lm_head     (N, T, vocab_size)     products with the vectors of all tokens, which are those of wte
"""

from __future__ import annotations

from typing import Any

from pynn import _check, _core, nn
from pynn._core import DTypeError, ShapeError, Tensor, ops
from pynn.nn._joined import linear_then
from pynn.nn.transformer_layers import add_and_norm

from .generation import KeyValueCache, generate

_attention = ops.attention


class CausalSelfAttention(nn.Module):
    """Every place looks at itself and at those before it, with several heads.

    Args:
        n_embd: C, the size of a place.
        n_head: H, how many heads; divides C.
        dropout: of the weights and of the result, in training.
        bias: whether the projections add biases.

    Shape:
        `(N, T, C)` -> the same.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.CausalSelfAttention(8, 2)(pynn.randn(2, 5, 8)).shape
        (2, 5, 8)
    """

    def __init__(self, n_embd: int, n_head: int, dropout: float = 0.0, bias: bool = True) -> None:
        super().__init__()
        self.n_embd = _check.integer("CausalSelfAttention", "n_embd", n_embd, 1)
        self.n_head = _check.integer("CausalSelfAttention", "n_head", n_head, 1)
        if n_embd % n_head:
            raise ValueError(f"CausalSelfAttention: n_embd={n_embd} must be a multiple of n_head={n_head}")
        self.scale = (n_embd // n_head) ** -0.5
        self.c_attn = nn.Linear(n_embd, 3 * n_embd, bias)
        self.c_proj = nn.Linear(n_embd, n_embd, bias)
        self.attn_dropout = nn.Dropout(dropout)
        self.resid_dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, cache: KeyValueCache | None = None, layer: int = 0) -> Tensor:
        n, t, c = x.shape
        heads = self.c_attn(x).view(n, t, 3, self.n_head, c // self.n_head)
        q, k, v = heads.permute(2, 0, 3, 1, 4).unbind(0)
        mask, causal = None, True
        if cache is not None:
            k, v = cache.append(layer, k, v)
            if cache.length or t == 1:
                mask, causal = cache.mask(t), False
        y = _attention(q, k, v, self.scale, mask, self.attn_dropout.p if self.training else 0.0, causal)
        y = self.c_proj(y.transpose(1, 2).reshape(n, t, c))
        return self.resid_dropout(y) if self.training else y


class _MLP(nn.Module):
    """Four times as wide between, with GELU."""

    def __init__(self, n_embd: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.c_fc = nn.Linear(n_embd, 4 * n_embd, bias)
        self.gelu = nn.GELU()
        self.c_proj = nn.Linear(4 * n_embd, n_embd, bias)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        y = self.c_proj(linear_then(self.c_fc, self.gelu, x))
        return self.dropout(y) if self.training else y


class _Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)), with the sums left to whoever normalises them."""

    def __init__(self, n_embd: int, n_head: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(n_embd, bias=bias)
        self.attn = CausalSelfAttention(n_embd, n_head, dropout, bias)
        self.ln_2 = nn.LayerNorm(n_embd, bias=bias)
        self.mlp = _MLP(n_embd, dropout, bias)

    def forward(self, x: Tensor, normed: Tensor, cache: KeyValueCache | None, layer: int) -> Any:
        x, normed = add_and_norm(x, self.attn(normed, cache, layer), self.ln_2)
        return x, self.mlp(normed)


class _Trunk(nn.Module):
    """All but the last product."""

    def __init__(
        self,
        vocab_size: int,
        block_size: int,
        n_layer: int,
        n_head: int,
        n_embd: int,
        dropout: float,
        bias: bool,
    ) -> None:
        super().__init__()
        self.wte = nn.Embedding(vocab_size, n_embd)
        self.wpe = nn.Embedding(block_size, n_embd)
        self.drop = nn.Dropout(dropout)
        self.h = nn.ModuleList(_Block(n_embd, n_head, dropout, bias) for _ in range(n_layer))
        self.ln_f = nn.LayerNorm(n_embd, bias=bias)

    def forward(self, tokens: Tensor, cache: KeyValueCache | None = None) -> Tensor:
        start, length = cache.length if cache is not None else 0, tokens.shape[1]
        x = self.drop(self.wte(tokens) + self.wpe.weight[start : start + length])
        blocks = [*iter(self.h)]  # list() would count them first
        # A sum goes to the next block's norm with it: one pass over memory does both.
        normed = blocks[0].ln_1(x)
        for layer, block in enumerate(blocks):
            x, y = block(x, normed, cache, layer)
            norm = blocks[layer + 1].ln_1 if layer + 1 < len(blocks) else self.ln_f
            x, normed = add_and_norm(x, y, norm)
        if cache is not None:
            cache.advance(length)
        return normed


class GPT(nn.Module):
    """A language model: at each place of a text, scores for every token that may come next.

    Args:
        vocab_size: how many tokens there are.
        block_size: the longest text that is read at once.
        n_layer: how many blocks.
        n_head: heads of attention in each; divides `n_embd`.
        n_embd: C, the size of a place.
        dropout: the probability of dropout in training.
        bias: whether linear layers and norms have biases.

    Shape:
        tokens `(N, T)` of integers, T up to `block_size` -> scores `(N, T, vocab_size)`.

    `model(tokens, cache)` reads tokens that follow those in a `KeyValueCache`, made by `new_cache`.
    `lm_head.weight` is `transformer.wte.weight`. Weights start normal with deviation 0.02, those that lead
    back into the sum with 0.02 / sqrt(2 n_layer).

    Raises:
        IndexError: a token is not one of 0 to vocab_size - 1.
        ShapeError: tokens are not `(N, T)`, or T is above `block_size`.
        DTypeError: tokens are not integers.
        ValueError: `n_embd` is no multiple of `n_head`, or a size below 1.

    Source: Radford et al. 2019, Language models are unsupervised multitask learners, section 2.3; Press &
    Wolf 2017, Using the output embedding to improve language models, for the shared table.

    Example:
        >>> import pynn
        >>> from pynn import models, nn
        >>> model = models.GPT(65, block_size=32, n_layer=2, n_head=2, n_embd=16)
        >>> text = pynn.randint(0, 65, (4, 33))
        >>> scores = model(text[:, :-1])
        >>> loss = nn.functional.cross_entropy(scores.flatten(0, 1), text[:, 1:].flatten())
        >>> scores.shape, bool(abs(loss - 4.17) < 0.3)  # log 65
        ((4, 32, 65), True)
        >>> model.eval().generate(text[:1, :4], 6, seed=1).shape
        (1, 10)
    """

    def __init__(
        self,
        vocab_size: int = 50304,
        block_size: int = 1024,
        n_layer: int = 12,
        n_head: int = 12,
        n_embd: int = 768,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        sizes = {"vocab_size": vocab_size, "block_size": block_size, "n_layer": n_layer}
        for name, size in (sizes | {"n_head": n_head, "n_embd": n_embd}).items():
            _check.integer("GPT", name, size, 1)
        if n_embd % n_head:
            raise ValueError(f"GPT: n_embd={n_embd} must be a multiple of n_head={n_head}")
        self.vocab_size, self.block_size = vocab_size, block_size
        self.n_layer, self.n_head, self.n_embd = n_layer, n_head, n_embd
        self.transformer = _Trunk(vocab_size, block_size, n_layer, n_head, n_embd, dropout, bias)
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new weights."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.ndim == 2:
                back = name.endswith("c_proj.weight")
                nn.init.normal_(parameter, 0.0, 0.02 * ((2 * self.n_layer) ** -0.5 if back else 1.0))

    def forward(self, tokens: Tensor, cache: KeyValueCache | None = None) -> Tensor:
        check_tokens("GPT", tokens, self.block_size, cache)
        return self.lm_head(self.transformer(tokens, cache))

    def new_cache(self, batch: int = 1) -> KeyValueCache:
        """An empty memory of keys and values, for `block_size` positions.

        Args:
            batch: how many sequences.
        """
        dtype = self.lm_head.weight.dtype
        head_dim = self.n_embd // self.n_head
        return KeyValueCache(self.n_layer, batch, self.n_head, self.block_size, head_dim, dtype)

    def generate(self, tokens: Tensor, max_new_tokens: int, **settings: Any) -> Tensor:
        """`models.generate(self, tokens, max_new_tokens, ...)`.

        Args:
            tokens: `(N, T)`: where to begin.
            max_new_tokens: how many to write.
            **settings: temperature, top_k, top_p, num_beams, stop_token, seed.
        """
        return generate(self, tokens, max_new_tokens, **settings)


def check_tokens(
    owner: str,
    tokens: Any,
    block_size: int,
    cache: KeyValueCache | None = None,
    setting: str = "block_size",
) -> None:
    """Raise unless tokens are `(N, T)` integers, T of 1 or more, that fit behind what the cache holds."""
    _check.tensor(owner, "tokens", tokens)
    if tokens.dtype.is_floating_point or tokens.dtype is _core.bool:
        raise DTypeError(
            f"{owner}: tokens are whole numbers, got {tokens.dtype}. Did you mean tokens.long()?"
        )
    if tokens.ndim != 2:
        hint = " Did you mean tokens.unsqueeze(0)?" if tokens.ndim == 1 else ""
        raise ShapeError(f"{owner}: tokens must be (N, T), got {tuple(tokens.shape)}.{hint}")
    if tokens.shape[1] == 0:
        raise ShapeError(f"{owner}: tokens {tuple(tokens.shape)} are sequences of no steps. Give one or more")
    past = 0
    if cache is not None:
        if not isinstance(cache, KeyValueCache):
            raise TypeError(
                f"{owner}: cache must be a KeyValueCache, got {type(cache).__name__}. "
                "Did you mean model.new_cache()?"
            )
        if cache.batch != len(tokens):
            raise ShapeError(
                f"{owner}: tokens {tuple(tokens.shape)} are {len(tokens)} sequences, the cache is for "
                f"{cache.batch}. Did you mean model.new_cache({len(tokens)})?"
            )
        past = cache.length
    if past + tokens.shape[1] > block_size:
        read = f" after {past} in the cache" if past else ""
        raise ShapeError(
            f"{owner}({setting}={block_size}): got {tokens.shape[1]} tokens{read}, more than there are "
            f"positions for. Did you mean tokens[:, -{block_size}:]?"
        )
