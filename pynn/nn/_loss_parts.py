"""What the losses written in Python share: the check of shapes, and the mean or sum at the end."""

from __future__ import annotations

from pynn import _check
from pynn._core import ShapeError, Tensor, ops


def same_shape(name: str, **tensors: Tensor) -> None:
    """Raise unless all shapes are equal: in a loss, broadcasting is nearly always a mistake."""
    shapes = {key: tuple(_check.tensor(name, key, t).shape) for key, t in tensors.items()}
    if len(set(shapes.values())) > 1:
        got = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
        raise ShapeError(
            f"{name}: expected equal shapes, got {got}. Against (N,), an (N, 1) needs x.reshape(-1)."
        )


def reduce(name: str, each: Tensor, reduction: str) -> Tensor:
    """The mean, the sum, or the losses as they are."""
    if reduction == "mean":
        return each.mean()
    if reduction == "sum":
        return each.sum()
    if reduction == "none":
        return each
    raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def at_least_zero(x: Tensor) -> Tensor:
    """max(x, 0)."""
    return ops.maximum(x, 0.0)
