"""Checks of arguments that many classes share: the message names the owner, what it got and what it takes."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from pynn._core import Tensor


def tensor(owner: str, name: str, value: Any) -> Tensor:
    """`value`, if it is a Tensor.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, Tensor):
        raise TypeError(
            f"{owner}: {name} must be a Tensor, got {type(value).__name__}. Did you mean pynn.tensor({name})?"
        )
    return value


def tensors(owner: str, **given: Any) -> None:
    """Raise TypeError unless every argument given by its name is a Tensor, or a list of them."""
    for name, value in given.items():
        for part in value if isinstance(value, (list, tuple)) else (value,):
            tensor(owner, name, part)


def integer(owner: str, name: str, value: Any, at_least: int | None = None) -> int:
    """`value` as an int.

    Raises:
        TypeError: it is no integer (a bool is none).
        ValueError: it lies below `at_least`.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{owner}: {name} must be an integer{_bound(at_least)}, got {value!r}")
    number = operator.index(value)
    if at_least is not None and number < at_least:
        raise ValueError(f"{owner}: {name} must be an integer{_bound(at_least)}, got {value!r}")
    return number


def real(
    owner: str,
    name: str,
    value: Any,
    at_least: float | None = None,
    at_most: float | None = None,
    *,
    above: float | None = None,
    finite: bool = True,
    any_float: bool = False,
) -> float:
    """`value` as a float, between the bounds given; `finite=False` lets infinity in, `any_float` NaN too.

    Raises:
        TypeError: it is no number.
        ValueError: it lies outside the bounds.
    """
    try:
        number = math.nan if isinstance(value, (str, bytes)) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    wanted = _interval(at_least, at_most, above)
    if any_float and hasattr(value, "__float__"):
        return number
    if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        raise TypeError(f"{owner}: {name} must be {wanted}, got {value!r}")
    low = (at_least is None or number >= at_least) and (above is None or number > above)
    inside = low and (at_most is None or number <= at_most)
    if math.isnan(number) or not inside or (finite and math.isinf(number)):
        raise ValueError(f"{owner}: {name} must be {wanted}, got {value!r}")
    return number


def text(owner: str, name: str, value: Any) -> str:
    """`value`, if it is a str.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"{owner}: {name} must be a str, got {value!r}")
    return value


def choice(owner: str, name: str, value: Any, known: Sequence[str]) -> str:
    """`value`, if it is one of the words that are known.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(value, str) or value not in known:
        words = ", ".join(map(repr, known[:-1])) + f" or {known[-1]!r}"
        raise ValueError(f"{owner}: {name} is {words}, got {value!r}")
    return value


def _bound(at_least: int | None) -> str:
    return "" if at_least is None else f" of {at_least} or more"


def _interval(at_least: float | None, at_most: float | None, above: float | None) -> str:
    if at_most is not None:
        low = f"[{at_least:g}" if at_least is not None else f"({above:g}" if above is not None else "(-inf"
        return f"a number in {low}, {at_most:g}]"
    if at_least is not None:
        return f"a number of {at_least:g} or more"
    return "a number" if above is None else f"a number above {above:g}"
