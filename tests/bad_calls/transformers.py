"""Language models, and writing with them."""

from __future__ import annotations

import pynn
from pynn import models

tokens = pynn.tensor([[1, 2, 3]])


def gpt(**settings):
    sizes = {"vocab_size": 11, "block_size": 12, "n_layer": 1, "n_head": 2, "n_embd": 8}
    return models.GPT(**(sizes | settings)).eval()


def writing(write):
    """What `generate` and `stream` refuse."""
    return [
        (lambda: write(gpt(), tokens[:, :0], 1), pynn.ShapeError, r"generate: tokens must be \(N, T\)"),
        (lambda: write(gpt(), tokens[0], 1), pynn.ShapeError, r"generate: .*\(3,\).*unsqueeze\(0\)"),
        (lambda: write(gpt(), tokens.float(), 1), pynn.DTypeError, "generate: tokens.*float32"),
        (lambda: write(gpt(), [[1]], 1), TypeError, "generate: tokens must be a Tensor, got list"),
        (lambda: write(gpt(), tokens, -1), ValueError, "max_new_tokens.*-1"),
        (lambda: write(gpt(), tokens, 1, temperature=-1.0), ValueError, "temperature.*-1"),
        (lambda: write(gpt(), tokens, 1, top_k=0), ValueError, "top_k.*1 or more"),
        (lambda: write(gpt(), tokens, 1, top_p=0.0), ValueError, r"top_p.*1\]"),
        (lambda: write(gpt(), tokens, 1, top_p=1.5), ValueError, r"top_p.*1\]"),
    ]


def overfull():
    one = pynn.zeros(1, 2, 13, 4)
    models.KeyValueCache(1, 1, 2, 12, 4).append(0, one, one)


def after_a_full_cache():
    model = gpt()
    cache = model.new_cache()
    with pynn.no_grad():
        model(tokens.repeat(1, 4), cache)
        model(tokens, cache)


CALLS = {
    "pynn.models.GPT": [
        (lambda: gpt(n_embd=10, n_head=4), ValueError, "GPT: n_embd=10 must be a multiple of n_head=4"),
        (lambda: gpt(vocab_size=0), ValueError, "GPT: vocab_size.*1 or more.*0"),
        (lambda: gpt(n_layer=1.5), TypeError, "GPT: n_layer.*integer.*1.5"),
        (lambda: gpt()(tokens[0]), pynn.ShapeError, r"GPT: tokens must be \(N, T\), got \(3,\).*unsqueeze"),
        (lambda: gpt()(tokens.repeat(1, 5)), pynn.ShapeError, r"block_size=12\): got 15 tokens.*\[:, -12:\]"),
        (after_a_full_cache, pynn.ShapeError, "block_size=12.*3 tokens after 12 in the cache"),
        (lambda: gpt()(tokens.float()), pynn.DTypeError, "GPT: tokens are whole numbers, got pynn.float32"),
        (lambda: gpt()(tokens + 9), IndexError, "11"),
        (lambda: gpt()([[1]]), TypeError, "GPT: tokens must be a Tensor, got list"),
        (lambda: gpt().generate(tokens, 1, num_beams=0), ValueError, "num_beams.*1 or more"),
    ],
    "pynn.models.CausalSelfAttention": [
        (lambda: models.CausalSelfAttention(10, 4), ValueError, "n_embd=10 must be a multiple of n_head=4"),
        (lambda: models.CausalSelfAttention(8, 2, dropout=2.0), ValueError, r"\[0, 1\]"),
    ],
    "pynn.models.KeyValueCache": [
        (lambda: models.KeyValueCache(0, 1, 2, 12, 4), ValueError, "KeyValueCache: layers.*1 or more"),
        (overfull, ValueError, r"KeyValueCache: 13 positions.*12.*new_cache"),
    ],
    "pynn.models.generate": [
        *writing(models.generate),
        (lambda: models.generate(gpt(), tokens, 1, num_beams=0), ValueError, "num_beams.*1 or more"),
    ],
    "pynn.models.stream": writing(lambda *args, **settings: next(models.stream(*args, **settings))),
}
