"""NAdam."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class NAdam(Optimizer):
    """Adam that looks ahead along its momentum, as Nesterov's method does.

    Dozat 2016, "Incorporating Nesterov momentum into Adam"; the momentum is warmed up by
    μt = β1 (1 - ½ 0.96^(t momentum_decay)).

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        betas: how long the two means remember.
        eps: keeps the quotient finite.
        weight_decay: strength of the pull to zero.
        momentum_decay: how fast the momentum is warmed up.
        decoupled_weight_decay: shrink the parameter itself, as AdamW does.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.NAdam([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> w.item() < 1
        True
    """

    slot_names = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
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
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "l1": l1,
            },
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        beta1, beta2 = o["betas"]
        decay, decoupled = o["momentum_decay"], o["decoupled_weight_decay"]
        group.nadam(
            o["lr"], beta1, beta2, o["eps"], o["weight_decay"], decay, o["l1"], decoupled, o["maximize"]
        )
