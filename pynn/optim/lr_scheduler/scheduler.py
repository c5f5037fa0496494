"""LRScheduler: a learning rate as a function of time."""

from __future__ import annotations

from typing import Any

from pynn import _check

from ..optimizer import Optimizer


def check_optimizer(schedule: object, optimizer: Any) -> None:
    """Raise TypeError for what is no optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(schedule).__name__} takes an Optimizer, got {type(optimizer).__name__}")


class LRScheduler:
    """Base class. A subclass says in `rate` what the learning rate is after t steps of the schedule.

    The schedule starts at t = 0 when it is made; `step()` moves it on by one, once an epoch or once a batch,
    as you mean it. If something else changed the rate in between (a second schedule, your own code), the
    change is kept as a factor, so several schedules multiply.

    Args:
        optimizer: whose groups' `lr` is set.
        last_epoch: -1 to begin; otherwise where to go on, with `initial_lr` in every group.

    Example:
        >>> import pynn
        >>> class Halving(pynn.optim.lr_scheduler.LRScheduler):
        ...     def rate(self, t, group):
        ...         return self.base_lrs[group] * 0.5**t
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = Halving(optimizer)
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(self, optimizer)
        self.optimizer = optimizer
        self.last_epoch = _check.integer(type(self).__name__, "last_epoch", last_epoch, -1)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"group {i} has no 'initial_lr': to go on at last_epoch, load the optimizer first"
                )
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self._last_lr = list(self.base_lrs)
        self.step()

    def rate(self, t: int, group: int) -> float:
        """The learning rate of one group at time t, by `self.base_lrs[group]`.

        Args:
            t: steps since the schedule began.
            group: the number of the group.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what its rate is")

    def step(self, epoch: int | None = None) -> None:
        """Move on by one, or to a given time.

        Args:
            epoch: the time to move to. Default: one more.
        """
        self.last_epoch = self.last_epoch + 1 if epoch is None else int(epoch)
        self._set_rates()

    def _set_rates(self) -> None:
        rates = [self.rate(self.last_epoch, i) for i in range(len(self.optimizer.param_groups))]
        for group, new, before in zip(self.optimizer.param_groups, rates, self._last_lr, strict=True):
            untouched = group["lr"] == before or before == 0
            group["lr"] = new if untouched else group["lr"] * (new / before)
        self._last_lr = rates  # a new list: the old one may belong to a state_dict

    def get_last_lr(self) -> list[float]:
        """The rates now in force, one per group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and functions."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer" and not callable(v)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave. The optimizer's own state is loaded apart.

        Args:
            state_dict: the state of a schedule of this class.
        """
        self.__dict__.update(state_dict)
