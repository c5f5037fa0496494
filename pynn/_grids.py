"""Tensors of combinations and positions, and tensors taken apart or put together along one axis."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import ShapeError, Tensor, dtype, ops

from . import _check
from ._tensor import method

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "block_diag",
    "broadcast_shapes",
    "broadcast_tensors",
    "cartesian_prod",
    "column_stack",
    "combinations",
    "dstack",
    "fliplr",
    "flipud",
    "hsplit",
    "logspace",
    "meshgrid",
    "tensor_split",
    "tril_indices",
    "triu_indices",
    "vsplit",
]


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """The coordinates of the points of a grid.

    Args:
        *tensors: the K coordinates along each axis, each ``(N_k,)``; or one list of them.
        indexing: "ij": the first coordinate changes along the first axis; "xy": along the second.

    Returns:
        K tensors of shape ``(N_1, ..., N_K)``.

    Raises:
        ValueError: another indexing.
        ShapeError: a tensor of several axes.

    Example:
        >>> import pynn
        >>> x, y = pynn.meshgrid(pynn.tensor([1, 2]), pynn.tensor([5, 6, 7]), indexing="ij")
        >>> x.tolist(), y.tolist()
        ([[1, 1, 1], [2, 2, 2]], [[5, 6, 7], [5, 6, 7]])
    """
    axes = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)
    if indexing not in ("ij", "xy"):
        raise ValueError(f"meshgrid: indexing must be 'ij' or 'xy', got {indexing!r}")
    _check.tensors("meshgrid", tensors=axes)
    for t in axes:
        if t.ndim > 1:
            raise ShapeError(f"meshgrid: each tensor must have one axis, got {tuple(t.shape)}")
    order = list(range(len(axes)))
    if indexing == "xy" and len(axes) > 1:
        order[:2] = [1, 0]
    sizes = [axes[k].numel() for k in order]
    made = []
    for k, t in enumerate(axes):
        along = [-1 if k == at else 1 for at in order]
        made.append(t.reshape(along).expand(sizes))
    return tuple(made)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Every way to choose one element of each tensor, as rows.

    Args:
        *tensors: K tensors ``(N_k,)`` of one dtype.

    Returns:
        ``(N_1 ... N_K, K)``; of one tensor the tensor itself.

    Example:
        >>> import pynn
        >>> pynn.cartesian_prod(pynn.tensor([1, 2]), pynn.tensor([5, 6])).tolist()
        [[1, 5], [1, 6], [2, 5], [2, 6]]
    """
    _check.tensors("cartesian_prod", tensors=tensors)
    if len(tensors) == 1:
        return tensors[0]
    return ops.stack([t.reshape(-1) for t in meshgrid(*tensors)], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Every way to choose ``r`` elements, in order, as rows.

    Args:
        input: ``(N,)``.
        r: how many to choose.
        with_replacement: whether an element may be chosen again.

    Example:
        >>> import pynn
        >>> pynn.combinations(pynn.tensor([1, 2, 3])).tolist()
        [[1, 2], [1, 3], [2, 3]]
    """
    _check.tensors("combinations", input=input)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = list(choose(range(input.shape[0]), r))
    at = _core.tensor(np.asarray(rows, dtype=np.int64).reshape(len(rows), r))
    return input[at]


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The tensors expanded to the shape that they broadcast to, without a copy.

    Args:
        *tensors: tensors whose shapes fit together.

    Raises:
        ShapeError: they do not.

    Example:
        >>> import pynn
        >>> [tuple(t.shape) for t in pynn.broadcast_tensors(pynn.ones(3, 1), pynn.ones(2))]
        [(3, 2), (3, 2)]
    """
    _check.tensors("broadcast_tensors", tensors=tensors)
    shape = broadcast_shapes(*[t.shape for t in tensors])
    return tuple(ops.expand(t, shape) for t in tensors)


def broadcast_shapes(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape that shapes broadcast to: sizes are equal from the right, or 1.

    Args:
        *shapes: tuples of sizes.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import pynn
        >>> pynn.broadcast_shapes((3, 1), (2,))
        (3, 2)
    """
    for shape in shapes:
        if not isinstance(shape, (tuple, list)):
            raise TypeError(f"broadcast_shapes: a shape is a tuple of ints, got {shape!r}")
    try:
        return tuple(int(n) for n in np.broadcast_shapes(*[tuple(shape) for shape in shapes]))
    except ValueError:
        listed = ", ".join(str(tuple(shape)) for shape in shapes)
        raise ShapeError(f"broadcast_shapes: {listed} do not broadcast: sizes must be equal, or 1") from None


def atleast_1d(input: Tensor) -> Tensor:
    """The tensor, with an axis of size 1 if it has none.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.atleast_1d(pynn.tensor(2.0))
        tensor([2.])
    """
    _check.tensors("atleast_1d", input=input)
    return input if input.ndim else input.reshape(1)


def atleast_2d(input: Tensor) -> Tensor:
    """The tensor, with leading axes of size 1 until it has two.

    Args:
        input: any shape.

    Example:
        >>> import pynn
        >>> pynn.atleast_2d(pynn.ones(3)).shape
        (1, 3)
    """
    _check.tensors("atleast_2d", input=input)
    return input if input.ndim > 1 else input.reshape(1, -1)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: dtype = _core.int64) -> Tensor:
    """Where the lower triangle of a matrix has its elements.

    Args:
        row: how many rows the matrix has.
        col: how many columns.
        offset: diagonals above the main one to take in too, or below to leave out.
        dtype: of the indices.

    Returns:
        ``(2, N)``: row numbers and column numbers.

    Example:
        >>> import pynn
        >>> pynn.tril_indices(2, 2).tolist()
        [[0, 1, 1], [0, 0, 1]]
    """
    row, col = _check.integer("tril_indices", "row", row, 0), _check.integer("tril_indices", "col", col, 0)
    return _core.tensor(np.stack(np.tril_indices(row, offset, col)), dtype)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: dtype = _core.int64) -> Tensor:
    """Where the upper triangle of a matrix has its elements.

    Args:
        row: how many rows the matrix has.
        col: how many columns.
        offset: diagonals above the main one to leave out, or below to take in too.
        dtype: of the indices.

    Returns:
        ``(2, N)``: row numbers and column numbers.

    Example:
        >>> import pynn
        >>> pynn.triu_indices(2, 2, 1).tolist()
        [[0], [1]]
    """
    row, col = _check.integer("triu_indices", "row", row, 0), _check.integer("triu_indices", "col", col, 0)
    return _core.tensor(np.stack(np.triu_indices(row, offset, col)), dtype)


def logspace(
    start: float, end: float, steps: int, base: float = 10.0, *, dtype: dtype = _core.float32
) -> Tensor:
    """Numbers whose logarithms are evenly spaced, from base^start to base^end, both included.

    Args:
        start: the first exponent.
        end: the last exponent.
        steps: how many numbers.
        base: the base of the powers.
        dtype: of the elements.

    Example:
        >>> import pynn
        >>> pynn.logspace(0, 2, 3)
        tensor([  1.,  10., 100.])
    """
    steps = _check.integer("logspace", "steps", steps, 0)
    return _core.tensor(np.logspace(start, end, steps, base=base), dtype)


# ---- apart -------------------------------------------------------------------------------------------


@method
def tensor_split(input: Tensor, indices_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the parts of a tensor along an axis, of nearly equal size or between given indices.

    Args:
        input: any shape with an axis.
        indices_or_sections: how many parts, the first ones longer by one where needed; or where to cut.
        dim: the axis.

    Raises:
        ValueError: fewer than one part.

    Example:
        >>> import pynn
        >>> [t.tolist() for t in pynn.tensor_split(pynn.arange(5), 3)]
        [[0, 1], [2, 3], [4]]
    """
    _check.tensors("tensor_split", input=input)
    size = input.size(dim)
    if isinstance(indices_or_sections, int):
        n = indices_or_sections
        if n < 1:
            raise ValueError(f"tensor_split: expected one part or more, got {n}")
        cuts = [k * (size // n) + min(k, size % n) for k in range(n + 1)]
    else:
        cuts = [0, *(slice(None, int(at)).indices(size)[1] for at in indices_or_sections), size]
    return tuple(input.narrow(dim, a, max(b - a, 0)) for a, b in itertools.pairwise(cuts))


@method
def hsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """:func:`tensor_split` along the columns: axis 1, or axis 0 of a vector.

    Args:
        input: any shape with an axis.
        indices_or_sections: how many parts, or where to cut.

    Example:
        >>> import pynn
        >>> [tuple(t.shape) for t in pynn.hsplit(pynn.ones(2, 4), 2)]
        [(2, 2), (2, 2)]
    """
    _check.tensors("hsplit", input=input)
    return tensor_split(input, indices_or_sections, 1 if input.ndim > 1 else 0)


@method
def vsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """:func:`tensor_split` along the rows: axis 0.

    Args:
        input: two axes or more.
        indices_or_sections: how many parts, or where to cut.

    Raises:
        ShapeError: fewer axes.

    Example:
        >>> import pynn
        >>> [tuple(t.shape) for t in pynn.vsplit(pynn.ones(4, 2), [1])]
        [(1, 2), (3, 2)]
    """
    _check.tensors("vsplit", input=input)
    if input.ndim < 2:
        raise ShapeError(f"vsplit: expected two axes or more, got {tuple(input.shape)}")
    return tensor_split(input, indices_or_sections, 0)


@method
def fliplr(input: Tensor) -> Tensor:
    """The columns, axis 1, in reverse order.

    Args:
        input: two axes or more.

    Example:
        >>> import pynn
        >>> pynn.fliplr(pynn.tensor([[1, 2], [3, 4]])).tolist()
        [[2, 1], [4, 3]]
    """
    _check.tensors("fliplr", input=input)
    return ops.flip(input, 1)


@method
def flipud(input: Tensor) -> Tensor:
    """The rows, axis 0, in reverse order.

    Args:
        input: any shape with an axis.

    Example:
        >>> import pynn
        >>> pynn.flipud(pynn.tensor([[1, 2], [3, 4]])).tolist()
        [[3, 4], [1, 2]]
    """
    _check.tensors("flipud", input=input)
    return ops.flip(input, 0)


# ---- together ----------------------------------------------------------------------------------------


def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side: vectors become columns.

    Args:
        tensors: vectors ``(N,)`` and matrices ``(N, M)``.

    Example:
        >>> import pynn
        >>> pynn.column_stack([pynn.tensor([1, 2]), pynn.tensor([3, 4])]).tolist()
        [[1, 3], [2, 4]]
    """
    _check.tensors("column_stack", tensors=tensors)
    return ops.cat([t.reshape(t.numel(), 1) if t.ndim < 2 else t for t in tensors], 1)


def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors joined along the third axis, which vectors and matrices get first.

    Args:
        tensors: of equal shapes but for the third axis.

    Example:
        >>> import pynn
        >>> pynn.dstack([pynn.zeros(2, 3), pynn.ones(2, 3)]).shape
        (2, 3, 2)
    """
    _check.tensors("dstack", tensors=tensors)
    raised = [atleast_2d(t) for t in tensors]
    return ops.cat([t.unsqueeze(-1) if t.ndim == 2 else t for t in raised], 2)


def block_diag(*tensors: Tensor) -> Tensor:
    """A matrix with the given ones along its diagonal, and 0 elsewhere.

    Args:
        *tensors: matrices; vectors count as rows, numbers as 1 by 1.

    Raises:
        ShapeError: more than two axes.

    Example:
        >>> import pynn
        >>> pynn.block_diag(pynn.ones(1, 2), pynn.tensor([5.0])).tolist()
        [[1.0, 1.0, 0.0], [0.0, 0.0, 5.0]]
    """
    _check.tensors("block_diag", tensors=tensors)
    blocks = [atleast_2d(t) for t in tensors]
    if any(b.ndim > 2 for b in blocks):
        raise ShapeError(f"block_diag: expected matrices, got {[tuple(b.shape) for b in blocks]}")
    columns, left, rows = sum(b.shape[1] for b in blocks), 0, []
    for b in blocks:
        zeros = [ops.zeros((b.shape[0], n), b.dtype) for n in (left, columns - left - b.shape[1])]
        rows.append(ops.cat([zeros[0], b, zeros[1]], 1))
        left += b.shape[1]
    return ops.cat(rows, 0)
