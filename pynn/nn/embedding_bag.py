"""A table of learned rows, looked up by the bag."""

from __future__ import annotations

from typing import Any

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from .embedding import Embedding


class EmbeddingBag(Embedding):
    """One vector for a set of words: the sum, mean or maximum of theirs. See `functional.embedding_bag`.

    Args:
        num_embeddings: how many rows the table has.
        embedding_dim: the size of each.
        mode: "mean", "sum" or "max".
        include_last_offset: the last offset is where the last bag ends.
        padding_idx: an index that counts for nothing; its row starts as zeros and gets no gradient.
        device: where the table lies; None or "cpu".
        dtype: of the table. Default: float32.

    Shape:
        `(N, L)` of integers, or `(K,)` with offsets `(N,)` -> `(N, embedding_dim)`.

    Calling:
        `bag(input, offsets=None, per_sample_weights=None)`.

    Raises:
        IndexError: an index is not one of 0 to num_embeddings - 1.
        ValueError: another mode.

    Source: Joulin et al. 2016, Bag of tricks for efficient text classification, arXiv:1607.01759.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> bag = nn.EmbeddingBag(1000, 16)
        >>> bag(pynn.tensor([[4, 2, 999], [7, 7, 0]])).shape
        (2, 16)
        >>> bag(pynn.tensor([4, 2, 999, 7]), offsets=[0, 3]).shape
        (2, 16)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        mode: str = "mean",
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_embeddings, embedding_dim, padding_idx, device=device, dtype=dtype)
        self.mode = _check.choice("EmbeddingBag", "mode", mode, ("mean", "sum", "max"))
        self.include_last_offset = bool(include_last_offset)

    def forward(self, input: Tensor, offsets: Any = None, per_sample_weights: Tensor | None = None) -> Tensor:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            mode=self.mode,
            per_sample_weights=per_sample_weights,
            include_last_offset=self.include_last_offset,
            padding_idx=self.padding_idx,
        )

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, mode={self.mode!r}"
