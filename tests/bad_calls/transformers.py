"""Language models, writing with them, other Transformers, and positions."""

from __future__ import annotations

import pynn
from pynn import models, nn

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
        (lambda: write(gpt(), tokens, 1, stop_token=-1), ValueError, "stop_token.*0 or more.*-1"),
        (lambda: write(gpt(), tokens, 1, stop_token="end"), TypeError, "stop_token.*integer.*'end'"),
        (lambda: write(gpt(), tokens, 1, stop_token=11), ValueError, "stop_token 11.*never.*0 to 10"),
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


def with_cache(model, cache):
    return lambda: model(tokens, model.new_cache(2) if cache is None else cache)


def llama(**settings):
    return models.Llama(
        **({"vocab_size": 11, "block_size": 4, "layers": 1, "heads": 2, "size": 8} | settings)
    )


def vit(**settings):
    sizes = {"image_size": 8, "patch_size": 4, "num_layers": 1, "num_heads": 2, "hidden_dim": 8, "mlp_dim": 8}
    return models.VisionTransformer(**(sizes | settings))


def bert(**settings):
    sizes = {"vocab_size": 11, "max_len": 4, "layers": 1, "heads": 2, "size": 8}
    return models.BERT(**(sizes | settings))


def positions(make, name):
    return [
        (lambda: make()(pynn.zeros(2, 5, 6)), pynn.ShapeError, rf"{name}.*\(\.\.\., T, 4\), got \(2, 5, 6\)"),
        (
            lambda: make()(pynn.zeros(2, 9, 4)),
            pynn.ShapeError,
            rf"{name}\(max_len=8\): 9 pos.*max_len=9",
        ),
        (
            lambda: make()(pynn.zeros(2, 4), start=7),
            pynn.ShapeError,
            rf"{name}.*2 positions from 7.*=9",
        ),
        (lambda: make()(pynn.zeros(2, 4), start=-1), ValueError, rf"{name}: start.*0 or more"),
        (lambda: make()([[1.0]]), TypeError, rf"{name}: input must be a Tensor"),
        (lambda: make()(pynn.zeros(2, 4).long()), pynn.DTypeError, rf"{name}: the input must be floating"),
    ]


CALLS = {
    "pynn.nn.SinusoidalPositions": [
        *positions(lambda: nn.SinusoidalPositions(4, 8), "SinusoidalPositions"),
        (lambda: nn.SinusoidalPositions(5), ValueError, "d_model must be even.*5"),
    ],
    "pynn.nn.LearnedPositions": [
        *positions(lambda: nn.LearnedPositions(8, 4), "LearnedPositions"),
        (lambda: nn.LearnedPositions(0, 4), ValueError, "max_len.*1 or more"),
    ],
    "pynn.nn.RotaryPositions": [
        *positions(lambda: nn.RotaryPositions(4, 8), "RotaryPositions"),
        (lambda: nn.RotaryPositions(5), ValueError, "head_dim must be even.*5"),
    ],
    "pynn.nn.AlibiPositions": [
        (lambda: nn.AlibiPositions(0), ValueError, "num_heads.*1 or more"),
        (lambda: nn.AlibiPositions(2)(4, 3), ValueError, "4 queries cannot end at the last of 3 keys"),
    ],
    "pynn.models.GroupedQueryAttention": [
        (lambda: models.GroupedQueryAttention(10, 4, 2), ValueError, "size=10 must be a multiple of heads=4"),
        (lambda: models.GroupedQueryAttention(8, 4, 3), ValueError, "kv_heads=3"),
    ],
    "pynn.models.SwiGLU": [(lambda: models.SwiGLU(8, 0), ValueError, "SwiGLU: hidden.*1 or more")],
    "pynn.models.Llama": [
        (lambda: llama(kv_heads=3), ValueError, "kv_heads=3"),
        (lambda: llama(layers=0), ValueError, "Llama: layers.*1 or more"),
        (lambda: llama()(tokens.repeat(1, 2)), pynn.ShapeError, r"Llama\(block_size=4\): got 6 tokens"),
        (lambda: llama()(tokens + 9), IndexError, "11"),
        (lambda: llama()(tokens[:, :0]), pynn.ShapeError, r"Llama: tokens \(1, 0\).*no steps"),
        (with_cache(llama(), None), pynn.ShapeError, r"Llama: tokens \(1, 3\) are 1 .*for 2.*new_cache\(1\)"),
        (lambda: llama()(tokens.float()), pynn.DTypeError, "Llama: tokens are whole numbers"),
    ],
    "pynn.models.VisionTransformer": [
        (lambda: vit(patch_size=3), ValueError, "image_size=8 must be a multiple of patch_size=3"),
        (lambda: vit(num_heads=3), ValueError, "hidden_dim=8 must be a multiple of num_heads=3"),
        (lambda: vit(num_classes=0), ValueError, "num_classes.*1 or more"),
        (lambda: vit()(pynn.zeros(1, 3, 8, 9)), pynn.ShapeError, r"image_size=8\).*interpolate"),
        (lambda: vit()(pynn.zeros(3, 8, 8)), pynn.ShapeError, r"unsqueeze\(0\)"),
    ],
    "pynn.models.vit_b_16": [
        (
            lambda: models.vit_b_16(image_size=40),
            ValueError,
            "image_size=40 must.*patch_size=16",
        ),
    ],
    "pynn.models.BERT": [
        (lambda: bert(heads=3), ValueError, "BERT: size=8 must be a multiple of heads=3"),
        (lambda: bert(vocab_size=0), ValueError, "BERT: vocab_size.*1 or more"),
        (lambda: bert()(tokens.repeat(1, 2)), pynn.ShapeError, r"BERT\(max_len=4\): got 6 tokens"),
        (lambda: bert()(tokens + 9), IndexError, "11"),
        (lambda: bert()(tokens[:, :0]), pynn.ShapeError, r"BERT: tokens \(1, 0\).*no steps"),
        (lambda: bert()(tokens, tokens[:, :2]), pynn.ShapeError, r"segments must be \(1, 3\).*\(1, 2\)"),
        (lambda: bert(num_classes=0).classify(tokens), ValueError, "num_classes is 0"),
    ],
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
        (lambda: gpt()(tokens[:, :0]), pynn.ShapeError, r"GPT: tokens \(1, 0\).*no steps"),
        (with_cache(gpt(), None), pynn.ShapeError, r"GPT: tokens \(1, 3\) are 1 .*for 2.*new_cache\(1\)"),
        (with_cache(gpt(), []), TypeError, r"GPT: cache must be a KeyValueCache, got list.*new_cache\(\)"),
        (lambda: gpt().generate(tokens, 1, num_beams=2, stop_token=11), ValueError, "stop_token 11.*never"),
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
