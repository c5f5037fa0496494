"""Where to search: what a parameter may be, written as one would say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Between:
    """A number between two others; `log` looks as closely at 0.001 to 0.01 as at 0.01 to 0.1."""

    low: Any
    high: Any
    log: bool = False
    step: int = 1

    def suggest(self, name: str, trial: Any) -> Any:
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, step=self.step, log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


@dataclass(frozen=True)
class OneOf:
    """One of some values. optuna sees their names, so that the values can be anything."""

    values: tuple[Any, ...]

    def suggest(self, name: str, trial: Any) -> Any:
        named = {_label(value): value for value in self.values}
        return named[trial.suggest_categorical(name, list(named))]


@dataclass(frozen=True)
class Fixed:
    """Always the same."""

    value: Any

    def suggest(self, name: str, trial: Any) -> Any:
        return self.value


class Space:
    """A dictionary of possibilities, or a function of an optuna trial that gives the parameters."""

    def __init__(self, space: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]) -> None:
        self.function = None
        self.entries: dict[str, Between | OneOf | Fixed] = {}
        if isinstance(space, Mapping):
            self.entries = {str(name): _read(name, given) for name, given in space.items()}
            if all(isinstance(entry, Fixed) for entry in self.entries.values()):
                raise ValueError(
                    'search: space leaves nothing open; it says such as {"lr": (1e-4, 1e-1, "log"), '
                    '"width": [32, 64]}'
                )
        elif callable(space):
            self.function = space
        else:
            raise TypeError(
                'search: space is a dictionary such as {"lr": (1e-4, 1e-1, "log"), "width": [32, 64]}, '
                f"or a function of a trial; got {space!r}"
            )

    def suggest(self, trial: Any) -> dict[str, Any]:
        """The parameters of one trial."""
        if self.function is not None:
            return dict(self.function(trial))
        return {name: entry.suggest(name, trial) for name, entry in self.entries.items()}


def _read(name: str, given: Any) -> Between | OneOf | Fixed:
    if isinstance(given, list):
        if not given:
            raise ValueError(f"search: space[{name!r}] is an empty list; nothing can be chosen from it")
        if len({_label(value) for value in given}) < len(given):
            raise ValueError(f"search: space[{name!r}] holds the same value twice: {given!r}")
        return OneOf(tuple(given))
    if isinstance(given, range):
        if len(given) < 2 or given.step < 1:
            raise ValueError(f"search: space[{name!r}] must rise over two numbers or more, got {given!r}")
        return Between(given[0], given[-1], step=given.step)
    if not isinstance(given, tuple):
        return Fixed(given)
    *ends, log = given if len(given) == 3 else (*given, None)
    numbers = len(ends) == 2 and all(_is_number(end) for end in ends)
    if not numbers or log not in (None, "log"):
        raise ValueError(
            f"search: space[{name!r}]: a tuple is (low, high) or (low, high, 'log'), got {given!r}. "
            f"Did you mean [{given!r}], the tuple itself?"
        )
    low, high = ends
    if not low < high or (log and low <= 0):
        above = "; a logarithmic range lies above 0" if log else ""
        raise ValueError(f"search: space[{name!r}]: low must be below high{above}, got {given!r}")
    return Between(low, high, log is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _label(value: Any) -> Any:
    """What stands for a value in a study: itself, or text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return getattr(value, "__name__", None) or repr(value)
