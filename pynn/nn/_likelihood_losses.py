"""Losses that are the negative logarithm of a probability: what pynn.nn.functional has beside the compiled.

Shapes are strict, as in the compiled losses: nothing is broadcast unless a docstring says so.
"""

from __future__ import annotations

import math

from pynn._core import ShapeError, Tensor, functional, ops

from ._loss_parts import reduce, same_shape

__all__ = ["gaussian_nll_loss", "kl_div", "multilabel_soft_margin_loss", "poisson_nll_loss"]


def kl_div(input: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """The Kullback-Leibler divergence Σ t (ln t - input), where ``input`` is a log-probability.

    Args:
        input: log-probabilities, any shape.
        target: probabilities t, of the same shape.
        reduction: "batchmean" divides the sum by the first size, which is the divergence as mathematics has
            it; "mean" divides by the number of elements; "sum" or "none".
        log_target: the target is ln t too.

    Raises:
        ShapeError: shapes differ.

    Source: Kullback & Leibler 1951, On information and sufficiency.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> p, q = pynn.tensor([[0.5, 0.5]]), pynn.tensor([[0.25, 0.75]])
        >>> round(F.kl_div(q.log(), p, reduction="batchmean").item(), 4)
        0.1438
    """
    same_shape("kl_div", input=input, target=target)
    if log_target:
        each = target.exp() * (target - input)
    else:  # 0 ln 0 = 0; the inner where keeps the logarithm, and its gradient, finite there
        positive = target > 0
        each = ops.where(positive, target * (ops.where(positive, target, 1.0).log() - input), 0.0)
    if reduction == "batchmean":
        return each.sum() / (input.shape[0] if input.ndim else 1)
    return reduce("kl_div", each, reduction)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Tensor:
    """-ln of the probability of the count t under a Poisson distribution of rate r: r - t ln r (+ ln t!).

    Args:
        input: ln r, or r itself with ``log_input=False``; any shape.
        target: the counts t, of the same shape.
        log_input: whether the input is the logarithm of the rate.
        full: add ln t! by Stirling's formula, t ln t - t + ½ ln(2πt) for t > 1; it does not move the minimum.
        eps: added to r under the logarithm where ``log_input`` is False.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes differ.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.poisson_nll_loss(pynn.tensor([0.0]), pynn.tensor([2.0])).item()
        1.0
    """
    same_shape("poisson_nll_loss", input=input, target=target)
    each = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        t = ops.maximum(target, 1.0)
        stirling = t * t.log() - t + 0.5 * (2 * math.pi * t).log()
        each = each + ops.where(target > 1, stirling, 0.0)
    return reduce("poisson_nll_loss", each, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """-ln of the density of t under a normal distribution: ½ (ln v + (x - t)² / v) (+ ½ ln 2π).

    Args:
        input: the mean x, any shape.
        target: t, of the same shape.
        var: the variance v: of the input's shape, or with its last axis 1 or left out, or one number.
        full: add the constant ½ ln 2π.
        eps: v is taken as no less than this; the gradient flows as if it had not been.
        reduction: "mean", "sum" or "none".

    Raises:
        ShapeError: shapes do not fit.
        ValueError: a variance below 0.

    Source: Nix & Weigend 1994, Estimating the mean and variance of the target probability distribution.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.gaussian_nll_loss(pynn.tensor([1.0]), pynn.tensor([3.0]), pynn.tensor([1.0])).item()
        2.0
    """
    same_shape("gaussian_nll_loss", input=input, target=target)
    v = var if isinstance(var, Tensor) else ops.full(input.shape, float(var), input.dtype)
    if v.shape != input.shape:
        if v.shape == input.shape[:-1]:
            v = v.unsqueeze(-1)
        elif v.shape != (*input.shape[:-1], 1):
            raise ShapeError(
                f"gaussian_nll_loss: var {tuple(v.shape)} fits no input of shape {tuple(input.shape)}; "
                "it is of that shape, or its last axis is 1 or left out"
            )
    if bool((v < 0).any()):
        raise ValueError("gaussian_nll_loss: a variance is below 0. Did you mean var.exp(), or var ** 2?")
    v = v + (ops.maximum(v, eps) - v).detach()
    each = 0.5 * (v.log() + (input - target) ** 2 / v)
    if full:
        each = each + 0.5 * math.log(2 * math.pi)
    return reduce("gaussian_nll_loss", each, reduction)


def multilabel_soft_margin_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Binary cross-entropy of each class, averaged over the classes: each input may have several labels.

    Args:
        input: scores, ``(N, C)`` or ``(C,)``.
        target: 1 where the class applies, else 0, of the same shape.
        weight: how much each class counts, ``(C,)``. Default: 1.
        reduction: "mean", "sum" or "none", over N.

    Raises:
        ShapeError: shapes differ.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> loss = F.multilabel_soft_margin_loss(pynn.zeros(1, 3), pynn.tensor([[1.0, 0.0, 1.0]]))
        >>> round(loss.item(), 4)
        0.6931
    """
    same_shape("multilabel_soft_margin_loss", input=input, target=target)
    each = -(target * functional.logsigmoid(input) + (1 - target) * functional.logsigmoid(-input))
    if weight is not None:
        each = each * weight
    return reduce("multilabel_soft_margin_loss", each.mean(-1), reduction)
