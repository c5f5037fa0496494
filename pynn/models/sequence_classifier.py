"""A recurrent network that reads a whole sequence, words or measurements, and says what it is.

Graves & Schmidhuber 2005, Framewise phoneme classification with bidirectional LSTM, Neural Networks 18;
for texts: Dai & Le 2015, Semi-supervised sequence learning, arXiv:1511.01432.

    step        output, for SequenceClassifier(2, vocabulary=1000)
    input       (N, T)         the numbers of words, and how many words each text has
    embedding   (N, T, 64)
    rnn         (N, T, 256)    128 numbers read forward, 128 read backward
    pooling     (N, 256)       where each direction ended
    output      (N, 2)         scores of the classes
"""

from __future__ import annotations

from typing import Any

from pynn import _check, nn
from pynn._core import Tensor
from pynn._factories import arange

from . import _sequences

_LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class SequenceClassifier(nn.Module):
    """Scores of classes for sequences of different lengths.

    Args:
        num_classes: K.
        vocabulary: V, for sequences of tokens.
        features: F, for sequences of vectors. One of `vocabulary` and `features` is given.
        embedding: the size of a token's vector.
        hidden: the size of the state, of each direction.
        num_layers: how many recurrent layers.
        cell: "lstm", "gru" or "rnn".
        bidirectional: also read from the end.
        pooling: what of all steps counts: "last" takes the state in which each direction ended, "mean" and
            "max" the mean and the largest of the outputs of all steps.
        dropout: the share of numbers dropped of the embedding, between layers and before the output.
        pad: the token that fills short sequences up. Where no lengths are given, they are found from it.

    Shape:
        ========  ========================================================
        input     `(N, T)` integers below V, or `(N, T, F)`
        output    scores `(N, K)`
        ========  ========================================================

    Calling:
        `model(x, lengths=None)`. lengths: how many steps each sequence has; what stands behind them has no
        influence.

    Raises:
        ShapeError: the input has another shape.
        ValueError: a size below 1; both or neither of `vocabulary` and `features`; a word not named above.

    Source: Graves & Schmidhuber 2005; Dai & Le 2015, arXiv:1511.01432.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.SequenceClassifier(2, vocabulary=1000, pad=0)
        >>> model(pynn.tensor([[5, 6, 7], [8, 0, 0]])).shape
        (2, 2)
        >>> model = models.SequenceClassifier(4, features=9, cell="gru")
        >>> model(pynn.rand(3, 50, 9), lengths=[50, 8, 20]).shape
        (3, 4)
    """

    def __init__(
        self,
        num_classes: int,
        vocabulary: int | None = None,
        features: int | None = None,
        embedding: int = 64,
        hidden: int = 128,
        num_layers: int = 1,
        cell: str = "lstm",
        bidirectional: bool = True,
        pooling: str = "last",
        dropout: float = 0.0,
        pad: int | None = None,
    ) -> None:
        super().__init__()
        owner = "SequenceClassifier"
        _check.integer(owner, "num_classes", num_classes, 1)
        if (vocabulary is None) == (features is None):
            raise ValueError(
                f"{owner}: give vocabulary, for sequences of tokens, or features, for sequences of vectors; "
                f"got vocabulary={vocabulary}, features={features}"
            )
        if pad is not None and vocabulary is None:
            raise ValueError(f"{owner}: pad={pad} is a token, and there are none without vocabulary")
        for name, size in (("embedding", embedding), ("hidden", hidden), ("num_layers", num_layers)):
            _check.integer(owner, name, size, 1)
        _check.choice(owner, "cell", cell, tuple(_LAYERS))
        self.pooling = _check.choice(owner, "pooling", pooling, ("last", "mean", "max"))
        _check.real(owner, "dropout", dropout, 0, 1)
        self.pad, self.features, self.embedding = pad, features, None
        if vocabulary is not None:
            _check.integer(owner, "vocabulary", vocabulary, 1)
            self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=pad)
        else:
            embedding = _check.integer(owner, "features", features, 1)
        self.rnn = _LAYERS[cell](
            embedding, hidden, num_layers, dropout=dropout, bidirectional=bool(bidirectional)
        )
        self.drop = nn.Dropout(dropout)
        self.output = nn.Linear(hidden * (2 if bidirectional else 1), num_classes)

    def forward(self, x: Tensor, lengths: Any = None) -> Tensor:
        if self.embedding is None:
            steps = _sequences.steps(f"SequenceClassifier(features={self.features})", x, self.features or 1)
        else:
            _sequences.tokens("SequenceClassifier", "input", x)
            if lengths is None and self.pad is not None:
                lengths = _lengths(x, self.pad)
            steps = self.drop(self.embedding(x))
        y, last = self.rnn(steps, lengths=lengths)
        return self.output(self.drop(self._pool(y, last, lengths)))

    def _pool(self, y: Tensor, last: Any, lengths: Any) -> Tensor:
        if self.pooling == "last":
            h = last[0] if isinstance(last, tuple) else last
            directions = 2 if self.rnn.bidirectional else 1
            return h[-directions:].transpose(0, 1).flatten(1)
        if lengths is None:
            return y.mean(1) if self.pooling == "mean" else y.max(1)[0]
        if self.pooling == "mean":  # outputs behind the end are 0
            return y.sum(1) / _sequences.counted(lengths).to(y.dtype)
        behind = _sequences.behind(lengths, y.shape[1])
        return y.masked_fill(behind.unsqueeze(2), -float("inf")).max(1)[0]


def _lengths(tokens: Tensor, pad: int) -> Tensor:
    """How far each row goes before the padding begins, and 1 for a row of nothing else."""
    places = arange(1, tokens.shape[1] + 1)
    return (places * (tokens != pad)).max(1)[0].clip(1)
