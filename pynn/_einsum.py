"""einsum and tensordot: sums of products, said by naming axes, done as matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pynn._core import ShapeError, Tensor, ops

from . import _check

__all__ = ["einsum", "tensordot"]

# Letters for the axes that "..." stands for; no user can write them.
_ELLIPSIS_LABELS = "αβγδεζηθ"


def einsum(equation: str, *operands: Tensor | Sequence[Tensor]) -> Tensor:
    r"""Sums products of elements over every index that the output does not name.

    ``einsum("ik,kj->ij", a, b)`` is :math:`y_{ij} = \sum_k a_{ik} b_{kj}`. A letter that stands twice in one
    operand takes its diagonal; ``...`` stands for any further axes, which broadcast. Without ``->`` the
    output names the letters that stand once, in alphabetical order. Operands are taken two at a time from
    the left, each pair as one (batched) matrix product.

    Args:
        equation: the indices of every operand, separated by commas, then ``->`` and those of the result.
        operands: one tensor for each term.

    Returns:
        The tensor whose axes are the indices after ``->``.

    Raises:
        ValueError: the equation is malformed.
        ShapeError: an index has two different sizes, or a term does not fit its operand.

    Source: A. Einstein, *Die Grundlage der allgemeinen Relativitätstheorie* (1916), section 5; the notation
    as in NumPy.

    >>> import pynn
    >>> a = pynn.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> pynn.einsum("ij,ij->", a, a).item(), pynn.einsum("ii->i", a).tolist()
    (30.0, [1.0, 4.0])
    """
    if not isinstance(equation, str):
        raise TypeError(
            f"einsum: the equation comes first, a str such as 'ij,jk->ik'; got {type(equation).__name__}"
        )
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    for position, operand in enumerate(operands):
        _check.tensor("einsum", f"operand {position}", operand)
    tensors = [t for item in operands for t in ([item] if isinstance(item, Tensor) else item)]
    terms, output = _parse(equation, tensors)
    sizes: dict[str, int] = {}
    for term, tensor in zip(terms, tensors, strict=True):
        for label, size in zip(term, tensor.shape, strict=True):
            if size != 1 and sizes.get(label, 1) not in (1, size):
                raise ShapeError(
                    f"einsum {equation!r}: index {_shown(label)} has size {sizes[label]} and size {size} "
                    f"(shapes {', '.join(str(t.shape) for t in tensors)})"
                )
            sizes[label] = max(size, sizes.get(label, size)) if size != 0 else 0
    for label in output:
        if label not in sizes:
            raise ValueError(f"einsum {equation!r}: the output names {_shown(label)}, which no operand has")

    result, labels = _take_diagonals(tensors[0], terms[0])
    result, labels = _sum_out(result, labels, set("".join(terms[1:])) | set(output))
    for k in range(1, len(tensors)):
        other, other_labels = _take_diagonals(tensors[k], terms[k])
        needed = set("".join(terms[k + 1 :])) | set(output)
        other, other_labels = _sum_out(other, other_labels, needed | set(labels))
        result, labels = _contract(result, labels, other, other_labels, needed)
    return _arrange(result, labels, output)


def tensordot(a: Tensor, b: Tensor, dims: int | Sequence[Sequence[int]] = 2) -> Tensor:
    """Sums products over pairs of axes: the last ``dims`` of ``a`` with the first of ``b``, or those listed.

    Raises:
        ShapeError: paired axes differ in size.

    >>> import pynn
    >>> pynn.tensordot(pynn.ones(2, 3, 4), pynn.ones(3, 4, 5)).shape
    (2, 5)
    """
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.ndim, b.ndim):
            raise ValueError(f"tensordot: dims={dims} does not fit tensors of shapes {a.shape} and {b.shape}")
        of_a, of_b = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        of_a, of_b = ([axis % max(t.ndim, 1) for axis in axes] for t, axes in zip((a, b), dims, strict=True))
    if len(of_a) != len(of_b) or [a.shape[i] for i in of_a] != [b.shape[j] for j in of_b]:
        raise ShapeError(f"tensordot: axes {of_a} of {a.shape} and {of_b} of {b.shape} differ in size")
    rest_a = [i for i in range(a.ndim) if i not in of_a]
    rest_b = [j for j in range(b.ndim) if j not in of_b]
    inner = math.prod(a.shape[i] for i in of_a)
    rows, columns = math.prod(a.shape[i] for i in rest_a), math.prod(b.shape[j] for j in rest_b)
    left = a.permute(rest_a + of_a).reshape(rows, inner)
    right = b.permute(of_b + rest_b).reshape(inner, columns)
    return (left @ right).reshape([a.shape[i] for i in rest_a] + [b.shape[j] for j in rest_b])


def _shown(label: str) -> str:
    return "'...'" if label in _ELLIPSIS_LABELS else repr(label)


def _parse(equation: str, tensors: list[Tensor]) -> tuple[list[str], str]:
    """The labels of every operand and of the output, with letters of their own for what ``...`` covers."""
    text = equation.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(tensors):
        raise ValueError(f"einsum {equation!r}: names {len(terms)} operands, got {len(tensors)}")
    widest = 0
    for k, (term, tensor) in enumerate(zip(terms, tensors, strict=True)):
        letters = term.replace("...", "", 1)
        if not all(c.isascii() and c.isalpha() for c in letters):
            raise ValueError(f"einsum {equation!r}: indices are letters and one '...', got {term!r}")
        covered = tensor.ndim - len(letters)
        if covered < 0 or (covered > 0 and "..." not in term):
            raise ShapeError(
                f"einsum {equation!r}: {term!r} names {len(letters)} axes, "
                f"operand {k} has shape {tensor.shape}"
            )
        if "..." in term:
            widest = max(widest, covered)
            terms[k] = term.replace("...", _ELLIPSIS_LABELS[len(_ELLIPSIS_LABELS) - covered :])
    covered_labels = _ELLIPSIS_LABELS[len(_ELLIPSIS_LABELS) - widest :]
    if arrow:
        if len(set(right)) - ("..." in right) != len(right.replace("...", "")):
            raise ValueError(f"einsum {equation!r}: the output names an index twice")
        output = right.replace("...", covered_labels)
    else:
        everything = "".join(terms)
        output = covered_labels + "".join(
            sorted(c for c in set(everything) if everything.count(c) == 1 and c not in _ELLIPSIS_LABELS)
        )
    return terms, output


def _take_diagonals(tensor: Tensor, labels: str) -> tuple[Tensor, str]:
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if tensor.shape[first] != tensor.shape[second]:
                raise ShapeError(
                    f"einsum: index {label!r} has sizes {tensor.shape[first]} and {tensor.shape[second]}"
                )
            tensor = ops.diagonal(tensor, 0, first, second)  # the diagonal comes last
            labels = "".join(c for i, c in enumerate(labels) if i not in (first, second)) + label
    return tensor, labels


def _sum_out(tensor: Tensor, labels: str, keep: set[str]) -> tuple[Tensor, str]:
    axes = [i for i, label in enumerate(labels) if label not in keep]
    if axes:
        tensor = tensor.sum(axes)
    return tensor, "".join(label for label in labels if label in keep)


def _arrange(tensor: Tensor, labels: str, wanted: str) -> Tensor:
    if labels == wanted:
        return tensor
    return tensor.permute([labels.index(label) for label in wanted])


def _contract(a: Tensor, a_labels: str, b: Tensor, b_labels: str, needed: set[str]) -> tuple[Tensor, str]:
    """One pair: (batch, rows, inner) @ (batch, inner, columns), the labels sorted into these four kinds."""
    size_a, size_b = dict(zip(a_labels, a.shape, strict=True)), dict(zip(b_labels, b.shape, strict=True))
    shared = [label for label in a_labels if label in size_b]
    if any(size_a[label] != size_b[label] for label in shared):  # an axis of size 1 broadcasts
        a = _broadcast(a, a_labels, {label: max(size_a[label], size_b[label]) for label in shared})
        b = _broadcast(b, b_labels, {label: max(size_a[label], size_b[label]) for label in shared})
        size_a, size_b = dict(zip(a_labels, a.shape, strict=True)), dict(zip(b_labels, b.shape, strict=True))
    batch = "".join(label for label in shared if label in needed)
    inner = "".join(label for label in shared if label not in needed)
    rows = "".join(label for label in a_labels if label not in size_b)
    columns = "".join(label for label in b_labels if label not in size_a)

    def count(labels: str, sizes: dict[str, int]) -> int:
        return math.prod(sizes[label] for label in labels)

    batch_shape = [size_a[label] for label in batch]
    left = _arrange(a, a_labels, batch + rows + inner)
    right = _arrange(b, b_labels, batch + inner + columns)
    product = ops.matmul(
        left.reshape([*batch_shape, count(rows, size_a), count(inner, size_a)]),
        right.reshape([*batch_shape, count(inner, size_b), count(columns, size_b)]),
    )
    shape = [*batch_shape, *(size_a[label] for label in rows), *(size_b[label] for label in columns)]
    return product.reshape(shape), batch + rows + columns


def _broadcast(tensor: Tensor, labels: str, sizes: dict[str, int]) -> Tensor:
    return ops.expand(
        tensor, [sizes.get(label, size) for label, size in zip(labels, tensor.shape, strict=True)]
    )
