"""A table of learned rows, looked up by number."""

from __future__ import annotations

from typing import Any

from pynn import _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import init
from .module import Module
from .parameter import Parameter

_embedding = ops.embedding


class Embedding(Module):
    """A learned vector for each of `num_embeddings` words, classes or other things that are only numbered.

    Args:
        num_embeddings: how many rows the table has.
        embedding_dim: the size of each.
        padding_idx: a row that starts as zeros and gets no gradient; negative ones count from the end.
        device: where the table lies; None or "cpu".
        dtype: of the table. Default: float32.

    Shape:
        `(...)` of integers -> `(..., embedding_dim)`; `weight` is `(num_embeddings, embedding_dim)`.

    The weights start normal with mean 0 and variance 1, as in PyTorch.

    Raises:
        IndexError: an index is not one of 0 to num_embeddings - 1.
        DTypeError: the input holds floats.

    Source: Bengio et al. 2003, A neural probabilistic language model, JMLR 3.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> words = nn.Embedding(10_000, 32)
        >>> words(pynn.tensor([[4, 0, 9_999], [7, 7, 1]])).shape
        (2, 3, 32)
    """

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        for name, size in (("num_embeddings", num_embeddings), ("embedding_dim", embedding_dim)):
            if isinstance(size, bool) or not isinstance(size, int) or size < 0:
                raise ValueError(f"Embedding: {name} must be an integer of 0 or more, got {size!r}")
        if padding_idx is not None:
            if isinstance(padding_idx, bool) or not isinstance(padding_idx, int):
                raise TypeError(f"Embedding: padding_idx must be an integer, got {padding_idx!r}")
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(
                    f"Embedding: padding_idx={padding_idx} is not one of the {num_embeddings} rows"
                )
            padding_idx %= num_embeddings
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        dtype = _core.float32 if dtype is None else _core.dtype(dtype)
        if not dtype.is_floating_point:
            raise DTypeError(f"Embedding: dtype must be a floating type, got {dtype}")
        self.weight = Parameter(_core.ops.empty((num_embeddings, embedding_dim), dtype=dtype))
        self.reset_parameters()

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None
    ) -> Embedding:
        """An embedding of given rows, whose memory it shares.

        Args:
            embeddings: the rows, `(num_embeddings, embedding_dim)`.
            freeze: False lets them be learned further.
            padding_idx: the row that gets no gradient.

        Raises:
            ShapeError: they are no matrix.
        """
        if not isinstance(embeddings, Tensor):
            raise TypeError(f"Embedding.from_pretrained: expected a Tensor, got {type(embeddings).__name__}")
        if embeddings.ndim != 2:
            raise ShapeError(
                f"Embedding.from_pretrained: expected (rows, features), got {tuple(embeddings.shape)}"
            )
        layer = cls(0, 0)
        layer.num_embeddings, layer.embedding_dim = embeddings.shape
        layer.padding_idx = padding_idx
        layer.weight = Parameter(embeddings, requires_grad=not freeze)
        return layer

    def reset_parameters(self) -> None:
        """Draw new weights; the padding row becomes zeros."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    def forward(self, input: Tensor) -> Tensor:
        return _embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
