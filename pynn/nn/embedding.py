"""A table of learned rows, looked up by number."""

from __future__ import annotations

from typing import Any

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops
from pynn._counting import unique
from pynn.autograd import no_grad

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
        max_norm: rows that are looked up and are longer than this are shortened to it first, in place.
        norm_type: p of the norm that `max_norm` speaks of. Default: 2.
        scale_grad_by_freq: divide a row's gradient by how often it was looked up.
        sparse: accepted for PyTorch's sake; the gradient is always a whole table, 0 where nothing was read.
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
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        for name, size in (("num_embeddings", num_embeddings), ("embedding_dim", embedding_dim)):
            if isinstance(size, bool) or not isinstance(size, int) or size < 0:
                raise ValueError(f"Embedding: {name} must be an integer of 0 or more, got {size!r}")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self._set_options(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
        dtype = _core.float32 if dtype is None else _core.dtype(dtype)
        if not dtype.is_floating_point:
            raise DTypeError(f"Embedding: dtype must be a floating type, got {dtype}")
        self.weight = Parameter(_core.ops.empty((num_embeddings, embedding_dim), dtype=dtype))
        self.reset_parameters()

    def _set_options(
        self, padding_idx: Any, max_norm: Any, norm_type: Any, scale_grad_by_freq: bool, sparse: bool
    ) -> None:
        rows = self.num_embeddings
        if padding_idx is not None:
            if isinstance(padding_idx, bool) or not isinstance(padding_idx, int):
                raise TypeError(f"Embedding: padding_idx must be an integer, got {padding_idx!r}")
            if not -rows <= padding_idx < rows:
                raise ValueError(f"Embedding: padding_idx={padding_idx} is not one of the {rows} rows")
            padding_idx %= rows
        self.padding_idx: int | None = padding_idx
        self.max_norm = None if max_norm is None else _check.real("Embedding", "max_norm", max_norm, above=0)
        self.norm_type = _check.real("Embedding", "norm_type", norm_type, above=0)
        self.scale_grad_by_freq, self.sparse = bool(scale_grad_by_freq), bool(sparse)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """An embedding of given rows, whose memory it shares.

        Args:
            embeddings: the rows, `(num_embeddings, embedding_dim)`.
            freeze: False lets them be learned further.
            padding_idx: the row that gets no gradient.
            max_norm: as for the class.
            norm_type: as for the class.
            scale_grad_by_freq: as for the class.
            sparse: as for the class.

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
        layer._set_options(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
        layer.weight = Parameter(embeddings, requires_grad=not freeze)
        return layer

    def reset_parameters(self) -> None:
        """Draw new weights; the padding row becomes zeros."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    def forward(self, input: Tensor) -> Tensor:
        if self.max_norm is not None:
            self._shorten(input)
        y = _embedding(input, self.weight, self.padding_idx)
        if not self.scale_grad_by_freq:
            return y
        _, place, times = unique(input, return_inverse=True, return_counts=True)
        share = 1 / times[place].reshape(*input.shape, 1).to(y.dtype)
        return y.detach() + (y - y.detach()) * share  # the value of y, and a part of its gradient

    def _shorten(self, input: Tensor) -> None:
        """Rows that are read, and are too long, to `max_norm`."""
        assert self.max_norm is not None
        if not input.numel():
            return
        rows = unique(input)
        with no_grad():
            read = _embedding(rows, self.weight)
            length = read.norm(self.norm_type, -1, keepdim=True)
            # The same small number as in PyTorch keeps the division sound.
            self.weight[rows] = ops.where(
                length > self.max_norm, read * (self.max_norm / (length + 1e-7)), read
            )

    def extra_repr(self) -> str:
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        if self.padding_idx is not None:
            parts.append(f"padding_idx={self.padding_idx}")
        if self.max_norm is not None:
            parts.append(f"max_norm={self.max_norm}")
        if self.norm_type != 2:
            parts.append(f"norm_type={self.norm_type}")
        parts += [f"{name}=True" for name in ("scale_grad_by_freq", "sparse") if getattr(self, name)]
        return ", ".join(parts)
