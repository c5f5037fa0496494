"""Schedules made of others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler


class SequentialLR(LRScheduler):
    """One schedule after another, each starting at its own t = 0.

    Args:
        optimizer: whose rates are set.
        schedulers: the schedules in order, made for the same optimizer.
        milestones: when the second, third ... takes over: one fewer than schedules.
        last_epoch: see `LRScheduler`.

    Example:
        >>> import pynn
        >>> from pynn.optim.lr_scheduler import CosineAnnealingLR, LinearWarmup, SequentialLR
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = SequentialLR(
        ...     optimizer, [LinearWarmup(optimizer, 2), CosineAnnealingLR(optimizer, 10)], milestones=[2]
        ... )
        >>> rates = []
        >>> for _ in range(4):
        ...     rates.append(round(optimizer.param_groups[0]["lr"], 3))
        ...     schedule.step()
        >>> rates
        [0.5, 1.0, 1.0, 0.976]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        if not schedulers or len(milestones) != len(schedulers) - 1:
            raise ValueError(
                f"SequentialLR: {len(schedulers)} schedules need {len(schedulers) - 1} milestones, "
                f"got {len(milestones)}"
            )
        for scheduler in schedulers:
            if not isinstance(scheduler, LRScheduler):
                raise TypeError(f"SequentialLR: {type(scheduler).__name__} does not depend on time alone")
            if scheduler.optimizer is not optimizer:
                raise ValueError(f"SequentialLR: {type(scheduler).__name__} was made for another optimizer")
        if list(milestones) != sorted(milestones):
            raise ValueError(f"SequentialLR: milestones must rise, got {list(milestones)}")
        self._schedulers, self.milestones = list(schedulers), list(milestones)
        for group in optimizer.param_groups:  # undo what making the schedules did
            group["lr"] = group["initial_lr"]
        super().__init__(optimizer, last_epoch)

    def rate(self, t: int, group: int) -> float:
        index = bisect_right(self.milestones, t)
        start = self.milestones[index - 1] if index else 0
        return self._schedulers[index].rate(t - start, group)

    def state_dict(self) -> dict[str, Any]:
        own = {k: v for k, v in super().state_dict().items() if k != "_schedulers"}
        return {**own, "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)


class ChainedScheduler:
    """Several schedules at once: their factors multiply.

    Args:
        schedulers: the schedules, made for one optimizer.
        optimizer: that optimizer. Default: the first schedule's.

    Raises:
        ValueError: there is no schedule, or one was made for another optimizer.

    Example:
        >>> import pynn
        >>> from pynn.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = ChainedScheduler([ConstantLR(optimizer, 0.5), ExponentialLR(optimizer, 0.5)])
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        if not schedulers:
            raise ValueError("ChainedScheduler: there is no schedule to chain")
        for scheduler in schedulers:
            if not hasattr(scheduler, "optimizer"):
                raise TypeError(f"ChainedScheduler holds schedules, got {type(scheduler).__name__}")
        self.optimizer = schedulers[0].optimizer if optimizer is None else optimizer
        for scheduler in schedulers:
            if scheduler.optimizer is not self.optimizer:
                raise ValueError(
                    f"ChainedScheduler: {type(scheduler).__name__} was made for another optimizer"
                )
        self._schedulers = list(schedulers)

    def step(self) -> None:
        """Move every schedule on by one."""
        for scheduler in self._schedulers:
            scheduler.step()

    def get_last_lr(self) -> list[float]:
        """The rates now in force, one per group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """The state of each schedule."""
        return {"_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave.

        Args:
            state_dict: the states of as many schedules.
        """
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)
