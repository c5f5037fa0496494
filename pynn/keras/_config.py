"""Objects that remember how they were made, so that a model can be written down as JSON and made again."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

Self = TypeVar("Self", bound="Configured")

REGISTRY: dict[str, type[Configured]] = {}


class Configured:
    """Remembers the arguments of its constructor: `get_config` gives them, `from_config` takes them."""

    _given: dict[str, Any]
    __signature__: inspect.Signature

    def __new__(cls: type[Self], *args: Any, **kwargs: Any) -> Self:
        made = super().__new__(cls)
        made.__dict__["_given"] = _arguments(cls, args, kwargs)
        return made

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        signature = inspect.signature(cls.__init__)
        own = [] if cls.__init__ is object.__init__ else list(signature.parameters.values())[1:]
        cls.__signature__ = signature.replace(parameters=own)  # of __new__ it would be (*args, **kwargs)
        if cls.__module__.startswith("pynn.keras") and not cls.__name__.startswith("_"):
            REGISTRY[cls.__name__] = cls

    def get_config(self) -> dict[str, Any]:
        """The arguments that make another such object, as JSON can hold them."""
        return {name: serialized(value) for name, value in self._given.items()}

    @classmethod
    def from_config(cls: type[Self], config: Mapping[str, Any]) -> Self:
        """Another object from what `get_config` gave.

        Args:
            config: the arguments by name.
        """
        return cls(**{name: deserialized(value) for name, value in config.items()})


def _arguments(cls: type[Configured], args: Any, kwargs: Any) -> dict[str, Any]:
    signature = cls.__signature__
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:  # __init__ says it better; or this is a copy, whose attributes follow
        return {}
    given: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            given.update(value)
        else:
            given[name] = value
    return given


def serialized(value: Any) -> Any:
    """A value as JSON can hold it: objects by class and arguments, functions by name."""
    if isinstance(value, Configured):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {key: serialized(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [serialized(part) for part in value]
    if callable(value) and hasattr(value, "__name__") and value.__name__ != "<lambda>":
        return value.__name__
    raise TypeError(
        f"{value!r} cannot be written to a file. Functions need a name under which load_model finds them "
        "(custom_objects={...}), and classes a get_config."
    )


_custom: dict[str, Any] = {}


class custom_objects:  # noqa: N801 - used like a function
    """Within it, `load_model` and every other reader find classes and functions of your own by name.

    Args:
        objects: name -> class or function.

    Example:
        >>> from pynn import keras
        >>> def double(x):
        ...     return 2 * x
        >>> with keras.utils.custom_object_scope({"double": double}):
        ...     keras.layers.Dense(3, activation="double").activation(4)
        8
    """

    def __init__(self, objects: Mapping[str, Any] | None) -> None:
        self.objects = dict(objects or {})

    def __enter__(self) -> None:
        self.before = dict(_custom)
        _custom.update(self.objects)

    def __exit__(self, *error: object) -> None:
        _custom.clear()
        _custom.update(self.before)


def custom(name: Any) -> Any:
    """What the user calls so, or the name itself."""
    return _custom.get(name, name) if isinstance(name, str) else name


def deserialized(value: Any) -> Any:
    """The object that `serialized` wrote."""
    if isinstance(value, Mapping):
        if set(value) == {"class_name", "config"}:
            return class_named(value["class_name"]).from_config(value["config"])
        return {key: deserialized(part) for key, part in value.items()}
    if isinstance(value, list):
        return [deserialized(part) for part in value]
    return value


def class_named(name: str) -> type[Configured]:
    """The class of that name.

    Raises:
        ValueError: there is none.
    """
    found = _custom.get(name) or REGISTRY.get(name)
    if found is None:
        raise ValueError(
            f"there is no {name!r}. Is it yours? load_model(path, custom_objects={{{name!r}: ...}})"
        )
    return found


def look_up(kind: str, name: str, known: Mapping[str, Any] | Iterable[str]) -> Any:
    """The entry of that name in any of Keras's spellings.

    Raises:
        ValueError: there is none; the message names a close one.
    """
    table = known if isinstance(known, Mapping) else {key: key for key in known}
    for key in (name, name.lower()):
        if key in table:
            return table[key]
    close = difflib.get_close_matches(name.lower(), table, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"no {kind} is called {name!r}; there are {', '.join(table)}.{hint}")
