"""RAdam."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class RAdam(Optimizer):
    """Adam that divides by its second moment only once enough gradients stand behind it.

    Until then it is gradient descent with momentum: a warm-up that needs no schedule. Liu et al. 2020,
    "On the variance of the adaptive learning rate and beyond", arXiv:1908.03265, algorithm 2.

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        betas: how long the two means remember.
        eps: keeps the quotient finite.
        weight_decay: strength of the pull to zero.
        decoupled_weight_decay: shrink the parameter itself, as AdamW does.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.RAdam([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> w.item() < 1
        True
    """

    slot_names = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
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
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "l1": l1,
            },
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        beta1, beta2 = o["betas"]
        decoupled = o["decoupled_weight_decay"]
        group.radam(o["lr"], beta1, beta2, o["eps"], o["weight_decay"], o["l1"], decoupled, o["maximize"])
