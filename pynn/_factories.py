"""Tensors from a size or a range, random or not: what pynn exports as ``zeros``, ``randn``, ``arange`` ..."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import (
    Tensor,
    dtype,
    float32,
    get_rng_state,
    initial_seed,
    int64,
    manual_seed,
    ops,
    set_rng_state,
)
from pynn._core.functions import bernoulli

from ._device import device as Device
from ._generator import Generator, drawing
from ._tensor import method

__all__ = [
    "arange",
    "bernoulli",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "get_rng_state",
    "initial_seed",
    "linspace",
    "manual_seed",
    "multinomial",
    "normal",
    "ones",
    "ones_like",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "set_rng_state",
    "uniform",
    "zeros",
    "zeros_like",
]

Size = int | Sequence[int]


def _shape(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """The sizes of ``zeros(2, 3)``, ``zeros((2, 3))`` or ``zeros([2, 3])``, each an integer of 0 or more."""
    if len(size) == 1 and not hasattr(size[0], "__index__"):
        size = tuple(size[0]) if isinstance(size[0], Iterable) else size
    try:
        shape = tuple(operator.index(n) for n in size)
    except TypeError:
        raise TypeError(f"{name}: a size must be made of integers, got {size}") from None
    if any(n < 0 for n in shape):
        raise ValueError(f"{name}: sizes must be 0 or more, got {shape}")
    if len(shape) > 8:
        raise _core.ShapeError(f"{name}: a tensor has at most 8 axes, got {len(shape)}: {shape}")
    return shape


def _finish(name: str, x: Tensor, requires_grad: bool, device: Any) -> Tensor:
    if device is not None:
        try:
            Device(device)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    if requires_grad:
        x.requires_grad = True
    return x


def like_dtype(x: Tensor, wanted: dtype | None) -> dtype:
    """The dtype of what is made like ``x``: its own, unless another is wanted."""
    return x.dtype if wanted is None else wanted


# ---- one value -----------------------------------------------------------------------------------------


def zeros(*size: Any, dtype: dtype | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A tensor of zeros.

    Args:
        *size: the shape, as ``zeros(2, 3)`` or ``zeros((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Raises:
        ValueError: a negative size, or more elements than any memory holds.

    Example:
        >>> import pynn
        >>> pynn.zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
    return _finish("zeros", ops.zeros(_shape("zeros", size), dtype), requires_grad, device)


def ones(*size: Any, dtype: dtype | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A tensor of ones.

    Args:
        *size: the shape, as ``ones(2, 3)`` or ``ones((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Raises:
        ValueError: a negative size, or more elements than any memory holds.

    Example:
        >>> import pynn
        >>> pynn.ones(3)
        tensor([1., 1., 1.])
    """
    return _finish("ones", ops.ones(_shape("ones", size), dtype), requires_grad, device)


def full(
    size: Size,
    fill_value: Any,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """A tensor of one value.

    Args:
        size: the shape, ``(2, 3)`` or ``3``.
        fill_value: the value.
        dtype: of the elements. Default: a bool makes bools, an int int64, a float float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.full((2,), 2.5)
        tensor([2.5, 2.5])
    """
    if dtype is None:
        is_bool = isinstance(fill_value, (bool, np.bool_))
        dtype = _core.bool if is_bool else int64 if hasattr(fill_value, "__index__") else float32
    value = fill_value.item() if isinstance(fill_value, (Tensor, np.generic)) else fill_value
    return _finish("full", ops.full(_shape("full", (size,)), float(value), dtype), requires_grad, device)


def empty(*size: Any, dtype: dtype | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A tensor that holds whatever its memory held: write every element before you read it.

    Args:
        *size: the shape, as ``empty(2, 3)`` or ``empty((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.empty(2, 3).shape
        (2, 3)
    """
    return _finish("empty", ops.empty(_shape("empty", size), dtype), requires_grad, device)


def zeros_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.zeros_like(pynn.tensor([1, 2]))
        tensor([0, 0])
    """
    return zeros(x.shape, dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def ones_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Ones of the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.ones_like(pynn.tensor([1, 2]))
        tensor([1, 1])
    """
    return ones(x.shape, dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def full_like(
    x: Tensor, fill_value: Any, *, dtype: dtype | None = None, requires_grad: bool = False
) -> Tensor:
    """One value in the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        fill_value: the value.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.full_like(pynn.ones(2), 0.5)
        tensor([0.5, 0.5])
    """
    return full(x.shape, fill_value, dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def empty_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Unwritten memory of the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.empty_like(pynn.ones(2, 3)).shape
        (2, 3)
    """
    return empty(x.shape, dtype=like_dtype(x, dtype), requires_grad=requires_grad)


# ---- ranges --------------------------------------------------------------------------------------------


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Equally spaced numbers from ``start`` to ``end``, end excluded.

    Args:
        start: the first number; the only argument is ``end``, and start 0.
        end: where to stop.
        step: from one number to the next, which may be negative.
        dtype: of the elements. Default: int64 where all three are ints, else float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Raises:
        ValueError: a step of 0, a step away from ``end``, infinities or NaN.

    Example:
        >>> import pynn
        >>> pynn.arange(5)
        tensor([0, 1, 2, 3, 4])
        >>> pynn.arange(1.0, 2.0, 0.25)
        tensor([1.  , 1.25, 1.5 , 1.75])
    """
    if end is None:
        start, end = 0, start
    if dtype is None:
        dtype = int64 if all(hasattr(v, "__index__") for v in (start, end, step)) else float32
    return _finish("arange", ops.arange(float(start), float(end), float(step), dtype), requires_grad, device)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Equally spaced numbers from ``start`` to ``end``, both included.

    Args:
        start: the first number.
        end: the last number.
        steps: how many numbers.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.linspace(0, 1, 3)
        tensor([0. , 0.5, 1. ])
    """
    return _finish("linspace", ops.linspace(float(start), float(end), steps, dtype), requires_grad, device)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """The identity matrix: ones on the diagonal, zeros elsewhere.

    Args:
        n: how many rows.
        m: how many columns. Default: n.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".

    Example:
        >>> import pynn
        >>> pynn.eye(2)
        tensor([[1., 0.],
                [0., 1.]])
    """
    rows, columns = _shape("eye", (n, n if m is None else m))
    return _finish("eye", ops.eye(rows, columns, dtype), requires_grad, device)


# ---- random numbers ------------------------------------------------------------------------------------


def rand(
    *size: Any,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
    generator: Generator | None = None,
) -> Tensor:
    """Random numbers spread evenly over [0, 1).

    Args:
        *size: the shape, as ``rand(2, 3)`` or ``rand((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".
        generator: a :class:`Generator` to draw from. Default: the shared random numbers.

    Source: Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3 (Philox).

    Example:
        >>> import pynn
        >>> pynn.manual_seed(0)
        >>> x = pynn.rand(2, 3)
        >>> x.shape, bool((x >= 0).all() and (x < 1).all())
        ((2, 3), True)
    """
    with drawing(generator):
        return _finish("rand", ops.rand(_shape("rand", size), dtype), requires_grad, device)


def randn(
    *size: Any,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
    generator: Generator | None = None,
) -> Tensor:
    """Random numbers with the standard normal distribution.

    Args:
        *size: the shape, as ``randn(2, 3)`` or ``randn((2, 3))``.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        device: None or "cpu".
        generator: a :class:`Generator` to draw from. Default: the shared random numbers.

    Source: Box & Muller 1958, A note on the generation of random normal deviates.

    Example:
        >>> import pynn
        >>> pynn.manual_seed(0)
        >>> abs(pynn.randn(10000).mean().item()) < 0.05
        True
    """
    with drawing(generator):
        return _finish("randn", ops.randn(_shape("randn", size), dtype), requires_grad, device)


def uniform(
    size: Size,
    low: float = 0.0,
    high: float = 1.0,
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Random numbers spread evenly over [low, high).

    Args:
        size: the shape, ``(2, 3)`` or ``3``.
        low: the lower end.
        high: the upper end.
        dtype: of the elements. Default: float32.
        requires_grad: whether backward() computes a gradient for it.
        generator: a :class:`Generator` to draw from. Default: the shared random numbers.

    Example:
        >>> import pynn
        >>> x = pynn.uniform((100,), -1.0, 1.0)
        >>> bool((x.abs() <= 1).all())
        True
    """
    with drawing(generator):
        return _finish(
            "uniform", ops.uniform(_shape("uniform", (size,)), low, high, dtype), requires_grad, None
        )


def normal(
    mean: float | Tensor = 0.0,
    std: float | Tensor = 1.0,
    size: Size | None = None,
    *,
    dtype: dtype | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Normally distributed numbers.

    Args:
        mean: a number with a ``size``, or a tensor.
        std: the standard deviation: a number, or a tensor that broadcasts with mean.
        size: the shape, where mean and std are numbers.
        dtype: of the elements. Default: float32.
        generator: a :class:`Generator` to draw from. Default: the shared random numbers.

    Raises:
        ValueError: a negative ``std``; numbers without a ``size``.

    Example:
        >>> import pynn
        >>> pynn.normal(0.0, 1.0, size=(2, 3)).shape
        (2, 3)
        >>> pynn.normal(pynn.tensor([1.0, 2.0]), 0.0)
        tensor([1., 2.])
    """
    if size is not None and not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        with drawing(generator):
            return ops.normal(_shape("normal", (size,)), mean, std, dtype)
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        raise ValueError("normal: give a size, normal(0.0, 1.0, size=(2, 3)), or tensors as mean and std")
    if bool((np.asarray(std) < 0).any()):
        raise ValueError("normal: the standard deviation must be 0 or more everywhere")
    shape = np.broadcast_shapes(getattr(mean, "shape", ()), getattr(std, "shape", ()))
    with drawing(generator):
        return mean + std * ops.randn(shape, dtype)


def randint(
    *bounds_and_size: Any,
    low: int = 0,
    high: int | None = None,
    size: Size | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Random int64 numbers, each as probable: ``randint(high, size)`` or ``randint(low, high, size)``.

    Args:
        *bounds_and_size: high and the size, or low, high and the size.
        low: the least number, 0 by default.
        high: one above the largest.
        size: the shape, ``(2, 3)`` or ``3``.
        generator: a :class:`Generator` to draw from. Default: the shared random numbers.

    Raises:
        ValueError: low is not below high.

    Example:
        >>> import pynn
        >>> x = pynn.randint(0, 10, (3,))
        >>> x.dtype, bool((x < 10).all())
        (pynn.int64, True)
    """
    given = list(bounds_and_size)
    if size is None:
        if not given:
            raise TypeError("randint: a size is missing: randint(0, 10, (3,))")
        size = given.pop()
    if len(given) == 2:
        low, high = given
    elif len(given) == 1:
        high = given[0]
    if high is None or len(given) > 2:
        raise TypeError("randint: expected randint(high, size) or randint(low, high, size)")
    with drawing(generator):
        return ops.randint(operator.index(low), operator.index(high), _shape("randint", (size,)))


def randperm(n: int, *, generator: Generator | None = None) -> Tensor:
    """The numbers 0 to n - 1 (int64) in random order.

    Args:
        n: how many.
        generator: a :class:`Generator` to draw from. Default: the shared random numbers.

    Example:
        >>> import pynn
        >>> pynn.randperm(4).sort().values
        tensor([0, 1, 2, 3])
    """
    with drawing(generator):
        return ops.randperm(n)


def rand_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """:func:`rand` in the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.rand_like(pynn.ones(2, 3)).shape
        (2, 3)
    """
    return rand(x.shape, dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def randn_like(x: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """:func:`randn` in the shape and (unless given) dtype of ``x``.

    Args:
        x: the tensor that gives shape and dtype.
        dtype: of the elements. Default: that of x.
        requires_grad: whether backward() computes a gradient for it.

    Example:
        >>> import pynn
        >>> pynn.randn_like(pynn.ones(2, 3)).shape
        (2, 3)
    """
    return randn(x.shape, dtype=like_dtype(x, dtype), requires_grad=requires_grad)


def randint_like(x: Tensor, low: int, high: int | None = None) -> Tensor:
    """:func:`randint` in the shape of ``x``: ``randint_like(x, high)`` or ``randint_like(x, low, high)``.

    Args:
        x: the tensor that gives the shape.
        low: the least number; the only bound is high, and low 0.
        high: one above the largest.

    Example:
        >>> import pynn
        >>> pynn.randint_like(pynn.ones(2), 3, 4)
        tensor([3, 3])
    """
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, x.shape)


@method
def multinomial(
    weights: Tensor, num_samples: int, replacement: bool = False, generator: Generator | None = None
) -> Tensor:
    """Draws indices in proportion to weights.

    Args:
        weights: ``(K,)`` or ``(N, K)``: how probable each index is, not necessarily 1 in sum.
        num_samples: how many to draw from each row.
        replacement: whether an index may be drawn again.
        generator: a :class:`Generator` to draw from. Default: the shared random numbers.

    Returns:
        Indices (int64), ``(num_samples,)`` or ``(N, num_samples)``.

    Raises:
        ValueError: negative or all-zero weights, or more samples than positive weights without replacement.

    Source: Efraimidis & Spirakis 2006, Weighted random sampling with a reservoir, without replacement.

    Example:
        >>> import pynn
        >>> pynn.multinomial(pynn.tensor([0.0, 1.0, 0.0]), 1)
        tensor([1])
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim not in (1, 2):
        raise _core.ShapeError(f"multinomial: weights must be (K,) or (N, K), got {w.shape}")
    if not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("multinomial: weights must be finite and 0 or more")
    if num_samples < 1:
        raise ValueError(f"multinomial: num_samples must be 1 or more, got {num_samples}")
    positive = (w > 0).sum(axis=-1)
    needed = 1 if replacement else num_samples
    if (positive < needed).any():
        raise ValueError(
            f"multinomial: {needed} positive weights are needed in every row, one has {int(positive.min())}. "
            "Did you mean replacement=True?"
        )
    rows = np.atleast_2d(w)
    if replacement:  # where a uniform number falls among the running totals
        ends = rows.cumsum(axis=1)
        u = np.asarray(rand(len(rows), num_samples, dtype=_core.float64, generator=generator)) * ends[:, -1:]
        found = [np.searchsorted(e, v, side="right") for e, v in zip(ends, u, strict=True)]
        drawn = np.array(found, dtype=np.int64)
    else:  # the first arrivals of exponential clocks that run at the speed of the weights
        u = np.asarray(rand(*rows.shape, dtype=_core.float64, generator=generator))
        with np.errstate(divide="ignore"):
            arrival = -np.log1p(-u) / rows
        arrival[rows == 0] = np.inf
        drawn = arrival.argsort(axis=1)[:, :num_samples].astype(np.int64)
    drawn = drawn.reshape((*w.shape[:-1], num_samples))
    return _core.tensor(drawn)
