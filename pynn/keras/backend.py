"""keras.backend: what programs still take from it."""

from ._names import clear_session
from .losses import _TINY


def epsilon() -> float:
    """The number that keeps quotients and logarithms finite."""
    return _TINY


__all__ = ["clear_session", "epsilon"]
