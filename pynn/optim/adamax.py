"""Adamax."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the root mean square.

    m = β1 m + (1 - β1) g,  u = max(β2 u, |g| + eps),  p = p - lr / (1 - β1ᵗ) m / u.
    Kingma & Ba 2015, arXiv:1412.6980, algorithm 2.

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        betas: how long mean and maximum remember.
        eps: keeps the quotient finite.
        weight_decay: strength of the pull to zero.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.Adamax([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> round(w.item(), 4) == 0.9
        True
    """

    slot_names = ("exp_avg", "exp_inf")

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
        l1: float = 0.0,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "l1": l1,
            },
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        beta1, beta2 = o["betas"]
        group.adamax(o["lr"], beta1, beta2, o["eps"], o["weight_decay"], o["l1"], o["maximize"])
