"""Learning rates that change from step to step, by Keras's names."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pynn import _check

from ._config import Configured


class LearningRateSchedule(Configured):
    """Base class: called with the number of steps taken, it gives the rate.

    Example:
        >>> from pynn import keras
        >>> class Halving(keras.optimizers.schedules.LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 0.1 / 2**step
        >>> keras.optimizers.SGD(Halving()).learning_rate
        0.1
    """

    def __call__(self, step: int) -> float:
        raise NotImplementedError(f"{type(self).__name__} does not say its rate")


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate · decay_rate^(step / decay_steps).

    Args:
        initial_learning_rate: the first rate.
        decay_steps: in how many steps it falls by the factor.
        decay_rate: the factor.
        staircase: let it fall at once after each so many steps.

    Raises:
        ValueError: a number out of its range.

    Example:
        >>> from pynn import keras
        >>> keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.5)(200)
        0.025
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False
    ) -> None:
        owner = type(self).__name__
        self.initial = _check.real(owner, "initial_learning_rate", initial_learning_rate, 0)
        self.steps = _check.integer(owner, "decay_steps", decay_steps, 1)
        self.rate = _check.real(owner, "decay_rate", decay_rate, 0)
        self.staircase = bool(staircase)

    def times(self, step: int) -> float:
        """How often the factor counts by now.

        Args:
            step: the number of steps taken.
        """
        return step // self.steps if self.staircase else step / self.steps

    def __call__(self, step: int) -> float:
        return self.initial * self.rate ** self.times(step)


class InverseTimeDecay(ExponentialDecay):
    """initial_learning_rate / (1 + decay_rate · step / decay_steps).

    Args:
        initial_learning_rate: the first rate.
        decay_steps: the unit of time.
        decay_rate: how fast it falls.
        staircase: let it fall at once after each so many steps.

    Example:
        >>> from pynn import keras
        >>> keras.optimizers.schedules.InverseTimeDecay(0.1, 100, 1.0)(100)
        0.05
    """

    def __call__(self, step: int) -> float:
        return self.initial / (1 + self.rate * self.times(step))


class PolynomialDecay(LearningRateSchedule):
    """From one rate to another in decay_steps steps, along (1 - step / decay_steps)^power.

    Args:
        initial_learning_rate: the first rate.
        decay_steps: how many steps it takes.
        end_learning_rate: the last rate.
        power: 1 is a line.

    Example:
        >>> from pynn import keras
        >>> keras.optimizers.schedules.PolynomialDecay(1.0, 100, 0.0)(50)
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
    ) -> None:
        owner = "PolynomialDecay"
        self.initial = _check.real(owner, "initial_learning_rate", initial_learning_rate, 0)
        self.steps = _check.integer(owner, "decay_steps", decay_steps, 1)
        self.end = _check.real(owner, "end_learning_rate", end_learning_rate, 0)
        self.power = _check.real(owner, "power", power, 0)

    def __call__(self, step: int) -> float:
        left = 1 - min(step, self.steps) / self.steps
        return (self.initial - self.end) * left**self.power + self.end


class CosineDecay(LearningRateSchedule):
    """Half a wave of the cosine, down to alpha times the highest rate; before it perhaps a line up to that.

    Args:
        initial_learning_rate: where it begins.
        decay_steps: how many steps it takes.
        alpha: what is left in the end, as a share of the highest rate.
        warmup_target: the highest rate, if the beginning is lower.
        warmup_steps: how many steps lead up to it.

    Source: Loshchilov & Hutter 2017, SGDR, arXiv:1608.03983, equation 5.

    Example:
        >>> from pynn import keras
        >>> round(keras.optimizers.schedules.CosineDecay(1.0, 100)(50), 4)
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        owner = "CosineDecay"
        self.initial = _check.real(owner, "initial_learning_rate", initial_learning_rate, 0)
        self.steps = _check.integer(owner, "decay_steps", decay_steps, 1)
        self.alpha = _check.real(owner, "alpha", alpha, 0)
        self.target = None if warmup_target is None else _check.real(owner, "warmup_target", warmup_target, 0)
        self.warmup = (
            _check.integer(owner, "warmup_steps", warmup_steps, 0) if warmup_target is not None else 0
        )

    def __call__(self, step: int) -> float:
        top = self.initial if self.target is None else self.target
        if step < self.warmup:
            return self.initial + (top - self.initial) * step / self.warmup
        done = min(step - self.warmup, self.steps) / self.steps
        return top * ((1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * done)) + self.alpha)


class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to each boundary.

    Args:
        boundaries: numbers of steps, rising.
        values: the rates, one more than boundaries.

    Raises:
        ValueError: another number of values.

    Example:
        >>> from pynn import keras
        >>> schedule = keras.optimizers.schedules.PiecewiseConstantDecay([100], [0.1, 0.01])
        >>> schedule(100), schedule(101)
        (0.1, 0.01)
    """

    def __init__(self, boundaries: Sequence[int], values: Sequence[float]) -> None:
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"PiecewiseConstantDecay: {len(boundaries)} boundaries need {len(boundaries) + 1} values, "
                f"got {len(values)}"
            )
        self.boundaries, self.values = list(boundaries), [float(value) for value in values]

    def __call__(self, step: int) -> float:
        return self.values[sum(step > boundary for boundary in self.boundaries)]


__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
]
