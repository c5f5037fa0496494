"""ModulePaths: which module's forward is running, by its dotted path."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from pynn._core import Tensor
from pynn.nn import Module, Sequential

_CLASSES: tuple[Any, ...] = (Module, Sequential)  # those with a __call__ of their own


class ModulePaths:
    """While entered, every call of a module in this thread is noted.

    The two `__call__`s are replaced for that time, so modules pay nothing while nobody looks.

    Args:
        name_of: a variable's name for the outermost module, or "" if it has none.
    """

    def __init__(self, name_of: Callable[[Any], str]) -> None:
        self._name_of = name_of
        self._originals: list[Any] = []
        self._calls: list[tuple[str, str]] = []
        self._roots: list[tuple[str, Module]] = []  # outermost modules that were called
        self._paths: dict[int, str] = {}  # of every module below them

    @property
    def present(self) -> tuple[str, str]:
        """(path, class) of the innermost module whose forward runs, or two empty strings."""
        return self._calls[-1] if self._calls else ("", "")

    def __enter__(self) -> ModulePaths:
        thread = threading.get_ident()

        self._originals = [cls.__call__ for cls in _CLASSES]
        plain_call = self._originals[0]  # of Module: a Sequential's own would pass its members' by

        def noted(original: Any) -> Any:
            def __call__(module: Any, *args: Any, **kwargs: Any) -> Any:
                if threading.get_ident() != thread:
                    return original(module, *args, **kwargs)
                self._calls.append(self._describe(module))
                try:
                    return plain_call(module, *args, **kwargs)
                finally:
                    self._calls.pop()

            return __call__

        for cls, original in zip(_CLASSES, self._originals, strict=True):
            cls.__call__ = noted(original)
        return self

    def __exit__(self, *error: object) -> None:
        for cls, original in zip(_CLASSES, self._originals, strict=True):
            cls.__call__ = original

    def _describe(self, module: Module) -> tuple[str, str]:
        name = type(module).__name__
        if id(module) not in self._paths:
            root = self._name_of(module) or name
            self._roots.append((root, module))
            for path, part in module.named_modules():
                self._paths.setdefault(id(part), f"{root}.{path}" if path else root)
        return self._paths[id(module)], name

    def name_of_tensor(self, tensor: Tensor) -> str:
        """The path of a parameter or buffer of a module that was called; "" for any other tensor."""
        for root, module in self._roots:
            for path, mine in (*module.named_parameters(), *module.named_buffers()):
                if mine is tensor:
                    return f"{root}.{path}"
        return ""
