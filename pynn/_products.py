"""Products and differences of tensors that are written in a line or two of other ops."""

from __future__ import annotations

from pynn import _core
from pynn._core import ShapeError, Tensor, ops

from . import _check
from ._tensor import method

__all__ = [
    "addmv",
    "addr",
    "baddbmm",
    "cdist",
    "cross",
    "diff",
    "dist",
    "ger",
    "inner",
    "kron",
    "trace",
    "vdot",
]


def _check_factors(owner: str, **factors: object) -> None:
    for name, factor in factors.items():
        if not isinstance(factor, Tensor):
            _check.real(owner, name, factor, any_float=True)


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


# ---- sums with a product ------------------------------------------------------------------------------


@method
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """β input + α mat vec.

    Args:
        input: ``(N,)``, or a shape that broadcasts to it.
        mat: ``(N, M)``.
        vec: ``(M,)``.
        beta: β.
        alpha: α.

    Example:
        >>> import pynn
        >>> pynn.addmv(pynn.ones(2), pynn.eye(2), pynn.tensor([3.0, 4.0]))
        tensor([4., 5.])
    """
    _check.tensors("addmv", input=input, mat=mat, vec=vec)
    _check_factors("addmv", beta=beta, alpha=alpha)
    return beta * input + alpha * (mat @ vec)


@method
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """β input + α vec1 vec2ᵀ.

    Args:
        input: ``(N, M)``, or a shape that broadcasts to it.
        vec1: ``(N,)``.
        vec2: ``(M,)``.
        beta: β.
        alpha: α.

    Example:
        >>> import pynn
        >>> pynn.addr(pynn.zeros(2, 2), pynn.tensor([1.0, 2.0]), pynn.tensor([3.0, 4.0])).tolist()
        [[3.0, 4.0], [6.0, 8.0]]
    """
    _check.tensors("addr", input=input, vec1=vec1, vec2=vec2)
    _check_factors("addr", beta=beta, alpha=alpha)
    return beta * input + alpha * ops.outer(vec1, vec2)


@method
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """β input + α batch1 batch2, matrix by matrix.

    Args:
        input: ``(B, N, P)``, or a shape that broadcasts to it.
        batch1: ``(B, N, M)``.
        batch2: ``(B, M, P)``.
        beta: β.
        alpha: α.

    Raises:
        ShapeError: the batches do not fit.

    Example:
        >>> import pynn
        >>> pynn.baddbmm(pynn.ones(1, 1, 1), pynn.ones(1, 1, 3), pynn.ones(1, 3, 1), beta=0.5)
        tensor([[[3.5]]])
    """
    _check.tensors("baddbmm", input=input, batch1=batch1, batch2=batch2)
    _check_factors("baddbmm", beta=beta, alpha=alpha)
    return beta * input + alpha * (batch1 @ batch2)


@method
def ger(input: Tensor, vec2: Tensor) -> Tensor:
    """Every product of an element of the one vector with one of the other: :func:`outer` by its older name.

    Args:
        input: ``(N,)``.
        vec2: ``(M,)``.

    Example:
        >>> import pynn
        >>> pynn.ger(pynn.tensor([1, 2]), pynn.tensor([3, 4])).tolist()
        [[3, 4], [6, 8]]
    """
    _check.tensors("ger", input=input, vec2=vec2)
    return ops.outer(input, vec2)


@method
def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The sum of products of two vectors.

    Args:
        input: ``(N,)``.
        other: ``(N,)``.

    Raises:
        ShapeError: they are no vectors of one size.

    Example:
        >>> import pynn
        >>> pynn.vdot(pynn.tensor([1.0, 2.0]), pynn.tensor([3.0, 4.0]))
        tensor(11.)
    """
    _check.tensors("vdot", input=input, other=other)
    if input.ndim != 1 or input.shape != other.shape:
        raise ShapeError(
            f"vdot: expected two vectors (N,), got {tuple(input.shape)} and {tuple(other.shape)}"
        )
    return (input * other).sum()


@method
def cross(input: Tensor, other: Tensor, dim: int = -1) -> Tensor:
    """The vector at right angles to two others in space: x × y.

    Args:
        input: x, of size 3 along ``dim``.
        other: y, of a shape that broadcasts with it.
        dim: the axis that the vectors lie along.

    Raises:
        ShapeError: the size along ``dim`` is not 3.

    Example:
        >>> import pynn
        >>> pynn.cross(pynn.tensor([1.0, 0.0, 0.0]), pynn.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    _check.tensors("cross", input=input, other=other)
    _check.integer("cross", "dim", dim)
    if input.size(dim) != 3 or other.size(dim) != 3:
        raise ShapeError(
            f"cross: axis {dim} of {tuple(input.shape)} and {tuple(other.shape)} must have size 3"
        )
    # x × y = x₊₁ y₊₂ - x₊₂ y₊₁, with indices modulo 3
    return ops.roll(input, -1, dim) * ops.roll(other, -2, dim) - ops.roll(input, -2, dim) * ops.roll(
        other, -1, dim
    )
