"""Reading batches so that the place that was reached can be written down, and found again."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from pynn import _core
from pynn._generator import Generator

NO_MORE: Any = object()


class Passes:
    """Batches, pass after pass: how many of the running pass were read, and from which random numbers.

    Args:
        batches: what is read; an iterator has one pass only, which goes on.
    """

    def __init__(self, batches: Iterable[Any]) -> None:
        self.batches, self.taken = batches, 0
        self.running: Iterator[Any] = iter(())
        self.goes_on = isinstance(batches, Iterator)
        self.begun = False
        self.notes_start = False  # for a training that is written down
        self.start: dict[str, Any] | None = None

    def begin(self) -> None:
        """Start a new pass."""
        if self.goes_on and self.begun:
            return
        self.start = random_state(self.batches) if self.notes_start else None
        self.running, self.taken, self.begun = iter(self.batches), 0, True

    def next(self) -> Any:
        """The next batch, or NO_MORE."""
        for batch in self.running:
            self.taken += 1
            return batch
        return NO_MORE

    def state(self) -> dict[str, Any]:
        """Where this is."""
        return {"taken": self.taken, "start": self.start}

    def load(self, state: dict[str, Any]) -> None:
        """Go to where `state` was. Random numbers are then as they were there, but for their later use."""
        self.start, count = state["start"], int(state["taken"])
        if self.start is None:
            return
        set_random_state(self.start, self.batches)
        if hasattr(self.batches, "starting_at"):
            self.running = self.batches.starting_at(count)
        else:
            self.running = iter(self.batches)
            for i in range(count):
                if next(self.running, NO_MORE) is NO_MORE:
                    raise ValueError(f"the data has only {i} batches where it had {count} or more")
        self.taken, self.begun = count, True


class Reader:
    """Batches of a training, epoch by epoch.

    Args:
        batches: read once an epoch; or `Steps`, which say how many batches are one.
    """

    def __init__(self, batches: Iterable[Any]) -> None:
        self.steps: int | None = batches.steps if isinstance(batches, Steps) else None
        self.passes = batches.passes if isinstance(batches, Steps) else Passes(batches)
        self.batches = batches
        self.done = 0  # batches of the running epoch

    def epoch(self) -> Iterator[tuple[int, Any]]:
        """(number, batch) of all that is left in the epoch."""
        if isinstance(self.batches, Steps):
            while self.done < self.batches.steps:
                parts = self.batches.next()
                self.done += 1
                yield self.done - 1, parts
            return
        passes = self.passes
        if self.done == 0:
            passes.begin()
        while (parts := passes.next()) is not NO_MORE:
            self.done += 1
            yield self.done - 1, parts


class Steps:
    """So many batches at a time. What is left waits for the next epoch; what ends is begun again."""

    def __init__(self, batches: Iterable[Any], steps: int, verb: str) -> None:
        self.passes, self.steps, self.verb = Passes(batches), steps, verb

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[Any]:
        for _ in range(self.steps):
            yield self.next()

    def next(self) -> Any:
        """The next batch, of a new pass if need be."""
        if (parts := self.passes.next()) is NO_MORE:
            if self.passes.goes_on and self.passes.begun:
                raise ValueError(f"{self.verb}: the generator has ended before all steps were done")
            self.passes.begin()
            if (parts := self.passes.next()) is NO_MORE:
                raise ValueError(f"{self.verb}: there are no batches")
        return parts


# ---- random numbers ---------------------------------------------------------------------------------


def random_state(*things: Any) -> dict[str, Any]:
    """Where the streams of random numbers stand: pynn's, NumPy's, Python's, and those that things hold.

    Args:
        *things: data whose own generators are looked for.
    """
    return {
        "pynn": _core.get_rng_state(),
        "numpy": _plain(np.random.get_state(legacy=False)),
        "python": random.getstate(),
        "own": [_plain(_state_of(generator)) for generator in _generators(things)],
    }


def set_random_state(state: dict[str, Any], *things: Any) -> None:
    """Take all streams back to where `random_state` found them.

    Raises:
        ValueError: the things hold another number of generators.
    """
    generators = _generators(things)
    if len(generators) != len(state["own"]):
        raise ValueError(
            f"the data holds {len(generators)} random generators of its own where it held "
            f"{len(state['own'])}: is it seeded in another way now?"
        )
    seed, offset = state["pynn"]
    _core.set_rng_state((seed, offset))
    np.random.set_state(_like(state["numpy"], np.random.get_state(legacy=False)))
    random.setstate(state["python"])
    for generator, one in zip(generators, state["own"], strict=True):
        if isinstance(generator, np.random.Generator):
            generator.bit_generator.state = _like(one, generator.bit_generator.state)
        elif isinstance(generator, Generator):
            generator.set_state(one)
        else:
            generator.setstate(one)


def _state_of(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    return generator.get_state() if isinstance(generator, Generator) else generator.getstate()


def _generators(things: Iterable[Any]) -> list[Any]:
    """All generators that objects hold as attributes, and what they hold, each once and in order."""
    found: list[Any] = []
    waiting, seen = list(things), set()
    while waiting:
        thing = waiting.pop(0)
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, (np.random.Generator, Generator, random.Random)):
            found.append(thing)
        elif hasattr(thing, "__dict__") and not isinstance(thing, (type, ModuleType)):
            waiting += list(vars(thing).values())
    return found


def _plain(value: Any) -> Any:
    """Arrays of the states as lists of numbers: files know no unsigned ones."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def _like(value: Any, pattern: Any) -> Any:
    """The state in the types that its generator uses."""
    if isinstance(pattern, dict):
        return {key: _like(value[key], part) for key, part in pattern.items()}
    return np.array(value, dtype=pattern.dtype) if isinstance(pattern, np.ndarray) else value
