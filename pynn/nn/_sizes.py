"""Sizes that are one integer for all axes or one for each, and inputs with so many axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynn import _check
from pynn._core import ShapeError, Tensor

SHAPES = {1: "(N, C, L) or (C, L)", 2: "(N, C, H, W) or (C, H, W)", 3: "(N, C, D, H, W) or (C, D, H, W)"}


def pair(owner: str, name: str, value: Any, axes: int, at_least: int) -> tuple[int, ...]:
    """`value` as one integer for each axis.

    Raises:
        TypeError: it holds something else than integers.
        ValueError: it has another number of them, or one below `at_least`.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (_check.integer(owner, name, value, at_least),) * axes
    numbers = tuple(_check.integer(owner, name, v, at_least) for v in value)
    if len(numbers) not in (1, axes):
        raise ValueError(
            f"{owner}: {name} must be one integer{' or ' + str(axes) if axes > 1 else ''}, got {value!r}"
        )
    return numbers * axes if len(numbers) == 1 else numbers


def image(owner: str, x: Any, axes: int) -> Tensor:
    """`x`, if it is a tensor of channels with so many axes each, batched or not.

    Raises:
        TypeError: it is no tensor.
        ShapeError: it has another number of axes.
    """
    _check.tensor(owner, "input", x)
    if x.ndim not in (axes + 1, axes + 2):
        hint = ". Did you mean x.unsqueeze(0), one channel?" if x.ndim == axes else ""
        raise ShapeError(f"{owner}: expected {SHAPES[axes]}, got {tuple(x.shape)}{hint}")
    return x
