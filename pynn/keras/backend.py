"""keras.backend: what programs still take from it."""

from ._loss_values import TINY
from ._names import clear_session


def epsilon() -> float:
    """The number that keeps quotients and logarithms finite.

    Example:
        >>> from pynn import keras
        >>> keras.backend.epsilon()
        1e-07
    """
    return TINY


__all__ = ["clear_session", "epsilon"]
