"""Writing with a model that gives scores for the next token: how to choose it, and a memory of the past.

A model can be written with if `model(tokens, cache)` takes `(N, T)` tokens that follow those in the cache and
gives `(N, T, vocabulary)` scores, and `model.new_cache(batch)` makes an empty cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops
from pynn._generator import Generator
from pynn._random import multinomial
from pynn.autograd import no_grad

_cat = ops.cat


class KeyValueCache:
    """The keys and values of all positions so far, of all layers: what a new token attends to.

    With it, a new token costs one position's work and a look at the past. Without it, all positions are
    computed anew for each token.

    Args:
        layers: how many layers.
        batch: N, how many sequences are written side by side.
        heads: H, heads of the keys and values.
        capacity: how many positions there is room for.
        head_dim: D, the size of a head.
        dtype: of keys and values.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> gpt = models.GPT(65, block_size=16, n_layer=1, n_head=2, n_embd=8).eval()
        >>> cache = gpt.new_cache()
        >>> with pynn.no_grad():
        ...     _ = gpt(pynn.tensor([[1, 2, 3]]), cache)
        ...     scores = gpt(pynn.tensor([[4]]), cache)
        >>> scores.shape, cache.length
        ((1, 1, 65), 4)
    """

    def __init__(
        self, layers: int, batch: int, heads: int, capacity: int, head_dim: int, dtype: Any = None
    ) -> None:
        for name, value in (("layers", layers), ("heads", heads), ("capacity", capacity)):
            _check.integer("KeyValueCache", name, value, 1)
        _check.integer("KeyValueCache", "batch", batch, 0)
        shape = (batch, heads, capacity, _check.integer("KeyValueCache", "head_dim", head_dim, 1))
        dtype = _core.float32 if dtype is None else dtype
        self.capacity, self.length = capacity, 0
        self._keys = [ops.empty(shape, dtype=dtype) for _ in range(layers)]
        self._values = [ops.empty(shape, dtype=dtype) for _ in range(layers)]

    @property
    def batch(self) -> int:
        """N, how many sequences it is for."""
        return len(self._keys[0])

    def append(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Write down `(N, H, T, D)` new keys and values of a layer; gives all of that layer.

        `length` grows when the model calls `advance` after its last layer.

        Args:
            layer: which layer.
            key: the keys of the new positions.
            value: their values.

        Raises:
            ValueError: there is no room for so many.
        """
        start, end = self.length, self.length + key.shape[2]
        if end > self.capacity:
            raise ValueError(
                f"KeyValueCache: {end} positions do not fit; there is room for {self.capacity}. "
                "Did you mean a new cache, model.new_cache()?"
            )
        keys, values = self._keys[layer], self._values[layer]
        keys[:, :, start:end] = key
        values[:, :, start:end] = value
        return keys.narrow(2, 0, end), values.narrow(2, 0, end)

    def advance(self, positions: int) -> None:
        """Count so many new positions as written.

        Args:
            positions: how many.
        """
        self.length += positions

    def mask(self, queries: int) -> Tensor | None:
        """True where one of `queries` new positions may look, `(queries, length + queries)`; None: anywhere.

        Args:
            queries: how many positions are new.
        """
        if queries == 1:
            return None
        past = self.length
        return ops.ones((queries, past + queries), dtype=_core.bool).tril(past)

    def reorder(self, rows: Tensor) -> None:
        """Let sequence i go on from what was sequence `rows[i]`.

        Args:
            rows: `(N',)` integers; N' becomes the batch.
        """
        self._keys = [keys[rows] for keys in self._keys]
        self._values = [values[rows] for values in self._values]


class LanguageModel(Protocol):
    """What `generate` needs of a model."""

    block_size: int

    def new_cache(self, batch: int = 1) -> KeyValueCache:
        """An empty memory for so many sequences.

        Args:
            batch: how many sequences.
        """

    def __call__(self, tokens: Tensor, cache: KeyValueCache | None = None, /) -> Tensor: ...


def generate(
    model: LanguageModel,
    tokens: Tensor,
    max_new_tokens: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    num_beams: int = 1,
    stop_token: int | None = None,
    seed: int | None = None,
) -> Tensor:
    """Go on from `tokens`, one token after the other.

    Args:
        model: gives the scores of what comes next; put it into evaluation first.
        tokens: `(N, T)` integers, T of 1 or more: where to begin.
        max_new_tokens: how many to write.
        temperature: scores are divided by it before the softmax: below 1 bolder, above 1 more various; 0
            takes the best token every time ("greedy").
        top_k: draw among the k best only.
        top_p: draw among the fewest tokens whose probabilities make up `top_p` ("nucleus").
        num_beams: above 1, nothing is drawn: so many beginnings are kept, and in the end the one whose
            tokens are the most probable together ("beam search").
        stop_token: a sequence that has written it is done; it is filled up with it until all are.
        seed: of the draws. Default: the shared random numbers.

    Returns:
        `(N, T + new)`, the beginning included; new is below `max_new_tokens` where all are done earlier.

    Where `model.block_size` is reached, each further token is computed from the last `block_size` alone.

    Raises:
        ShapeError: tokens are not `(N, T)`, or T is 0.
        DTypeError: tokens are not whole numbers.
        ValueError: a setting outside its range.

    Source: Holtzman et al. 2020, The curious case of neural text degeneration, for `top_p`; Fan, Lewis &
    Dauphin 2018, Hierarchical neural story generation, for `top_k`.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> gpt = models.GPT(65, block_size=16, n_layer=1, n_head=2, n_embd=8).eval()
        >>> models.generate(gpt, pynn.tensor([[1, 2, 3]]), 5, top_k=10, seed=0).shape
        (1, 8)
    """
    num_beams = _check.integer("generate", "num_beams", num_beams, 1)
    if num_beams > 1:
        _check_tokens(tokens, stop_token)
        max_new_tokens = _check.integer("generate", "max_new_tokens", max_new_tokens, 0)
        return _beam_search(model, tokens, max_new_tokens, num_beams, stop_token)
    parts = stream(model, tokens, max_new_tokens, temperature, top_k, top_p, stop_token, seed)
    return _cat([tokens, *(part.unsqueeze(1) for part in parts)], 1)


def stream(
    model: LanguageModel,
    tokens: Tensor,
    max_new_tokens: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    stop_token: int | None = None,
    seed: int | None = None,
) -> Iterator[Tensor]:
    """What `generate` writes, each token as soon as it is there.

    Args:
        model: gives the scores of what comes next.
        tokens: `(N, T)` integers: where to begin.
        max_new_tokens: how many to write.
        temperature: of the softmax; 0 takes the best token.
        top_k: draw among the k best only.
        top_p: draw among the fewest tokens that make up this probability.
        stop_token: a sequence that has written it is done.
        seed: of the draws.

    Yields:
        `(N,)`, the next token of each sequence.

    Raises:
        ShapeError: tokens are not `(N, T)`, or T is 0.
        ValueError: a setting outside its range.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> gpt = models.GPT(65, block_size=16, n_layer=1, n_head=2, n_embd=8).eval()
        >>> len([token.item() for token in models.stream(gpt, pynn.tensor([[1, 2, 3]]), 5)])
        5
    """
    _check_tokens(tokens, stop_token)
    max_new_tokens = _check.integer("generate", "max_new_tokens", max_new_tokens, 0)
    temperature = _check.real("generate", "temperature", temperature, 0)
    if top_k is not None:
        top_k = _check.integer("generate", "top_k", top_k, 1)
    if top_p is not None:
        top_p = _check.real("generate", "top_p", top_p, at_most=1, above=0)
    generator = None if seed is None else Generator().manual_seed(seed)
    return _stream(model, tokens, max_new_tokens, (temperature, top_k, top_p, generator), stop_token)


def _stream(
    model: LanguageModel, tokens: Tensor, count: int, choice: tuple[Any, ...], stop: int | None
) -> Iterator[Tensor]:
    reader = _Reader(model, tokens, stop)
    done = None
    for i in range(count):
        with no_grad():
            chosen = _choose(reader.scores(), *choice)
            if stop is not None:
                if done is not None:
                    chosen = chosen.masked_fill(done, stop)
                done = chosen == stop
            if i + 1 < count:
                reader.add(chosen)
        yield chosen
        if done is not None and bool(done.all()):
            return


class _Reader:
    """The model with what it has read: it sees each token once, as long as its cache has room."""

    def __init__(self, model: LanguageModel, tokens: Tensor, stop: int | None) -> None:
        self.model, self.tokens = model, tokens
        self.unread = tokens[:, -model.block_size :]
        self.cache: KeyValueCache | None = model.new_cache(len(tokens))
        self.stop = stop

    def scores(self) -> Tensor:
        """`(N, vocabulary)`: of what comes next."""
        if self.cache is None:
            return self.model(self.tokens[:, -self.model.block_size :])[:, -1]
        scores = self.model(self.unread, self.cache)[:, -1]
        if self.stop is not None and self.stop >= scores.shape[-1]:
            raise ValueError(
                f"generate: stop_token {self.stop} is never written: the model's tokens are 0 to "
                f"{scores.shape[-1] - 1}"
            )
        return scores

    def add(self, chosen: Tensor) -> None:
        self.unread = chosen.unsqueeze(1)
        self.tokens = _cat([self.tokens, self.unread], 1)
        if self.cache is not None and self.cache.length >= self.cache.capacity:
            self.cache = None

    def reorder(self, rows: Tensor) -> None:
        self.tokens = self.tokens[rows]
        if self.cache is not None:
            self.cache.reorder(rows)


def _check_tokens(tokens: Any, stop: Any) -> None:
    if stop is not None:
        _check.integer("generate", "stop_token", stop, 0)
    _check.tensor("generate", "tokens", tokens)
    if tokens.ndim != 2 or not tokens.shape[1]:
        hint = " Did you mean tokens.unsqueeze(0)?" if tokens.ndim == 1 and len(tokens) else ""
        raise ShapeError(
            f"generate: tokens must be (N, T) with T of 1 or more, got {tuple(tokens.shape)}.{hint}"
        )
    if tokens.dtype.is_floating_point or tokens.dtype is _core.bool:
        raise DTypeError(f"generate: tokens are whole numbers, got {tokens.dtype}")


def _choose(
    scores: Tensor, temperature: float, top_k: int | None, top_p: float | None, generator: Generator | None
) -> Tensor:
    """`(N,)`: one token for each row of scores."""
    if temperature == 0 or top_k == 1:
        return scores.argmax(-1)
    scores = scores / temperature
    if top_k is not None and top_k < scores.shape[-1]:
        least = scores.topk(top_k, -1)[0][:, -1:]
        scores = scores.masked_fill(scores < least, float("-inf"))
    p = scores.softmax(-1)
    if top_p is not None and top_p < 1:
        ordered, places = p.sort(-1, descending=True)
        before = ordered.cumsum(-1) - ordered  # what the better ones make up: the best always stays
        kept = ordered.masked_fill(before >= top_p, 0.0)
        return places.gather(-1, multinomial(kept, 1, generator=generator)).squeeze(1)
    return multinomial(p, 1, generator=generator).squeeze(1)


def _beam_search(model: LanguageModel, tokens: Tensor, count: int, beams: int, stop: int | None) -> Tensor:
    """Keep the `beams` most probable beginnings of each sequence (Graves 2012, arXiv:1211.3711, 2.4)."""
    if not len(tokens):
        return tokens
    with no_grad():
        n = len(tokens)
        reader = _Reader(model, tokens, stop)
        best: Any = None  # (n, beams): log probabilities
        done: Any = None  # (n * beams,)
        for _ in range(count):
            log_p = reader.scores().log_softmax(-1)
            vocabulary = log_p.shape[-1]
            if done is not None and stop is not None:  # what is done goes on with the stop token, at no cost
                only_stop = ops.full((vocabulary,), float("-inf"), dtype=log_p.dtype)
                only_stop[stop] = 0.0
                log_p = ops.where(done.unsqueeze(1), only_stop, log_p)
            totals = log_p if best is None else log_p + best.reshape(-1, 1)
            totals = totals.reshape(n, -1)
            k = min(beams, totals.shape[1])
            best, places = totals.topk(k, -1)
            old = 1 if totals.shape[1] == vocabulary else totals.shape[1] // vocabulary
            rows = (ops.arange(0, n, dtype=_core.int64).unsqueeze(1) * old + places // vocabulary).reshape(-1)
            chosen = (places % vocabulary).reshape(-1)
            reader.reorder(rows)
            reader.add(chosen)
            if stop is not None:
                done = chosen == stop
                if bool(done.all()):
                    break
        if best is None:
            return tokens
        return reader.tokens.reshape(n, -1, reader.tokens.shape[1])[:, 0]
