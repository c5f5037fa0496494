"""What an object has gathered so far, as data that can be written to a file and put back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from pynn._core import Tensor

LEFT_OUT = {"model", "history", "run"}
"""What `fit` hands to a callback: it belongs to the training, not to the callback."""


def gathered(thing: Any) -> dict[str, Any]:
    """The attributes of an object that are data and were not given as arguments when it was made.

    Data are numbers, strings, tensors, arrays, and lists, tuples and dictionaries of them, and objects
    with a `state_dict` of their own.
    """
    found = {}
    for name, value in vars(thing).items():
        if name in LEFT_OUT or name in _arguments(type(thing)):
            continue
        if has_state(value):
            found[name] = value.state_dict()
        elif is_data(value):
            found[name] = value
    return found


def put_back(thing: Any, state: Mapping[str, Any]) -> None:
    """Give an object of the same class what `gathered` took down."""
    for name, value in state.items():
        if name in LEFT_OUT or name in _arguments(type(thing)) or callable(getattr(thing, name, None)):
            continue
        mine = vars(thing).get(name)
        if has_state(mine):
            mine.load_state_dict(value)
        else:
            setattr(thing, name, value)


def has_state(value: Any) -> bool:
    """Whether an object says itself what its state is."""
    return hasattr(value, "state_dict") and hasattr(value, "load_state_dict")


def is_data(value: Any) -> bool:
    """Whether `pynn.save` can write it."""
    if value is None or isinstance(value, (bool, int, float, str, Tensor, np.generic)):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "bif" and value.dtype.itemsize in (1, 4, 8) and value.dtype.isnative
    if isinstance(value, (list, tuple)):
        return type(value) in (list, tuple) and all(map(is_data, value))
    return type(value) is dict and all(isinstance(k, (str, int)) and is_data(v) for k, v in value.items())


def _arguments(cls: type) -> set[str]:
    given: set[str] = set()
    for base in cls.__mro__:
        if "__init__" in vars(base) and base is not object:
            given.update(inspect.signature(vars(base)["__init__"]).parameters)
    return given
