"""Weights that cost something, and weights that may not grow beyond a length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pynn import _check, autograd
from pynn._core import Tensor

from ..module import Module


def regularize(module: Module, l1: float = 0.0, l2: float = 0.0) -> Module:
    """Let the weights of a layer, or of all layers below a module, cost l1 Σ|w| + l2 Σw² in the loss.

    `fit` and `evaluate` add it; in a loop of your own, add `penalty(model)`. L1 brings weights to 0 that help
    little, L2 keeps all of them small, both together are the elastic net. Biases and the parameters of norms,
    which have one axis, are free. Gradients of |w| jump at 0, so weights end up near it; the optimizers' `l1`
    pays the same price by shrinking, which makes them exactly 0.

    Args:
        module: a layer or a model. What was said before about a layer is forgotten.
        l1: the price of the sum of sizes.
        l2: the price of the sum of squares. (The `weight_decay` of SGD is 2 l2, for all parameters.)

    Returns:
        The module.

    Raises:
        ValueError: a price below 0.

    Source: Tibshirani 1996 (L1); Hoerl & Kennard 1970 (L2); Zou & Hastie 2005, Regularization and variable
        selection via the elastic net.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.utils.regularize(nn.Linear(2, 1), l1=0.1), nn.Linear(1, 1))
        >>> with pynn.no_grad():
        ...     _ = model[0].weight.fill_(2.0)
        >>> round(nn.utils.penalty(model).item(), 4)
        0.4
    """
    if not isinstance(module, Module):
        raise TypeError(f"regularize: module must be a Module, got {type(module).__name__}")
    prices = (_check.real("regularize", "l1", l1, 0), _check.real("regularize", "l2", l2, 0))
    for part in module.modules():
        part.__dict__["_prices"] = prices
    return module


def penalty(module: Module) -> Tensor | None:
    """What the weights of a model cost, as `regularize` said: a tensor of one number, or None.

    Args:
        module: the model.

    Example:
        >>> from pynn import nn
        >>> nn.utils.penalty(nn.Linear(2, 1)) is None
        True
    """
    if not isinstance(module, Module):
        raise TypeError(f"penalty: module must be a Module, got {type(module).__name__}")
    total: Any = None
    for weight, l1, l2 in _priced(module):
        parts = [l1 * weight.abs().sum()] if l1 else []
        parts += [l2 * (weight * weight).sum()] if l2 else []
        for part in parts:
            total = part if total is None else total + part
    return total


def _priced(module: Module) -> Iterator[tuple[Tensor, float, float]]:
    seen: set[int] = set()
    for part in module.modules():
        l1, l2 = part.__dict__.get("_prices", (0.0, 0.0))
        for _, weight in part._own_parameters() if l1 or l2 else ():
            if weight.ndim > 1 and id(weight) not in seen:
                seen.add(id(weight))
                yield weight, l1, l2


def max_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float, dim: int = 0) -> None:
    """Shorten every slice of a weight that is longer than a bound to that bound, in place.

    Args:
        parameters: weights; those with fewer than two axes are passed over.
        max_norm: the longest Euclidean norm.
        dim: the axis of the slices: 0, the units of a layer, whose incoming weights are one slice.

    Raises:
        ValueError: a bound that is not above 0.

    Source: Srivastava et al. 2014, Dropout, section 5.1, JMLR 15.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([[3.0, 4.0], [0.3, 0.4]]))
        >>> pynn.nn.utils.max_norm_(w, 1.0)
        >>> [[round(v, 3) for v in row] for row in w.tolist()]
        [[0.6, 0.8], [0.3, 0.4]]
    """
    if isinstance(parameters, Tensor):
        parameters = [parameters]
    if not isinstance(parameters, Iterable):
        raise TypeError(f"max_norm_: expected an iterable of Tensors, got {type(parameters).__name__}")
    bound = _check.real("max_norm_", "max_norm", max_norm, above=0)
    _check.integer("max_norm_", "dim", dim)
    with autograd.no_grad():
        for weight in parameters:
            if _check.tensor("max_norm_", "each parameter", weight).ndim < 2:
                continue
            if not -weight.ndim <= dim < weight.ndim:
                raise IndexError(f"max_norm_: a weight of shape {tuple(weight.shape)} has no dim {dim}")
            axes = tuple(axis for axis in range(weight.ndim) if axis != dim % weight.ndim)
            lengths = (weight * weight).sum(axes, keepdim=True).sqrt()
            weight.mul_((bound / lengths.clamp(min=bound)).detach())
