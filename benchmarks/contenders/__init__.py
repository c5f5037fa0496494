"""Who computes it. Each module here has a list `CONTENDERS` of classes; a new one is added to `MODULES`.

A contender has a `name`, a `version`, and a method for each kind of workload that it can do:
`mlp(workload, check)` and `op(workload, check)` return a `Program`. With `check`, dropout is off.
Making one raises ImportError where its library is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

MODULES = ["pynn_", "torch_", "jax_", "sklearn_", "numpy_", "tinygrad_"]


def contenders(only: list[str] | None, threads: int) -> Iterator[tuple[str, Any]]:
    """(name, contender, or the exception that kept it away), for all or those named."""
    for module in MODULES:
        for kind in contender_classes(module):
            if only and kind.name not in only:
                continue
            try:
                yield kind.name, kind(threads)
            except Exception as error:  # a library that is missing, or breaks on import, is not here today
                yield kind.name, error


def contender_classes(module: str) -> list[Any]:
    return import_module(f".{module}", __name__).CONTENDERS


def contender_names() -> list[str]:
    return [kind.name for module in MODULES for kind in contender_classes(module)]
