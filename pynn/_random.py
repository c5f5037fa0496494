"""Tensors of random numbers: what pynn exports as ``rand``, ``randn``, ``randint``, ``multinomial`` ..."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor, dtype, get_rng_state, initial_seed, manual_seed, ops, set_rng_state
from pynn._core.functions import bernoulli

from . import _check
from ._factories import Size, finished, like_dtype, settled_shape, shape_of
from ._generator import Generator, drawing
from ._tensor import method

__all__ = [
    "bernoulli",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "set_rng_state",
    "uniform",
]


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
        return finished("rand", ops.rand(settled_shape("rand", size), dtype), requires_grad, device)


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
        return finished("randn", ops.randn(settled_shape("randn", size), dtype), requires_grad, device)


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
        return finished(
            "uniform", ops.uniform(settled_shape("uniform", (size,)), low, high, dtype), requires_grad, None
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
            return ops.normal(settled_shape("normal", (size,)), mean, std, dtype)
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
        return ops.randint(low, high, settled_shape("randint", (size,)))


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
    return rand(shape_of("rand_like", x), dtype=like_dtype(x, dtype), requires_grad=requires_grad)


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
    return randn(shape_of("randn_like", x), dtype=like_dtype(x, dtype), requires_grad=requires_grad)


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
    return randint(low, high, shape_of("randint_like", x))


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
    _check.integer("multinomial", "num_samples", num_samples)
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
