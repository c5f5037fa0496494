"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class SGD(Optimizer):
    """Gradient descent with optional momentum.

    b = momentum b + (1 - dampening) g  (b = g in the first step),  p = p - lr b;
    with `nesterov`, p = p - lr (g + momentum b); `weight_decay` adds weight_decay p to g.
    Robbins & Monro 1951; Polyak 1964; Sutskever et al. 2013.

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        momentum: how much of the last step goes on, usually 0.9.
        dampening: how much less of the gradient enters the momentum.
        weight_decay: strength of the pull to zero (half the L2 penalty's factor).
        nesterov: look ahead along the momentum; needs momentum and no dampening.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.SGD([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> round(w.item(), 4)
        0.7
    """

    slot_names = ("momentum_buffer",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        l1: float = 0.0,
    ) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("SGD: nesterov=True needs momentum > 0 and dampening=0")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "l1": l1,
            },
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        group.sgd(
            o["lr"], o["momentum"], o["dampening"], o["weight_decay"], o["l1"], o["nesterov"], o["maximize"]
        )
