"""Adadelta."""

from __future__ import annotations

from typing import Any

from pynn import _check

from .optimizer import Optimizer, Params


class Adadelta(Optimizer):
    """Steps as long as recent steps were, for gradients as large as recent gradients were.

    h = rho h + (1 - rho) g²,  d = √(u + eps) / √(h + eps) g,  u = rho u + (1 - rho) d²,  p = p - lr d.
    Zeiler 2012, arXiv:1212.5701.

    Args:
        params: see `Optimizer`.
        lr: a factor on every step; 1 is the paper's.
        rho: how long the averages remember.
        eps: where they start from, and what keeps the quotient finite.
        weight_decay: strength of the pull to zero.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.Adadelta([w])
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> w.item() < 1
        True
    """

    slot_names = ("square_avg", "acc_delta")

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
        l1: float = 0.0,
    ) -> None:
        rho = _check.real("Adadelta", "rho", rho, 0, 1)
        super().__init__(
            params,
            {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize, "l1": l1},
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        group.adadelta(o["lr"], o["rho"], o["eps"], o["weight_decay"], o["l1"], o["maximize"])
