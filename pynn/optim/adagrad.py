"""Adagrad."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class Adagrad(Optimizer):
    """A step size for each parameter that shrinks with the sum of its squared gradients.

    h = h + g²,  p = p - lr / (1 + (t - 1) lr_decay) g / (√h + eps).
    Duchi, Hazan & Singer 2011, "Adaptive subgradient methods", JMLR 12.

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        lr_decay: how fast it falls with the count of steps.
        weight_decay: strength of the pull to zero.
        initial_accumulator_value: where h starts.
        eps: keeps the quotient finite.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.Adagrad([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> round(w.item(), 4) == 0.9
        True
    """

    slot_names = ("sum",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        l1: float = 0.0,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "eps": eps,
                "maximize": maximize,
                "l1": l1,
            },
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        start = o["initial_accumulator_value"]
        group.adagrad(o["lr"], o["lr_decay"], o["weight_decay"], start, o["eps"], o["l1"], o["maximize"])
