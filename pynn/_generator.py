"""Generator: a stream of random numbers of its own, beside the one that manual_seed starts."""

from __future__ import annotations

import contextlib
import operator
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager

from pynn import _core

from ._device import device as Device

__all__ = ["Generator"]


class Generator:
    """Random numbers that do not depend on what else was drawn: pass it as ``generator=``.

    Args:
        device: ``"cpu"`` or None.

    >>> import pynn
    >>> g = pynn.Generator().manual_seed(7)
    >>> a = pynn.rand(3, generator=g)
    >>> b = pynn.rand(3, generator=g.manual_seed(7))
    >>> bool((a == b).all())
    True
    """

    def __init__(self, device: str | Device | None = None) -> None:
        if device is not None:
            Device(device)
        self._state = (secrets.randbits(32), 0)

    def manual_seed(self, seed: int) -> Generator:
        """Starts the stream anew; the same numbers as after ``pynn.manual_seed(seed)``.

        Args:
            seed: any integer.
        """
        if not hasattr(seed, "__index__"):
            raise TypeError(f"Generator.manual_seed: a seed is a whole number, got {seed!r}")
        with self._in_charge():
            _core.manual_seed(operator.index(seed))
        return self

    def seed(self) -> int:
        """Starts the stream from a seed that nobody can foresee, and returns it."""
        self.manual_seed(secrets.randbits(32))
        return self.initial_seed()

    def initial_seed(self) -> int:
        """The seed that the stream was started with."""
        return self._state[0]

    def get_state(self) -> tuple[int, int]:
        """Where the stream stands: (seed, offset)."""
        return self._state

    def set_state(self, state: tuple[int, int]) -> None:
        """Takes the stream to where ``get_state`` found it.

        Args:
            state: (seed, offset).
        """
        seed, offset = state
        with self._in_charge():
            _core.set_rng_state((operator.index(seed), operator.index(offset)))

    @contextlib.contextmanager
    def _in_charge(self) -> Iterator[None]:
        """While this lasts, the ops draw from here."""
        before = _core.get_rng_state()
        _core.set_rng_state(self._state)
        try:
            yield
            self._state = _core.get_rng_state()
        finally:
            _core.set_rng_state(before)


_SHARED: AbstractContextManager[None] = contextlib.nullcontext()


def drawing(generator: Generator | None) -> AbstractContextManager[None]:
    """The block in which numbers come from a generator, or from the shared stream for None."""
    return _SHARED if generator is None else generator._in_charge()
