"""What networks there are, and one of them by its name."""

from __future__ import annotations

import difflib
import inspect
import typing
from typing import Any

from pynn import models, nn


def list_models() -> list[str]:
    """The names of all functions that make a network.

    Example:
        >>> from pynn import models
        >>> [name for name in models.list_models() if name.startswith("vgg1")][:3]
        ['vgg11', 'vgg11_bn', 'vgg13']
    """
    return sorted(name for name in models.__all__ if _makes_a_network(getattr(models, name)))


def _makes_a_network(value: Any) -> bool:
    if not inspect.isfunction(value):
        return False
    kind = typing.get_type_hints(value).get("return")
    return isinstance(kind, type) and issubclass(kind, nn.Module) and kind is not nn.Module


def get_model(name: str, **options: Any) -> nn.Module:
    """The network of this name.

    Args:
        name: one of `list_models()`.
        **options: what its function takes, such as `num_classes`.

    Raises:
        ValueError: there is no such network.

    Example:
        >>> from pynn import models
        >>> type(models.get_model("resnet20", num_classes=2)).__name__
        'CifarResNet'
    """
    known = list_models()
    if name not in known:
        close = difflib.get_close_matches(str(name), known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are {', '.join(known)}"
        raise ValueError(f"get_model: there is no network {name!r}. {hint}")
    return getattr(models, name)(**options)
