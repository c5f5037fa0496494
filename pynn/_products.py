"""Products and differences of tensors that are written in a line or two of other ops."""

from __future__ import annotations

from pynn import _core
from pynn._core import ShapeError, Tensor, ops

from . import _check
from ._tensor import method

__all__ = ["cdist", "diff", "dist", "inner", "kron", "logit", "trace"]


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0) -> Tensor:
    """The distance of every row of one matrix from every row of another: |x1_i - x2_j|_p.

    Args:
        x1: ``(..., P, M)``.
        x2: ``(..., R, M)``; leading axes broadcast.
        p: the norm: 2 is Euclid's, 1 the city block's.

    Returns:
        ``(..., P, R)``.

    Raises:
        ShapeError: the last axes differ, or there are fewer than two.

    Example:
        >>> import pynn
        >>> pynn.cdist(pynn.zeros(1, 2), pynn.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """
    _check.tensors("cdist", x1=x1, x2=x2)
    if x1.ndim < 2 or x2.ndim < 2 or x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(f"cdist: expected (..., P, M) and (..., R, M), got {x1.shape} and {x2.shape}")
    return ops.norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)


@method
def dist(input: Tensor, other: Tensor, p: float = 2.0) -> Tensor:
    """The norm of the difference: (Σ |input - other|^p)^(1/p).

    Args:
        input: any shape.
        other: a shape that broadcasts with it.
        p: the norm.

    Example:
        >>> import pynn
        >>> pynn.dist(pynn.zeros(2), pynn.tensor([3.0, 4.0]))
        tensor(5.)
    """
    _check.tensors("dist", input=input, other=other)
    return ops.norm(input - other, p)


@method
def diff(input: Tensor, n: int = 1, dim: int = -1) -> Tensor:
    """The differences of neighbours along an axis: y_i = x_(i+1) - x_i, ``n`` times over.

    Args:
        input: any shape with an axis.
        n: how often.
        dim: the axis; each time it is one shorter.

    Raises:
        ValueError: n is below 0.

    Example:
        >>> import pynn
        >>> pynn.diff(pynn.tensor([1, 4, 9, 16])), pynn.diff(pynn.tensor([1, 4, 9, 16]), n=2)
        (tensor([3, 5, 7]), tensor([2, 2]))
    """
    _check.tensors("diff", input=input)
    if n < 0:
        raise ValueError(f"diff: n must be 0 or more, got {n}")
    for _ in range(n):
        size = max(input.size(dim) - 1, 0)
        first, second = input.narrow(dim, min(1, input.size(dim)), size), input.narrow(dim, 0, size)
        input = ops.ne(first, second) if input.dtype == _core.bool else first - second
    return input


@method
def inner(input: Tensor, other: Tensor) -> Tensor:
    """The sums of products along the last axes of both.

    Args:
        input: ``(..., N)``.
        other: ``(..., N)``.

    Returns:
        The leading axes of the one, then those of the other; of vectors one number, ``()``.

    Raises:
        ShapeError: the last axes differ.

    Example:
        >>> import pynn
        >>> pynn.inner(pynn.tensor([1.0, 2.0]), pynn.tensor([3.0, 4.0]))
        tensor(11.)
    """
    _check.tensors("inner", input=input, other=other)
    if input.ndim == 0 or other.ndim == 0:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise ShapeError(f"inner: the last axes of {input.shape} and {other.shape} must be equal")
    rows = input.reshape((-1, input.shape[-1])) if input.numel() else ops.zeros((0, input.shape[-1]))
    y = rows @ other.reshape((-1, other.shape[-1])).T
    return y.reshape((*input.shape[:-1], *other.shape[:-1]))


@method
def kron(input: Tensor, other: Tensor) -> Tensor:
    """Kronecker's product: every element of the one times the whole of the other, laid out as blocks.

    Args:
        input: any shape.
        other: any shape; the one with fewer axes gets leading ones.

    Example:
        >>> import pynn
        >>> pynn.kron(pynn.tensor([[1, 2]]), pynn.tensor([[1, 1]]))
        tensor([[1, 1, 2, 2]])
    """
    _check.tensors("kron", input=input, other=other)
    axes = max(input.ndim, other.ndim)
    a = [1] * (axes - input.ndim) + list(input.shape)
    b = [1] * (axes - other.ndim) + list(other.shape)
    spread_a = input.reshape([n for size in a for n in (size, 1)])
    spread_b = other.reshape([n for size in b for n in (1, size)])
    return (spread_a * spread_b).reshape([m * n for m, n in zip(a, b, strict=True)])


@method
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix.

    Args:
        input: ``(N, M)``.

    Raises:
        ShapeError: it is no matrix.

    Example:
        >>> import pynn
        >>> pynn.trace(pynn.tensor([[1, 2], [3, 4]]))
        tensor(5)
    """
    _check.tensors("trace", input=input)
    if input.ndim != 2:
        raise ShapeError(f"trace: expected a matrix, got shape {tuple(input.shape)}")
    return input.diagonal().sum()


@method
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """ln(x / (1 - x)): the score whose sigmoid is x.

    Args:
        input: probabilities, any shape.
        eps: clip them to [eps, 1 - eps] first. Default: no clipping; outside [0, 1] the result is NaN.

    Example:
        >>> import pynn
        >>> pynn.logit(pynn.tensor([0.5, 1.0]))
        tensor([ 0., inf])
    """
    _check.tensors("logit", input=input)
    x = input if eps is None else ops.clip(input, eps, 1 - eps)
    return (x / (1 - x)).log()
