"""The function of PyTorch that a pynn op of the same name must agree with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Where PyTorch has the function under another name.
NAMES = {"clip": "clamp", "normal_cdf": "special.ndtr"}

# Ops that PyTorch has under the same name, but not with the same meaning or arguments: why.
DIFFERENT: dict[str, str] = {
    "step": "torch has no unit step as an activation",
    "floor_divide": "torch has no gradient for it, pynn's is 0 as for floor; integers: torch traps x // 0",
    "heaviside": "torch has no gradient for it",
    "hardsigmoid": "torch multiplies its gradient by 1/6 as a float32 holds it",
}


def torch_twin(op: Any) -> Callable[..., Any] | None:
    """PyTorch's function, or None where there is none to compare with."""
    import torch

    if op.name in DIFFERENT or (op.home == "internal" and op.name not in NAMES):
        return None
    name = NAMES.get(op.name, op.name)
    for home in (torch, torch.nn.functional, torch.Tensor):
        found: Any = home
        for part in name.split("."):
            found = getattr(found, part, None)
        if callable(found):
            return found
    return None
