"""RMSprop."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class RMSprop(Optimizer):
    """Gradients divided by their recent root mean square.

    h = alpha h + (1 - alpha) g²,  p = p - lr g / (√h + eps); `centered` subtracts the squared mean gradient
    from h under the root (Graves 2013, arXiv:1308.0850). Hinton 2012, Coursera lecture 6e.

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        alpha: how long the mean remembers.
        eps: keeps the quotient finite.
        weight_decay: strength of the pull to zero.
        momentum: how much of the last step goes on.
        centered: divide by the standard deviation instead.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.RMSprop([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> w.item() < 1
        True
    """

    slot_names = ("square_avg", "momentum_buffer", "grad_avg")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
        l1: float = 0.0,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "centered": centered,
                "maximize": maximize,
                "l1": l1,
            },
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        momentum, centered = o["momentum"], o["centered"]
        group.rmsprop(
            o["lr"], o["alpha"], o["eps"], o["weight_decay"], momentum, o["l1"], centered, o["maximize"]
        )
