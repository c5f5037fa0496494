"""Lion."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class Lion(Optimizer):
    """Steps of equal length in the direction of the sign of momentum.

    p = (1 - lr weight_decay) p - lr sign(β1 m + (1 - β1) g),  m = β2 m + (1 - β2) g.
    Chen et al. 2023, "Symbolic discovery of optimization algorithms", arXiv:2302.06675. One buffer where
    Adam has two; use a learning rate 3 to 10 times smaller than Adam's.

    Args:
        params: see `Optimizer`.
        lr: the length of every step.
        betas: how much of the momentum enters the step, and how long it remembers.
        weight_decay: strength of the pull to zero.
        maximize: climb instead of descending.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.Lion([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> round(w.item(), 4) == 0.9
        True
    """

    slot_names = ("exp_avg",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize}
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        beta1, beta2 = o["betas"]
        group.lion(o["lr"], beta1, beta2, o["weight_decay"], o["maximize"])
