"""A recurrent network that reads text letter by letter, and writes on.

Sutskever, Martens & Hinton 2011, Generating text with recurrent neural networks; Graves 2013, Generating
sequences with recurrent neural networks, arXiv:1308.0850.

    step        output, for CharRNN(65)
    input       (N, T)         the numbers of letters
    embedding   (N, T, 64)
    rnn         (N, T, 256)    two layers of LSTM; the state of each goes on to the next call
    output      (N, T, 65)     scores of the letter that comes next
"""

from __future__ import annotations

from typing import Any

from pynn import _check, nn
from pynn._core import Tensor, functional, ops
from pynn._random import multinomial
from pynn.autograd import no_grad

from . import _sequences

_LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class CharRNN(nn.Module):
    """Scores of the next token after every token of a text, from a state that remembers what was read.

    Args:
        vocabulary: V, how many tokens there are.
        embedding: the size of a token's vector.
        hidden: the size of the state.
        num_layers: how many recurrent layers.
        cell: "lstm", "gru" or "rnn".
        dropout: the share of numbers dropped between layers and before the output, in training.

    Shape:
        ========  ==========================================================================
        input     `(N, T)` integers below V
        output    scores `(N, T, V)`, and the state after the last step, for the next call
        ========  ==========================================================================

    Calling:
        `model(tokens, state=None)`. A long text may be read in pieces: the state of one call is given to the
        next, detached, so that gradients stop between pieces.

    Raises:
        ShapeError: the input is not `(N, T)`.
        IndexError: a token is not one of 0 to V - 1.
        ValueError: a size below 1, or a cell that there is not.

    Source: Graves 2013, arXiv:1308.0850.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.CharRNN(vocabulary=10, hidden=32)
        >>> scores, state = model(pynn.zeros(4, 20, dtype=pynn.int64))
        >>> scores.shape
        (4, 20, 10)
        >>> model.generate(pynn.tensor([[1, 2, 3]]), 5).shape
        (1, 8)
    """

    def __init__(
        self,
        vocabulary: int,
        embedding: int = 64,
        hidden: int = 256,
        num_layers: int = 2,
        cell: str = "lstm",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.vocabulary = _check.integer("CharRNN", "vocabulary", vocabulary, 1)
        _check.integer("CharRNN", "embedding", embedding, 1)
        _check.integer("CharRNN", "hidden", hidden, 1)
        _check.integer("CharRNN", "num_layers", num_layers, 1)
        _check.choice("CharRNN", "cell", cell, tuple(_LAYERS))
        _check.real("CharRNN", "dropout", dropout, 0, 1)
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.rnn = _LAYERS[cell](embedding, hidden, num_layers, dropout=dropout)
        self.drop = nn.Dropout(dropout)
        self.output = nn.Linear(hidden, vocabulary)

    def forward(self, tokens: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        x = self.embedding(_sequences.tokens("CharRNN", "tokens", tokens))
        y, state = self.rnn(x, state)
        return self.output(self.drop(y)), state

    def generate(
        self, tokens: Tensor, max_new_tokens: int, temperature: float = 1.0, top_k: int | None = None
    ) -> Tensor:
        """Writes on: draws one token after the other, each from what the model expects after all before.

        Args:
            tokens: `(N, T)`, how the texts begin.
            max_new_tokens: how many to write.
            temperature: what scores are divided by. Below 1 the likely becomes likelier, with 0
                it is always taken.
            top_k: draw from so many of the likeliest only. Default: from all.

        Returns:
            `(N, T + max_new_tokens)`, the begin included.

        Raises:
            ValueError: a negative temperature or count, or a `top_k` below 1.
        """
        count = _check.integer("CharRNN.generate", "max_new_tokens", max_new_tokens, 0)
        temperature = _check.real("CharRNN.generate", "temperature", temperature, 0)
        if top_k is not None:
            top_k = min(_check.integer("CharRNN.generate", "top_k", top_k, 1), self.vocabulary)
        written = [_sequences.tokens("CharRNN.generate", "tokens", tokens)]
        was_training, state = self.training, None
        self.eval()
        try:
            with no_grad():
                for _ in range(count):
                    scores, state = self(written[-1], state)
                    written.append(self._draw(scores[:, -1], temperature, top_k).to(tokens.dtype))
        finally:
            self.train(was_training)
        return ops.cat(written, 1)

    @staticmethod
    def _draw(scores: Tensor, temperature: float, top_k: int | None) -> Tensor:
        if temperature == 0:
            return scores.argmax(1, keepdim=True)
        if top_k is not None:
            least = scores.topk(top_k, 1)[0][:, -1:]
            scores = scores.masked_fill(scores < least, -float("inf"))
        return multinomial(functional.softmax(scores / temperature, 1), 1)
