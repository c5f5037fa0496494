"""Schedules that go one way: steps, powers, lines."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pynn import _check

from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer


class LambdaLR(LRScheduler):
    """The base rate times any function of time.

    Args:
        optimizer: whose rates are set.
        lr_lambda: t -> factor, or one such function for each group.
        last_epoch: see `LRScheduler`.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t))
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        if not callable(lr_lambda) and not isinstance(lr_lambda, Sequence):
            raise TypeError(
                f"LambdaLR: lr_lambda must be a function or a list of them, got {type(lr_lambda).__name__}"
            )
        groups = len(optimizer.param_groups)
        functions = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(functions) != groups:
            raise ValueError(f"LambdaLR: {len(functions)} functions for {groups} parameter groups")
        self.lr_lambdas = functions
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return self.base_lrs[group] * self.lr_lambdas[group](t)

    def state_dict(self) -> dict[str, Any]:
        return {k: v for k, v in super().state_dict().items() if k != "lr_lambdas"}


class MultiplicativeLR(LRScheduler):
    """The rate of the step before times any function of time.

    Args:
        optimizer: whose rates are set.
        lr_lambda: t -> factor, or one such function for each group.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: another number of functions than groups.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda t: 0.5)
        >>> schedule.step()
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        groups = len(optimizer.param_groups)
        functions = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(functions) != groups:
            raise ValueError(f"MultiplicativeLR: {len(functions)} functions for {groups} parameter groups")
        self.lr_lambdas = functions
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return self.base_lrs[group] * math.prod(self.lr_lambdas[group](k) for k in range(1, t + 1))

    def state_dict(self) -> dict[str, Any]:
        return {k: v for k, v in super().state_dict().items() if k != "lr_lambdas"}


class StepLR(LRScheduler):
    """base γ^⌊t / step_size⌋: a fall by the factor gamma every `step_size` steps.

    Args:
        optimizer: whose rates are set.
        step_size: steps from one fall to the next.
        gamma: the factor.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: step_size is below 1.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.StepLR(optimizer, step_size=2)
        >>> for _ in range(2):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.1]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = _check.integer("StepLR", "step_size", step_size, 1)
        self.gamma = _check.real("StepLR", "gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return self.base_lrs[group] * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """A fall by the factor gamma at each milestone reached.

    Args:
        optimizer: whose rates are set.
        milestones: the times t of the falls.
        gamma: the factor.
        last_epoch: see `LRScheduler`.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.5)
        >>> for _ in range(3):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        if not isinstance(milestones, Iterable):
            raise TypeError(f"MultiStepLR: milestones must be a list of step numbers, got {milestones!r}")
        steps = [_check.integer("MultiStepLR", "each of milestones", step) for step in milestones]
        self.milestones, self.gamma = sorted(steps), _check.real("MultiStepLR", "gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return self.base_lrs[group] * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """base γᵗ.

    Args:
        optimizer: whose rates are set.
        gamma: the factor of each step.
        last_epoch: see `LRScheduler`.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> for _ in range(2):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.25]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = _check.real("ExponentialLR", "gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return self.base_lrs[group] * self.gamma**t


class ConstantLR(LRScheduler):
    """base × factor for the first `total_iters` steps, then base.

    Args:
        optimizer: whose rates are set.
        factor: of the first rates, in [0, 1].
        total_iters: how many steps.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: factor is not in [0, 1].

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> for _ in range(1):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.5]
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        self.factor = _check.real("ConstantLR", "factor", factor, 0, 1)
        self.total_iters = _check.integer("ConstantLR", "total_iters", total_iters, 0)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return self.base_lrs[group] * (self.factor if t < self.total_iters else 1)


class LinearLR(LRScheduler):
    """The factor runs in a straight line from `start_factor` to `end_factor` in `total_iters` steps.

    Args:
        optimizer: whose rates are set.
        start_factor: the first factor, in (0, 1].
        end_factor: the last factor, in [0, 1].
        total_iters: how many steps.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: a factor is out of range.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=4)
        >>> for _ in range(2):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.75]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        self.start_factor = _check.real("LinearLR", "start_factor", start_factor, at_most=1, above=0)
        self.end_factor = _check.real("LinearLR", "end_factor", end_factor, 0, 1)
        self.total_iters = _check.integer("LinearLR", "total_iters", total_iters, 0)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        done = min(t, self.total_iters) / self.total_iters if self.total_iters else 1
        return self.base_lrs[group] * (self.start_factor + (self.end_factor - self.start_factor) * done)


class LinearWarmup(LRScheduler):
    """base (t + 1) / warmup_steps until base is reached: no jump at the start, and never a rate of 0.

    Follow it with another schedule by `SequentialLR`.

    Args:
        optimizer: whose rates are set.
        warmup_steps: how many steps, 1 or more.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: warmup_steps is below 1.

    Source: Goyal et al. 2017, Accurate, large minibatch SGD, section 2.2, arXiv:1706.02677.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.LinearWarmup(optimizer, warmup_steps=4)
        >>> for _ in range(1):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.5]
    """

    def __init__(self, optimizer: Optimizer, warmup_steps: int, last_epoch: int = -1) -> None:
        self.warmup_steps = _check.integer("LinearWarmup", "warmup_steps", warmup_steps, 1)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return self.base_lrs[group] * min(1.0, (t + 1) / self.warmup_steps)


class PolynomialLR(LRScheduler):
    """base (1 - t / total_iters)^power, then 0.

    Args:
        optimizer: whose rates are set.
        total_iters: how many steps until 0.
        power: 1 is a straight line.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: total_iters is below 1.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=4, power=2.0)
        >>> for _ in range(2):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters = _check.integer("PolynomialLR", "total_iters", total_iters, 1)
        self.power = _check.real("PolynomialLR", "power", power)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        left = 1 - min(t, self.total_iters) / self.total_iters
        return self.base_lrs[group] * left**self.power
