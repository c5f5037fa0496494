"""What networks for sequences check of their input: messages that name the network and the fix."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor
from pynn._factories import arange


def tokens(owner: str, name: str, x: Any) -> Tensor:
    """`x`, if it is a batch of sequences of integers `(N, T)`.

    Raises:
        TypeError: it is no tensor.
        DTypeError: it holds floats.
        ShapeError: it has another number of axes, or sequences of no steps.
    """
    _check.tensor(owner, name, x)
    if x.dtype.is_floating_point:
        raise DTypeError(f"{owner}: {name} must be token numbers, integers; got {x.dtype}")
    shape = tuple(x.shape)
    if len(shape) != 2:
        hint = f". One sequence? Did you mean {name}.unsqueeze(0)?" if len(shape) == 1 else ""
        raise ShapeError(f"{owner}: {name} must be (N, T), got {shape}{hint}")
    if shape[1] == 0:
        raise ShapeError(f"{owner}: {name} {shape} holds sequences of no steps. Give one or more")
    return x


def steps(owner: str, x: Any, features: int) -> Tensor:
    """`x`, if it is a batch of sequences of vectors `(N, T, features)`.

    Raises:
        TypeError: it is no tensor.
        ShapeError: it has another number of axes or features, or sequences of no steps.
    """
    shape = tuple(_check.tensor(owner, "input", x).shape)
    if len(shape) != 3 or shape[2] != features:
        hint = ""
        if len(shape) == 2:
            hint = ". Did you mean " + ("x.unsqueeze(-1)?" if features == 1 else "x.unsqueeze(0)?")
        elif len(shape) == 3 and shape[1] == features:
            hint = ", features last. Did you mean x.transpose(1, 2)?"
        raise ShapeError(f"{owner}: got {shape}, expected (N, T, {features}){hint}")
    if shape[1] == 0:
        raise ShapeError(f"{owner}: got {shape}, sequences of no steps. Give one or more")
    return x


def behind(lengths: Any, count: int) -> Tensor:
    """`(N, count)` bool, True on the steps behind the end of each sequence."""
    return arange(count) >= counted(lengths)


def counted(lengths: Any) -> Tensor:
    """Lengths, a list or a tensor, as a tensor `(N, 1)`."""
    return _core.from_numpy(np.asarray(lengths).reshape(-1, 1))
