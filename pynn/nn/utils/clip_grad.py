"""Keep gradients from exploding (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pynn import _check, _core, autograd
from pynn._core import Tensor


def _gradients(name: str, parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    if isinstance(parameters, Tensor):
        parameters = [parameters]
    if not isinstance(parameters, Iterable):
        raise TypeError(
            f"{name}: expected parameters, an iterable of Tensors; got {type(parameters).__name__}"
        )
    checked = [_check.tensor(name, "each parameter", p) for p in parameters]
    return [p.grad for p in checked if p.grad is not None]


def get_total_norm(tensors: Iterable[Tensor], norm_type: float = 2.0) -> Tensor:
    """The norm of all tensors' elements taken as one long vector: a scalar tensor.

    Args:
        tensors: any shapes.
        norm_type: p of the p-norm; `float("inf")` for the largest absolute value.

    Example:
        >>> import pynn
        >>> pynn.nn.utils.get_total_norm([pynn.tensor([3.0]), pynn.tensor([4.0])])
        tensor(5.)
    """
    norm_type = _check.real("get_total_norm", "norm_type", norm_type, above=0, finite=False)
    flat = [_check.tensor("get_total_norm", "each tensor", t).detach().reshape((-1,)) for t in tensors]
    if not flat:
        return _core.tensor(0.0)
    with autograd.no_grad():
        if math.isinf(norm_type):
            return _core.ops.stack([x.abs().max() for x in flat if x.numel()]).max()
        return _core.ops.stack([(x.abs() ** norm_type).sum() for x in flat]).sum() ** (1 / norm_type)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients by one factor so that their common norm is at most `max_norm`.

    Args:
        parameters: whose `.grad` is scaled in place; those without one are passed over.
        max_norm: the largest norm allowed.
        norm_type: p of the p-norm; `float("inf")` for the largest absolute value.
        error_if_nonfinite: raise when the norm is inf or NaN instead of spreading it.

    Returns:
        The norm before clipping, a scalar tensor.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> w = nn.Parameter(pynn.zeros(2))
        >>> w.grad = pynn.tensor([3.0, 4.0])
        >>> nn.utils.clip_grad_norm_([w], max_norm=1.0).item()
        5.0
        >>> [round(g, 4) for g in w.grad.tolist()]
        [0.6, 0.8]
    """
    gradients = _gradients("clip_grad_norm_", parameters)
    max_norm = _check.real("clip_grad_norm_", "max_norm", max_norm, 0, finite=False)
    total = get_total_norm(gradients, norm_type)
    norm = total.item()
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(
            f"clip_grad_norm_: the total norm of {len(gradients)} gradients is {norm}, so they cannot be "
            "clipped. Look for the first NaN with pynn.isnan(p.grad).any()."
        )
    factor = max_norm / (norm + 1e-6)
    if not factor >= 1:  # so NaN goes on to the gradients, where it is seen
        with autograd.no_grad():
            for gradient in gradients:
                gradient.mul_(factor)
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Cut every element of every gradient to [-clip_value, clip_value], in place.

    Args:
        parameters: whose `.grad` is cut; those without one are passed over.
        clip_value: the bound, 0 or more.

    Raises:
        ValueError: the bound is below 0.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.zeros(2))
        >>> w.grad = pynn.tensor([3.0, -0.5])
        >>> pynn.nn.utils.clip_grad_value_([w], 1.0)
        >>> w.grad
        tensor([ 1. , -0.5])
    """
    clip_value = _check.real("clip_grad_value_", "clip_value", clip_value, 0, finite=False)
    with autograd.no_grad():
        for gradient in _gradients("clip_grad_value_", parameters):
            gradient.clamp_(-clip_value, clip_value)
