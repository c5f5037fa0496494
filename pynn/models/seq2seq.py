"""One sequence into another: a network that reads, one that writes, and attention between them.

Bahdanau, Cho & Bengio 2014, Neural machine translation by jointly learning to align and translate,
arXiv:1409.0473; Luong, Pham & Manning 2015, Effective approaches to attention-based neural machine
translation, arXiv:1508.04025. As in Luong's section 3.1 the writer's states are computed first and attend
afterwards, so that all steps of training run in one call.

    step        output, for Seq2Seq(40, 13)
    source      (N, S)         tokens
    reader      (N, S, 256)    a GRU in both directions
    target      (N, T)         tokens, of which each is to be continued
    writer      (N, T, 128)    a GRU that starts from where the reader ended
    attention   (N, T, S)      how much each step of the writer looks at each step of the reader
    output      (N, T, 13)     scores of the next token, from the writer's state and what it looked at
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pynn import _check, _core, nn
from pynn._core import ShapeError, Tensor, functional, ops
from pynn.autograd import no_grad

from . import _sequences


class Decoded(NamedTuple):
    """One sequence that `Seq2Seq.decode` wrote: its tokens, their log-probability, attention `(T, S)`."""

    tokens: list[int]
    log_probability: float
    attention: Tensor


class _Attention(nn.Module):
    """softmax over the source of score(writer's state h, reader's output r), and the mean of r by it.

    "general" is h' W r (Luong 2015, equation 8), "additive" v' tanh(W r + U h) (Bahdanau 2014, A.1.2).
    """

    def __init__(self, kind: str, hidden: int, memory: int) -> None:
        super().__init__()
        self.kind = kind
        self.keys = nn.Linear(memory, hidden, bias=False)
        if kind == "additive":
            self.queries = nn.Linear(hidden, hidden, bias=False)
            self.score = nn.Linear(hidden, 1, bias=False)

    def forward(self, h: Tensor, memory: Tensor, behind: Tensor | None) -> tuple[Tensor, Tensor]:
        keys = self.keys(memory)
        if self.kind == "general":
            scores = h @ keys.transpose(1, 2)
        else:
            scores = self.score((keys.unsqueeze(1) + self.queries(h).unsqueeze(2)).tanh()).squeeze(3)
        if behind is not None:
            scores = scores.masked_fill(behind, -float("inf"))
        weights = functional.softmax(scores, 2)
        return weights @ memory, weights


class Seq2Seq(nn.Module):
    """Translates sequences of tokens, and shows where it looked.

    Args:
        source_vocabulary: how many tokens the source has.
        target_vocabulary: V, how many the target has.
        embedding: the size of a token's vector.
        hidden: the size of the writer's state, and of each direction of the reader.
        attention: how writer and reader are compared: "general" (Luong) or "additive" (Bahdanau).
        dropout: the share of numbers dropped of embeddings and before the output, in training.
        bos: the target token that every target begins with.
        eos: the one that it ends with.

    Shape:
        ===============  =======================================================================
        source, target   `(N, S)` and `(N, T)`, integers; targets begin with `bos`
        output           scores `(N, T, V)` of what follows each target token; attention `(N, T, S)`
        ===============  =======================================================================

    Calling:
        `model(source, target, lengths=None)`. lengths: how many tokens each source has; what stands behind
        them is neither read nor looked at. Learning compares the scores for `target[:, :-1]` with
        `target[:, 1:]`.

    Raises:
        ShapeError: source or target has another shape, or they are not equally many.
        ValueError: a size below 1, another word for `attention`, a `bos` or `eos` outside the vocabulary.

    Source: Bahdanau, Cho & Bengio 2014, arXiv:1409.0473; Luong, Pham & Manning 2015, arXiv:1508.04025.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.Seq2Seq(40, 13, bos=0, eos=1)
        >>> source = pynn.tensor([[5, 6, 7, 8], [9, 4, 0, 0]])
        >>> scores, attention = model(source, pynn.tensor([[0, 3, 4], [0, 2, 1]]), lengths=[4, 2])
        >>> scores.shape, attention.shape, attention[1, 0, 2:].tolist()
        ((2, 3, 13), (2, 3, 4), [0.0, 0.0])
        >>> best = model.decode(source, lengths=[4, 2], max_length=6, beam=3)
        >>> len(best), best[0].attention.shape[1]
        (2, 4)
    """

    def __init__(
        self,
        source_vocabulary: int,
        target_vocabulary: int,
        embedding: int = 64,
        hidden: int = 128,
        attention: str = "general",
        dropout: float = 0.0,
        bos: int = 1,
        eos: int = 2,
    ) -> None:
        super().__init__()
        for name, size in (
            ("source_vocabulary", source_vocabulary),
            ("target_vocabulary", target_vocabulary),
            ("embedding", embedding),
            ("hidden", hidden),
        ):
            _check.integer("Seq2Seq", name, size, 1)
        _check.choice("Seq2Seq", "attention", attention, ("general", "additive"))
        _check.real("Seq2Seq", "dropout", dropout, 0, 1)
        for name, token in (("bos", bos), ("eos", eos)):
            if _check.integer("Seq2Seq", name, token, 0) >= target_vocabulary:
                raise ValueError(
                    f"Seq2Seq: {name}={token} is not one of the {target_vocabulary} tokens of the target"
                )
        self.bos, self.eos = bos, eos
        self.drop = nn.Dropout(dropout)
        self.source_embedding = nn.Embedding(source_vocabulary, embedding)
        self.target_embedding = nn.Embedding(target_vocabulary, embedding)
        self.reader = nn.GRU(embedding, hidden, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.writer = nn.GRU(embedding, hidden)
        self.attention = _Attention(attention, hidden, 2 * hidden)
        self.combine = nn.Linear(3 * hidden, hidden)
        self.output = nn.Linear(hidden, target_vocabulary)

    def forward(self, source: Tensor, target: Tensor, lengths: Any = None) -> tuple[Tensor, Tensor]:
        _sequences.tokens("Seq2Seq", "target", target)
        if len(target) != len(_sequences.tokens("Seq2Seq", "source", source)):
            raise ShapeError(
                f"Seq2Seq: source {tuple(source.shape)} and target {tuple(target.shape)} must be equally many"
            )
        memory, state, behind = self.read(source, lengths)
        scores, weights, _ = self.write(target, state, memory, behind)
        return scores, weights

    def read(self, source: Tensor, lengths: Any = None) -> tuple[Tensor, Tensor, Tensor | None]:
        """What the reader makes of sources: its outputs, the writer's first state, and what is padding.

        Args:
            source: `(N, S)`.
            lengths: how many tokens each has.

        Returns:
            `(N, S, 2 * hidden)`, `(1, N, hidden)`, and `(N, 1, S)` bool, None without lengths.
        """
        x = self.drop(self.source_embedding(_sequences.tokens("Seq2Seq", "source", source)))
        memory, h = self.reader(x, lengths=lengths)
        state = self.bridge(h.transpose(0, 1).flatten(1)).tanh().unsqueeze(0)
        if lengths is None:
            return memory, state, None
        return memory, state, _sequences.behind(lengths, source.shape[1]).unsqueeze(1)

    def write(
        self, target: Tensor, state: Tensor, memory: Tensor, behind: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Scores `(N, T, V)` of what follows each target token, attention `(N, T, S)`, the state after all.

        Args:
            target: `(N, T)`.
            state: the writer's state before, `(1, N, hidden)`.
            memory: the reader's outputs, `(N, S, 2 * hidden)`.
            behind: `(N, 1, S)`, True on padding of the source.
        """
        h, state = self.writer(self.drop(self.target_embedding(target)), state)
        looked_at, weights = self.attention(h, memory, behind)
        both = self.combine(ops.cat([h, looked_at], 2)).tanh()
        return self.output(self.drop(both)), weights, state

    def decode(
        self,
        source: Tensor,
        lengths: Any = None,
        max_length: int = 100,
        beam: int = 1,
        length_penalty: float = 1.0,
    ) -> list[Decoded]:
        """The target that the model thinks likeliest, for each source: greedy, or by beam search.

        Of every source the `beam` likeliest begins are kept, and each is continued by every token. With one,
        that is the greedy choice of the likeliest token after each.

        Args:
            source: `(N, S)`.
            lengths: how many tokens each has.
            max_length: where to stop if no `eos` came.
            beam: how many begins to keep.
            length_penalty: α: of those kept, the largest log-probability / length^α is the best. With 0 short
                ones win; it does nothing to `beam=1`.

        Returns:
            For each source, `tokens` (without bos and eos), `log_probability`, and `attention` `(T, S)`, a
            row for each token and for the eos, if it came.

        Raises:
            ValueError: a count below 1.

        Source: Graves 2012, Sequence transduction with recurrent neural networks, arXiv:1211.3711; the
            penalty: Wu et al. 2016, arXiv:1609.08144, section 7, without its constant 5.
        """
        steps = _check.integer("Seq2Seq.decode", "max_length", max_length, 1)
        width = _check.integer("Seq2Seq.decode", "beam", beam, 1)
        alpha = _check.real("Seq2Seq.decode", "length_penalty", length_penalty, 0)
        was_training = self.training
        self.eval()
        try:
            with no_grad():
                return self._search(source, lengths, steps, width, alpha)
        finally:
            self.train(was_training)

    def _search(self, source: Tensor, lengths: Any, steps: int, width: int, alpha: float) -> list[Decoded]:
        if not len(source):
            return []
        memory, state, behind = self.read(source, lengths)
        n = len(source)
        each = _core.from_numpy(np.repeat(np.arange(n), width))  # row n * width + b is begin b of source n
        memory, state = memory[each], state[:, each]
        behind = None if behind is None else behind[each]
        total = np.full((n, width), -np.inf)
        total[:, 0] = 0.0  # all begins are the same at first: one of them is enough
        done, length = np.zeros((n, width), bool), np.zeros((n, width), np.int64)
        tokens = np.full((n, width, 1), self.bos)
        looked = np.zeros((n, width, 0, source.shape[1]), np.float32)
        for _ in range(steps):
            scores, weights, state = self.write(
                _core.from_numpy(tokens[:, :, -1].reshape(-1, 1)), state, memory, behind
            )
            step = functional.log_softmax(scores[:, 0].double(), 1).numpy().reshape(n, width, -1)
            step[done] = -np.inf  # what has ended goes on with eos, at no cost
            step[done, self.eos] = 0.0
            reached = (total[:, :, None] + step).reshape(n, -1)
            best = np.argsort(-reached, 1, kind="stable")[:, :width]
            total = np.take_along_axis(reached, best, 1)
            begin, token = best // step.shape[2], best % step.shape[2]
            rows = np.arange(n)[:, None]
            state = state[:, _core.from_numpy((rows * width + begin).reshape(-1))]
            seen = weights.numpy().reshape(n, width, 1, -1)
            tokens = np.concatenate([tokens[rows, begin], token[:, :, None]], 2)
            looked = np.concatenate([looked, seen], 2)[rows, begin]
            length = length[rows, begin] + ~done[rows, begin]
            done = done[rows, begin] | (token == self.eos)
            if done.all():
                break
        found = []
        for i in range(n):
            b = int(np.argmax(total[i] / length[i] ** alpha))
            written = tokens[i, b, 1 : length[i, b] + 1]
            attention = _core.from_numpy(np.ascontiguousarray(looked[i, b, : length[i, b]]))
            end = len(written) - bool(done[i, b])
            found.append(Decoded(written[:end].tolist(), float(total[i, b]), attention))
        return found
