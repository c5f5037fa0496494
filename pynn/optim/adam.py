"""Adam and AdamW."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, Params


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and of its square.

    m = β1 m + (1 - β1) g,  v = β2 v + (1 - β2) g²,  p = p - lr m̂ / (√v̂ + eps), where m̂ = m / (1 - β1ᵗ)
    and v̂ = v / (1 - β2ᵗ) undo the bias of starting at zero. Kingma & Ba 2015, arXiv:1412.6980, algorithm 1.

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        betas: how long the two means remember.
        eps: keeps the quotient finite.
        weight_decay: strength of the pull to zero, added to the gradient.
        amsgrad: divide by the largest v̂ so far (Reddi et al. 2018, "On the convergence of Adam").
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.
        decoupled_weight_decay: shrink the parameter itself instead, as AdamW does.
        fused: accepted for PyTorch's sake: every step is fused.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.Adam([w], lr=0.1)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> round(w.item(), 4)
        0.9
    """

    slot_names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        l1: float = 0.0,
        decoupled_weight_decay: bool = False,
        fused: bool | None = None,
    ) -> None:
        del fused  # accepted for PyTorch's sake: every step is fused
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "l1": l1,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def _step(self, group: Any, o: dict[str, Any]) -> None:
        beta1, beta2 = o["betas"]
        decoupled, amsgrad = o["decoupled_weight_decay"], o["amsgrad"]
        group.adam(
            o["lr"], beta1, beta2, o["eps"], o["weight_decay"], o["l1"], decoupled, amsgrad, o["maximize"]
        )  # fmt: skip


class AdamW(Adam):
    """Adam with weight decay that acts on the parameters themselves: p = (1 - lr weight_decay) p.

    Args:
        params: see `Optimizer`.
        lr: the learning rate.
        betas: how long the two means remember.
        eps: keeps the quotient finite.
        weight_decay: strength of the pull to zero.
        amsgrad: divide by the largest v̂ so far.
        maximize: climb instead of descending.
        l1: the price of each parameter's size |p| in the loss; makes those exactly 0 that help too little.
        fused: accepted for PyTorch's sake: every step is fused.

    Source: Loshchilov & Hutter 2019, Decoupled weight decay regularization, arXiv:1711.05101, algorithm 2.

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([1.0]))
        >>> optimizer = pynn.optim.AdamW([w], lr=0.1, weight_decay=0.5)
        >>> (3 * w).backward()
        >>> optimizer.step()
        >>> round(w.item(), 4)
        0.85
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        l1: float = 0.0,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            maximize=maximize,
            l1=l1,
            decoupled_weight_decay=True,
            fused=fused,
        )
