"""BERT: a Transformer that reads a whole text at once and guesses the words left out of it.

Devlin et al. 2019, BERT, arXiv:1810.04805.

    step         shape                  what
    tokens       (N, T)
    embeddings   (N, T, C)              of tokens, positions and segments, summed and normalised
    encoder      (N, T, C)              layers of attention in both directions
    words        (N, T, vocab_size)     for each place, every token: `predict_words`
    classes      (N, num_classes)       from the first place: `classify`
"""

from __future__ import annotations

from pynn import _check, nn
from pynn._core import ShapeError, Tensor, ops

from .gpt import check_tokens


class BERT(nn.Module):
    """An encoder of texts, with a head that guesses words and one that classifies.

    Args:
        vocab_size: how many tokens there are.
        max_len: the longest text.
        layers: how many.
        heads: of attention in each; divides `size`.
        size: C, of a place.
        hidden: the width of the network in each layer. Default: 4 C.
        num_classes: of the classifier; 0 for none.
        segments: how many parts a text may have, such as question and answer. Default: 2.
        dropout: in training. Default: 0.1.

    Shape:
        tokens `(N, T)` of integers -> `(N, T, C)`; `predict_words` gives `(N, T, vocab_size)`, `classify`
        `(N, num_classes)`.

    `forward(tokens, segments, padding)`, and the same for the others: `segments` `(N, T)` tells the parts
    apart (default: all 0), `padding` `(N, T)` is True where there is nothing to read.

    Raises:
        IndexError: a token or segment out of range.
        ShapeError: tokens are not `(N, T)`, T is above `max_len`, or segments or padding have another shape.
        ValueError: `size` is no multiple of `heads`.

    Source: Devlin et al. 2019, BERT: pre-training of deep bidirectional Transformers, arXiv:1810.04805.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.BERT(100, max_len=32, layers=2, heads=2, size=16, num_classes=3)
        >>> tokens = pynn.randint(0, 100, (4, 10))
        >>> model(tokens).shape, model.predict_words(tokens).shape, model.classify(tokens).shape
        ((4, 10, 16), (4, 10, 100), (4, 3))
    """

    def __init__(
        self,
        vocab_size: int = 30522,
        max_len: int = 512,
        layers: int = 12,
        heads: int = 12,
        size: int = 768,
        hidden: int | None = None,
        num_classes: int = 2,
        segments: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        hidden = 4 * size if hidden is None else hidden
        sizes = {"vocab_size": vocab_size, "max_len": max_len, "layers": layers, "heads": heads}
        for name, value in (sizes | {"size": size, "hidden": hidden, "segments": segments}).items():
            _check.integer("BERT", name, value, 1)
        _check.integer("BERT", "num_classes", num_classes, 0)
        if size % heads:
            raise ValueError(f"BERT: size={size} must be a multiple of heads={heads}")
        self.max_len = max_len
        self.words = nn.Embedding(vocab_size, size)
        self.positions = nn.LearnedPositions(max_len, size)
        self.segments = nn.Embedding(segments, size)
        self.norm = nn.LayerNorm(size, 1e-12)
        self.dropout = nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(size, heads, hidden, dropout, "gelu", 1e-12)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.guess = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.LayerNorm(size, 1e-12))
        self.guess_bias = nn.Parameter(ops.zeros((vocab_size,)))
        self.pooler = nn.Linear(size, size)
        self.classifier = nn.Linear(size, num_classes) if num_classes else None
        for parameter in self.parameters():
            if parameter.ndim == 2:
                nn.init.trunc_normal_(parameter, std=0.02)

    def forward(
        self, tokens: Tensor, segments: Tensor | None = None, padding: Tensor | None = None
    ) -> Tensor:
        check_tokens("BERT", tokens, self.max_len, setting="max_len")
        for name, given in (("segments", segments), ("padding", padding)):
            if given is not None and _check.tensor("BERT", name, given).shape != tokens.shape:
                raise ShapeError(
                    f"BERT: {name} must be {tuple(tokens.shape)} as the tokens, got {tuple(given.shape)}"
                )
        parts = self.segments.weight[0] if segments is None else self.segments(segments)
        x = self.norm(self.positions(self.words(tokens)) + parts)
        y: Tensor = self.encoder(self.dropout(x), src_key_padding_mask=padding)
        return y

    def predict_words(
        self, tokens: Tensor, segments: Tensor | None = None, padding: Tensor | None = None
    ) -> Tensor:
        """`(N, T, vocab_size)`: at each place, scores of all words; the table of words is shared.

        Args:
            tokens: `(N, T)`.
            segments: `(N, T)`: which part each belongs to.
            padding: `(N, T)`: True where there is nothing.
        """
        h = self.guess(self(tokens, segments, padding))
        return ops.linear(h, self.words.weight, self.guess_bias)

    def classify(
        self, tokens: Tensor, segments: Tensor | None = None, padding: Tensor | None = None
    ) -> Tensor:
        """`(N, num_classes)`: scores from what the first place has gathered.

        Args:
            tokens: `(N, T)`.
            segments: `(N, T)`: which part each belongs to.
            padding: `(N, T)`: True where there is nothing.

        Raises:
            ValueError: the model was made without classes.
        """
        if self.classifier is None:
            raise ValueError("BERT.classify: num_classes is 0. Did you mean BERT(..., num_classes=2)?")
        scores: Tensor = self.classifier(self.pooler(self(tokens, segments, padding)[:, 0]).tanh())
        return scores
