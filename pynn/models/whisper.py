"""Whisper: a Transformer that listens to sound and writes down what was said.

Radford et al. 2022, Robust speech recognition via large-scale weak supervision, arXiv:2212.04356. Parameters
are named as in OpenAI's code, so that its weights load unchanged.

    step                   shape, for "tiny"     what
    mel                    (N, 80, 3000)         30 seconds: `pynn.audio.log_mel_spectrogram`
    encoder.conv1, conv2   (N, 384, 1500)        of 3 frames with GELU; the second takes every other one
    encoder.blocks         (N, 1500, 384)        x + attention(norm(x)), then x + mlp(norm(x))
    tokens                 (N, T)                what is written already
    token_embedding        (N, T, 384)           a learned vector for each, and one for its place
    decoder.blocks         (N, T, 384)           attention to what is written, to the sound, then the mlp
    scores                 (N, T, 51865)         products with the vectors of all tokens
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core, nn
from pynn._core import DTypeError, ShapeError, Tensor, ops
from pynn.autograd import no_grad
from pynn.nn.transformer_layers import add_and_norm

from .generation import KeyValueCache, generate
from .gpt import check_tokens

_attention = ops.attention


def _waves(length: int, size: int) -> Tensor:
    """`(length, size)`: sines, then cosines, of wavelengths from 2 pi to 2 pi 10000, both ends included."""
    speeds = 10_000.0 ** (-np.arange(size // 2) / (size // 2 - 1))
    angles = np.outer(np.arange(length), speeds)
    return _core.tensor(np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32))


class _Attention(nn.Module):
    """Attention of several heads. A bias of the keys would change nothing, so there is none."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, (size // heads) ** -0.5
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size, bias=False)
        self.value = nn.Linear(size, size)
        self.out = nn.Linear(size, size)

    def split(self, x: Tensor) -> Tensor:
        """`(N, T, C)` as heads, `(N, H, T, C / H)`."""
        n, t, size = x.shape
        return x.reshape(n, t, self.heads, size // self.heads).transpose(1, 2)

    def keys_and_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.split(self.key(x)), self.split(self.value(x))

    def forward(self, x: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
        y = _attention(self.split(self.query(x)), k, v, self.scale, mask, 0.0, causal)
        out: Tensor = self.out(y.transpose(1, 2).reshape(x.shape))
        return out

    def weights(self, x: Tensor, k: Tensor) -> Tensor:
        """`(N, H, T, S)`: how much each place looks at each key, which `forward` never holds."""
        return ((self.split(self.query(x)) * self.scale) @ k.transpose(-2, -1)).softmax(-1)


class _Block(nn.Module):
    """Of the encoder; of the decoder, with attention to the sound besides."""

    cross_attn: _Attention | None
    cross_attn_ln: nn.LayerNorm | None

    def __init__(self, size: int, heads: int, cross: bool = False) -> None:
        super().__init__()
        self.attn = _Attention(size, heads)
        self.attn_ln = nn.LayerNorm(size)
        self.cross_attn = _Attention(size, heads) if cross else None
        self.cross_attn_ln = nn.LayerNorm(size) if cross else None
        self.mlp = nn.Sequential(nn.Linear(size, 4 * size), nn.GELU(), nn.Linear(4 * size, size))
        self.mlp_ln = nn.LayerNorm(size)

    def read(self, x: Tensor) -> Tensor:
        """A block of the encoder: every place looks at every other."""
        h = self.attn_ln(x)
        x, h = add_and_norm(x, self.attn(h, *self.attn.keys_and_values(h), None, False), self.mlp_ln)
        return x + self.mlp(h)

    def write(
        self, x: Tensor, sound: tuple[Tensor, Tensor], cache: WhisperCache | None, layer: int, look: bool
    ) -> tuple[Tensor, Tensor | None]:
        """A block of the decoder: looks at what is written, then at the keys and values of the sound."""
        assert self.cross_attn is not None
        assert self.cross_attn_ln is not None
        h = self.attn_ln(x)
        k, v = self.attn.keys_and_values(h)
        mask, causal = None, True
        if cache is not None:
            k, v = cache.append(layer, k, v)
            if cache.length or x.shape[1] == 1:
                mask, causal = cache.mask(x.shape[1]), False
        x, h = add_and_norm(x, self.attn(h, k, v, mask, causal), self.cross_attn_ln)
        weights = self.cross_attn.weights(h, sound[0]) if look else None
        x, h = add_and_norm(x, self.cross_attn(h, *sound, None, False), self.mlp_ln)
        return x + self.mlp(h), weights


class _Encoder(nn.Module):
    positional_embedding: Tensor

    def __init__(self, mels: int, length: int, size: int, heads: int, layers: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(mels, size, 3, padding=1)
        self.conv2 = nn.Conv1d(size, size, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", _waves(length, size))
        self.blocks = nn.ModuleList(_Block(size, heads) for _ in range(layers))
        self.ln_post = nn.LayerNorm(size)

    def forward(self, mel: Tensor) -> Tensor:
        x = nn.functional.gelu(self.conv2(nn.functional.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.positional_embedding[: x.shape[1]]
        for block in self.blocks:
            x = block.read(x)
        y: Tensor = self.ln_post(x)
        return y


class _Decoder(nn.Module):
    def __init__(self, vocab: int, length: int, size: int, heads: int, layers: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(vocab, size)
        self.positional_embedding = nn.Parameter(ops.empty((length, size)))
        self.blocks = nn.ModuleList(_Block(size, heads, cross=True) for _ in range(layers))
        self.ln = nn.LayerNorm(size)

    def listen(self, audio: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Keys and values of the sound, of each layer: the same for all tokens."""
        return [block.cross_attn.keys_and_values(audio) for block in self.blocks]

    def forward(
        self,
        tokens: Tensor,
        sound: list[tuple[Tensor, Tensor]],
        cache: WhisperCache | None = None,
        look: bool = False,
    ) -> tuple[Tensor, list[Tensor | None]]:
        start, length = cache.length if cache is not None else 0, tokens.shape[1]
        x = self.token_embedding(tokens) + self.positional_embedding[start : start + length]
        looks = []
        for layer, (block, heard) in enumerate(zip(self.blocks, sound, strict=True)):
            x, weights = block.write(x, heard, cache, layer, look)
            looks.append(weights)
        if cache is not None:
            cache.advance(length)
        return ops.linear(self.ln(x), self.token_embedding.weight, None), looks


class WhisperCache(KeyValueCache):
    """What the decoder need not compute anew: keys and values of the sound, and of all tokens so far.

    Made by `Whisper.new_cache`.

    Args:
        sound: keys and values `(N, H, S, D)` of the sound, of each layer.
        capacity: how many tokens there is room for.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> whisper = models.Whisper(8, 10, 16, 2, 1, 20, 6, 16, 2, 1).eval()
        >>> cache = whisper.new_cache(whisper.embed_audio(pynn.randn(1, 8, 20)))
        >>> with pynn.no_grad():
        ...     _ = whisper.logits(pynn.tensor([[1, 2]]), None, cache)
        >>> cache.length
        2
    """

    def __init__(self, sound: list[tuple[Tensor, Tensor]], capacity: int) -> None:
        if not sound:
            raise ValueError("WhisperCache: sound must be (keys, values) of one layer or more, got none")
        n, heads, _, width = sound[0][0].shape
        super().__init__(len(sound), n, heads, capacity, width, sound[0][0].dtype)
        self.sound = sound

    def reorder(self, rows: Tensor) -> None:
        super().reorder(rows)
        self.sound = [(k[rows], v[rows]) for k, v in self.sound]


class Whisper(nn.Module):
    """Writes down what is said, sung or played in a recording.

    The arguments and their order are those of OpenAI's `ModelDimensions`, the defaults those of its smallest
    model, "tiny" with 37 million weights.

    Args:
        n_mels: bands of the spectrogram.
        n_audio_ctx: the longest recording, after the second convolution has halved the frames.
        n_audio_state: C, the size of a place of the sound, even.
        n_audio_head: heads of attention in the encoder; divides C.
        n_audio_layer: blocks of the encoder.
        n_vocab: how many tokens there are.
        n_text_ctx: the longest text, in tokens.
        n_text_state: the size of a place of the text. The text looks at the sound, so it is C too.
        n_text_head: heads of attention in the decoder; divides C.
        n_text_layer: blocks of the decoder.

    Shape:
        mel `(N, n_mels, 2 n_audio_ctx)` or fewer frames, tokens `(N, T)` -> scores `(N, T, n_vocab)` of what
        follows each token.

    Weights start as those of their layers; the vectors of tokens and of their places normal with deviation
    0.02.

    Raises:
        ShapeError: mel or tokens are of another shape, or longer than there are places for.
        DTypeError: tokens are not integers.
        IndexError: a token is not one of 0 to n_vocab - 1.
        ValueError: sizes that do not divide each other.

    Source: Radford et al. 2022, arXiv:2212.04356, section 2.2.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> whisper = models.Whisper(
        ...     n_mels=8, n_audio_ctx=50, n_audio_state=16, n_audio_head=2, n_audio_layer=1,
        ...     n_vocab=20, n_text_ctx=12, n_text_state=16, n_text_head=2, n_text_layer=1,
        ... )  # fmt: skip
        >>> mel = pynn.audio.log_mel_spectrogram(pynn.randn(2, 16_000), n_mels=8)
        >>> whisper(mel, pynn.tensor([[1, 2, 3], [1, 4, 5]])).shape
        (2, 3, 20)
        >>> whisper.eval().generate(mel, pynn.tensor([[1], [1]]), stop_token=0).shape[0]
        2
    """

    def __init__(
        self,
        n_mels: int = 80,
        n_audio_ctx: int = 1500,
        n_audio_state: int = 384,
        n_audio_head: int = 6,
        n_audio_layer: int = 4,
        n_vocab: int = 51865,
        n_text_ctx: int = 448,
        n_text_state: int = 384,
        n_text_head: int = 6,
        n_text_layer: int = 4,
    ) -> None:
        super().__init__()
        sizes = {"n_mels": n_mels, "n_audio_ctx": n_audio_ctx, "n_audio_head": n_audio_head}
        sizes |= {"n_audio_layer": n_audio_layer, "n_vocab": n_vocab, "n_text_ctx": n_text_ctx}
        for name, size in (sizes | {"n_text_head": n_text_head, "n_text_layer": n_text_layer}).items():
            _check.integer("Whisper", name, size, 1)
        if _check.integer("Whisper", "n_audio_state", n_audio_state, 4) % 2:
            raise ValueError(f"Whisper: n_audio_state must be even, sines and cosines; got {n_audio_state}")
        if n_text_state != n_audio_state:
            raise ValueError(
                f"Whisper: n_text_state={n_text_state} must be n_audio_state={n_audio_state}: the text looks "
                "at the sound"
            )
        for name, heads in (("n_audio_head", n_audio_head), ("n_text_head", n_text_head)):
            if n_audio_state % heads:
                raise ValueError(
                    f"Whisper: n_audio_state={n_audio_state} must be a multiple of {name}={heads}"
                )
        self.n_mels, self.n_audio_ctx, self.n_text_ctx = n_mels, n_audio_ctx, n_text_ctx
        self.encoder = _Encoder(n_mels, n_audio_ctx, n_audio_state, n_audio_head, n_audio_layer)
        self.decoder = _Decoder(n_vocab, n_text_ctx, n_text_state, n_text_head, n_text_layer)
        nn.init.normal_(self.decoder.token_embedding.weight, 0.0, 0.02)
        nn.init.normal_(self.decoder.positional_embedding, 0.0, 0.02)

    def forward(self, mel: Tensor, tokens: Tensor) -> Tensor:
        return self.logits(tokens, self.embed_audio(mel))

    def embed_audio(self, mel: Tensor) -> Tensor:
        """What the encoder hears, `(N, S, C)`.

        Args:
            mel: `(N, n_mels, frames)`, two frames for each of the S places.
        """
        shape = tuple(_check.tensor("Whisper", "mel", mel).shape)
        if len(shape) != 3 or shape[1] != self.n_mels:
            hint = ""
            if len(shape) == 2 and shape[0] == self.n_mels:
                hint = ". One recording? Did you mean mel.unsqueeze(0)?"
            elif len(shape) == 3 and shape[2] == self.n_mels:
                hint = ", bands before frames. Did you mean mel.transpose(1, 2)?"
            raise ShapeError(f"Whisper: mel must be (N, {self.n_mels}, frames), got {shape}{hint}")
        if not mel.dtype.is_floating_point:
            raise DTypeError(f"Whisper: mel must be floating, got {mel.dtype}")
        if not 1 <= shape[2] <= 2 * self.n_audio_ctx:
            raise ShapeError(
                f"Whisper(n_audio_ctx={self.n_audio_ctx}): mel {shape} has {shape[2]} frames, it takes 1 to "
                f"{2 * self.n_audio_ctx}. Cut the sound first: pynn.audio.pad_or_trim"
            )
        heard: Tensor = self.encoder(mel)
        return heard

    def logits(self, tokens: Tensor, audio: Tensor | None, cache: WhisperCache | None = None) -> Tensor:
        """Scores `(N, T, n_vocab)` of what follows each token.

        Args:
            tokens: `(N, T)`; with a cache, those that follow what it holds.
            audio: what `embed_audio` gave. With a cache it is not read, and may be None.
            cache: of `new_cache`.
        """
        sound = self._heard(tokens, audio, cache)
        scores: Tensor = self.decoder(tokens, sound, cache)[0]
        return scores

    def cross_attention(self, tokens: Tensor, audio: Tensor) -> Tensor:
        """Where in the recording each token looks: `(N, layers, heads, T, S)`, to be drawn.

        Args:
            tokens: `(N, T)`.
            audio: what `embed_audio` gave, `(N, S, C)`.
        """
        looks = self.decoder(tokens, self._heard(tokens, audio, None), look=True)[1]
        return ops.stack(looks, 1)

    def new_cache(self, audio: Tensor) -> WhisperCache:
        """The keys and values of a recording, with room for those of `n_text_ctx` tokens.

        Args:
            audio: what `embed_audio` gave, `(N, S, C)`.
        """
        return WhisperCache(self.decoder.listen(self._audio(audio)), self.n_text_ctx)

    def generate(
        self, mel: Tensor, tokens: Tensor, max_new_tokens: int | None = None, **settings: Any
    ) -> Tensor:
        """Write down a recording: `models.generate`, listening. Greedy by default.

        Args:
            mel: `(N, n_mels, frames)`.
            tokens: `(N, T)`: how the text begins, such as with the token for "start".
            max_new_tokens: how many to write. Default: until `n_text_ctx` is full.
            **settings: stop_token, num_beams, temperature (default: 0), top_k, top_p, seed.

        Returns:
            `(N, T + new)`, as `models.generate`.

        Raises:
            ShapeError: more tokens than `n_text_ctx`.
        """
        check_tokens("Whisper", tokens, self.n_text_ctx, setting="n_text_ctx")
        room = self.n_text_ctx - tokens.shape[1]
        count = room if max_new_tokens is None else max_new_tokens
        if _check.integer("Whisper.generate", "max_new_tokens", count, 0) > room:
            raise ShapeError(
                f"Whisper(n_text_ctx={self.n_text_ctx}): {count} new tokens do not fit behind "
                f"{tokens.shape[1]}; there is room for {room}"
            )
        with no_grad():
            listening = _Listening(self, self.embed_audio(mel))
            _equally_many(len(listening.audio), tokens)
            return generate(listening, tokens, count, **{"temperature": 0, **settings})

    def _audio(self, audio: Any) -> Tensor:
        size = self.decoder.positional_embedding.shape[1]
        shape = tuple(_check.tensor("Whisper", "audio", audio).shape)
        if len(shape) != 3 or shape[2] != size:
            raise ShapeError(
                f"Whisper: audio must be (N, S, {size}), got {shape}. Did you mean model.embed_audio(mel)?"
            )
        return audio

    def _heard(
        self, tokens: Tensor, audio: Tensor | None, cache: WhisperCache | None
    ) -> list[tuple[Tensor, Tensor]]:
        """Keys and values of the recording, if tokens fit to it."""
        check_tokens("Whisper", tokens, self.n_text_ctx, cache, "n_text_ctx")
        sound = self.decoder.listen(self._audio(audio)) if cache is None else cache.sound
        _equally_many(len(sound[0][0]), tokens)
        return sound


def _equally_many(recordings: int, tokens: Tensor) -> None:
    if recordings != len(tokens):
        raise ShapeError(
            f"Whisper: {recordings} recordings and tokens {tuple(tokens.shape)} must be equally many"
        )


class _Listening:
    """A model and the recording that it listens to, as what `generate` writes with."""

    def __init__(self, model: Whisper, audio: Tensor) -> None:
        self.model, self.audio, self.block_size = model, audio, model.n_text_ctx

    def new_cache(self, batch: int = 1) -> WhisperCache:
        return self.model.new_cache(self.audio)

    def __call__(self, tokens: Tensor, cache: Any = None, /) -> Tensor:
        return self.model.logits(tokens, self.audio, cache)
