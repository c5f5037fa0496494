"""The function of PyTorch that a pynn op of the same name must agree with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Where PyTorch has the function under another name.
NAMES = {"clip": "clamp", "normal_cdf": "special.ndtr"}
# Ops that Python code wraps: PyTorch's of the same name takes the same arguments.
NAMES |= {name: name for n in "123" for name in (f"conv{n}d", f"conv_transpose{n}d")}

# Ops that PyTorch has under the same name, but not with the same meaning or arguments: why.
DIFFERENT: dict[str, str] = {
    "step": "torch has no unit step as an activation",
    "floor_divide": "torch has no gradient for it, pynn's is 0 as for floor; integers: torch traps x // 0",
    "heaviside": "torch has no gradient for it",
    "hardsigmoid": "torch multiplies its gradient by 1/6 as a float32 holds it",
}

# Ops whose values agree, but not their gradients: why.
OTHER_GRADIENT: dict[str, str] = {
    "scatter": "torch gives a gradient to every source of a place written twice, pynn to the one that stays",
    "index_put": "the same",
}


def _adapted() -> dict[str, Callable[..., Any]]:
    """Where PyTorch takes the same arguments in another order or by keyword only."""
    import torch
    import torch.nn.functional as F

    return {
        "unfold": torch.Tensor.unfold,  # torch.nn.functional.unfold cuts patches from images
        "flip": lambda x, axis: torch.flip(x, axis if isinstance(axis, (list, tuple)) else (axis,)),
        "dropout": F.dropout,
        "embedding": F.embedding,
        "index_put": index_put,
        "index_add": lambda x, axis, index, source, alpha=1.0: torch.index_add(
            x, axis, index, source, alpha=alpha
        ),
        "addmm": lambda x, a, b, beta=1.0, alpha=1.0: torch.addmm(x, a, b, beta=beta, alpha=alpha),
        "smooth_l1_loss": lambda x, y, reduction="mean", beta=1.0: F.smooth_l1_loss(
            x, y, reduction=reduction, beta=beta
        ),
        "binary_cross_entropy": weighted(lambda x, y: F.binary_cross_entropy(x, y, reduction="none")),
        "binary_cross_entropy_with_logits": weighted(
            lambda x, y, pos_weight=1.0: -(pos_weight * y * F.logsigmoid(x) + (1 - y) * F.logsigmoid(-x))
        ),
        "scatter": lambda x, axis, index, src: torch.scatter(x, axis, index, cut_to(index, src)),
        "scatter_add": lambda x, axis, index, src: torch.scatter_add(x, axis, index, cut_to(index, src)),
    }


def weighted(loss: Callable[..., Any]) -> Callable[..., Any]:
    """A loss with weights that a gradient flows to, which it does not in torch's own."""

    def function(x: Any, y: Any, weight: Any = None, reduction: str = "mean", *more: Any) -> Any:
        losses = loss(x, y, *more) if weight is None else loss(x, y, *more) * weight
        return losses if reduction == "none" else getattr(losses, reduction)()

    return function


def cut_to(index: Any, source: Any) -> Any:
    """The part of `source` that is used; torch has no gradient for a source larger than its index."""
    return source[tuple(slice(n) for n in index.shape)]


def index_put(x: Any, indices: list[Any], values: Any, accumulate: bool = False) -> Any:
    """torch's takes no None for an axis that is kept whole."""
    import torch

    if any(index is None for index in indices):
        whole = [torch.arange(n) for n in x.shape[: len(indices)]]
        indices = list(
            torch.meshgrid(
                *[w if i is None else i for w, i in zip(whole, indices, strict=True)], indexing="ij"
            )
        )
    return torch.index_put(x, indices, values, accumulate=accumulate)


def torch_twin(op: Any) -> Callable[..., Any] | None:
    """PyTorch's function, or None where there is none to compare with."""
    import torch

    if op.name in DIFFERENT or (op.home == "internal" and op.name not in NAMES):
        return None
    if op.name in (adapted := _adapted()):
        return adapted[op.name]
    name = NAMES.get(op.name, op.name)
    for home in (torch, torch.nn.functional, torch.Tensor):
        found: Any = home
        for part in name.split("."):
            found = getattr(found, part, None)
        if callable(found):
            return found
    return None
