"""Schedules that follow a cosine."""

from __future__ import annotations

import math

from pynn import _check

from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer


def half_cosine(start: float, end: float, done: float) -> float:
    """From start (done = 0) to end (done = 1) along half a wave."""
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2


class CosineAnnealingLR(LRScheduler):
    """From base down to `eta_min` in `T_max` steps along half a cosine wave, and up again if it goes on.

    Args:
        optimizer: whose rates are set.
        T_max: steps of half a wave.
        eta_min: the lowest rate.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: T_max is below 1.

    Source: Loshchilov & Hutter 2017, SGDR, equation 5 without restarts, arXiv:1608.03983.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
        >>> for _ in range(2):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [0.5]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:  # noqa: N803 - PyTorch's name
        self.T_max = _check.integer("CosineAnnealingLR", "T_max", T_max, 1)
        self.eta_min = _check.real("CosineAnnealingLR", "eta_min", eta_min)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        return half_cosine(self.base_lrs[group], self.eta_min, t / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine wave over `T_0` steps, then again from the top over T_0 T_mult, T_0 T_mult² ... steps.

    Args:
        optimizer: whose rates are set.
        T_0: steps of the first half wave.
        T_mult: how many times longer each one is than the one before.
        eta_min: the lowest rate.
        last_epoch: see `LRScheduler`.

    Raises:
        ValueError: T_0 or T_mult is below 1.

    Source: Loshchilov & Hutter 2017, SGDR, arXiv:1608.03983.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
        >>> for _ in range(2):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,  # noqa: N803 - PyTorch's name
        T_mult: int = 1,  # noqa: N803 - PyTorch's name
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        owner = "CosineAnnealingWarmRestarts"
        self.T_0 = _check.integer(owner, "T_0", T_0, 1)
        self.T_mult = _check.integer(owner, "T_mult", T_mult, 1)
        self.eta_min = _check.real(owner, "eta_min", eta_min)
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        period = self.T_0
        if self.T_mult == 1:
            t %= period
        while t >= period:
            t -= period
            period *= self.T_mult
        return half_cosine(self.base_lrs[group], self.eta_min, t / period)


class OneCycleLR(LRScheduler):
    """Up to `max_lr`, then down to almost nothing, once; momentum the other way round.

    Smith & Topin 2018, "Super-convergence", arXiv:1708.07120. Step it once a batch. One step more
    than the cycle has, which a plain loop over all batches takes, keeps the last rate.

    Args:
        optimizer: whose rates (and momentum, or the first beta) are set.
        max_lr: the peak, one number or one per group.
        total_steps: length of the cycle; or give `epochs` and `steps_per_epoch`.
        epochs: number of epochs.
        steps_per_epoch: batches in one epoch.
        pct_start: the part of the cycle that goes up.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: whether momentum is cycled too.
        base_momentum: its value at the peak.
        max_momentum: its value at the ends.
        div_factor: max_lr / the first rate.
        final_div_factor: the first rate / the last.
        three_phase: first up, down to where it began, then down to the last rate.
        last_epoch: see `LRScheduler`.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.OneCycleLR(
        ...     optimizer, max_lr=1.0, total_steps=10, cycle_momentum=False
        ... )
        >>> for _ in range(2):
        ...     schedule.step()
        >>> [round(rate, 4) for rate in schedule.get_last_lr()]
        [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        if total_steps is None:
            if not epochs or not steps_per_epoch:
                raise ValueError("OneCycleLR: give total_steps, or both epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        total_steps = _check.integer("OneCycleLR", "total_steps", total_steps, 1)
        _check.real("OneCycleLR", "pct_start", pct_start, 0, 1)
        _check.choice("OneCycleLR", "anneal_strategy", anneal_strategy, ("cos", "linear"))
        groups = optimizer.param_groups
        self.max_lrs = list(max_lr) if isinstance(max_lr, (list, tuple)) else [max_lr] * len(groups)
        if len(self.max_lrs) != len(groups):
            raise ValueError(f"OneCycleLR: {len(self.max_lrs)} peaks for {len(groups)} parameter groups")
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        for rate in self.max_lrs:
            _check.real("OneCycleLR", "max_lr", rate, 0)
        self.div_factor = _check.real("OneCycleLR", "div_factor", div_factor, above=0)
        self.final_div_factor = _check.real("OneCycleLR", "final_div_factor", final_div_factor, above=0)
        self.base_momentum, self.max_momentum = base_momentum, max_momentum
        self.cycle_momentum = cycle_momentum
        if cycle_momentum and not all("momentum" in g or "betas" in g for g in groups):
            raise ValueError(
                f"OneCycleLR: {type(optimizer).__name__} has no momentum to cycle; pass cycle_momentum=False"
            )
        last = total_steps - 1
        top = pct_start * total_steps - 1
        if three_phase:  # (end of the phase, level at its start, at its end): 0 first rate, 1 peak, 2 last
            self.phases = [(top, 0, 1), (2 * pct_start * total_steps - 2, 1, 0), (last, 0, 2)]
        else:
            self.phases = [(top, 0, 1), (last, 1, 2)]
        super().__init__(optimizer, last_epoch)

    def _between(self, t: int, levels: tuple[float, float, float]) -> float:
        begin = 0.0
        for end, source, target in self.phases:
            if t <= end or end == self.phases[-1][0]:
                done = min((t - begin) / (end - begin), 1.0) if end > begin else 1.0
                if self.anneal_strategy == "cos":
                    return half_cosine(levels[source], levels[target], done)
                return levels[source] + (levels[target] - levels[source]) * done
            begin = end
        raise AssertionError("the last phase takes every t that is left")

    def rate(self, t: int, group: int) -> float:
        if t > self.total_steps:
            raise ValueError(
                f"OneCycleLR: the cycle has {self.total_steps} steps; step {t + 1} is past its end"
            )
        first = self.max_lrs[group] / self.div_factor
        return self._between(t, (first, self.max_lrs[group], first / self.final_div_factor))

    def _set_rates(self) -> None:
        super()._set_rates()
        if not self.cycle_momentum:
            return
        momentum = self._between(self.last_epoch, (self.max_momentum, self.base_momentum, self.max_momentum))
        for group in self.optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum
